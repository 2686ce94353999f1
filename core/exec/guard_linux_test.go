package exec

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	osexec "os/exec"
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/protocol"
	"golang.org/x/sys/unix"
)

// testGuard returns the guard of package sandbox, which this program plays.
func testGuard() (*Command, error) {
	box, err := sandbox.New(nil)
	if err != nil {
		return nil, err
	}
	inv, err := box.Guard()
	if err != nil {
		return nil, err
	}
	return &Command{Path: inv.Path, Arg0: inv.Arg0, Argv: append([]string{inv.Arg0}, inv.Args...)}, nil
}

// newGuarded returns a runner with a guard.
func newGuarded(t *testing.T) *Runner {
	t.Helper()
	cmd, err := testGuard()
	if err != nil {
		t.Fatal(err)
	}
	return newBareRunner(t, &RunnerOptions{Guard: cmd, Quiet: 50 * time.Millisecond})
}

// Variables of a program in the role guarded or kept: scripts to run in turn, the last
// one for a long time, and whether that has a terminal.
const (
	firstVariable    = "EXEC_TEST_FIRST"
	lastVariable     = "EXEC_TEST_LAST"
	terminalVariable = "EXEC_TEST_TERMINAL"
)

// playGuarded runs commands whose output is its own.
func playGuarded(role string) int {
	o := RunnerOptions{Quiet: 50 * time.Millisecond}
	var err error
	if role == "kept" {
		o.Keeper, err = testKeeper()
	} else {
		o.Guard, err = testGuard()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	r := NewRunner(&o)
	print := func(_ context.Context, _ protocol.ExecOutputStream, chunk []byte) { _, _ = os.Stdout.Write(chunk) }
	last := Command{Argv: []string{"sh", "-c", os.Getenv(lastVariable)}, Env: os.Environ(), Timeout: NoTimeout}
	var err1 error
	if first := os.Getenv(firstVariable); first != "" {
		_, err1 = r.Run(context.Background(), sh(first), &Options{OnOutput: print})
	}
	var err2 error
	if os.Getenv(terminalVariable) != "" {
		var term *Terminal
		if term, err2 = r.StartTerminal(context.Background(), last, &TerminalOptions{OnOutput: print}); err2 == nil {
			_, err2 = term.Result()
		}
	} else {
		_, err2 = r.Run(context.Background(), last, &Options{OnOutput: print})
	}
	fmt.Fprintln(os.Stderr, errors.Join(err1, err2))
	return 1
}

// TestServerIsKilled kills a program that runs commands. Nothing that they have
// started lives on.
func TestServerIsKilled(t *testing.T) {
	t.Parallel()
	if _, err := osexec.LookPath("setsid"); err != nil {
		t.Skip("setsid is missing")
	}
	const deaf = `trap "" TERM HUP INT; echo $$; sleep 600; true`
	for _, tt := range []struct {
		name, first, last string
		lines             int // of ids, 1 when 0
		terminal          bool
		role              string // the only one that it is for, "" for each
	}{
		{name: "children", last: "sh -c 'echo $$; sleep 600; true' & sh -c 'echo $$; sleep 600; true'; true", lines: 2},
		{name: "a child that ignores signals", last: "sh -c '" + deaf + "' & wait; true"},
		{name: "nohup", last: "nohup sh -c 'echo $$ >&2; sleep 600; true' 2>&1 >/dev/null & wait; true"},
		{name: "a child in another session", last: "setsid sh -c '" + deaf + "' & wait; true"},
		{name: "a grandchild in another session", last: "setsid sh -c 'setsid sh -c \"echo \\$\\$; sleep 600; true\"; true' & wait; true"},
		{name: "a child of a stopped one", last: "sh -c '" + deaf + " ' & kill -STOP $$"},
		{name: "left in the background", first: "sh -c '" + deaf + "' & true", last: "echo $$; sleep 600; true", lines: 2, role: "guarded"},
		{name: "an orphan in another session", last: "(setsid sh -c '" + deaf + "' &) ; sleep 600; true", role: "kept"},
		{name: "its keeper is stopped", last: "kill -STOP $PPID; (setsid sh -c '" + deaf + "' &) ; sleep 600; true", role: "kept"},
		{name: "on a terminal", last: "sh -c '" + deaf + "' & wait; true", terminal: true},
	} {
		for _, role := range []string{"guarded", "kept"} {
			if tt.role != "" && tt.role != role {
				continue
			}
			t.Run(role+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				testServerIsKilled(t, role, tt.first, tt.last, max(1, tt.lines), tt.terminal)
			})
		}
	}
}

