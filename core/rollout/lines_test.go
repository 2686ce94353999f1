package rollout

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// splitLines is what a lineReader must return.
func splitLines(data []byte, limit int) (lines []string, tooLong int) {
	for _, l := range bytes.Split(data, []byte("\n")) {
		switch {
		case len(l) > limit:
			tooLong++
		case len(bytes.TrimSpace(l)) > 0:
			lines = append(lines, string(l))
		}
	}
	return lines, tooLong
}

// readLines reads with small buffers. at may be nil.
func readLines(t testing.TB, r io.Reader, at io.ReaderAt, data []byte, chunk, limit int) (lines []string, tooLong int) {
	t.Helper()
	l := &lineReader{r: r, at: at, chunk: chunk, max: limit, buf: make([]byte, chunk)}
	for {
		found, err := l.next()
		if errors.Is(err, io.EOF) {
			return lines, l.tooLong
		}
		if err != nil {
			t.Fatal(err)
		}
		end := found.offset + int64(len(found.data))
		if !bytes.Equal(data[found.offset:end], found.data) {
			t.Fatalf("%q is not at %d", found.data, found.offset)
		}
		if ended := end < int64(len(data)); ended != found.ended {
			t.Fatalf("%q: ended is %v", found.data, found.ended)
		}
		if len(l.buf) > 8*chunk+4*limit {
			t.Fatalf("the buffer grew to %d", len(l.buf))
		}
		lines = append(lines, string(found.data))
	}
}

func TestLineReader(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, data string }{
		{"empty", ""},
		{"one", "abc\n"},
		{"no end", "abc\ndef"},
		{"blank", "\n \r\n\t\nabc\n\n\nd\n"},
		{"long", strings.Repeat("x", 50) + "\ny\n"},
		{"too long", "a\n" + strings.Repeat("x", 500) + "\nb\n" + strings.Repeat("y", 500)},
		{"one too many", strings.Repeat("x", 65) + "\n" + strings.Repeat("y", 64) + "\n"},
		{"many", strings.Repeat("a\nbb\nccc\n", 100)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want, wantTooLong := splitLines([]byte(test.data), 64)
			for _, chunk := range []int{16, 64, 4096} {
				for name, r := range map[string]io.Reader{
					"whole": strings.NewReader(test.data),
					"bytes": iotest.OneByteReader(strings.NewReader(test.data)),
					"eof":   iotest.DataErrReader(strings.NewReader(test.data)),
				} {
					got, tooLong := readLines(t, r, nil, []byte(test.data), chunk, 64)
					if diff := cmp.Diff(want, got); diff != "" || tooLong != wantTooLong {
						t.Errorf("chunk %d, %s: %d too long, want %d: %s", chunk, name, tooLong, wantTooLong, diff)
					}
				}
				file := strings.NewReader(test.data)
				got, tooLong := readLines(t, strings.NewReader(test.data), file, []byte(test.data), chunk, 64)
				if diff := cmp.Diff(want, got); diff != "" || tooLong != wantTooLong {
					t.Errorf("chunk %d, measured: %d too long, want %d: %s", chunk, tooLong, wantTooLong, diff)
				}
			}
		})
	}
}

// A long line takes as much memory as it is long, and one that is too long takes
// none.
func TestLineReaderMeasures(t *testing.T) {
	t.Parallel()
	const chunk, limit = 16, 10_000
	for _, length := range []int{100, 5000, limit, limit + 1, 40 * limit} {
		for _, end := range []string{"", "\n", "\nlast", "\n" + strings.Repeat("z", 300) + "\n"} {
			data := "first\n" + strings.Repeat("x", length) + end
			file := strings.NewReader(data)
			l := &lineReader{r: strings.NewReader(data), at: file, chunk: chunk, max: limit, buf: make([]byte, chunk)}
			var got []string
			most := 0
			for {
				found, err := l.next()
				if err != nil {
					break
				}
				got = append(got, string(found.data))
				most = max(most, len(l.buf))
			}
			want, wantTooLong := splitLines([]byte(data), limit)
			if diff := cmp.Diff(want, got); diff != "" || l.tooLong != wantTooLong {
				t.Errorf("%d, %q: %d too long, want %d: %s", length, end, l.tooLong, wantTooLong, diff)
			}
			bound := length + 2*chunk
			if length > limit {
				bound = 1024 // for the lines around it
			}
			if most > max(bound, 1024) {
				t.Errorf("%d, %q: the buffer grew to %d bytes", length, end, most)
			}
		}
	}
}

