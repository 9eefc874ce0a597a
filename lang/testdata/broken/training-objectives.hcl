study { title = "Broken on purpose" }

dataset "synthetic" "images" {
  classes = 4
  limit   = 101
}

dataset "teacher" "numbers" {}

dataset "values" "bare" { x = [[1, 2], [3, 4]] }

network "images" {
  input = [3, 32, 32]
  layer "flatten" {}
  layer "dense" { units = 4 }
}

network "ten" {
  input = [3, 32, 32]
  layer "flatten" {}
  layer "dense" { units = 10 }
}

network "flat" {
  input = [3072]
  layer "dense" { units = 4 }
}

network "vectors" {
  input = [10]
  layer "dense" { units = 1 }
}

network "normalised" {
  input = [3, 32, 32]
  layer "flatten" {}
  layer "dense" { units = 4 }
  layer "batch_norm" {}
}

network "idle" {
  input = [10]
  layer "activation" { activation = "tanh" }
}

objective "both" {
  params  = [x]
  value   = sq(x)
  network = network.images # ERROR RL0407 "beside a formula"
}

objective "half" { # ERROR RL0403 "needs .loss"
  network = network.images
  data    = dataset.images
}

objective "loss" {
  network = network.images
  data    = dataset.images
  loss    = "MSE" # ERROR RL0406 "mse"
}

objective "classes" {
  network = network.ten
  data    = dataset.images # ERROR RL0420 "network.ten has 10 outputs, and dataset.images has 4 classes.*units = 4"
  loss    = "mse"
}

objective "unflattened" {
  network = network.flat
  data    = dataset.images # ERROR RL0420 "takes vectors of 3072, and the samples of dataset.images are images of .3, 32, 32.*flatten"
  loss    = "mse"
}

objective "of_images" {
  network = network.images
  data    = dataset.numbers # ERROR RL0420 "takes images of .3, 32, 32., and the samples of dataset.numbers are vectors of 10"
  loss    = "mse"
}

objective "labels" {
  network = network.vectors
  data    = dataset.numbers # ERROR RL0420 "cross_entropy needs labels"
  loss    = "cross_entropy"
}

objective "nothing" {
  network = network.vectors
  data    = dataset.bare # ERROR RL0420 "takes .10., and the samples of dataset.bare are .2."
  loss    = "mse"
}

objective "one" {
  network = network.normalised
  data    = dataset.images
  loss    = "mse"
  batch   = 1 # ERROR RL0420 "batch_norm .layer batch_norm1., which needs more than one"
}

objective "last" {
  network = network.normalised
  data    = dataset.images
  loss    = "mse"
  batch   = 20 # ERROR RL0420 "has one of the 101 samples.*100 samples"
}

objective "idle" {
  network = network.idle # ERROR RL0420 "no parameters"
  data    = dataset.ten
  loss    = "mse"
}

dataset "teacher" "ten" { outputs = 10 }

objective "vector" {
  network     = network.images
  data        = dataset.images
  loss        = "mse"
  regularizer = sq(weights) # ERROR RL0302 "must be a number, not a vector of 12288"
}

objective "names" {
  network     = network.images
  data        = dataset.images
  loss        = "mse"
  regularizer = sum(sq(w)) # ERROR RL0203 "params, the vector of all parameters, weights"
}

objective "swapped" {
  network = dataset.images # ERROR RL0406 "dataset.images stands where a network is named"
  data    = dataset.images
  loss    = "mse"
}
