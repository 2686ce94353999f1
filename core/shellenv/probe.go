package shellenv

import (
	"context"
	"os/exec"
	"time"
)

// probeTimeout limits each program that detection runs. A cold PowerShell
// takes some seconds.
const probeTimeout = 10 * time.Second

// succeeds runs a program without input and discards what it prints.
func succeeds(ctx context.Context, name string, args ...string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return exec.CommandContext(ctx, name, args...).Run() == nil
}

func lookPath(name string) (string, error) { return exec.LookPath(name) }
