study { title = "Broken on purpose" }

objective "f" {
  params = [x]
  value  = log_growth(x)
}

growth "f" {
  objective = objective.f
  minimum   = { x = 0 }
}

output "ball" { value = growth.f.ball } # ERROR RL0203 "does not compute ball.*learning_rate"

output "inner" { value = growth.f.inner_residual } # ERROR RL0203 "does not compute inner_residual.*learning_rate"

output "whole" { value = growth.f } # ERROR RL0302 "growth.f stands where.*growth.f.c"

output "verdict" { value = growth.f.verdict } # ERROR RL0301 "not text.*growth.f.verdict == .subquadratic."

output "evidence" { value = growth.f.evidence } # ERROR RL0301 "Write it in a table or text"

output "typo" { value = growth.f.exponents[0][0] } # ERROR RL0203 "no result .exponents.*exponent"

output "other" { value = growth.f.c_at.y } # ERROR RL0203 "no parameter .y."

output "outside" { value = growth.f.loss[2][0] } # ERROR RL0307 "index 2 is out of range"

output "shift" { value = growth.f.shift[0] } # ERROR RL0203 "does not compute shift.*begin at the minimum"

output "key" { value = growth.f[3].c } # ERROR RL0302 "has no keys"

output "sum" { value = growth.f.verdict + 1 } # ERROR RL0301 "text stands where a number"

output "unknown" { value = growth.g.c } # ERROR RL0203 "unknown growth .g."

report { show = [growth.f] } # ERROR RL0406 "no place of its own in a report"