func testServerIsKilled(t *testing.T, role, first, last string, ends int, terminal bool) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := osexec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, firstVariable+"="+first, lastVariable+"="+last)
	if terminal {
		cmd.Env = append(cmd.Env, terminalVariable+"=1")
	}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	var text strings.Builder
	for range ends {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Errorf("read the id of a process: %v", err)
		}
		text.WriteString(line)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // killed
	for _, id := range ids(t, text.String()) {
		watchDeath(t, id)
	}
}

// TestGuardClose ends what a command has left in the background.
func TestGuardClose(t *testing.T) {
	t.Parallel()
	r := newGuarded(t)
	res := mustRun(t, r, sh("sleep 600 >/dev/null 2>&1 & echo $!"), nil)
	id := ids(t, res.Stdout.String())[0]
	if !running(id) {
		t.Error("the background process has ended before")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if running(id) {
		t.Error("the background process is running")
	}
}

// TestGuardIsTold checks what a guard is told of commands as they end.
func TestGuardIsTold(t *testing.T) {
	t.Parallel()
	r := newGuarded(t)
	g := r.start.guard
	told := func() map[int]byte {
		g.mu.Lock()
		defer g.mu.Unlock()
		return maps.Clone(g.told)
	}
	mustRun(t, r, sh("exit 3"), nil)
	if got := told(); len(got) != 0 {
		t.Errorf("after a command: %v", got)
	}
	res := mustRun(t, r, sh("echo $$; sleep 600 >/dev/null 2>&1 & echo $!"), nil)
	left := ids(t, res.Stdout.String())
	if got := told(); len(got) != 1 || got[left[0]] != guardLingers {
		t.Errorf("after %v: %v", left, got)
	}
	if err := unix.Kill(left[1], unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	watchDeath(t, left[1])
	// Whoever inherits the process has to look at it.
	for deadline := time.Now().Add(patience); groupExists(left[0]) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	mustRun(t, r, sh("exit 3"), nil)
	if got := told(); len(got) != 0 && !groupExists(left[0]) {
		t.Errorf("after the next command: %v", got)
	}
}

// TestGuardDies kills the guard: commands run as before, under a new one that
// knows what the old one knew.
func TestGuardDies(t *testing.T) {
	t.Parallel()
	r := newGuarded(t)
	g := r.start.guard
	res := mustRun(t, r, sh("sleep 600 >/dev/null 2>&1 & echo $!"), nil)
	g.mu.Lock()
	first := g.proc
	g.mu.Unlock()
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	watchDeath(t, first.Pid)
	mustRun(t, r, sh("exit 3"), nil) // finds out
	mustRun(t, r, sh("exit 3"), nil)
	g.mu.Lock()
	second := g.proc
	g.mu.Unlock()
	if second == first {
		t.Error("there is no new guard")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if id := ids(t, res.Stdout.String())[0]; running(id) {
		t.Error("the background process is running")
	}
}

// TestGuardCannotStart runs commands without one.
func TestGuardCannotStart(t *testing.T) {
	t.Parallel()
	r := newRunner(t, &RunnerOptions{Guard: &Command{Argv: []string{"/nonexistent/guard"}}})
	if res := mustRun(t, r, sh("exit 3"), nil); res.ExitCode != 3 {
		t.Errorf("result %+v", res)
	}
}
