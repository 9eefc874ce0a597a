study { title = "Broken on purpose" }

dataset "cifra10" "kind" { path = "data" } # ERROR RL0401 "cifar10"

dataset "cifar10" "none" {} # ERROR RL0403 "needs .path"

dataset "values" "labels" {
  x      = [[1, 2], [3, 4]]
  labels = [0] # ERROR RL0417 "2 samples and 1 labels.*one label per sample"
}

dataset "values" "ragged" {
  x       = [[1, 2], [3]] # ERROR RL0417 "length"
  targets = [1, 2]
}

dataset "values" "text" {
  x = [["a"]] # ERROR RL0406 "not a number"
}

dataset "synthetic" "many" {
  classes = 5000 # ERROR RL0406 "At most 1000"
}

dataset "synthetic" "word" {
  standardize = "pixels" # ERROR RL0406 "Did you mean .pixel"
}

dataset "synthetic" "raw" { standardize = "none" }

dataset "synthetic" "like" {
  standardize = dataset.raw # ERROR RL0407 "has no statistics"
}

dataset "synthetic" "small" {
  size        = 16
  standardize = dataset.large # ERROR RL0420 ".3, 16, 16., those of dataset.large .3, 32, 32."
}

dataset "synthetic" "large" {}

dataset "synthetic" "law" {
  scale = 10 * j # ERROR RL0203 "unknown name .j"
}

dataset "synthetic" "negative" {
  scale = -1 # ERROR RL0406 "0 or more"
}

dataset "teacher" "mirrored" {
  augment { # ERROR RL0407 "not images"
    flip = true
  }
}

dataset "chebyshev" "skipped" {
  degree = 3
  skip   = 20 # ERROR RL0417 "the first 20 are skipped"
}

dataset "idx" "digest" {
  path   = "data"
  digest = "abc" # ERROR RL0406 "no SHA-256"
}

dataset "csv" "separated" {
  path      = "data.csv"
  separator = ";;" # ERROR RL0406 "one character"
}

dataset "csv" "shaped" {
  path  = "data.csv"
  shape = [28, 28] # ERROR RL0406 "channels, height, width"
}

dataset "csv" "outside" {
  path = "/etc/passwd" # ERROR RL0416 "leads out of the study's folder"
}

dataset "csv" "above" {
  path = "../../lang_test.go" # ERROR RL0416 "leads out of the study's folder"
}

dataset "npy" "address" {
  path = "https://example.org/x.npy" # ERROR RL0416 "an address, not a file"
}

dataset "npy" "empty" {
  path = "" # ERROR RL0416 "path is empty"
}

dataset "npy" "absent" {
  path = "nowhere.npy" # ERROR RL0418 "no such file"
}

output "of_labels" { value = dataset.labels.samples }

output "of_ragged" { value = dataset.ragged.samples }

output "of_like" { value = dataset.like.samples }

output "of_small" { value = dataset.small.samples }

output "of_mirrored" { value = dataset.mirrored.samples }

output "of_skipped" { value = dataset.skipped.samples }

output "of_outside" { value = dataset.outside.samples }

output "of_above" { value = dataset.above.samples }

output "of_address" { value = dataset.address.samples }

output "of_empty" { value = dataset.empty.samples }

output "of_absent" { value = dataset.absent.samples }

output "like" { value = dataset.large.men } # ERROR RL0203 "mean"

output "statistics" { value = dataset.raw.mean } # ERROR RL0203 "not standardised"
