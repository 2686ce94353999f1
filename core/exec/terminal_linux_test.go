package exec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

// screen is a terminal whose output a test follows.
type screen struct {
	*Terminal
	t    testing.TB
	text strings.Builder
	// mark is up to where until has looked.
	mark int
}

// patience bounds the waits of the tests, which end as soon as what they wait
// for is there.
const patience = 30 * time.Second

// startTerminal starts a command on a terminal.
func startTerminal(t testing.TB, r *Runner, cmd Command, opts *TerminalOptions) *screen {
	t.Helper()
	term, err := r.StartTerminal(t.Context(), cmd, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(term.Close)
	return &screen{Terminal: term, t: t}
}

// until collects until the output has text that was not passed yet, and returns
// what came up to its end.
func (s *screen) until(text string) string {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		rest := s.text.String()[s.mark:]
		if i := strings.Index(rest, text); i >= 0 {
			s.mark += i + len(text)
			return rest[:i+len(text)]
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%q did not come, but %q", text, rest)
		}
		out, ended := s.Collect(s.t.Context(), 5*time.Millisecond)
		s.text.WriteString(out.String())
		if ended && !strings.Contains(s.text.String()[s.mark:], text) {
			s.t.Fatalf("ended without %q, but with %q", text, s.text.String()[s.mark:])
		}
	}
}

// rest collects until the end.
func (s *screen) rest() string {
	s.t.Helper()
	out, ended := s.Collect(s.t.Context(), patience)
	if !ended {
		s.t.Fatal("the process has not ended")
	}
	s.text.WriteString(out.String())
	text := s.text.String()[s.mark:]
	s.mark = s.text.Len()
	return text
}

func (s *screen) write(text string) {
	s.t.Helper()
	if n, err := s.Write(s.t.Context(), []byte(text)); n != len(text) || err != nil {
		s.t.Fatalf("wrote %d of %d bytes: %v", n, len(text), err)
	}
}

// mustEnd waits for the end of the process.
func (s *screen) mustEnd() *Result {
	s.t.Helper()
	select {
	case <-s.Done():
	case <-time.After(patience):
		s.t.Fatal("the process has not ended")
	}
	res, err := s.Result()
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

// startCat starts a program that Ctrl-C ends, and waits until it runs. Shells
// would catch the signal, and forget it when they are just starting something.
func startCat(t testing.TB, r *Runner) *screen {
	t.Helper()
	s := startTerminal(t, r, Command{Argv: []string{"cat"}, Report: func([]byte) error { return nil }}, nil)
	s.write("a\n")
	s.until("a\r\na\r\n")
	return s
}

// Each command ends by itself. Its output is there in full when Collect says
// that it has ended.
func TestTerminalEnd(t *testing.T) {
	t.Parallel()
	type outcome struct {
		ExitCode int
		Signal   syscall.Signal
		Output   string
	}
	r := newRunner(t, nil)
	for _, tt := range []struct {
		name string
		cmd  Command
		want outcome
	}{
		{"success", sh("echo a"), outcome{Output: "a\r\n"}},
		{"both streams", sh("echo a; echo b >&2"), outcome{Output: "a\r\nb\r\n"}},
		{"nothing", Command{Argv: []string{"true"}}, outcome{}},
		{"exit code", sh("printf a; exit 7"), outcome{ExitCode: 7, Output: "a"}},
		{"signal", sh("echo a; kill -9 $$"), outcome{ExitCode: 137, Signal: syscall.SIGKILL, Output: "a\r\n"}},
		{"time-out does not count", Command{Argv: []string{"sh", "-c", "echo a"}, Timeout: AtOnce}, outcome{Output: "a\r\n"}},
		{"streams are the terminal", sh("test -t 0 && test -t 1 && test -t 2 && test -c /dev/tty"), outcome{}},
		{"size", sh("stty size"), outcome{Output: "24 80\r\n"}},
		{"controlling terminal", sh("echo a >/dev/tty"), outcome{Output: "a\r\n"}},
		{"environment", Command{Argv: []string{"env"}, Env: []string{"A=1"}}, outcome{Output: "A=1\r\n"}},
		{"directory", Command{Argv: []string{"pwd"}, Dir: "/"}, outcome{Output: "/\r\n"}},
		{"arg0", Command{Argv: []string{"sh", "-c", `echo "$0"`}, Arg0: "other"}, outcome{Output: "other\r\n"}},
		{"not UTF-8", sh(`printf 'a\377b'`), outcome{Output: "a�b"}},
		{"closes its streams", sh("exec >/dev/null 2>&1 </dev/null; echo lost; echo a >/dev/tty; exit 3"), outcome{ExitCode: 3, Output: "a\r\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := startTerminal(t, r, tt.cmd, nil)
			got := outcome{Output: s.rest()}
			res := s.mustEnd()
			got.ExitCode, got.Signal = res.ExitCode, res.Signal
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{got.Output, "", got.Output}, []string{res.Stdout.String(), res.Stderr.String(), res.Aggregated.String()}); diff != "" {
				t.Errorf("streams of the result (-want +got):\n%s", diff)
			}
			if res.TimedOut || res.StillRunning || res.Duration <= 0 {
				t.Errorf("result %+v", res)
			}
			if out, ended := s.Collect(t.Context(), patience); !ended || out.Len() != 0 {
				t.Errorf("collected again: %q, ended %v", out, ended)
			}
			if n, err := s.Write(t.Context(), []byte("x")); n != 0 || !errors.Is(err, ErrEnded) {
				t.Errorf("wrote %d bytes: %v", n, err)
			}
		})
	}
}

