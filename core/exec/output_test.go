package exec

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCapture(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		limit  int
		writes []string
		want   Output
	}{
		{"nothing", 4, nil, Output{}},
		{"head only", 4, []string{"a", "b"}, Output{Head: []byte("ab")}},
		{"all fits", 4, []string{"ab", "cd"}, Output{Head: []byte("abcd")}},
		{"one too many", 4, []string{"abcde"}, Output{Head: []byte("ab"), Tail: []byte("de"), Dropped: 1}},
		{"ring", 4, []string{"ab", "cd", "e", "f", "g"}, Output{Head: []byte("ab"), Tail: []byte("fg"), Dropped: 3}},
		{"large write after the ring", 4, []string{"abcd", "e", "fghij"}, Output{Head: []byte("ab"), Tail: []byte("ij"), Dropped: 6}},
		{"line breaks", 4, []string{"\n\n\n", "\n\n\n\n", "\n"}, Output{Head: []byte("\n\n"), Tail: []byte("\n\n"), Dropped: 4, DroppedLines: 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCapture(tt.limit)
			for _, w := range tt.writes {
				c.write([]byte(w))
			}
			if diff := cmp.Diff(tt.want, c.output()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCaptureAgainstWhole compares captures with slices of the whole text.
func TestCaptureAgainstWhole(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		half := 1 + rnd.IntN(12)
		c := newCapture(2 * half)
		var whole []byte
		for range rnd.IntN(12) {
			p := make([]byte, rnd.IntN(3*half))
			for i := range p {
				p[i] = "ab\n"[rnd.IntN(3)]
			}
			whole = append(whole, p...)
			c.write(p)
		}
		var want Output
		if len(whole) <= 2*half {
			want.Head = whole
		} else {
			gap := whole[half : len(whole)-half]
			want = Output{Head: whole[:half], Tail: whole[len(whole)-half:], Dropped: int64(len(gap)), DroppedLines: int64(bytes.Count(gap, []byte("\n")))}
		}
		got := c.output()
		if !bytes.Equal(want.Head, got.Head) || !bytes.Equal(want.Tail, got.Tail) || want.Dropped != got.Dropped || want.DroppedLines != got.DroppedLines || got.Len() != int64(len(whole)) {
			t.Fatalf("half %d: want %q, got %q", half, want, got)
		}
	}
}

func TestOutputString(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		out  Output
		want string
	}{
		{"empty", Output{}, ""},
		{"text", Output{Head: []byte("a\n")}, "a\n"},
		{"not UTF-8", Output{Head: []byte("a\xffb\x80\x81c")}, "a�b��c"},
		{"gap", Output{Head: []byte("ab"), Tail: []byte("yz"), Dropped: 7}, "ab\n[... 7 bytes not kept ...]\nyz"},
		{"gap cuts characters", Output{Head: []byte("a\xe2\x82"), Tail: []byte("\xacz"), Dropped: 7}, "a\n[... 10 bytes not kept ...]\nz"},
		{"whole characters at the gap", Output{Head: []byte("a€"), Tail: []byte("€z"), Dropped: 7}, "a€\n[... 7 bytes not kept ...]\n€z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.out.String()); diff != "" {
				t.Errorf("String (-want +got):\n%s", diff)
			}
		})
	}
}

func BenchmarkCapture(b *testing.B) {
	chunk := bytes.Repeat([]byte("0123456\n"), MaxChunk/8)
	c := newCapture(DefaultCaptureLimit)
	b.SetBytes(int64(len(chunk)))
	b.ReportAllocs()
	for b.Loop() {
		c.write(chunk)
	}
}
