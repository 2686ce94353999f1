package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// lines reads everything from r and describes what came.
func lines(r io.Reader, maxLine int) (got []string, last error) {
	t := NewLineTransport(r, io.Discard, &LineOptions{MaxLine: maxLine})
	for {
		text, err := t.ReadMessage()
		var oversize *OversizeError
		switch {
		case err == nil:
			got = append(got, string(text))
		case errors.As(err, &oversize):
			got = append(got, fmt.Sprintf("%d>%d:%s", oversize.Size, oversize.Limit, oversize.Prefix))
		default:
			return got, err
		}
	}
}

func TestReadLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*readSize)
	failure := errors.New("disk on fire")
	tests := []struct {
		name  string
		input string
		limit int
		end   error // of the input, io.EOF if nil
		want  []string
	}{
		{name: "nothing"},
		{name: "one", input: "{}\n", want: []string{"{}"}},
		{name: "last without a line feed", input: "{}\n[]", want: []string{"{}", "[]"}},
		{name: "carriage returns", input: "{}\r\n[]\r\n1\r", want: []string{"{}", "[]", "1"}},
		{name: "blanks", input: " \t{} \t\n", want: []string{"{}"}},
		{name: "empty lines", input: "\n\r\n  \n{}\n\n", want: []string{"{}"}},
		{name: "junk and invalid UTF-8", input: "\xff\xfe\x00junk\n{}\n", want: []string{"\xff\xfe\x00junk", "{}"}},
		{name: "longer than the buffer", input: long + "\n{}\n" + long, want: []string{long, "{}", long}},
		{name: "as long as the limit", input: "1234567890\n{}\n", limit: 10, want: []string{"1234567890", "{}"}},
		{name: "longer than the limit", input: "12345678901\n{}\n", limit: 10, want: []string{"11>10:12345678901", "{}"}},
		{name: "last and too long", input: "{}\n12345678901", limit: 10, want: []string{"{}", "11>10:12345678901"}},
		{name: "prefix of a long one", input: long + "\n{}\n", limit: 10,
			want: []string{fmt.Sprintf("%d>10:%s", len(long), long[:oversizePrefix]), "{}"}},
		{name: "error in a line", input: "{}\n[", end: failure, want: []string{"{}", "["}},
	}
	for _, test := range tests {
		if test.end == nil {
			test.end = io.EOF
		}
		readers := []struct {
			name string
			wrap func(io.Reader) io.Reader
		}{
			{"at once", func(r io.Reader) io.Reader { return r }},
			{"by bytes", iotest.OneByteReader},
			{"in halves", iotest.HalfReader},
			{"error with data", iotest.DataErrReader},
		}
		for _, reader := range readers {
			t.Run(test.name+"/"+reader.name, func(t *testing.T) {
				t.Parallel()
				input := io.MultiReader(strings.NewReader(test.input), iotest.ErrReader(test.end))
				got, err := lines(reader.wrap(input), test.limit)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
				if !errors.Is(err, test.end) {
					t.Errorf("ended with %v, want %v", err, test.end)
				}
			})
		}
	}
}

func TestReadWithoutProgress(t *testing.T) {
	t.Parallel()
	if _, err := lines(stuckReader{}, 0); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v", err)
	}
}

type stuckReader struct{}

func (stuckReader) Read([]byte) (int, error) { return 0, nil }

// repeat yields head, then n times 'x', then tail.
func repeat(head string, n int64, tail string) io.Reader {
	return io.MultiReader(strings.NewReader(head), io.LimitReader(xReader{}, n), strings.NewReader(tail))
}

type xReader struct{}

var manyX = bytes.Repeat([]byte("x"), 1<<16)

func (xReader) Read(p []byte) (int, error) { return copy(p, manyX), nil }

// allocated returns the bytes that f allocates. Nothing may run beside it.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// held returns the bytes of the heap that the system has not got back.
func held() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys - m.HeapReleased
}

