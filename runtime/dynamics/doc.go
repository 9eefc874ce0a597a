// Package dynamics runs optimizers: it iterates their maps from a start, for
// one trajectory or many lanes, and keeps what a study looks at.
//
//	plan.Run --(NewMap)--> Map --(program.Compile, Loop)--> Trajectory
//
// Index k is the state after k updates. Update k+1 uses the learning rate at
// t = k, so loss[k], grad_norm[k] and learning_rate[k] belong to state k, and
// a run of N steps has N+1 points. A stop condition is judged on state k,
// which is recorded, before update k+1.
package dynamics