// What a process writes just before its end is never lost, however short it
// lives and however little patience there is with silence.
func TestTerminalShortLife(t *testing.T) {
	t.Parallel()
	r := newRunner(t, &RunnerOptions{Quiet: 1})
	for i := range 100 {
		s := startTerminal(t, r, Command{Argv: []string{"echo", fmt.Sprint(i)}}, nil)
		if diff := cmp.Diff(fmt.Sprintf("%d\r\n", i), s.rest()); diff != "" {
			t.Fatalf("output (-want +got):\n%s", diff)
		}
	}
}

func TestTerminalStartErrors(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	for _, tt := range []struct {
		name string
		cmd  Command
		code int
		want error
	}{
		{"empty", Command{}, ExitNone, ErrEmptyCommand},
		{"missing program", Command{Argv: []string{"nonexistent-program"}}, ExitNotFound, ErrNotFound},
		{"folder", Command{Argv: []string{"/"}}, ExitNotExecutable, ErrNotExecutable},
		{"missing directory", Command{Argv: []string{"true"}, Dir: "/nonexistent"}, ExitNotExecutable, ErrBadDir},
		{"NUL", Command{Argv: []string{"sh", "-c", "a\x00"}}, ExitNotExecutable, ErrNUL},
		{"argument too long", Command{Argv: []string{"true", strings.Repeat("x", 16<<20)}}, ExitNotExecutable, syscall.E2BIG},
		{"standard input", Command{Argv: []string{"true"}, Stdin: []byte{}}, ExitNotExecutable, ErrUnsupported},
		{"files", Command{Argv: []string{"true"}, Stdio: &Stdio{}}, ExitNotExecutable, ErrUnsupported},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			term, err := r.StartTerminal(t.Context(), tt.cmd, nil)
			var start *StartError
			if term != nil || !errors.As(err, &start) || start.ExitCode != tt.code || !errors.Is(err, tt.want) {
				t.Errorf("want code %d of %v, got %v", tt.code, tt.want, err)
			}
		})
	}
	t.Run("context has ended", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("enough")
		cancel(cause)
		if term, err := r.StartTerminal(ctx, Command{Argv: []string{"true"}}, nil); term != nil || !errors.Is(err, cause) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("runner is closed", func(t *testing.T) {
		t.Parallel()
		r := NewRunner(nil)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if term, err := r.StartTerminal(t.Context(), Command{Argv: []string{"true"}}, nil); term != nil || !errors.Is(err, ErrClosed) {
			t.Errorf("error %v", err)
		}
	})
}

