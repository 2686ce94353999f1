package sse

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// readAll returns the data of all events and the error that ended them.
func readAll(r *Reader) ([]string, error) {
	var events []string
	for {
		data, err := r.Next()
		if err != nil {
			return events, err
		}
		events = append(events, string(data))
	}
}

// pieces is a source that gives out one piece a read.
type pieces struct {
	rest [][]byte
	err  error // after the last piece; nil means io.EOF
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		return 0, io.EOF
	}
	n := copy(b, p.rest[0])
	if p.rest[0] = p.rest[0][n:]; len(p.rest[0]) == 0 {
		p.rest = p.rest[1:]
	}
	return n, nil
}

func TestStray(t *testing.T) {
	t.Parallel()
	for stream, want := range map[string]string{
		": ping\nevent: x\nid\nretry: 5\n\ndata: y\n\n": "",
		"data: y\n\noops\nagain\n":                      "oops",
		"database: y\n\n":                               "database: y",
		strings.Repeat("x", 5000):                       strings.Repeat("x", strayBytes),
	} {
		r := NewReader(strings.NewReader(stream), 1<<20)
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
		if got := r.Stray(); got != want {
			t.Errorf("stray line of %.20q is %q, want %q", stream, got, want)
		}
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		stream string
		want   []string
	}{
		{"empty", "", nil},
		{"one", "data: a\n\n", []string{"a"}},
		{"no space", "data:a\n\n", []string{"a"}},
		{"one space only", "data:  a \n\n", []string{" a "}},
		{"crlf", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}},
		{"cr", "data: a\r\rdata: b\r\r", []string{"a", "b"}},
		{"mixed", "data: a\r\n\ndata: b\n\r\ndata: c\r\n\r", []string{"a", "b", "c"}},
		{"several lines", "data: a\ndata: b\ndata\ndata: c\n\n", []string{"a\nb\n\nc"}},
		{"other fields", "event: x\nid: 1\nretry: 5\ndata: a\nevent: y\n\n", []string{"a"}},
		{"fields with similar names", "data2: x\ndatab\n data: y\n\ndata: a\n\n", []string{"a"}},
		{"comments", ": hello\n\ndata: a\n: in between\ndata: b\n\n:\n\n", []string{"a\nb"}},
		{"no data", "event: x\n\ndata\n\ndata:\n\ndata: \n\ndata: a\n\n", []string{"a"}},
		{"two empty lines are data", "data\ndata\n\n", []string{"\n"}},
		{"many blank lines", "\n\n\r\r\ndata: a\n\n\n\n", []string{"a"}},
		{"byte order mark", "\ufeffdata: a\n\n", []string{"a"}},
		{"byte order mark later", "data: a\n\n\ufeffdata: b\n\n", []string{"a"}},
		{"end without blank line", "data: a\n", []string{"a"}},
		{"end without line end", "data: a\n\ndata: b", []string{"a", "b"}},
		{"end after several lines", "data: a\ndata: b", []string{"a\nb"}},
		{"end after carriage return", "data: a\r", []string{"a"}},
		{"only a byte order mark", "\ufeff", nil},
		{"larger than the buffer", "data: " + strings.Repeat("x", 3*startSize) + "\n\ndata: a\n\n", []string{strings.Repeat("x", 3*startSize), "a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sources := map[string]io.Reader{
				"at once":      strings.NewReader(test.stream),
				"byte by byte": iotest.OneByteReader(strings.NewReader(test.stream)),
				"halves":       iotest.HalfReader(strings.NewReader(test.stream)),
				"data and end": iotest.DataErrReader(strings.NewReader(test.stream)),
			}
			for name, source := range sources {
				got, err := readAll(NewReader(source, 1<<20))
				if err != io.EOF {
					t.Errorf("%s: error %v", name, err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s: events differ (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// An event is given out as soon as its blank line is there, even if that may
// yet turn out to be the first half of CRLF.
func TestReaderDoesNotWait(t *testing.T) {
	t.Parallel()
	source := &pieces{rest: [][]byte{[]byte("data: a\r\n\r")}, err: errors.New("must not read on")}
	r := NewReader(source, 1<<20)
	if data, err := r.Next(); string(data) != "a" || err != nil {
		t.Errorf("got %q, %v", data, err)
	}
}

// A broken connection does not complete an event.
func TestReaderError(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	r := NewReader(&pieces{rest: [][]byte{[]byte("data: a\n\ndata: b\n")}, err: broken}, 1<<20)
	got, err := readAll(r)
	if diff := cmp.Diff([]string{"a"}, got); diff != "" || err != broken {
		t.Errorf("error %v, events differ (-want +got):\n%s", err, diff)
	}
	if _, again := r.Next(); again != broken {
		t.Errorf("then the error is %v", again)
	}
}

func TestReaderSourceWithoutProgress(t *testing.T) {
	t.Parallel()
	if _, err := NewReader(idle{}, 1<<20).Next(); err != io.ErrNoProgress {
		t.Errorf("error %v, want %v", err, io.ErrNoProgress)
	}
}

// idle never has anything.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestReaderLimit(t *testing.T) {
	t.Parallel()
	const limit = 100
	tests := []struct {
		name   string
		stream string
		ok     bool
	}{
		{"just fits", "data:" + strings.Repeat("x", limit) + "\n\n", true},
		{"one more", "data:" + strings.Repeat("x", limit+1) + "\n\n", false},
		{"several lines fit", "data:" + strings.Repeat("x", 49) + "\ndata:" + strings.Repeat("x", 50) + "\n\n", true},
		{"several lines do not", "data:" + strings.Repeat("x", 50) + "\ndata:" + strings.Repeat("x", 50) + "\n\n", false},
		{"without end", strings.Repeat("x", 40*startSize), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := NewReader(strings.NewReader(test.stream), limit)
			events, err := readAll(r)
			if test.ok != (err == io.EOF && len(events) == 1) || !test.ok && err != ErrTooLarge {
				t.Errorf("%d events, error %v", len(events), err)
			}
			if _, again := r.Next(); again != err {
				t.Errorf("then the error is %v", again)
			}
		})
	}
}

// The buffer of a large event is not kept.
func TestReaderGivesMemoryBack(t *testing.T) {
	t.Parallel()
	large := "data: " + strings.Repeat("x", 4<<20) + "\n\n"
	r := NewReader(&pieces{rest: [][]byte{[]byte(large), []byte("data: a\n\n"), []byte("data: b\n\n")}}, 8<<20)
	if _, err := readAll(r); err != io.EOF {
		t.Fatal(err)
	}
	if len(r.buf) > keepSize {
		t.Errorf("a buffer of %d bytes is kept", len(r.buf))
	}
}

// reference reads a stream the plain way.
func reference(stream string) []string {
	stream = strings.TrimPrefix(stream, "\ufeff")
	stream = strings.ReplaceAll(strings.ReplaceAll(stream, "\r\n", "\n"), "\r", "\n")
	var events, data []string
	emit := func() {
		if text := strings.Join(data, "\n"); text != "" {
			events = append(events, text)
		}
		data = nil
	}
	for line := range strings.SplitSeq(stream, "\n") {
		name, value, _ := strings.Cut(line, ":")
		switch {
		case line == "":
			emit()
		case name == "data":
			data = append(data, strings.TrimPrefix(value, " "))
		}
	}
	emit()
	return events
}

func FuzzReader(f *testing.F) {
	f.Add("data: a\n\ndata: b\r\n\r\n: c\rdata\r\r", uint8(3))
	f.Add("\ufeffdata: {\"type\":\"x\",\ndata: \"y\":1}\n\nevent: z", uint8(1))
	f.Add("data: a\r\n\r", uint8(9))
	f.Fuzz(func(t *testing.T, stream string, step uint8) {
		source := &pieces{}
		for part := range slices.Chunk([]byte(stream), int(step)+1) {
			source.rest = append(source.rest, part)
		}
		got, err := readAll(NewReader(source, 1<<20))
		if err != io.EOF {
			t.Fatalf("error %v", err)
		}
		if diff := cmp.Diff(reference(stream), got); diff != "" {
			t.Errorf("events of %q differ (-want +got):\n%s", stream, diff)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	for _, size := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("%d bytes", size), func(b *testing.B) {
			event := "event: x\ndata: " + strings.Repeat("x", size) + "\n\n"
			stream := strings.Repeat(event, 1000)
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			for b.Loop() {
				r := NewReader(strings.NewReader(stream), 1<<20)
				for {
					if _, err := r.Next(); err == io.EOF {
						break
					}
				}
			}
		})
	}
}
