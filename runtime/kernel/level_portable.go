//go:build !amd64

package kernel

func best() level { return levelGo }
