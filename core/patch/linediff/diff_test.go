package linediff

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUnified(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string
		context  int
		want     string
	}{
		{"equal", "a\nb\n", "a\nb\n", 3, ""},
		{"both empty", "", "", 3, ""},
		{"new file", "", "first\nsecond\n", 3, "@@ -0,0 +1,2 @@\n+first\n+second\n"},
		{"deleted file", "gone soon\n", "", 3, "@@ -1 +0,0 @@\n-gone soon\n"},
		{"one line", "a\n", "b\n", 1, "@@ -1 +1 @@\n-a\n+b\n"},
		{"one line of context", "1\ntwo\n3\n", "1\n2\n3\n", 1, "@@ -1,3 +1,3 @@\n 1\n-two\n+2\n 3\n"},
		{"deletions before insertions", "one\ntwo\n", "1\n2\n", 3, "@@ -1,2 +1,2 @@\n-one\n-two\n+1\n+2\n"},
		{
			"no newline on either side", "a\nb", "a\nc", 1,
			"@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n",
		},
		{
			"newline added", "a\nb", "a\nb\n", 1,
			"@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n",
		},
		{
			"context without newline", "a\nb", "A\nb", 1,
			"@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n",
		},
		{
			"changes two lines apart share a hunk with one line of context",
			"a\nb\nc\nd\n", "A\nb\nc\nD\n", 1,
			"@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n-d\n+D\n",
		},
		{
			"changes three lines apart do not",
			"a\nb\nc\nd\ne\n", "A\nb\nc\nd\nE\n", 1,
			"@@ -1,2 +1,2 @@\n-a\n+A\n b\n@@ -4,2 +4,2 @@\n d\n-e\n+E\n",
		},
		{
			"added block starts where the block starts",
			"f {\n}\n\ng {\n}\n", "f {\n}\n\nn {\n}\n\ng {\n}\n", 0,
			"@@ -3,0 +4,3 @@\n+n {\n+}\n+\n",
		},
		{"no context", "a\nb\nc\n", "a\nc\n", 0, "@@ -2 +1,0 @@\n-b\n"},
		{"carriage returns stay", "a\r\nb\r\n", "A\r\nb\r\n", 1, "@@ -1,2 +1,2 @@\n-a\r\n+A\r\n b\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, Unified(tt.old, tt.new, tt.context)); diff != "" {
				t.Errorf("hunks (-want +got):\n%s", diff)
			}
		})
	}
}

// rebuild applies edits and checks that everything between them is common.
func rebuild(oldLines, newLines []string, edits []Edit) (string, error) {
	var out strings.Builder
	i, j := 0, 0
	for n, e := range append(edits, Edit{len(oldLines), len(oldLines), len(newLines), len(newLines)}) {
		if n < len(edits) && e.OldStart == e.OldEnd && e.NewStart == e.NewEnd {
			return "", fmt.Errorf("edit %d is empty", n)
		}
		if n > 0 && n < len(edits) && e.OldStart == i {
			return "", fmt.Errorf("edit %d touches the one before", n)
		}
		if e.OldStart-i != e.NewStart-j {
			return "", fmt.Errorf("edit %d: %d common lines against %d", n, e.OldStart-i, e.NewStart-j)
		}
		for ; i < e.OldStart; i, j = i+1, j+1 {
			if oldLines[i] != newLines[j] {
				return "", fmt.Errorf("lines %d and %d differ", i, j)
			}
			out.WriteString(oldLines[i])
		}
		for ; j < e.NewEnd; j++ {
			out.WriteString(newLines[j])
		}
		i = e.OldEnd
	}
	return out.String(), nil
}

func check(t *testing.T, oldText, newText string) []Edit {
	t.Helper()
	oldLines, newLines := Lines(oldText), Lines(newText)
	edits := Compare(oldLines, newLines)
	got, err := rebuild(oldLines, newLines, edits)
	if err != nil {
		t.Fatalf("%v\nold %q\nnew %q\nedits %v", err, oldText, newText, edits)
	}
	if got != newText {
		t.Fatalf("rebuilt %q, want %q", got, newText)
	}
	return edits
}

// commonLines is the length of the longest common subsequence, the slow way.
func commonLines(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

func TestCompareIsShortest(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var texts [2]string
		for i := range texts {
			var b strings.Builder
			for range rng.IntN(14) {
				b.WriteByte(byte('a' + rng.IntN(4)))
				b.WriteByte('\n')
			}
			texts[i] = b.String()
		}
		edits := check(t, texts[0], texts[1])
		oldLines, newLines := Lines(texts[0]), Lines(texts[1])
		changed := 0
		for _, e := range edits {
			changed += e.OldEnd - e.OldStart + e.NewEnd - e.NewStart
		}
		if want := len(oldLines) + len(newLines) - 2*commonLines(oldLines, newLines); changed != want {
			t.Fatalf("%q to %q changes %d lines, want %d: %v", texts[0], texts[1], changed, want, edits)
		}
	}
}

// shuffled returns the same lines in two unrelated orders.
func shuffled(lines int) (oldText, newText string) {
	rng := rand.New(rand.NewPCG(3, 4))
	write := func() string {
		var b strings.Builder
		for _, n := range rng.Perm(lines) {
			fmt.Fprintf(&b, "line %d\n", n%(lines/2))
		}
		return b.String()
	}
	return write(), write()
}

func TestCompareBoundsWork(t *testing.T) {
	t.Parallel()
	oldText, newText := shuffled(200_000)
	began := time.Now()
	check(t, oldText, newText)
	// The bound is a number of steps; the time only has to be far from what an
	// unbounded search would take, which is hours.
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nc\nd")
	f.Add("", "x")
	f.Add("a\na\na\n", "a\na\n")
	f.Fuzz(func(t *testing.T, oldText, newText string) {
		check(t, oldText, newText)
		if (Unified(oldText, newText, 3) == "") != (oldText == newText) {
			t.Errorf("hunks of %q and %q", oldText, newText)
		}
	})
}

func BenchmarkCompareShuffled(b *testing.B) {
	oldText, newText := shuffled(50_000)
	oldLines, newLines := Lines(oldText), Lines(newText)
	b.ReportAllocs()
	for b.Loop() {
		Compare(oldLines, newLines)
	}
}

func BenchmarkUnifiedThousandEdits(b *testing.B) {
	var oldText, newText strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&oldText, "line %d\n", i)
		if i%50 == 0 {
			fmt.Fprintf(&newText, "changed %d\n", i)
		} else {
			fmt.Fprintf(&newText, "line %d\n", i)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Unified(oldText.String(), newText.String(), 1)
	}
}
