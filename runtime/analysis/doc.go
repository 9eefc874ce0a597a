// Package analysis looks at objectives away from any trajectory.
//
//	plan.Landscape --(Sample)--> Landscape
package analysis
