//go:build !linux && !darwin

package command

// machineMemory is the memory of the machine in bytes; 0 if it is not known.
func machineMemory() float64 { return 0 }
