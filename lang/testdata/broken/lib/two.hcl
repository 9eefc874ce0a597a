import "one" {
  source = "./one.hcl"
}

function "two" {
  params = [x]
  value  = one::one(x) + 1
}
