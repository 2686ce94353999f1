package patch

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// chunksOf parses the lines of an update.
func chunksOf(t testing.TB, lines ...string) []Chunk {
	t.Helper()
	p, err := Parse(patchText(append([]string{"*** Update File: f"}, lines...)...))
	if err != nil {
		t.Fatal(err)
	}
	return p.Sections[0].(*UpdateFile).Chunks
}

func TestApplyChunks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		text  string
		lines []string
		want  string // or the code of the error
	}{
		// What is not changed stays byte for byte.
		{"CRLF stays", "a\r\nb\r\nc\r\n", []string{"@@", " a", "-b", "+B", "+BB", " c"}, "a\r\nB\r\nBB\r\nc\r\n"},
		{"CRLF at the end of the file", "a\r\nb\r\n", []string{"@@", "+c"}, "a\r\nb\r\nc\r\n"},
		{"CRLF in front of the first line", "a\r\nb\r\n", []string{"@@", "+0", " a"}, "0\r\na\r\nb\r\n"},
		{"mixed endings follow their surroundings", "a\nb\r\nc\n", []string{"@@", "-a", "+A", "-b", "+B", "-c", "+C"}, "A\nB\r\nC\n"},
		{"CRLF without a last one", "a\r\nb", []string{"@@", " b", "+c"}, "a\r\nb\r\nc\r\n"},
		{"no final line feed, change elsewhere", "a\nb\nc", []string{"@@", "-a", "+A"}, "A\nb\nc"},
		{"no final line feed, context at the end", "a\nb", []string{"@@", "-a", "+A", " b"}, "A\nb"},
		{"no final line feed, appended", "a\nb", []string{"@@", "+c"}, "a\nb\nc\n"},
		{"no final line feed, last line goes", "a\nb", []string{"@@", "-b"}, "a\n"},
		{"no final line feed, one line replaced", "a", []string{"@@", "-a", "+b"}, "b\n"},
		{"no final line feed, inserted before", "a", []string{"@@", "+0", " a"}, "0\na"},
		{"blank lines at the end stay", "a\n\n\n", []string{"@@", "-a", "+A"}, "A\n\n\n"},
		{"byte order mark stays", "\ufeffa\nb\n", []string{"@@", "-a", "+A"}, "\ufeffA\nb\n"},
		{"byte order mark alone", "\ufeff", []string{"@@", "+a"}, "\ufeffa\n"},
		{"carriage return inside a line", "a\rb\nc\n", []string{"@@", "-c", "+C"}, "a\rb\nC\n"},
		{"context that matches loosely stays", "\ta  \n\u201cb\u201d\nc\n", []string{"@@", " a", " \"b\"", "-c", "+C"}, "\ta  \n\u201cb\u201d\nC\n"},

		// Where chunks go.
		{"exact match wins over an earlier loose one", "  x\nx\n", []string{"@@", "-x", "+y"}, "  x\ny\n"},
		{"trailing blanks win over leading ones", " x\nx \n", []string{"@@", "-x", "+y"}, " x\ny\n"},
		{"search starts behind the context", "x\nhere\nx\n", []string{"@@ here", "-x", "+y"}, "x\nhere\ny\n"},
		{"contexts match loosely", "x\n  here \nx\n", []string{"@@ here", "-x", "+y"}, "x\n  here \ny\n"},
		{"second context behind the first", "m\nA\nm\nx\n", []string{"@@ A", "@@ m", "-x", "+y"}, "m\nA\nm\ny\n"},
		{"second context before the first", "m\nA\nx\n", []string{"@@ A", "@@ m", "-x", "+y"}, "E8"},
		{"bare marker in a stack", "a\nx\n", []string{"@@ a", "@@", "-x", "+y"}, "a\ny\n"},
		{"blank context is none", "a\nb\n", []string{"@@  ", "-b", "+B"}, "a\nB\n"},
		{"end of file wins over an earlier match", "x\nx\n", []string{"@@", "-x", "+y", "*** End of File"}, "x\ny\n"},
		{"end of file never goes back", "a\nb\n", []string{"@@", "-b", "+B", "@@", "-b", "+C", "*** End of File"}, "E9"},
		{"several blank lines behind a chunk", "a\nb\n", []string{"@@", "-a", "+A", "", "", "@@", "-b", "+B"}, "A\nB\n"},
		{"removed blank line that is not there", "a\nb\n", []string{"@@", "-b", "-", "+B"}, "a\nB\n"},
		{"removed blank line that is there", "a\n\nb\n", []string{"@@", "-a", "-", "+A"}, "A\nb\n"},

		// New lines alone.
		{"behind a context", "a\nb\n", []string{"@@ a", "+1", "+2", "@@", "-b", "+B"}, "a\n1\n2\nB\n"},
		{"behind stacked contexts", "A\nm\nB\nm\n", []string{"@@ B", "@@ m", "+x"}, "A\nm\nB\nm\nx\n"},
		{"context and end of file", "a\nb\n", []string{"@@ a", "+x", "*** End of File"}, "a\nb\nx\n"},
		{"before a blank line at the end", "a\n\n", []string{"@@", "+x"}, "a\nx\n\n"},
		{"twice at the end", "a\n", []string{"@@", "+x", "@@", "+y"}, "a\nx\ny\n"},
		{"at the end, and the last line goes", "a\n\n", []string{"@@", "+x", "@@", " a", "-", "+y"}, "a\nx\ny\n"},
		{"into a file of one blank line", "\n", []string{"@@", "+x"}, "x\n\n"},

		// Hunk headers of git.
		{"numbers choose between equal places", "x\na\nx\nb\n", []string{"@@ -3,2 +3,2 @@", "-x", "+y", " b"}, "x\na\ny\nb\n"},
		{"numbers choose the later of two", "x\nx\nx\n", []string{"@@ -2 +2 @@", "-x", "+y"}, "x\ny\nx\n"},
		{"wrong numbers", "a\nb\nc\n", []string{"@@ -100,3 +100,3 @@", " a", "-b", "+B"}, "a\nB\nc\n"},
		{"heading instead of right numbers", "x\nfunc f() {\nx\n", []string{"@@ -40,3 +40,3 @@ func f() {", "-x", "+y"}, "x\nfunc f() {\ny\n"},
		{"heading that is nowhere", "a\nx\n", []string{"@@ -40,3 +40,3 @@ func g() {", "-x", "+y"}, "a\ny\n"},
		{"pure insertion of git", "a\nb\nc\n", []string{"@@ -2,0 +3,1 @@", "+x"}, "a\nb\nx\nc\n"},
		{"pure insertion at the top", "a\n", []string{"@@ -0,0 +1 @@", "+x"}, "x\na\n"},
		{"pure insertion past the end", "a\n", []string{"@@ -9,0 +10 @@", "+x"}, "a\nx\n"},
		{"header that is a line of the file", "x\n-1,2 +1,2 @@\nx\n", []string{"@@ -1,2 +1,2 @@", "-x", "+y"}, "x\n-1,2 +1,2 @@\ny\n"},
		{"header behind a context", "A\nx\nB\nx\n", []string{"@@ B", "@@ -1,1 +1,1 @@", "-x", "+y"}, "A\nx\nB\ny\n"},
		{"almost a header", "a\n", []string{"@@ -1,2 @@", "-a", "+b"}, "E8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := applyChunks("f", tt.text, chunksOf(t, tt.lines...))
			if err != nil {
				got = describe(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSearchAgreesWithNaive(t *testing.T) {
	t.Parallel()
	texts := [][]int32{{}, {1}, {1, 1, 2, 1, 1, 2, 1, 1, 3}, {1, 2, 1, 2, 1, 2, 3}, {2, 2, 2, 2}}
	patterns := [][]int32{{1}, {1, 1}, {1, 1, 3}, {1, 2, 1, 2, 3}, {2, 2, 2}, {4}}
	for _, text := range texts {
		for _, pattern := range patterns {
			for start := 0; start <= len(text); start++ {
				want := -1
				for at := start; at+len(pattern) <= len(text) && want < 0; at++ {
					if cmp.Equal(text[at:at+len(pattern)], pattern) {
						want = at
					}
				}
				if got := search(text, pattern, start); got != want {
					t.Errorf("search(%v, %v, %d) = %d, want %d", text, pattern, start, got, want)
				}
			}
		}
	}
}

// What is taken off the end of a chunk does not depend on how the number is
// found: it is what trying every number gives.
func TestEmptyEndsAsIfTriedOneByOne(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	found := 0
	for range 3000 {
		var text strings.Builder
		for range random.IntN(10) {
			text.WriteString(pick("a", "", "", " ") + "\n")
		}
		lines := []string{"@@"}
		for range random.IntN(3) {
			lines = append(lines, pick(" a", "-a", "+b", "", "-", "+"))
		}
		for range random.IntN(6) {
			lines = append(lines, "")
		}
		if len(lines) == 1 {
			continue
		}
		e := &editor{doc: newDocument(text.String())}
		e.match.lines = e.doc.lines
		chunk := chunksOf(t, lines...)[0]
		if len(oldLines(chunk.Lines)) == 0 {
			continue
		}
		want, left := -1, chunk.Lines
		for first, ok := true, true; ok; first = false {
			if want = e.seek(left, false, nil); want >= 0 {
				break
			}
			var shorter []Line
			shorter, ok = dropEmptyEnd(left)
			if !first && ok {
				ok = left[len(left)-1] == Line{Op: Context} && len(oldLines(shorter)) > 0
			}
			if ok {
				left = shorter
			}
		}
		at, got := e.place(chunk.Lines, false, nil)
		if at != want || at >= 0 && !cmp.Equal(left, got) {
			t.Fatalf("place of %q in %q = %d, %v, want %d, %v", lines, text.String(), at, got, want, left)
		}
		if at >= 0 && len(got) < len(chunk.Lines)-1 {
			found++
		}
	}
	if found == 0 {
		t.Error("no chunk lost more than one line")
	}
}

// longFile returns a file of 50,000 lines and a patch of 1,000 hunks for it.
// Every fourth hunk matches loosely only.
func longFile() (text string, body []string) {
	var file strings.Builder
	for i := range 50_000 {
		switch i % 10 {
		case 9:
			file.WriteString("}\n")
		default:
			fmt.Fprintf(&file, "\tline %d of the file\n", i)
		}
	}
	body = []string{"*** Update File: f"}
	for n := range 1000 {
		at := n*50 + 20
		indent := "\t"
		if n%4 == 0 {
			indent = "    "
		}
		body = append(body, "@@",
			fmt.Sprintf(" %sline %d of the file", indent, at),
			fmt.Sprintf("-%sline %d of the file", indent, at+1),
			fmt.Sprintf("+%schanged line %d", indent, at+1),
			fmt.Sprintf(" %sline %d of the file", indent, at+2),
		)
	}
	return file.String(), body
}

func BenchmarkParse(b *testing.B) {
	_, body := longFile()
	text := patchText(body...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlan checks a patch of 1,000 hunks against a file of 50,000 lines
// and computes what a client would be shown.
func BenchmarkPlan(b *testing.B) {
	text, body := longFile()
	dir := plant(b, tree{"f": text})
	p, err := Parse(patchText(body...))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		plan, err := NewPlan(b.Context(), OS(), dir, p)
		if err != nil {
			b.Fatal(err)
		}
		plan.Changes()
	}
}

// BenchmarkPlanNotFound is the worst case of a patch that does not fit: every
// line of its hunks is in the file, but not in this order.
func BenchmarkPlanNotFound(b *testing.B) {
	text := strings.Repeat("a\nb\n}\n", 17_000) + "end\n"
	lines := []string{"@@"}
	for range 5000 {
		lines = append(lines, " a", " b", " }")
	}
	chunks := chunksOf(b, append(lines, " a", " a")...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := applyChunks("f", text, chunks); err == nil {
			b.Fatal("the patch fits")
		}
	}
}

// BenchmarkPlanSections updates one file of 50,000 lines in 200 sections.
func BenchmarkPlanSections(b *testing.B) {
	text, _ := longFile()
	dir := plant(b, tree{"f": text})
	var body []string
	for n := range 200 {
		line := fmt.Sprintf("\tline %d of the file", n*240)
		body = append(body, "*** Update File: f", "@@", "-"+line, "+"+line+" as changed")
	}
	p, err := Parse(patchText(body...))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewPlan(b.Context(), OS(), dir, p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlanEmptyEnds is a chunk that ends in many blank lines and fits
// nowhere.
func BenchmarkPlanEmptyEnds(b *testing.B) {
	chunks := chunksOf(b, append([]string{"@@", " b"}, make([]string, 20_000)...)...)
	text := strings.Repeat("a\n", 50_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := applyChunks("f", text, chunks); err == nil {
			b.Fatal("the patch fits")
		}
	}
}
