package exec

import (
	"context"
	"errors"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/sandbox/keeper"
	"github.com/codex-go/codex/protocol"
)

// testKeeper returns the keeper of package sandbox, which this program plays.
func testKeeper() (*Command, error) {
	box, err := sandbox.New(nil)
	if err != nil {
		return nil, err
	}
	inv, _ := box.Keeper()
	return &Command{Path: inv.Path, Arg0: inv.Arg0, Argv: append([]string{inv.Arg0}, inv.Args...)}, nil
}

// orphan is a script that leaves a process in a session of its own, deaf to what
// it can be deaf to, which has written its id to a pipe and holds nothing open.
// Its parent has ended when the script has.
func orphan(fifo string) string {
	return "sh -c 'setsid sh -c \"trap \\\"\\\" TERM HUP INT; echo \\$\\$ >" + fifo + "; exec sleep 600\" >/dev/null 2>&1 &'\n"
}

// afterStart returns a script that waits until the runner knows of the start of a
// command, and the options for that. The command has written something before.
func afterStart(t *testing.T) (wait string, opts *Options) {
	fifo := newFifo(t)
	var once sync.Once
	return "read go <" + fifo + "; ", &Options{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {
		once.Do(func() {
			if err := os.WriteFile(fifo, []byte("\n"), 0); err != nil {
				t.Error(err)
			}
		})
	}}
}

// TestKeeper ends commands in every way. What they have left is gone when Run
// returns, wherever it has got to.
func TestKeeper(t *testing.T) {
	t.Parallel()
	if _, err := osexec.LookPath("setsid"); err != nil {
		t.Skip("setsid is missing")
	}
	for _, tt := range []struct {
		name, script string
		timeout      time.Duration
		cancel       bool
		code         int
	}{
		{name: "by itself", script: "exit 5", code: 5},
		{name: "by a signal", script: "kill -HUP $$", code: ExitSignalBase + 1},
		{name: "out of time", script: "exec sleep 600", timeout: 2 * time.Second, code: ExitTimeout},
		{name: "cancelled", script: "echo ready; exec sleep 600", cancel: true, code: ExitSignalBase + 15},
		{name: "cancelled and deaf", script: "trap '' TERM; echo ready; while :; do sleep 600; done", cancel: true, code: ExitSignalBase + 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t, &RunnerOptions{TermGrace: 200 * time.Millisecond})
			fifo := newFifo(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			cmd := sh(orphan(fifo) + "read id <" + fifo + "; echo $id >&2; " + tt.script)
			if tt.timeout > 0 {
				cmd.Timeout = tt.timeout
			}
			res, err := r.Run(ctx, cmd, &Options{OnOutput: func(_ context.Context, stream protocol.ExecOutputStream, _ []byte) {
				if tt.cancel && stream == protocol.StreamStdout {
					cancel()
				}
			}})
			if res == nil || (err != nil) != tt.cancel {
				t.Fatalf("result %+v, error %v", res, err)
			}
			if res.ExitCode != tt.code {
				t.Errorf("exit code %d, want %d", res.ExitCode, tt.code)
			}
			checkGone(t, 1, ids(t, res.Stderr.String()))
		})
	}
}

// TestKeeperOfTerminal closes a terminal whose command has left an orphan.
func TestKeeperOfTerminal(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	fifo := newFifo(t)
	term, err := r.StartTerminal(t.Context(), sh(orphan(fifo)+"exec sleep 600"), nil)
	if err != nil {
		t.Fatal(err)
	}
	id := ids(t, readAll(t, fifo))
	term.Close()
	checkGone(t, 1, id)
}