func TestTerminalTyping(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	t.Run("echo", func(t *testing.T) {
		t.Parallel()
		s := startTerminal(t, r, Command{Argv: []string{"cat"}}, nil)
		s.write("héllo\n")
		if diff := cmp.Diff("héllo\r\nhéllo\r\n", s.until("héllo\r\nhéllo\r\n")); diff != "" {
			t.Errorf("output (-want +got):\n%s", diff)
		}
		s.write("\x04") // end of input
		if diff := cmp.Diff("", s.rest()); diff != "" {
			t.Errorf("rest (-want +got):\n%s", diff)
		}
		if res := s.mustEnd(); res.ExitCode != 0 {
			t.Errorf("result %+v", res)
		}
	})
	t.Run("control-C", func(t *testing.T) {
		t.Parallel()
		s := startCat(t, r)
		s.write("\x03")
		if res := s.mustEnd(); res.Signal != syscall.SIGINT || res.ExitCode != 130 {
			t.Errorf("result %+v", res)
		}
	})
	t.Run("control-C that is caught", func(t *testing.T) {
		t.Parallel()
		s := startTerminal(t, r, sh("trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.01; done"), nil)
		s.until("ready")
		s.write("\x03")
		s.until("caught")
		if res := s.mustEnd(); res.ExitCode != 4 {
			t.Errorf("result %+v", res)
		}
	})
	t.Run("between calls", func(t *testing.T) {
		t.Parallel()
		s := startTerminal(t, r, sh("read a; echo got $a; read b; echo got $b"), nil)
		s.write("1\n2\n")
		res := s.mustEnd() // nobody collected so far
		if out, ended := s.Collect(t.Context(), 0); !ended || !strings.Contains(out.String(), "got 1") || !strings.Contains(out.String(), "got 2") {
			t.Errorf("collected %q, ended %v, result %+v", out, ended, res)
		}
	})
	t.Run("a shell", func(t *testing.T) {
		t.Parallel()
		s := startTerminal(t, r, Command{Argv: []string{"sh", "-i"}, Env: []string{"PS1=$ ", "PATH=/usr/bin:/bin"}}, nil)
		s.until("$ ")
		s.write("x=4; echo $((x+1))\n")
		s.until("\r\n5\r\n$ ")
		s.write("exit $x\n")
		if res := s.mustEnd(); res.ExitCode != 4 {
			t.Errorf("result %+v", res)
		}
	})
}

// A process that does not read holds up who writes, for as long as that one
// wants to wait; what was taken is not lost.
func TestTerminalBackPressure(t *testing.T) {
	t.Parallel()
	fifo := newFifo(t)
	r := newRunner(t, nil)
	s := startTerminal(t, r, sh("stty raw -echo; echo ready; read x <"+fifo+"; head -c 1000000 | wc -c"), nil)
	s.until("ready")
	text := bytes.Repeat([]byte("x"), 1_000_000)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	n, err := s.Write(ctx, text)
	if n == 0 || n == len(text) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("wrote %d bytes: %v", n, err)
	}
	writeLine(t, fifo)
	s.write(string(text[n:]))
	s.until("1000000")
}

// Whoever waits for the terminal learns that the process has ended.
func TestTerminalWriteToTheEnd(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	s := startTerminal(t, r, sh("stty raw -echo; echo ready; head -c 1 >/dev/null"), nil)
	s.until("ready")
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			n, err := s.Write(t.Context(), bytes.Repeat([]byte("x"), 1_000_000))
			if n == 1_000_000 || !errors.Is(err, ErrEnded) {
				t.Errorf("wrote %d bytes: %v", n, err)
			}
		})
	}
	writers.Wait()
	s.mustEnd()
}

// Much output costs bounded memory; its beginning and its end are kept, for
// Collect and for the result.
func TestTerminalOutputIsBounded(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	s := startTerminal(t, r, sh("echo begin; head -c 5000000 /dev/zero | tr '\\0' x; echo end"), &TerminalOptions{BacklogLimit: 1000, CaptureLimit: 2000})
	res := s.mustEnd()
	out, ended := s.Collect(t.Context(), 0)
	for name, got := range map[string]struct {
		Output
		keep int
	}{"collected": {out, 1000}, "result": {res.Aggregated, 2000}} {
		const all = 5_000_000 + 7 + 5
		if !ended || got.Len() != all || got.Dropped != int64(all-got.keep) ||
			!bytes.HasPrefix(got.Head, []byte("begin\r\nx")) || !bytes.HasSuffix(got.Tail, []byte("xend\r\n")) {
			t.Errorf("%s: %d bytes, %d dropped", name, got.Len(), got.Dropped)
		}
	}
}

