package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/internal/pause"
	"github.com/codex-go/codex/protocol"
)

const id = protocol.ConversationID("5973b6c0-94b8-487b-a530-2aeb6098ae01")

func at(seconds int64) func() time.Time {
	return func() time.Time { return time.Unix(seconds, 999) }
}

func mustAppend(t *testing.T, l *Log, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := l.Append(t.Context(), id, text); err != nil {
			t.Fatal(err)
		}
	}
}

func content(t *testing.T, home string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(home, "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, home, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(home, "history.jsonl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "deep", "home")
	l := New(home, &Options{Now: at(1759219200)})
	mustAppend(t, l, "hello", "two\nlines \"quoted\" <&>", "")
	want := `{"session_id":"5973b6c0-94b8-487b-a530-2aeb6098ae01","ts":1759219200,"text":"hello"}
{"session_id":"5973b6c0-94b8-487b-a530-2aeb6098ae01","ts":1759219200,"text":"two\nlines \"quoted\" <&>"}
{"session_id":"5973b6c0-94b8-487b-a530-2aeb6098ae01","ts":1759219200,"text":""}
`
	if diff := cmp.Diff(want, content(t, home)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(filepath.Join(home, "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestOff(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	write(t, home, `{"session_id":"a","ts":1,"text":"before"}`+"\n")
	l := New(home, &Options{Off: true})
	mustAppend(t, l, "hello")
	file, entries := l.Metadata()
	entry, err := l.Lookup(t.Context(), file, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&protocol.HistoryEntry{ConversationID: "a", Timestamp: 1, Text: "before"}, entry); diff != "" || entries != 1 {
		t.Error(entries, diff)
	}
}

func TestModeIsRepaired(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	home := t.TempDir()
	path := filepath.Join(home, "history.jsonl")
	write(t, home, "")
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, New(home, nil), "x")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

func TestTornLine(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	write(t, home, "{\"session_id\":\"a\",\"ts\":1,\"text\":\"whole\"}\n{\"session_id\":\"b\",\"te")
	l := New(home, &Options{Now: at(2)})
	mustAppend(t, l, "next")
	file, entries := l.Metadata()
	if entries != 3 {
		t.Fatalf("%d entries", entries)
	}
	entry, err := l.Lookup(t.Context(), file, 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&protocol.HistoryEntry{ConversationID: string(id), Timestamp: 2, Text: "next"}, entry); diff != "" {
		t.Error(diff)
	}
	if _, err := l.Lookup(t.Context(), file, 1); err == nil {
		t.Error("half an entry was looked up")
	}
}

func TestForeignFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no links")
	}
	tests := []struct {
		name string
		make func(t *testing.T, path string)
	}{
		{"symbolic link", func(t *testing.T, path string) {
			target := path + ".target"
			if err := os.WriteFile(target, []byte("secret"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, path); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if b, err := os.ReadFile(target); err != nil || string(b) != "secret" {
					t.Errorf("the target of the link was changed: %q %v", b, err)
				}
				if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o644 {
					t.Errorf("the mode of the target was changed: %v %v", info.Mode(), err)
				}
			})
		}},
		{"directory", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{"pipe", makePipe},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			test.make(t, filepath.Join(home, "history.jsonl"))
			l := New(home, nil)
			if err := l.Append(t.Context(), id, "x"); err == nil {
				t.Error("Append succeeded")
			}
			if file, entries := l.Metadata(); file != 0 || entries != 0 {
				t.Error(file, entries)
			}
			if _, err := l.Lookup(t.Context(), 1, 0); err == nil {
				t.Error("Lookup succeeded")
			}
		})
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l := New(home, &Options{Now: at(7)})
	const n = 3*indexStep + 5
	for i := range n {
		mustAppend(t, l, fmt.Sprint("message ", i))
	}
	file, entries := l.Metadata()
	if entries != n || file == 0 {
		t.Fatal(file, entries)
	}
	other := New(home, nil)
	for i := range uint64(n) {
		entry, err := other.Lookup(t.Context(), file, i)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprint("message ", i); entry.Text != want {
			t.Errorf("entry %d: %q", i, entry.Text)
		}
	}
	for _, test := range []struct{ file, offset uint64 }{{file, n}, {file, 1 << 63}, {file + 1, 0}, {0, 0}} {
		if _, err := other.Lookup(t.Context(), test.file, test.offset); !errors.Is(err, ErrNoEntry) {
			t.Errorf("%v: %v", test, err)
		}
	}
	// What is added later is found without reading it all again.
	mustAppend(t, l, "late")
	if entry, err := other.Lookup(t.Context(), file, n); err != nil || entry.Text != "late" {
		t.Error(entry, err)
	}
}

