package exec

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/codex-go/codex/core/proctree"
	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// ids reads the process ids that a command printed, a line each.
func ids(t *testing.T, text string) []int {
	t.Helper()
	var out []int
	for line := range strings.Lines(text) {
		id, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("not a process id: %q", line)
		}
		out = append(out, id)
	}
	return out
}

// running reports whether a process exists and is not a zombie.
func running(id int) bool {
	p, ok := proctree.Find(id)
	return ok && !p.Ended
}

// checkGone checks that processes have ended, and their groups too.
func checkGone(t *testing.T, want int, processes []int) {
	t.Helper()
	if len(processes) != want {
		t.Errorf("%d process ids, want %d", len(processes), want)
	}
	for _, id := range processes {
		if running(id) {
			t.Errorf("process %d is running", id)
		}
		if members, err := proctree.New(id).Members(); err != nil || len(members) > 0 {
			t.Errorf("group %d: alive %v, %v", id, members, err)
		}
	}
}

// watchDeath waits until a process, which need not be a child, has ended.
func watchDeath(t *testing.T, id int) {
	t.Helper()
	fd, err := unix.PidfdOpen(id, 0)
	if errors.Is(err, unix.ESRCH) {
		return
	}
	if err != nil {
		t.Skipf("pidfd_open: %v", err)
	}
	defer unix.Close(fd)
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 30_000)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n != 1 {
			t.Errorf("process %d has not ended: %v", id, err)
		}
		return
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	res := mustRun(t, r, Command{Argv: []string{"cat", "/proc/self/stat"}}, nil)
	fields := strings.Fields(res.Stdout.String())
	if len(fields) < 7 || fields[0] != fields[4] || fields[0] != fields[5] || fields[6] != "0" {
		t.Errorf("pid, group, session and terminal: %v", fields[:7])
	}
	res = mustRun(t, r, Command{Argv: []string{"readlink", "/proc/self/fd/0"}}, nil)
	if diff := cmp.Diff("/dev/null\n", res.Stdout.String()); diff != "" {
		t.Errorf("standard input (-want +got):\n%s", diff)
	}
	// The pipes block, as programs expect, and what the runner holds itself is
	// not passed on.
	res = mustRun(t, r, sh("while read -r k v; do [ $k = flags: ] && echo $v; done </proc/self/fdinfo/1"), nil)
	if flags, err := strconv.ParseInt(strings.TrimSpace(res.Stdout.String()), 8, 32); err != nil || flags&unix.O_NONBLOCK != 0 || flags&unix.O_WRONLY == 0 {
		t.Errorf("flags of standard output: %s, %v", res.Stdout, err)
	}
	res = mustRun(t, r, Command{Argv: []string{"ls", "/proc/self/fd"}}, nil)
	for _, fd := range ids(t, res.Stdout.String()) {
		if fd <= 3 {
			continue // a stream, or the folder that ls reads
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC != 0 {
			t.Errorf("descriptor %d was passed on, %v", fd, err) // others came from the caller of the test
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	const short = time.Second
	tests := []struct {
		name      string
		script    string
		timeout   time.Duration
		processes int // ids that the script prints on stdout
		wantErr   string
	}{
		{"direct child", "echo $$; echo e >&2; exec sleep 60", short, 1, "e\n"},
		{"grandchild holds the pipe", "echo $$; sleep 60; true", short, 1, ""},
		{"background grandchild", "echo $$; sleep 60 & echo $!; wait", short, 2, ""},
		{"ignores TERM", "trap '' TERM; echo $$; sleep 60 & echo $!; while :; do wait; done", short, 2, ""},
		{"grandchild ignores TERM", "(trap '' TERM; exec sleep 60) & echo $$; echo $!; wait", short, 2, ""},
		{"ends well on TERM", "trap 'exit 0' TERM; echo $$; sleep 60 & wait", short, 1, ""},
		{"cleans up on TERM", "trap 'echo bye >&2; exit 0' TERM; echo $$; sleep 60 & wait", short, 1, "bye\n"},
		{"stopped", "echo $$; kill -STOP $$", short, 1, ""},
	}
	r := newRunner(t, &RunnerOptions{TermGrace: time.Second})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := sh(tt.script)
			cmd.Timeout = tt.timeout
			res := mustRun(t, r, cmd, nil)
			if res.ExitCode != ExitTimeout || !res.TimedOut || res.StillRunning {
				t.Errorf("result %+v", res)
			}
			if diff := cmp.Diff(tt.wantErr, res.Stderr.String()); diff != "" {
				t.Errorf("stderr (-want +got):\n%s", diff)
			}
			if res.Duration < tt.timeout || res.Duration > 30*time.Second {
				t.Errorf("took %v", res.Duration)
			}
			checkGone(t, tt.processes, ids(t, res.Stdout.String()))
		})
	}
	t.Run("at once", func(t *testing.T) {
		t.Parallel()
		cmd := sh("sleep 60; true")
		cmd.Timeout = AtOnce
		res := mustRun(t, r, cmd, nil)
		if res.ExitCode != ExitTimeout || !res.TimedOut || res.Signal != unix.SIGKILL || res.Duration > 30*time.Second {
			t.Errorf("result %+v", res)
		}
	})
	t.Run("not started is no time-out", func(t *testing.T) {
		t.Parallel()
		_, err := r.Run(t.Context(), Command{Argv: []string{"nonexistent-program"}, Timeout: AtOnce}, nil)
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("error %v", err)
		}
	})
}