// OnOutput gets everything in order, one call at a time, and holds the process
// up while it does not return; Collect does not wait for it.
func TestTerminalOnOutput(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	var got bytes.Buffer
	first, proceed := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := startTerminal(t, r, sh("echo a; seq 100000"), &TerminalOptions{
		OnOutput: func(_ context.Context, stream protocol.ExecOutputStream, chunk []byte) {
			if stream != protocol.StreamStdout || len(chunk) > MaxChunk {
				t.Errorf("%d bytes of %s", len(chunk), stream)
			}
			got.Write(chunk)
			once.Do(func() { close(first); <-proceed })
		},
	})
	<-first
	out, ended := s.Collect(t.Context(), 0)
	if !strings.HasPrefix(out.String(), "a\r\n") || ended {
		t.Errorf("collected %q, ended %v", out, ended)
	}
	close(proceed)
	res := s.mustEnd()
	if diff := cmp.Diff(res.Stdout.String(), got.String()); diff != "" || !strings.HasSuffix(got.String(), "\r\n100000\r\n") {
		t.Errorf("output (-result +handed on):\n%s", diff)
	}
}

// Closing a terminal ends everything that runs on it, whatever it does against
// it.
func TestTerminalClose(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		script    string
		processes int // ids that the script prints, before it prints "ready"
	}{
		{"direct child", "echo $$; echo ready; exec sleep 60", 1},
		{"child", "echo $$; sleep 60 & echo $!; echo ready; wait", 2},
		{"ignores HUP", "trap '' HUP; echo $$; sleep 60 & echo $!; echo ready; while :; do wait; done", 2},
		{"ignores HUP and TERM", "trap '' HUP TERM INT; echo $$; sleep 60 & echo $!; echo ready; while :; do sleep 1; done", 2},
		{"stopped", "echo $$; echo ready; kill -STOP $$", 1},
		{"groups of their own", "set -m; echo $$; sleep 60 & echo $!; sh -c 'trap \"\" HUP TERM; echo $$; echo ready; exec sleep 60' & wait", 3},
		{"without the terminal", "echo $$; (trap '' HUP; exec sleep 60 >/dev/null 2>&1 </dev/null) & echo $!; echo ready; wait", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t, &RunnerOptions{TermGrace: 200 * time.Millisecond})
			s := startTerminal(t, r, sh(tt.script), nil)
			text := strings.TrimSuffix(s.until("ready"), "ready")
			processes := ids(t, strings.ReplaceAll(text, "\r\n", "\n"))
			s.Close()
			s.Close()
			res, err := s.Result()
			if !errors.Is(err, ErrTerminalClosed) || res == nil || res.StillRunning || res.Signal == 0 && res.ExitCode == 0 {
				t.Errorf("result %+v, %v", res, err)
			}
			checkGone(t, tt.processes, processes)
		})
	}
}