// The number of a file that is gone is given to the next one, so that a history
// that was shortened twice may have the number that it had before.
func TestNumberUsedAgain(t *testing.T) {
	t.Parallel()
	entry := func(i int) string { return fmt.Sprintf("{\"session_id\":\"x\",\"ts\":%d,\"text\":\"%d\"}\n", i, i) }
	home := t.TempDir()
	write(t, home, entry(1)+entry(2)+entry(3))
	l := New(home, nil)
	before, n := l.Metadata()
	if n != 3 {
		t.Fatalf("%d entries", n)
	}
	var later strings.Builder
	for i := range 9 {
		later.WriteString(entry(1000 + i))
	}
	write(t, home, later.String()) // in place, as a reused number looks
	after, n := l.Metadata()
	if after != before || n != 9 {
		t.Errorf("the file %d has %d entries, want %d with 9", after, n, before)
	}
	if e, err := l.Lookup(t.Context(), after, 4); err != nil || e.Text != "1004" {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	l := New(filepath.Join(t.TempDir(), "none"), nil)
	if file, entries := l.Metadata(); file != 0 || entries != 0 {
		t.Error(file, entries)
	}
	if _, err := l.Lookup(t.Context(), 0, 0); !errors.Is(err, ErrNoEntry) {
		t.Error(err)
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	write(t, home, "")
	f, err := os.OpenFile(filepath.Join(home, "history.jsonl"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := tryLock(f, exclusive); err != nil {
		t.Fatal(err)
	}
	pauses := 0
	l := New(home, &Options{pause: func(_ context.Context, d time.Duration) error {
		if pauses++; d != 100*time.Millisecond {
			t.Errorf("pause of %v", d)
		}
		return nil
	}})
	if err := l.Append(t.Context(), id, "x"); !errors.Is(err, ErrBusy) || pauses != 9 {
		t.Errorf("after %d pauses: %v", pauses, err)
	}
	l.o.pause = func(context.Context, time.Duration) error { return f.Close() }
	if err := l.Append(t.Context(), id, "x"); err != nil {
		t.Error(err)
	}
}

func TestMaxBytes(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	one := len(New(home, &Options{Now: at(1)}).encode(id, "message 00"))
	bound := int64(10 * one)
	l := New(home, &Options{Now: at(1), MaxBytes: bound})
	for i := range 35 {
		mustAppend(t, l, fmt.Sprintf("message %02d", i))
		if got := len(content(t, home)); int64(got) > bound {
			t.Fatalf("%d bytes after %d messages", got, i)
		}
	}
	text := content(t, home)
	if n := strings.Count(text, "\n"); n < 8 || n > 10 || !strings.Contains(text, "message 34") {
		t.Errorf("%d entries:\n%s", n, text)
	}
	// The identity has changed, so that old positions lead nowhere.
	file, entries := l.Metadata()
	if entry, err := New(home, nil).Lookup(t.Context(), file, entries-1); err != nil || entry.Text != "message 34" {
		t.Error(entry, err)
	}
	// One message that is longer than the bound stays alone.
	mustAppend(t, l, strings.Repeat("x", int(bound)))
	if _, entries := l.Metadata(); entries != 1 {
		t.Errorf("%d entries", entries)
	}
	if left, err := filepath.Glob(filepath.Join(home, ".history-*")); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	var wg sync.WaitGroup
	const writers, messages = 4, 20
	for w := range writers {
		wg.Go(func() {
			l := New(home, &Options{MaxBytes: 1 << 20, pause: func(context.Context, time.Duration) error {
				return pause.For(t.Context(), time.Millisecond)
			}})
			for i := range messages {
				for {
					err := l.Append(t.Context(), id, fmt.Sprint(w, " ", i))
					if err == nil {
						break
					}
					if !errors.Is(err, ErrBusy) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	l := New(home, nil)
	file, entries := l.Metadata()
	if entries != writers*messages {
		t.Fatalf("%d entries", entries)
	}
	seen := make(map[string]bool)
	for i := range entries {
		entry, err := l.Lookup(t.Context(), file, i)
		if err != nil {
			t.Fatal(err)
		}
		seen[entry.Text] = true
	}
	if len(seen) != writers*messages {
		t.Errorf("%d different entries", len(seen))
	}
}

func FuzzLookup(f *testing.F) {
	f.Add([]byte("{\"session_id\":\"a\",\"ts\":1,\"text\":\"b\"}\n\n{"), uint64(0))
	f.Add([]byte("\n\n\xff\n"), uint64(2))
	f.Fuzz(func(t *testing.T, data []byte, offset uint64) {
		home := t.TempDir()
		if err := os.WriteFile(filepath.Join(home, "history.jsonl"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		l := New(home, nil)
		file, entries := l.Metadata()
		if want := uint64(strings.Count(string(data), "\n")); entries != want {
			t.Fatalf("%d entries, want %d", entries, want)
		}
		if _, err := l.Lookup(t.Context(), file, offset); err == nil && offset >= entries {
			t.Fatal("an entry beyond the end")
		}
		if err := l.Append(t.Context(), id, "last"); err != nil {
			t.Fatal(err)
		}
		file, entries = l.Metadata()
		if e, err := l.Lookup(t.Context(), file, entries-1); err != nil || e.Text != "last" {
			t.Fatal(e, err)
		}
	})
}

func ExampleLog() {
	home, err := os.MkdirTemp("", "history")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(home)
	ctx := context.Background()

	log := New(home, nil)
	if err := log.Append(ctx, "0199a213-81c0-7800-8aa1-bbab2a035a53", "Fix the build"); err != nil {
		panic(err)
	}
	file, entries := log.Metadata()
	entry, err := log.Lookup(ctx, file, entries-1)
	if err != nil {
		panic(err)
	}
	fmt.Println(entry.Text)
	// Output: Fix the build
}

func BenchmarkAppend(b *testing.B) {
	l := New(b.TempDir(), nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := l.Append(b.Context(), id, "a message of the usual length, more or less"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	home := b.TempDir()
	line := `{"session_id":"5973b6c0-94b8-487b-a530-2aeb6098ae01","ts":1759219200,"text":"` + strings.Repeat("words ", 30) + "\"}\n"
	if err := os.WriteFile(filepath.Join(home, "history.jsonl"), []byte(strings.Repeat(line, 50_000)), 0o600); err != nil {
		b.Fatal(err)
	}
	l := New(home, nil)
	file, entries := l.Metadata()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Lookup(b.Context(), file, entries-1); err != nil {
			b.Fatal(err)
		}
	}
}
