package exec

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTruncateMiddle(t *testing.T) {
	t.Parallel()
	lines := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			fmt.Fprintf(&b, "line %04d\n", i)
		}
		return b.String()
	}
	for _, tt := range []struct {
		name  string
		text  string
		limit int
		want  string
	}{
		{"empty", "", 0, ""},
		{"fits", "abc", 3, "abc"},
		{"fits just so", lines(1, 10), 100, lines(1, 10)},
		{"no room", "abcdefghi", 0, "…3 tokens truncated…\n"},
		{"room for the mark only", strings.Repeat("x", 400), 25, "…100 tokens truncated…\n"},
		{"at line breaks", lines(1, 100), 100, lines(1, 3) + "…235 tokens truncated…\n" + lines(98, 100)},
		{"one line", strings.Repeat("a", 200) + strings.Repeat("b", 200), 67,
			strings.Repeat("a", 20) + "…90 tokens truncated…\n" + strings.Repeat("b", 21)},
		{"between characters", strings.Repeat("é", 200), 70, strings.Repeat("é", 11) + "…89 tokens truncated…\n" + strings.Repeat("é", 11)},
		{"an early line break costs nothing", "a\n" + strings.Repeat("x", 400) + "\nb", 67,
			"a\n" + strings.Repeat("x", 18) + "…91 tokens truncated…\n" + strings.Repeat("x", 19) + "\nb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := TruncateMiddle(tt.text, tt.limit)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOutputMiddle(t *testing.T) {
	t.Parallel()
	type result struct {
		Text  string
		Total int64
	}
	for _, tt := range []struct {
		name  string
		out   Output
		limit int
		want  result
	}{
		{"fits", Output{Head: []byte("ab\xff")}, 5, result{"ab\uFFFD", 5}},
		{"text is longer than the bytes", Output{Head: []byte("\xff\xff")}, 5, result{"…2 tokens truncated…\n", 6}},
		{"dropped although it would fit", Output{Head: []byte("begin\n"), Dropped: 89, Tail: []byte("\nend\n")}, 1000,
			result{"begin\n…23 tokens truncated…\n\nend\n", 100}},
		{"dropped", Output{Head: []byte(strings.Repeat("a", 100)), Dropped: 800, Tail: []byte(strings.Repeat("b", 100))}, 68,
			result{strings.Repeat("a", 20) + "…240 tokens truncated…\n" + strings.Repeat("b", 21), 1000}},
		{"gap inside of characters", Output{Head: []byte("a\xc3"), Dropped: 100, Tail: []byte("\xa9b")}, 60,
			result{"a…26 tokens truncated…\nb", 104}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, total := tt.out.Middle(tt.limit)
			if diff := cmp.Diff(tt.want, result{text, total}); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

var anyMark = regexp.MustCompile(`…([0-9]+) tokens truncated…\n`)

func FuzzTruncateMiddle(f *testing.F) {
	f.Add("", 0)
	f.Add("a\nb\nc\n", 40)
	f.Add(strings.Repeat("héllo wörld\n", 50), 100)
	f.Add(strings.Repeat("x", 5000), 1000)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		limit = max(0, min(limit, 2*len(text)))
		got := TruncateMiddle(text, limit)
		if len(text) <= limit {
			if got != text {
				t.Errorf("%q fits into %d bytes and became %q", text, limit, got)
			}
			return
		}
		if !utf8.ValidString(got) {
			t.Errorf("not UTF-8: %q", got)
		}
		whole := tokenMark(Tokens(int64(len(text))))
		if got == whole {
			return
		}
		if len(got) > limit {
			t.Errorf("%d bytes instead of %d", len(got), limit)
		}
		// Some mark in it stands for exactly what is missing around it.
		for _, m := range anyMark.FindAllStringSubmatchIndex(got, -1) {
			first, last := got[:m[0]], got[m[1]:]
			missing := Tokens(int64(len(text) - len(first) - len(last)))
			if strings.HasPrefix(text, first) && strings.HasSuffix(text, last) && got[m[2]:m[3]] == fmt.Sprint(missing) {
				return
			}
		}
		t.Errorf("no mark in %q for what is missing of %q", got, text)
	})
}

func BenchmarkMiddle(b *testing.B) {
	out := Output{Head: []byte(strings.Repeat("line of output\n", 1<<15)), Dropped: 1 << 20, Tail: []byte(strings.Repeat("line of output\n", 1<<15))}
	b.ReportAllocs()
	for b.Loop() {
		out.Middle(40_000)
	}
}
