import "two" {
  source = "./two.hcl"
}

function "one" {
  params = [x]
  value  = two::two(x) - 1
}
