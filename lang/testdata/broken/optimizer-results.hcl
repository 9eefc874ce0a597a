study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = sq(x)
}

run "gd" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "gd" { learning_rate = 0.1 }
}

run "own" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "map" {
    update {
      params = params - 0.1 * gradient
    }
  }
}

run "sde" {
  objective = objective.f
  start     = 1
  steps     = 10
  optimizer "sde" {
    dt    = 0.1
    drift = -x
    noise = 1
  }
}

output "error" { value = last(run.gd.error) }                 # ERROR RL0203 "no result \"error\": its optimizer is gd.*probe \"distance\""
output "oscillation" { value = last(run.gd.oscillation) }     # ERROR RL0203 "Write optimizer \"central_flow\""
output "bias" { value = last(run.sde.bias.x) }                # ERROR RL0203 "Write bias = true"
output "bias_of_gd" { value = last(run.gd.bias.x) }           # ERROR RL0203 "\"sde\" with bias = true"
output "rate" { value = last(run.own.learning_rate) }         # ERROR RL0203 "its map has no learning rate"
output "stability" { value = last(run.own.stability) }        # ERROR RL0203 "Write threshold"
output "sde_stability" { value = last(run.sde.stability) }    # ERROR RL0203 "drift of your own"
output "bare" { value = oscillation }                         # ERROR RL0203 "named with its run"
