study { title = "Broken on purpose" }

table "good" {
  columns = ["a", "b"]
  rows    = [[1 / 3, "text"]]
  digits  = [3, 17]
}

table "list" {
  columns = ["a", "b"]
  rows    = [[1 / 3, 2 / 3]]
  digits  = [3, 4, 5] # ERROR RL0406 "3 numbers for 2 columns"
}

table "none" {
  columns = ["a", "b"]
  rows    = [[1 / 3, 2 / 3]]
  digits  = 0 # ERROR RL0406 "whole numbers from 1 to 17"
}

table "words" {
  columns = ["a"]
  rows    = [[1 / 3]]
  digits  = "all" # ERROR RL0406 "whole numbers from 1 to 17"
}