// TestKeeperOfTerminalHeld ends a command on a terminal that another session holds
// open. That does not hold the result, which has all output.
func TestKeeperOfTerminalHeld(t *testing.T) {
	t.Parallel()
	if _, err := osexec.LookPath("setsid"); err != nil {
		t.Skip("setsid is missing")
	}
	r := newRunner(t, &RunnerOptions{Linger: time.Hour})
	fifo := newFifo(t)
	term, err := r.StartTerminal(t.Context(), sh("(setsid sh -c 'trap \"\" HUP TERM; echo $$ >"+fifo+"; exec sleep 600' &); read id <"+fifo+"; echo $id; exit 4"), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := term.Result()
	if err != nil || res.ExitCode != 4 {
		t.Errorf("result %+v, error %v", res, err)
	}
	checkGone(t, 1, ids(t, strings.TrimSpace(res.Stdout.String())))
}

// TestKeeperIsUsedAgain runs commands one after another and at once.
func TestKeeperIsUsedAgain(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	parent := func() string {
		return strings.TrimSpace(mustRun(t, r, sh("echo $PPID"), nil).Stdout.String())
	}
	first := parent()
	if _, err := r.Run(t.Context(), Command{Argv: []string{"/nonexistent/program"}}, nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v", err)
	}
	mustRun(t, r, sh("sleep 600 >/dev/null 2>&1 &"), nil)
	if again := parent(); again != first || again == strconv.Itoa(os.Getpid()) {
		t.Errorf("the parents are %s and %s", first, again)
	}
	var at sync.WaitGroup
	for i := range 3 * maxIdleKeepers {
		at.Go(func() {
			if res := mustRun(t, r, sh("exit "+strconv.Itoa(i)), nil); res.ExitCode != i {
				t.Errorf("exit code %d, want %d", res.ExitCode, i)
			}
		})
	}
	at.Wait()
	r.start.keepers.mu.Lock()
	defer r.start.keepers.mu.Unlock()
	if n := len(r.start.keepers.idle); n == 0 || n > maxIdleKeepers {
		t.Errorf("%d idle keepers", n)
	}
}

// TestKeeperLargeCommand starts a command that fills a socket more than once.
func TestKeeperLargeCommand(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	cmd := Command{Argv: []string{"sh", "-c", `printf "$#$A"`, "sh"}, Env: []string{"PATH=/usr/bin:/bin", "A= end"}}
	for range 12 {
		cmd.Argv = append(cmd.Argv, strings.Repeat("x", 100<<10))
	}
	if got := mustRun(t, r, cmd, nil).Stdout.String(); got != "12 end" {
		t.Errorf("output %q", got)
	}
}

// TestKeeperDies kills the keeper of a command that runs, and one that waits.
func TestKeeperDies(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	fifo := newFifo(t)
	wait, opts := afterStart(t)
	res := mustRun(t, r, sh("echo $$; sh -c 'echo $$; echo >"+fifo+"; exec sleep 600' & read x <"+fifo+"; "+wait+"kill -KILL $PPID; exec sleep 600"), opts)
	if res.Signal != syscall.SIGKILL {
		t.Errorf("result %+v", res)
	}
	checkGone(t, 2, ids(t, res.Stdout.String()))
	parent := ids(t, mustRun(t, r, sh("echo $PPID"), nil).Stdout.String())[0]
	if err := syscall.Kill(parent, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	watchDeath(t, parent)
	if res := mustRun(t, r, sh("exit 3"), nil); res.ExitCode != 3 {
		t.Errorf("result %+v", res)
	}
}

// TestKeeperIsStopped stops the keeper of a command, which must neither hold up
// this one nor the next, and may not let what the command has left live on.
func TestKeeperIsStopped(t *testing.T) {
	t.Parallel()
	if _, err := osexec.LookPath("setsid"); err != nil {
		t.Skip("setsid is missing")
	}
	for _, tt := range []struct {
		name, script string
		code         int
	}{
		{"the command ends", "kill -STOP $PPID", 0},
		{"the command goes on", "kill -STOP $PPID; exec sleep 600", ExitTimeout},
		{"by what the command has left", "K=$PPID; (until grep -q ') Z ' /proc/$$/stat; do :; done; kill -STOP $K; exec sleep 600) & true", 0},
		{"again and again", "K=$PPID; (trap '' TERM HUP; while :; do kill -STOP $K; done) & exec sleep 600", ExitTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t, &RunnerOptions{TermGrace: 200 * time.Millisecond, Quiet: time.Second, Linger: time.Second})
			fifo := newFifo(t)
			wait, opts := afterStart(t)
			cmd := sh(orphan(fifo) + "read id <" + fifo + "; echo $id; " + wait + tt.script)
			cmd.Timeout = 10 * time.Second
			if tt.code == ExitTimeout {
				cmd.Timeout = 3 * time.Second
			}
			res := mustRun(t, r, cmd, opts)
			if res.ExitCode != tt.code {
				t.Errorf("exit code %d, want %d", res.ExitCode, tt.code)
			}
			checkGone(t, 1, ids(t, res.Stdout.String()))
			if res := mustRun(t, r, sh("exit 3"), nil); res.ExitCode != 3 {
				t.Errorf("the next one: %+v", res)
			}
		})
	}
	t.Run("without a command", func(t *testing.T) {
		t.Parallel()
		r := newRunner(t, nil)
		keeper := ids(t, mustRun(t, r, sh("echo $PPID"), nil).Stdout.String())[0]
		if err := syscall.Kill(keeper, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		if res := mustRun(t, r, sh("exit 3"), nil); res.ExitCode != 3 {
			t.Errorf("result %+v", res)
		}
	})
}

// TestKeeperMayHaveStarted has keepers that end when they were told of a command.
// It is not run once more.
func TestKeeperMayHaveStarted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, keeper string
		runs         bool
	}{
		{"all was read", "dd bs=64k count=1 of=/dev/null 2>/dev/null", false},
		{"a part was read", "dd bs=1 count=1 of=/dev/null 2>/dev/null", true},
		{"nothing was read", "true", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newBareRunner(t, &RunnerOptions{Keeper: &Command{Argv: []string{"/bin/sh", "-c", "PATH=/bin:/usr/bin; " + tt.keeper}}})
			file := filepath.Join(t.TempDir(), "runs")
			_, err := r.Run(t.Context(), sh("echo >>"+file), nil)
			if errors.Is(err, keeper.ErrUncertain) == tt.runs {
				t.Errorf("error %v", err)
			}
			data, _ := os.ReadFile(file)
			if ran := len(data) == 1; ran != tt.runs {
				t.Errorf("it has run %d times", len(data))
			}
		})
	}
}