// Not parallel: it measures memory.
func TestLongLines(t *testing.T) {
	const mb = 1_000_000
	t.Run("20 MB are read", func(t *testing.T) {
		tr := NewLineTransport(repeat(`"`, 20*mb-2, "\"\n"), io.Discard, nil)
		text, err := tr.ReadMessage()
		if err != nil || len(text) != 20*mb {
			t.Errorf("got %d bytes, error %v", len(text), err)
		}
	})
	t.Run("70 MB are skipped", func(t *testing.T) {
		tr := NewLineTransport(repeat(`{"id":7,"method":"`, 70*mb, "\"}\n{}\n"), io.Discard, nil)
		_, err := tr.ReadMessage()
		var oversize *OversizeError
		if !errors.As(err, &oversize) || oversize.Size != 70*mb+20 || len(oversize.Prefix) != oversizePrefix {
			t.Fatalf("got %v", err)
		}
		if got := held(); got > 40*mb {
			t.Errorf("%d bytes are held afterwards", got)
		}
		if text, err := tr.ReadMessage(); string(text) != "{}" {
			t.Errorf("got %q, error %v", text, err)
		}
	})
	t.Run("the beginning costs its length once", func(t *testing.T) {
		got := allocated(func() {
			tr := NewLineTransport(repeat("", 60*mb, ""), io.Discard, &LineOptions{MaxLine: 59 * mb})
			if _, err := tr.ReadMessage(); err == nil {
				t.Error("the line was not skipped")
			}
		})
		if got > 62*mb {
			t.Errorf("%d bytes allocated", got)
		}
	})
	t.Run("memory does not depend on the length", func(t *testing.T) {
		const limit = 1 << 20
		got := allocated(func() {
			tr := NewLineTransport(repeat("", 100*mb, "\n"), io.Discard, &LineOptions{MaxLine: limit})
			if _, err := tr.ReadMessage(); err == nil {
				t.Error("the line was not skipped")
			}
		})
		if got > 4*limit {
			t.Errorf("%d bytes allocated", got)
		}
	})
}

func TestWriteLines(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	tr := NewLineTransport(strings.NewReader(""), &b, nil)
	if err := errors.Join(
		tr.WriteBatch([]byte("{}\n[]\n")),
		tr.WriteStream(strings.NewReader("1")),
		tr.WriteBatch([]byte("2\n")),
	); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("{}\n[]\n1\n2\n", b.String()); diff != "" {
		t.Error(diff)
	}
	if err := tr.WriteStream(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestCloseLines(t *testing.T) {
	t.Parallel()
	r, w := io.Pipe()
	r2, w2 := io.Pipe()
	tr := NewLineTransport(r, w2, nil)
	for range 2 {
		if err := tr.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if _, err := w.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the reader is open: %v", err)
	}
	if _, err := r2.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the writer is open: %v", err)
	}
}

func TestInterruptibleReader(t *testing.T) {
	t.Parallel()
	pipe := func(t *testing.T) (io.ReadCloser, *os.File) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		return InterruptibleReader(r), w
	}
	t.Run("reads to the end", func(t *testing.T) {
		t.Parallel()
		r, w := pipe(t)
		if _, err := w.WriteString("text"); err != nil {
			t.Fatal(err)
		}
		w.Close()
		got, err := io.ReadAll(r)
		if string(got) != "text" || err != nil {
			t.Errorf("got %q, error %v", got, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("close releases", func(t *testing.T) {
		t.Parallel()
		r, _ := pipe(t)
		ended := make(chan error)
		go func() {
			_, err := r.Read(make([]byte, 1))
			ended <- err
		}()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, os.ErrClosed) {
			t.Errorf("read ended with %v", err)
		}
		if _, err := r.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
			t.Errorf("a later read ended with %v", err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add([]byte("{}\n\r\n [1] \n\xff"), uint8(3), uint8(0))
	f.Add([]byte("0123456789\n{}"), uint8(1), uint8(5))
	f.Fuzz(func(t *testing.T, input []byte, chunk, limit uint8) {
		var want []string
		maxLine := int(limit)
		if maxLine == 0 {
			maxLine = DefaultMaxLine
		}
		for line := range bytes.Lines(input) {
			line = bytes.TrimLeft(bytes.TrimSuffix(line, []byte("\n")), " \t\r")
			if len(line) > maxLine {
				want = append(want, fmt.Sprintf("%d>%d:%s", len(line), maxLine, line[:min(len(line), oversizePrefix)]))
			} else if line = bytes.Trim(line, " \t\r"); len(line) > 0 {
				want = append(want, string(line))
			}
		}
		got, err := lines(&chunkReader{input, int(chunk) + 1}, int(limit))
		if !errors.Is(err, io.EOF) || !slices.Equal(want, got) {
			t.Errorf("%v: %s", err, cmp.Diff(want, got))
		}
	})
}

// chunkReader yields its text in pieces of a size.
type chunkReader struct {
	text []byte
	size int
}

func (r *chunkReader) Read(p []byte) (int, error) {
	if len(r.text) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.size)], r.text)
	r.text = r.text[n:]
	return n, nil
}