// TestOtherSession ends a command that runs out of time or is cancelled together
// with what it has started in another session.
func TestOtherSession(t *testing.T) {
	t.Parallel()
	if _, err := osexec.LookPath("setsid"); err != nil {
		t.Skip("setsid is missing")
	}
	const script = "setsid sh -c 'trap \"\" TERM HUP; echo $$; sleep 600; true' & wait; true"
	for _, cause := range []string{"cancelled", "out of time", "killed at once"} {
		t.Run(cause, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t, &RunnerOptions{TermGrace: 200 * time.Millisecond})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			cmd := sh(script)
			cmd.Timeout = NoTimeout
			switch cause {
			case "out of time":
				cmd.Timeout = time.Second
			case "killed at once": // by the end of a runner whose patience is over
				r.opts.TermGrace = 1
			}
			res, err := r.Run(ctx, cmd, &Options{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {
				if cause != "out of time" {
					cancel()
				}
			}})
			if res == nil || res.StillRunning {
				t.Fatalf("result %+v, error %v", res, err)
			}
			checkGone(t, 1, ids(t, res.Stdout.String()))
		})
	}
}

// TestEscapedProcess has a process in a session of its own, whose parent is
// gone, hold the pipe of a command that ran out of time.
func TestEscapedProcess(t *testing.T) {
	t.Parallel()
	if _, err := osexec.LookPath("setsid"); err != nil {
		t.Skip("setsid is missing")
	}
	fifo := newFifo(t)
	r := newBareRunner(t, &RunnerOptions{Quiet: 100 * time.Millisecond})
	// The escaped one ends when it can write to nobody.
	cmd := sh("(setsid sh -c 'echo out; read x <" + fifo + "; while echo late; do :; done' 2>/dev/null &); sleep 60")
	cmd.Timeout = time.Second
	res := mustRun(t, r, cmd, nil)
	if res.ExitCode != ExitTimeout || res.Stdout.String() != "out\n" || res.Duration > 30*time.Second {
		t.Errorf("result %+v", res)
	}
	writeLine(t, fifo)
}

