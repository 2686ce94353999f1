package rollout

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// play is what the test binary does as another process. It says what it did
// on standard output, a line each.
func play(role string, args []string) int {
	ctx := context.Background()
	switch role {
	case "hold": // resume args[1], hold it until standard input ends, close
		w, err := NewFileStore(args[0], nil).Resume(ctx, args[1], WriterOptions{})
		var locked *LockedError
		if errors.As(err, &locked) {
			fmt.Println("locked by", locked.PID)
			return 0
		}
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
		fmt.Println("held")
		io.Copy(io.Discard, os.Stdin)
		if err := errors.Join(w.Record(said("from another process")), w.Close(ctx)); err != nil {
			fmt.Println("error", err)
			return 1
		}
	case "write": // write turns for ever, saying which are flushed
		s := NewFileStore(args[0], nil)
		w, err := s.Resume(ctx, args[1], WriterOptions{})
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
		text := strings.Repeat("words ", 500)
		for turn := 0; ; turn++ {
			for i := range 20 {
				if err := w.Record(said(fmt.Sprintf("%s.%d.%d %s", args[2], turn, i, text))); err != nil {
					fmt.Println("error", err)
					return 1
				}
			}
			if err := w.Flush(ctx); err != nil {
				fmt.Println("error", err)
				return 1
			}
			fmt.Println("flushed", turn)
		}
	}
	return 0
}

// player is another process.
type player struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   *bufio.Reader
}

func startPlayer(t *testing.T, role string, args ...string) *player {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &player{t, cmd, stdin, bufio.NewReader(stdout)}
	t.Cleanup(p.kill)
	return p
}

// line returns what the process says next.
func (p *player) line() string {
	p.t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.t.Fatalf("the process says no more: %v", err)
	}
	return strings.TrimSpace(line)
}

func (p *player) kill() {
	p.cmd.Process.Kill()
	io.Copy(io.Discard, p.out)
	p.cmd.Wait()
}

func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	w := create(t, s, Meta{ID: testID, Cwd: "/w"}, WriterOptions{})
	flush(t, w)

	// While we write, nobody else may.
	if got, want := startPlayer(t, "hold", home, w.Path()).line(), fmt.Sprint("locked by ", os.Getpid()); got != want {
		t.Errorf("another process: %q, want %q", got, want)
	}
	closeWriter(t, w)

	// While another writes, we may not; reading is free.
	other := startPlayer(t, "hold", home, w.Path())
	if got := other.line(); got != "held" {
		t.Fatal(got)
	}
	var locked *LockedError
	_, err := s.Resume(t.Context(), w.Path(), WriterOptions{})
	if !errors.As(err, &locked) || locked.PID != other.cmd.Process.Pid || locked.ID != testID || locked.Since.IsZero() {
		t.Errorf("Resume: %v", err)
	}
	if !strings.Contains(err.Error(), "already has an active writer") {
		t.Errorf("Resume: %v", err)
	}
	if _, err := s.Archive(t.Context(), testID, w.Path()); !errors.As(err, &locked) {
		t.Errorf("Archive: %v", err)
	}
	if err := s.Delete(t.Context(), testID, w.Path()); !errors.As(err, &locked) {
		t.Errorf("Delete: %v", err)
	}
	if _, err := s.Load(t.Context(), w.Path()); err != nil {
		t.Errorf("Load: %v", err)
	}
	other.stdin.Close()
	if err := other.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(home, "thread-writer-locks", "[0-9a-f]*.lock")); err != nil || len(left) != 0 {
		t.Errorf("locks are left: %v %v", left, err)
	}

	// A process that is killed gives everything up, though its file stays.
	other = startPlayer(t, "hold", home, w.Path())
	if got := other.line(); got != "held" {
		t.Fatal(got)
	}
	other.kill()
	w, err = s.Resume(t.Context(), w.Path(), WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	record(t, w, said("and on"))
	closeWriter(t, w)
	if got := agentTexts(t, w.Path()); len(got) != 2 || got[1] != "and on" {
		t.Errorf("%q", got)
	}
}

// TestKilledWriter kills processes in the middle of writing. What was flushed
// must be there, in order, and nothing else may be half there after the next
// writer has begun.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	rounds := 4
	if os.Getenv("CODEX_LONG") != "" {
		rounds = 100
	}
	home := t.TempDir()
	s := newStore(t, home)
	w := create(t, s, Meta{ID: testID, Cwd: "/w"}, WriterOptions{})
	path := w.Path()
	closeWriter(t, w)
	for round := range rounds {
		p := startPlayer(t, "write", home, path, fmt.Sprint(round))
		flushed := -1
		for range 1 + round%5 {
			if _, err := fmt.Sscanf(p.line(), "flushed %d", &flushed); err != nil {
				t.Fatal(err)
			}
		}
		p.kill()

		seen := make(map[string]int)
		last := ""
		for _, text := range agentTexts(t, path) {
			where, _, _ := strings.Cut(text, " ")
			seen[where]++
			last = where
		}
		for turn := range flushed + 1 {
			for i := range 20 {
				if n := seen[fmt.Sprintf("%d.%d.%d", round, turn, i)]; n != 1 {
					t.Fatalf("round %d, turn %d, line %d is there %d times; last is %s", round, turn, i, n, last)
				}
			}
		}
		w, err := s.Resume(t.Context(), path, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		record(t, w, said(fmt.Sprint("after ", round)))
		closeWriter(t, w)
		lineCount(t, path)
		texts := agentTexts(t, path)
		if got := texts[len(texts)-1]; got != fmt.Sprint("after ", round) {
			t.Fatalf("last line %q", got)
		}
	}
}

func TestLockFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	d := &lockDir{path: filepath.Join(home, locksDir), now: time.Now}
	file := filepath.Join(home, "thread-writer-locks", string(testID)+".lock")

	// A file that nobody locks, empty as other releases leave it, is no lock.
	writeFile(t, file, "")
	release, err := d.take(t.Context(), testID)
	if err != nil {
		t.Fatal(err)
	}
	if text := readFile(t, file); !strings.Contains(text, fmt.Sprintf(`"pid":%d`, os.Getpid())) {
		t.Errorf("the lock does not say who: %q", text)
	}
	var locked *LockedError
	elsewhere := &lockDir{path: d.path, now: time.Now} // as another process would
	if _, err := elsewhere.take(t.Context(), testID); !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Errorf("second lock: %v", err)
	}
	if _, err := d.take(t.Context(), testID); !errors.As(err, &locked) {
		t.Errorf("second lock: %v", err)
	}
	for range 2 {
		if err := release(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(file); !missing(err) {
		t.Errorf("the file stays: %v", err)
	}
	release, err = elsewhere.take(t.Context(), testID)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}

	// Another release holds a lock and does not say who it is.
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := tryLock(f); err != nil {
		t.Fatal(err)
	}
	if _, err := d.take(t.Context(), testID); !errors.As(err, &locked) || locked.PID != 0 {
		t.Errorf("foreign lock: %v", err)
	}
	if !strings.HasSuffix(locked.Error(), "already has an active writer") {
		t.Error(locked)
	}
}

func TestCoordination(t *testing.T) {
	t.Parallel()
	d := &lockDir{path: t.TempDir(), now: time.Now}
	f, err := d.coordinate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := d.take(ctx, testID); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("take: %v", err)
	}
	f.Close()
	release, err := d.take(t.Context(), testID)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