// The end of the context and of the runner end terminals too.
func TestTerminalIsEnded(t *testing.T) {
	t.Parallel()
	t.Run("context", func(t *testing.T) {
		t.Parallel()
		r := newRunner(t, nil)
		ctx, cancel := context.WithCancelCause(t.Context())
		term, err := r.StartTerminal(ctx, sh("sleep 60"), nil)
		if err != nil {
			t.Fatal(err)
		}
		cause := errors.New("enough")
		cancel(cause)
		if res, err := term.Result(); !errors.Is(err, cause) || res == nil || res.ExitCode == 0 {
			t.Errorf("result %+v, %v", res, err)
		}
	})
	t.Run("runner", func(t *testing.T) {
		t.Parallel()
		r := newRunner(t, nil)
		term, err := r.StartTerminal(t.Context(), sh("sleep 60"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		select {
		case <-term.Done():
		default:
			t.Error("Close has not waited")
		}
		if _, err := term.Result(); !errors.Is(err, ErrClosed) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("collector is called off", func(t *testing.T) {
		t.Parallel()
		r := newRunner(t, nil)
		s := startTerminal(t, r, sh("sleep 60"), nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if out, ended := s.Collect(ctx, patience); ended || out.Len() != 0 {
			t.Errorf("collected %q, ended %v", out, ended)
		}
	})
}

// A process that outlives the leader of the session on purpose is left alone,
// and can go on writing.
func TestTerminalBackground(t *testing.T) {
	t.Parallel()
	in, out := newFifo(t), newFifo(t)
	r := newBareRunner(t, &RunnerOptions{Quiet: 100 * time.Millisecond})
	s := startTerminal(t, r, sh("trap '' HUP; (read x <"+in+"; head -c 500000 /dev/zero; echo alive >"+out+") & echo now; exit 5"), nil)
	if res := s.mustEnd(); res.ExitCode != 5 || res.Aggregated.String() != "now\r\n" {
		t.Errorf("result %+v", res)
	}
	s.Close()
	writeLine(t, in)
	if diff := cmp.Diff("alive\n", readAll(t, out)); diff != "" {
		t.Errorf("from the background (-want +got):\n%s", diff)
	}
}

// A helper that fails before the command starts is an error of the start.
func TestTerminalReport(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	failure := errors.New("the helper failed")
	for _, tt := range []struct {
		name   string
		script string
		want   string
		err    error
	}{
		{"failed", "echo no >&3; exit 1", "no\n", failure},
		{"started", "exec 3>&-; exit 1", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := sh(tt.script)
			var got string
			cmd.Report = func(b []byte) error { got = string(b); return tt.err }
			s := startTerminal(t, r, cmd, nil)
			res, err := s.Result()
			var start *StartError
			if (tt.err != nil) != (res == nil) || !errors.Is(err, tt.err) || tt.err != nil && !errors.As(err, &start) || got != tt.want {
				t.Errorf("result %+v, %v; reported %q", res, err, got)
			}
		})
	}
}

// TestTerminalLeaks counts descriptors, so that it is not parallel. Goroutines
// are counted at the end of all tests.
func TestTerminalLeaks(t *testing.T) {
	descriptors := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, e := range entries {
			if to, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); err == nil &&
				(strings.HasPrefix(to, "/dev/pt") || strings.HasPrefix(to, "pipe:")) {
				n++
			}
		}
		return n
	}
	r := NewRunner(nil)
	before := descriptors()
	for i := range 20 {
		s := startCat(t, r)
		if i%2 == 0 {
			s.write("\x03")
			s.mustEnd()
		}
		s.Close()
		if _, err := r.StartTerminal(t.Context(), Command{Argv: []string{"nonexistent-program"}}, nil); err == nil {
			t.Error("no error")
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if after := descriptors(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func BenchmarkTerminalOutput(b *testing.B) {
	const size = 16 << 20
	cmd := Command{Argv: []string{"head", "-c", fmt.Sprint(size), "/dev/zero"}}
	run := func(b *testing.B, opts *TerminalOptions) {
		r := newRunner(b, nil)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			term, err := r.StartTerminal(b.Context(), cmd, opts)
			if err != nil {
				b.Fatal(err)
			}
			if res, err := term.Result(); err != nil || res.Aggregated.Len() != size {
				b.Fatal(err)
			}
		}
	}
	b.Run("kept", func(b *testing.B) { run(b, nil) })
	b.Run("handed on", func(b *testing.B) {
		run(b, &TerminalOptions{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {}})
	})
}

func BenchmarkTerminalSpawn(b *testing.B) {
	r := newRunner(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		term, err := r.StartTerminal(b.Context(), Command{Argv: []string{"true"}}, nil)
		if err != nil {
			b.Fatal(err)
		}
		<-term.Done()
	}
}

func BenchmarkTerminalClose(b *testing.B) {
	r := newRunner(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		term, err := r.StartTerminal(b.Context(), Command{Argv: []string{"sleep", "60"}}, nil)
		if err != nil {
			b.Fatal(err)
		}
		term.Close()
	}
}