// writeLine writes to a named pipe and waits for its reader.
func writeLine(t *testing.T, fifo string) {
	t.Helper()
	f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("go\n"); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// readAll reads a named pipe until its writers are gone.
func readAll(t *testing.T, fifo string) string {
	t.Helper()
	b, err := os.ReadFile(fifo)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestBackground leaves a process behind: it does not hold the result, keeps
// running, and can write to its streams without dying of it.
func TestBackground(t *testing.T) {
	t.Parallel()
	in, out := newFifo(t), newFifo(t)
	r := newBareRunner(t, &RunnerOptions{Quiet: 100 * time.Millisecond})
	res := mustRun(t, r, sh("(read x <"+in+"; head -c 500000 /dev/zero; echo late >&2; echo alive >"+out+") & echo now; exit 5"), nil)
	if res.ExitCode != 5 || res.Aggregated.String() != "now\n" || res.Duration > 30*time.Second {
		t.Errorf("result %+v", res)
	}
	writeLine(t, in)
	if diff := cmp.Diff("alive\n", readAll(t, out)); diff != "" {
		t.Errorf("from the background (-want +got):\n%s", diff)
	}
}

// TestBackgroundWriter leaves a process behind that never stops writing.
func TestBackgroundWriter(t *testing.T) {
	t.Parallel()
	r := newBareRunner(t, &RunnerOptions{Linger: 300 * time.Millisecond})
	res := mustRun(t, r, sh("yes & echo $! >&2"), &Options{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {}})
	if res.ExitCode != 0 || res.Stdout.Len() == 0 || res.Duration > 30*time.Second {
		t.Errorf("exit code %d, %d bytes in %v", res.ExitCode, res.Stdout.Len(), res.Duration)
	}
	yes := ids(t, res.Stderr.String())[0]
	if !running(yes) {
		t.Error("the background process has ended")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	watchDeath(t, yes)
}

// TestOutputAfterExit has a grandchild write a little after the command ended.
func TestOutputAfterExit(t *testing.T) {
	t.Parallel()
	r := newRunner(t, &RunnerOptions{Quiet: 20 * time.Second, Linger: 20 * time.Second})
	res := mustRun(t, r, sh("(sleep 0.1; echo late) & echo now"), nil)
	if diff := cmp.Diff("now\nlate\n", res.Stdout.String()); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
}

// TestBackgroundHasTheTimeOfItsCommand checks that neither silence nor output
// of what was left behind holds a call past its time.
func TestBackgroundHasTheTimeOfItsCommand(t *testing.T) {
	t.Parallel()
	for _, background := range []string{"sleep 60", "yes"} {
		t.Run(background, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t, &RunnerOptions{Quiet: time.Minute, Linger: time.Minute})
			cmd := sh(background + " & exit 3")
			cmd.Timeout = 300 * time.Millisecond
			res := mustRun(t, r, cmd, nil)
			if res.ExitCode != 3 && res.ExitCode != ExitTimeout || res.Duration > 30*time.Second {
				t.Errorf("exit code %d after %v", res.ExitCode, res.Duration)
			}
		})
	}
}

// TestSlowReader checks that what a command wrote is not lost when its reader
// is slower than any patience, with a background process holding the pipe.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	fifo := newFifo(t)
	r := newRunner(t, &RunnerOptions{Quiet: 20 * time.Millisecond, Linger: 40 * time.Millisecond})
	first := true
	res := mustRun(t, r, sh("sleep 60 & head -c 60000 /dev/zero; echo done >"+fifo), &Options{
		OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {
			if first {
				first = false
				readAll(t, fifo) // the command has written everything
				pause := time.NewTimer(200 * time.Millisecond)
				<-pause.C // longer than Linger
			}
		},
	})
	if res.Stdout.Len() != 60000 {
		t.Errorf("%d bytes", res.Stdout.Len())
	}
}

func TestPending(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if pending(nil) || pending(r) {
		t.Error("an empty pipe has bytes")
	}
	if _, err := w.WriteString("a"); err != nil {
		t.Error(err)
	}
	if !pending(r) {
		t.Error("a full pipe has no bytes")
	}
	closeAll(r, w)
	if pending(r) {
		t.Error("a closed pipe has bytes")
	}
}

