package exec

import (
	"errors"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/codex-go/codex/core/proctree"
	"github.com/codex-go/codex/core/sandbox/keeper"
)

// maxIdleKeepers is how many keepers wait for the next command.
const maxIdleKeepers = 4

// launchTries bounds how many keepers are tried for a command: idle ones may have
// been killed.
const launchTries = maxIdleKeepers + 1

// keepers has commands started by keepers, one for each that runs. All methods
// may be called from several goroutines at once; without a program for them
// there are none.
type keepers struct {
	cmd *Command

	mu     sync.Mutex
	closed bool
	idle   []*keeper.Keeper
	ending sync.WaitGroup // of keepers
}

func newKeepers(cmd *Command) *keepers { return &keepers{cmd: cmd} }

// start has a keeper start a command. ok is false if there is no keeper.
func (s *keepers) start(img *image, files []*os.File) (pid int, c child, ok bool, err error) {
	if s.cmd == nil {
		return 0, nil, false, nil
	}
	if img.keptOption != "" {
		its := *img
		its.argv = slices.Insert(slices.Clone(img.argv), 1, img.keptOption)
		img = &its
	}
	command := &keeper.Command{Dir: img.dir, Env: img.env, Terminal: img.terminal}
	for range launchTries {
		k := s.take()
		if k == nil {
			return 0, nil, false, nil
		}
		err = img.attempt(func(path string, argv []string) error {
			command.Path, command.Argv = path, argv
			pid, err = k.Start(command, files)
			return err
		})
		switch {
		case err == nil:
			return pid, &kept{keepers: s, keeper: k, pid: pid}, true, nil
		case errors.Is(err, keeper.ErrLost):
			s.end(k)
		case errors.Is(err, keeper.ErrUncertain):
			k.Kill()
			s.end(k)
			return 0, nil, true, err // once more could be twice
		default:
			s.give(k)
			return 0, nil, true, err
		}
	}
	return 0, nil, false, nil
}

// take returns a keeper without a command, or nil if none can be had.
func (s *keepers) take() *keeper.Keeper {
	s.mu.Lock()
	if n := len(s.idle); n > 0 {
		k := s.idle[n-1]
		s.idle = s.idle[:n-1]
		s.mu.Unlock()
		return k
	}
	s.mu.Unlock()
	img, err := prepare(s.cmd)
	if err != nil {
		return nil
	}
	k, err := keeper.Launch(img.path, img.argv)
	if err != nil {
		return nil
	}
	return k
}

// give takes back a keeper whose command is gone.
func (s *keepers) give(k *keeper.Keeper) {
	s.mu.Lock()
	if !s.closed && len(s.idle) < maxIdleKeepers {
		s.idle = append(s.idle, k)
		k = nil
	}
	s.mu.Unlock()
	if k != nil {
		s.end(k)
	}
}

// end ends a keeper. It waits for that if nobody else will.
func (s *keepers) end(k *keeper.Keeper) {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.ending.Go(k.Close)
	}
	s.mu.Unlock()
	if closed {
		k.Close()
	}
}

// close ends those without a command, and waits for that. The others end with
// their commands.
func (s *keepers) close() {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, k := range idle {
		s.ending.Go(k.Close)
	}
	s.ending.Wait()
}

// kept is a command that a keeper has started.
type kept struct {
	keepers *keepers
	keeper  *keeper.Keeper
	pid     int
	status  syscall.WaitStatus
	err     error // the keeper has failed
}

func (c *kept) signal(sig syscall.Signal) { _ = syscall.Kill(c.pid, sig) }

// wake has the keeper tell of the end of a command that has stopped it.
func (c *kept) wake() { c.keeper.Wake() }

// giveUp does without a keeper that does not let itself be woken up.
func (c *kept) giveUp() bool {
	c.keeper.Kill()
	return true
}

func (c *kept) waitExit() { c.status, c.err = c.keeper.Wait() }

func (c *kept) endsRest() bool { return true }

// reap has everything ended that the command has left.
func (c *kept) reap() ending {
	if c.err == nil && c.keeper.Release() == nil {
		c.keepers.give(c.keeper)
	} else {
		c.lost()
	}
	switch {
	case c.err != nil:
		return ending{code: ExitSignalBase + int(syscall.SIGKILL), signal: syscall.SIGKILL}
	case c.status.Signaled():
		return ending{code: ExitSignalBase + int(c.status.Signal()), signal: c.status.Signal()}
	}
	return ending{code: c.status.ExitStatus()}
}

// lostLimit bounds how long what was killed is waited for without a keeper.
const lostLimit = 2 * time.Second

// lost ends what can be found of a command whose keeper has died, or does not
// answer, and waits for that.
func (c *kept) lost() {
	c.keeper.Kill()
	c.keepers.end(c.keeper)
	family := proctree.New(c.pid)
	deadline := time.Now().Add(lostLimit)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		members, err := family.Members()
		if err != nil || len(members) == 0 || time.Now().After(deadline) {
			return
		}
		for _, m := range members {
			_ = syscall.Kill(m.ID, syscall.SIGKILL)
		}
		time.Sleep(pause) // nobody tells of the end of what is no child of this process
	}
}
