// Command relief runs studies of optimizers on loss landscapes.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"relief/cmd/relief/command"
)

func main() {
	// Reading a study allocates a few megabytes once, in bounded amounts; a
	// collection in the middle of it would only take time. Running a study puts
	// the usual pace back.
	debug.SetGCPercent(1000)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(command.Execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