func TestMaxBackground(t *testing.T) {
	t.Parallel()
	r := newBareRunner(t, &RunnerOptions{Quiet: 20 * time.Millisecond, MaxBackground: 1})
	in := newFifo(t)
	first := mustRun(t, r, sh("(read x <"+in+"; while echo late; do :; done) 2>/dev/null & echo $!"), nil)
	second := mustRun(t, r, sh("sleep 60 & echo $!"), nil)
	writeLine(t, in)
	watchDeath(t, ids(t, first.Stdout.String())[0])
	if id := ids(t, second.Stdout.String())[0]; !running(id) {
		t.Error("the second background process has ended")
	} else {
		_ = unix.Kill(id, unix.SIGKILL)
	}
}

// TestCancelAfterTheEnd cancels a command that has ended by itself and whose output
// is held open: its result is there.
func TestCancelAfterTheEnd(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*Runner{"kept": newRunner(t, nil), "bare": newBareRunner(t, nil)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			res, err := r.Run(ctx, sh("sleep 60 & echo $!; exit 3"), &Options{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {
				r.mu.Lock()
				defer r.mu.Unlock()
				for x := range r.active {
					<-x.process.exited
				}
				cancel()
			}})
			if err != nil || res.ExitCode != 3 || res.Duration > 30*time.Second {
				t.Fatalf("result %+v, error %v", res, err)
			}
			checkGone(t, 1, ids(t, res.Stdout.String()))
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	reason := errors.New("user said stop")
	tests := []struct {
		name, script string
		processes    int
	}{
		{"direct child", "echo $$; exec sleep 60", 1},
		{"grandchild", "echo $$; sleep 60; true", 1},
		{"background", "sleep 60 & echo $! $$ | tr ' ' '\\n'; wait", 2},
		{"ignores TERM", "trap '' TERM; echo $$; while :; do sleep 60; done", 1},
	}
	r := newRunner(t, &RunnerOptions{TermGrace: 200 * time.Millisecond, Quiet: 10 * time.Second, Linger: 10 * time.Second})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			lines := 0
			res, err := r.Run(ctx, sh(tt.script), &Options{OnOutput: func(_ context.Context, _ protocol.ExecOutputStream, chunk []byte) {
				if lines += strings.Count(string(chunk), "\n"); lines == tt.processes {
					cancel(reason)
				}
			}})
			if !errors.Is(err, reason) || res == nil {
				t.Fatalf("result %+v, error %v", res, err)
			}
			if res.TimedOut || res.StillRunning || res.Duration > 9*time.Second {
				t.Errorf("result %+v", res)
			}
			checkGone(t, tt.processes, ids(t, res.Stdout.String()))
		})
	}
	t.Run("before the start", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(reason)
		res, err := r.Run(ctx, sh("echo a"), nil)
		if res != nil || !errors.Is(err, reason) {
			t.Errorf("result %+v, error %v", res, err)
		}
	})
	t.Run("deadline", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		res, err := r.Run(ctx, sh("exec sleep 60"), nil)
		if !errors.Is(err, context.DeadlineExceeded) || res == nil || res.ExitCode != 143 {
			t.Errorf("result %+v, error %v", res, err)
		}
	})
	t.Run("while the reader is blocked", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		res, err := r.Run(ctx, sh("echo $$; exec yes"), &Options{OnOutput: func(ctx context.Context, _ protocol.ExecOutputStream, _ []byte) {
			time.AfterFunc(time.Millisecond, func() { cancel(reason) })
			<-ctx.Done()
		}})
		if !errors.Is(err, reason) {
			t.Fatalf("result %+v, error %v", res, err)
		}
		id, _, _ := strings.Cut(res.Stdout.String(), "\n")
		checkGone(t, 1, ids(t, id))
	})
}

