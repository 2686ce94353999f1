package sandbox

import (
	"fmt"
	"os"

	"github.com/codex-go/codex/core/sandbox/internal/helper"
)

// Guard returns what to start as a guard over commands, confined or not: a
// process that ends what they have left when this one dies, by SIGKILL too. From
// then on [Sandbox.Wrap] relies on it where there are no PID namespaces. What it
// reads from standard input is what package exec tells the guard of a runner.
// The error matches [ErrNoHelper].
func (s *Sandbox) Guard() (*Invocation, error) {
	path := s.o.Executable
	if path == "" {
		if !helper.Dispatched() {
			return nil, fmt.Errorf("guard commands: %w", ErrNoHelper)
		}
		var err error
		if path, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("guard commands: %w", err)
		}
	}
	s.guarded.Store(true)
	return &Invocation{Path: path, Arg0: HelperName, Args: []string{helper.OptGuard}}, nil
}