func TestLineReaderSkims(t *testing.T) {
	t.Parallel()
	data := "short\n" + strings.Repeat("x", 1000) + "\nwanted " + strings.Repeat("y", 1000) + "\nlast"
	asked := 0
	l := &lineReader{r: strings.NewReader(data), chunk: 16, max: 1 << 20, skimAt: 100, buf: make([]byte, 16), skim: func(prefix []byte) bool {
		asked++
		return bytes.HasPrefix(prefix, []byte("wanted"))
	}}
	var got []string
	for {
		found, err := l.next()
		if err != nil {
			break
		}
		got = append(got, string(found.data[:min(6, len(found.data))]))
	}
	if diff := cmp.Diff([]string{"short", "wanted", "last"}, got); diff != "" || asked != 2 {
		t.Errorf("asked %d times: %s", asked, diff)
	}
}

func TestLineReaderErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	l := newLineReader(io.MultiReader(strings.NewReader("one\ntwo"), iotest.ErrReader(broken)), 0)
	if found, err := l.next(); err != nil || string(found.data) != "one" {
		t.Errorf("%q %v", found.data, err)
	}
	if _, err := l.next(); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func FuzzLineReader(f *testing.F) {
	f.Add([]byte("a\nbb\n\nccc"), uint8(16), uint8(0), uint8(40))
	f.Add([]byte(strings.Repeat("x", 300)+"\ny"), uint8(1), uint8(3), uint8(64))
	f.Fuzz(func(t *testing.T, data []byte, chunk, step, limit uint8) {
		size, longest := int(chunk)+1, int(limit)+1
		var r io.Reader = bytes.NewReader(data)
		if step > 0 {
			r = &stepReader{data, int(step)}
		}
		want, wantTooLong := splitLines(data, longest)
		got, tooLong := readLines(t, r, nil, data, size, longest)
		if diff := cmp.Diff(want, got); diff != "" || tooLong != wantTooLong {
			t.Fatalf("%d too long, want %d: %s", tooLong, wantTooLong, diff)
		}
	})
}

// stepReader returns a few bytes at a time.
type stepReader struct {
	data []byte
	step int
}

func (r *stepReader) Read(p []byte) (int, error) {
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.step)], r.data)
	r.data = r.data[n:]
	return n, nil
}

// FuzzFile gives every reader a file of anything.
func FuzzFile(f *testing.F) {
	for _, name := range []string{"release-0.44.jsonl", "release-0.163.jsonl"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)-20])
	}
	f.Add([]byte("{\"type\":\"session_meta\"}\n\xff\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		home := t.TempDir()
		s := newStore(t, home)
		path := writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", fileName(noon, testID)), string(data))
		ctx := t.Context()
		var report Report
		read := 0
		for _, err := range s.Read(ctx, path, &report) {
			if err != nil {
				t.Fatal(err)
			}
			read++
		}
		if read+report.Invalid != report.Lines {
			t.Fatalf("%d read, %+v", read, report)
		}
		for payload, err := range s.EventMessages(ctx, path, nil) {
			if err != nil || bytes.ContainsAny(payload, "\n\r") && bytes.Contains(payload, []byte("\n")) {
				t.Fatal(err)
			}
		}
		page, err := s.List(ctx, ListQuery{AnySource: true})
		if err != nil || !page.Next.IsZero() {
			t.Fatal(page, err)
		}
		h, err := s.Load(ctx, path)
		if err != nil {
			if len(page.Items) > 0 {
				t.Fatalf("listed, but cannot be loaded: %v", err)
			}
			return
		}
		// Whatever it was, it can be continued and forked.
		w, err := s.Resume(ctx, path, WriterOptions{})
		if err != nil || w.ID() != h.ID {
			t.Fatal(err)
		}
		record(t, w, message("assistant", "more"))
		closeWriter(t, w)
		again, err := s.Load(ctx, path)
		if err != nil || len(again.Items) != len(h.Items)+1 {
			t.Fatalf("%d items, then %d: %v", len(h.Items), len(again.Items), err)
		}
		if !bytes.HasPrefix([]byte(readFile(t, path)), data) {
			t.Fatal("what was there was changed")
		}
		fork, forked, err := s.Fork(ctx, path, 0, Meta{Cwd: "/w"}, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		closeWriter(t, fork)
		if forked {
			for line, err := range s.Read(ctx, fork.Path(), &report) {
				if err != nil || line.Timestamp == "" {
					t.Fatal(err)
				}
			}
		}
	})
}
