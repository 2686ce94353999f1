package exec

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// startService starts a shell script whose first lines of output are process
// ids, and returns the ids too.
func startService(t *testing.T, r *Runner, script string, lines int) (*Service, []int) {
	t.Helper()
	s, err := r.Start(Command{Argv: []string{"sh", "-c", script}, Dir: t.TempDir(), Env: []string{"PATH=/usr/bin:/bin"}})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	out := bufio.NewReader(s.Stdout())
	for range lines {
		line, err := out.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(line)
	}
	return s, ids(t, text.String())
}

func TestServiceStop(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		script string
		lines  int
		grace  time.Duration
		status string
	}{
		{"ends at the end of its input", "echo $$; cat >/dev/null; exit 3", 1, time.Minute, "exit status 3"},
		{"leaves a child behind", "echo $$; sleep 600 & echo $!; cat >/dev/null", 2, time.Minute, "exit status 0"},
		{"without a grace", "echo $$; exec sleep 600", 1, 0, "signal: terminated"},
		{"ends when it is asked to", "trap 'exit 4' TERM; echo $$; while :; do sleep 600 & wait; done", 1, time.Millisecond, "exit status 4"},
		{"does not want to end", "trap '' TERM; echo $$; sleep 600 & echo $!; wait; wait", 2, time.Millisecond, "signal: killed"},
		{"is stopped", "echo $$; kill -STOP $$", 1, time.Millisecond, "signal: terminated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := NewRunner(&RunnerOptions{TermGrace: 200 * time.Millisecond})
			defer r.Close()
			s, pids := startService(t, r, tt.script, tt.lines)
			if got := s.Status(); got != "" {
				t.Errorf("status of a running service: %q", got)
			}
			if err := s.Stop(tt.grace); err != nil {
				t.Error(err)
			}
			checkGone(t, tt.lines, pids)
			if got := s.Status(); got != tt.status {
				t.Errorf("status %q, want %q", got, tt.status)
			}
			if _, err := io.ReadAll(s.Stderr()); err == nil {
				t.Error("the streams are open after Stop")
			}
		})
	}
}

func TestWatcherIsAskedToEndAll(t *testing.T) {
	t.Parallel()
	r := NewRunner(&RunnerOptions{TermGrace: time.Millisecond})
	defer r.Close()
	s, err := r.Start(Command{
		Argv: []string{"sh", "-c", `trap '' TERM; trap 'kill -KILL $!; exit 9' USR1; echo ready; while :; do sleep 600 & wait $!; done`},
		Env:  []string{"PATH=/usr/bin:/bin"}, Watcher: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(s.Stdout()).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(0); err != nil {
		t.Error(err)
	}
	if got := s.Status(); got != "exit status 9" {
		t.Errorf("status %q", got)
	}
}

func TestServiceReport(t *testing.T) {
	t.Parallel()
	for _, script := range []string{"echo no such thing >&3; exit 3", "exit 3"} {
		r := NewRunner(nil)
		s, err := r.Start(Command{
			Argv: []string{"sh", "-c", script},
			Report: func(written []byte) error {
				if len(written) == 0 {
					return nil
				}
				return errors.New(strings.TrimSpace(string(written)))
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		<-s.Exited()
		if err := s.Stop(0); err != nil {
			t.Error(err)
		}
		want := "exit status 3"
		if strings.Contains(script, "echo") {
			want = "no such thing"
		}
		if got := s.Status(); got != want {
			t.Errorf("%s: status %q, want %q", script, got, want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestServiceEndsByItself(t *testing.T) {
	t.Parallel()
	r := NewRunner(nil)
	defer r.Close()
	s, pids := startService(t, r, "sleep 600 >/dev/null 2>&1 & echo $!; exit 7", 1)
	<-s.Exited()
	if rest, err := io.ReadAll(s.Stdout()); len(rest) != 0 || err != nil {
		t.Errorf("rest of the output %q, %v", rest, err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := s.Stop(time.Minute); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := s.Status(); got != "exit status 7" {
		t.Errorf("status %q", got)
	}
	checkGone(t, 1, pids)
}

func TestRunnerCloseStopsServices(t *testing.T) {
	t.Parallel()
	r := NewRunner(nil)
	var all []int
	for range 3 {
		_, pids := startService(t, r, "echo $$; exec sleep 600", 1)
		all = append(all, pids...)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	checkGone(t, 3, all)
	if _, err := r.Start(Command{Argv: []string{"true"}}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestServiceStartErrors(t *testing.T) {
	t.Parallel()
	r := NewRunner(nil)
	defer r.Close()
	tests := []struct {
		name string
		cmd  Command
		want error
	}{
		{"empty", Command{}, ErrEmptyCommand},
		{"unknown", Command{Argv: []string{"no-such-program"}, Env: []string{"PATH=/usr/bin"}}, ErrNotFound},
		{"directory", Command{Argv: []string{"sh"}, Dir: "/no/such/folder"}, ErrBadDir},
		{"input", Command{Argv: []string{"sh"}, Stdin: []byte("x")}, ErrUnsupported},
		{"files", Command{Argv: []string{"sh"}, Stdio: &Stdio{}}, ErrUnsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := r.Start(tt.cmd)
			var start *StartError
			if s != nil || !errors.As(err, &start) || !errors.Is(err, tt.want) {
				t.Errorf("got %v, %v, want %v", s, err, tt.want)
			}
		})
	}
}