// TestKeeperCannotStart runs commands without one.
func TestKeeperCannotStart(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"/nonexistent/keeper", "/bin/false"} {
		r := newBareRunner(t, &RunnerOptions{Keeper: &Command{Argv: []string{program}}})
		if res := mustRun(t, r, sh("exit 3"), nil); res.ExitCode != 3 {
			t.Errorf("result %+v", res)
		}
	}
}

// TestKeeperOfSandbox runs commands in a sandbox that leave others behind: these
// get to write the rest of the output, and are gone when Run returns.
func TestKeeperOfSandbox(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]*sandbox.Options{"namespaces": {}, "no namespaces": {NoNamespaces: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box, err := sandbox.New(options)
			if err != nil {
				t.Fatal(err)
			}
			if report, err := box.Report(t.Context()); err != nil || !report.Available {
				t.Skipf("there is no sandbox here: %v, %v", report, err)
			}
			fifo := newFifo(t)
			const script = `(sleep 0.2; echo late) & sleep 600 >"$0" 2>&1 & echo now; exit 7`
			inv, err := box.Wrap(sandbox.Request{
				Argv: []string{"sh", "-c", script, fifo}, Policy: &protocol.WorkspaceWritePolicy{}, Cwd: filepath.Dir(fifo),
			})
			if err != nil {
				t.Fatal(err)
			}
			held := make(chan string)
			go func() { held <- readAll(t, fifo) }()
			r := newRunner(t, &RunnerOptions{Quiet: 20 * time.Second, Linger: 20 * time.Second})
			res := mustRun(t, r, Command{
				Path: inv.Path, Argv: append([]string{inv.Arg0}, inv.Args...), KeptOption: inv.KeptOption,
				Env: []string{"PATH=/usr/bin:/bin"}, Timeout: time.Minute,
			}, nil)
			if res.ExitCode != 7 || res.Stdout.String() != "now\nlate\n" {
				t.Errorf("result %+v", res)
			}
			if text := <-held; text != "" {
				t.Errorf("written: %q", text)
			}
		})
	}
}
