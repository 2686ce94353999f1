package conversation

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/codex-go/codex/core/config"
)

// programsWait is how long the end of a manager waits for programs that were
// started for the end of a turn. They are not ended: they have been told
// something that the user wants to know.
const programsWait = time.Second

// programs are what was started for the end of turns.
type programs struct {
	running sync.WaitGroup
}

// notifier returns what starts the user's program for the end of a turn, or nil
// when there is none. The program's output goes nowhere: standard output may be
// a protocol. (spec: agent-loop, notify hook)
func (p *programs) notifier(c *config.Config) func(arg string) error {
	if len(c.Notify) == 0 {
		return nil
	}
	return func(arg string) error {
		argv := append(slices.Clone(c.Notify), arg)
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir = c.Cwd
		cmd.Env = c.Environ
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("start %s: %w", argv[0], err)
		}
		p.running.Go(func() { _ = cmd.Wait() }) // how it ends is its own business
		return nil
	}
}

// wait gives the programs a moment to end.
func (p *programs) wait(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		p.running.Wait()
		close(ended)
	}()
	timer := time.NewTimer(programsWait)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	case <-ctx.Done():
	}
}
