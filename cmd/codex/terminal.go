package main

import (
	"os"

	"github.com/mattn/go-isatty"
)

// isTerminal reports whether a file is a terminal.
func isTerminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}