// TestCancelRaces cancels commands at any moment of their short lives.
func TestCancelRaces(t *testing.T) {
	t.Parallel()
	r := newRunner(t, &RunnerOptions{Quiet: 20 * time.Millisecond})
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(7, uint64(worker)))
			for range 40 {
				ctx, cancel := context.WithCancel(t.Context())
				timer := time.AfterFunc(time.Duration(rnd.IntN(6000))*time.Microsecond, cancel)
				res, err := r.Run(ctx, sh("echo $$; sleep 0.002 & sleep 0.001"), nil)
				timer.Stop()
				cancel()
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
				if err == nil && res.ExitCode != 0 {
					t.Errorf("exit code %d without an error", res.ExitCode)
				}
				if err != nil && res != nil {
					checkGone(t, strings.Count(res.Stdout.String(), "\n"), ids(t, res.Stdout.String()))
				}
			}
		})
	}
	wg.Wait()
}

func TestClose(t *testing.T) {
	t.Parallel()
	r := NewRunner(nil)
	started := make(chan struct{})
	done := make(chan error)
	var res *Result
	go func() {
		var err error
		res, err = r.Run(t.Context(), sh("echo $$; sleep 60; true"), &Options{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) { close(started) }})
		done <- err
	}()
	<-started
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	wg.Wait()
	checkGone(t, 1, ids(t, res.Stdout.String()))
	if _, err := r.Run(t.Context(), sh("true"), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error after close %v", err)
	}
	if err := NewRunner(nil).Close(); err != nil {
		t.Error(err)
	}
}

// TestThreadsThatEnd ends threads while a command runs: those that goroutines
// had locked die with them, and a child of one would get a signal.
func TestThreadsThatEnd(t *testing.T) {
	t.Parallel()
	fifo := newFifo(t)
	r := newRunner(t, nil)
	ready := make(chan struct{})
	result := make(chan *Result, 1)
	go func() {
		// This thread ends before the command does.
		runtime.LockOSThread()
		go func() {
			res, err := r.Run(t.Context(), sh("echo ready; read x <"+fifo+"; echo end"), &Options{
				OnOutput: func(_ context.Context, _ protocol.ExecOutputStream, chunk []byte) {
					if string(chunk) == "ready\n" {
						close(ready)
					}
				},
			})
			if err != nil {
				t.Error(err)
			}
			result <- res
		}()
	}()
	<-ready
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { runtime.LockOSThread() })
	}
	wg.Wait()
	writeLine(t, fifo)
	if res := <-result; res.ExitCode != 0 || res.Stdout.String() != "ready\nend\n" {
		t.Errorf("result %+v", res)
	}
}

// TestParentDeath kills a program, this one in another role, that runs a
// command.
func TestParentDeath(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"server", "terminal"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			testParentDeath(t, role)
		})
	}
}

func testParentDeath(t *testing.T, role string) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := osexec.Command(self)
	cmd.Env = []string{roleVariable + "=" + role}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Errorf("read the id of the command: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // killed
	for _, id := range ids(t, line) {
		watchDeath(t, id)
	}
}

// playRole runs a command that prints its id and waits, with the role terminal
// a shell on a terminal.
func playRole(role string) int {
	if role == "guarded" || role == "kept" {
		return playGuarded(role)
	}
	r := NewRunner(nil)
	print := func(_ context.Context, _ protocol.ExecOutputStream, chunk []byte) { _, _ = os.Stdout.Write(chunk) }
	var err error
	if role == "terminal" {
		var t *Terminal
		if t, err = r.StartTerminal(context.Background(), sh("trap '' TERM; echo $$; sleep 600; true"), &TerminalOptions{OnOutput: print}); err == nil {
			_, err = t.Result()
		}
	} else {
		_, err = r.Run(context.Background(), Command{Argv: []string{"sh", "-c", "echo $$; exec sleep 600"}, Timeout: NoTimeout}, &Options{OnOutput: print})
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}
