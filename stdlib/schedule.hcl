# Learning rates as functions of the step; t counts updates from 0, so update k + 1
# uses the rate at t = k. In a learning_rate or a schedule write, for instance,
# cosine_decay(t, 0.1, 0, steps).

# Exactly one term is selected and the others are exact zeros: the sum is the value
# itself, to the last bit.
function "piecewise" {
  description = "Constant pieces: values[0] before times[0], values[k] from step times[k - 1] on; one more value than times"
  formula     = "values[k] for times[k - 1] <= step < times[k]"
  source      = "as optax piecewise_constant_schedule and PyTorch MultiStepLR, with the rates themselves in place of factors"
  example     = "piecewise(99, [5, 3, 1], [100, 150]) == 5 && piecewise(100, [5, 3, 1], [100, 150]) == 3 && piecewise(150, [5, 3, 1], [100, 150]) == 1"

  params = [step, values, times]
  value  = sum([for i, v in values : (i == 0 ? true : step >= times[i - 1]) && (i == len(times) ? true : step < times[i]) ? v : 0])

  validation {
    condition = len(values) == len(times) + 1
    message   = "piecewise needs one value more than times: it has ${len(values)} values and ${len(times)} times."
  }
  validation {
    condition = all([for i, time in times : i == 0 ? true : time > times[i - 1]])
    message   = "The times of piecewise must increase."
  }
}

function "step_decay" {
  description = "The initial rate times a factor after every so many steps"
  formula     = "initial factor^floor(step / every)"
  source      = "as PyTorch StepLR: factor is gamma, every is step_size"
  example     = "step_decay(59, 1, 0.5, 20) == 0.25 && step_decay(60, 1, 0.5, 20) == 0.125"

  params = [step, initial, factor, every]
  value  = initial * pow(factor, floor(step / every))
}

function "exponential_decay" {
  description = "The initial rate times a factor over every so many steps, continuously"
  formula     = "initial factor^(step / over)"
  source      = "as optax exponential_decay: factor is decay_rate, over is transition_steps; over = 1 is PyTorch ExponentialLR"
  example     = "close(exponential_decay(50, 0.1, 0.25, 100), 0.05, 1e-16)"

  params = [step, initial, factor, over]
  value  = initial * pow(factor, step / over)
}

function "cosine_decay" {
  description = "Half a cosine from the initial to the final rate over so many steps, the final rate afterwards"
  formula     = "final + (initial - final) (1 + cos(pi min(step / over, 1))) / 2"
  source      = "Loshchilov, Hutter (2017), SGDR, ICLR, (5) without restarts; PyTorch CosineAnnealingLR: over is T_max, final is eta_min"
  example     = "cosine_decay(0, 0.5, 0.125, 100) == 0.5 && close(cosine_decay(50, 1, 0, 100), 0.5, 1e-15) && cosine_decay(200, 1, 0.25, 100) == 0.25"

  params = [step, initial, final, over]
  value  = final + (initial - final) * (0.5 + 0.5 * cos(pi * min(step / over, 1)))
}

function "polynomial_decay" {
  description = "From the initial to the final rate along a power of the remaining time; power 1 is linear"
  formula     = "final + (initial - final) (1 - min(step / over, 1))^power"
  source      = "as optax polynomial_schedule; PyTorch PolynomialLR has final = 0: over is total_iters"
  example     = "polynomial_decay(25, 1, 0.5, 1, 100) == 0.875 && polynomial_decay(100, 1, 0.5, 2, 100) == 0.5"

  params = [step, initial, final, power, over]
  value  = final + (initial - final) * pow(1 - min(step / over, 1), power)
}

# (step + 1) / over, so that the first update already moves.
function "warmup" {
  description = "A rate raised linearly over the first steps: the first update has 1/over of it, update number over all of it; rate may itself be a schedule"
  formula     = "rate min((step + 1) / over, 1)"
  source      = "Goyal et al. (2017), Accurate, Large Minibatch SGD, arXiv:1706.02677, section 2.2"
  example     = "warmup(0, 0.8, 4) == 0.2 && warmup(3, 0.8, 4) == 0.8 && warmup(100, 0.8, 4) == 0.8"

  params = [step, rate, over]
  value  = rate * min((step + 1) / over, 1)
}

function "cyclic" {
  description = "Triangle wave between two rates: up in half steps, down in half steps, and again"
  formula     = "low + (high - low) (1 - |(step mod 2 half) / half - 1|)"
  source      = "Smith (2017), Cyclical Learning Rates, WACV; PyTorch CyclicLR: half is step_size_up"
  example     = "cyclic(0, 1, 2, 10) == 1 && cyclic(10, 1, 2, 10) == 2 && cyclic(15, 1, 2, 10) == 1.5 && cyclic(20, 1, 2, 10) == 1"

  params = [step, low, high, half]
  value  = low + (high - low) * (1 - abs(step % (2 * half) / half - 1))
}
