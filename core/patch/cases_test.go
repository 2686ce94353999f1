package patch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// observedCase is one row of the table of cases that were observed in the
// reference. Where the comment of a row says "differs", the row is one of those
// that the specification tells to mend.
type observedCase struct {
	number int
	before tree
	body   []string // lines between the markers
	raw    string   // the whole text instead of body
	want   string   // the summary without its header line, or the error code and line
	after  tree     // nil means that nothing changed
}

// spec: exec-and-tools, observed cases
var observedCases = []observedCase{
	{1, nil, []string{"*** Add File: a.txt", "+hello", "+world"}, "", "A a.txt", tree{"a.txt": "hello\nworld\n"}},
	{2, nil, []string{"*** Add File: x/y/z.txt", "+q"}, "", "A x/y/z.txt", tree{"x/y/z.txt": "q\n"}},
	{3, nil, []string{"*** Add File: e.txt"}, "", "A e.txt", tree{"e.txt": ""}},
	{4, tree{"a.txt": "old\n"}, []string{"*** Add File: a.txt", "+new"}, "", "A a.txt", tree{"a.txt": "new\n"}},
	{5, nil, []string{"*** Add File: a.txt", "+one", "two"}, "", "E3 line 4", nil},
	{6, nil, []string{"*** Add File: a.txt", "+one", "", "+two"}, "", "E3 line 4", nil},
	{7, tree{"d.txt": "x\n"}, []string{"*** Delete File: d.txt"}, "", "D d.txt", tree{}},
	{8, nil, []string{"*** Delete File: missing"}, "", "E12", nil},
	{9, tree{"dir/f": "x\n"}, []string{"*** Delete File: dir"}, "", "E12", nil},
	{10, tree{"f": "foo\nbar\n"}, []string{"*** Update File: f", "@@", " foo", "-bar", "+baz"}, "", "M f", tree{"f": "foo\nbaz\n"}},
	{11, tree{"f": "foo\nbar\n"}, []string{"*** Update File: f", " foo", "-bar", "+baz"}, "", "M f", tree{"f": "foo\nbaz\n"}},
	{12, nil, []string{"*** Update File: f", "@@", "-a", "+b"}, "", "E11", nil},
	{13, tree{"f": "a\n"}, []string{"*** Update File: f"}, "", "E4 line 2", nil},
	{14, tree{"f": "a\n"}, []string{"*** Update File: f", "*** Move to: g"}, "", "E4 line 2", nil},
	{15, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "*** Move to: sub/g", "@@", "-a", "+A"}, "", "M sub/g", tree{"sub/g": "A\nb\n"}},
	{16, tree{"f": "a\n", "g": "old\n"}, []string{"*** Update File: f", "*** Move to: g", "@@", "-a", "+A"}, "", "M g", tree{"g": "A\n"}},
	// Differs: the reference deletes the file and reports success. A move onto
	// itself is an update in place.
	{17, tree{"f": "a\n"}, []string{"*** Update File: f", "*** Move to: f", "@@", "-a", "+A"}, "", "M f", tree{"f": "A\n"}},
	{18, tree{"f": "a\nb\nc\nd\n"}, []string{"*** Update File: f", "@@", "-a", "+A", "@@", "-d", "+D"}, "", "M f", tree{"f": "A\nb\nc\nD\n"}},
	{19, tree{"f": "a\nb\nc\nd\n"}, []string{"*** Update File: f", "-a", "+A", "", "-c", "+C"}, "", "E9", nil},
	{20, tree{"f": "a\nb\nc\n"}, []string{"*** Update File: f", "@@", "-c", "+C", "@@", "-a", "+A"}, "", "E9", nil},
	{21, tree{"f": "def a():\n  x\ndef b():\n  x\n"}, []string{"*** Update File: f", "@@ def b():", "-  x", "+  y"}, "", "M f", tree{"f": "def a():\n  x\ndef b():\n  y\n"}},
	{22, tree{"f": "a\n"}, []string{"*** Update File: f", "@@ nope", "-a", "+A"}, "", "E8", nil},
	// Differs: the reference fails with E7 on line 4. Stacked @@ lines narrow
	// the search down one after the other.
	{
		23, tree{"f": "class A:\n  def m():\n    x\nclass B:\n  def m():\n    x\n"},
		[]string{"*** Update File: f", "@@ class B:", "@@   def m():", "-    x", "+    y"}, "",
		"M f", tree{"f": "class A:\n  def m():\n    x\nclass B:\n  def m():\n    y\n"},
	},
	{24, tree{"f": "a\n"}, []string{"*** Update File: f", "@@", "-zzz", "+b"}, "", "E9", nil},
	{25, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", "+end"}, "", "M f", tree{"f": "a\nb\nend\n"}},
	// Differs: the reference appends to the file. New lines go behind their
	// context.
	{26, tree{"f": "a\nb\nc\n"}, []string{"*** Update File: f", "@@ a", "+x"}, "", "M f", tree{"f": "a\nx\nb\nc\n"}},
	{27, tree{"f": "a\nb\nc\n"}, []string{"*** Update File: f", "@@", " a", "+x", " b"}, "", "M f", tree{"f": "a\nx\nb\nc\n"}},
	{28, tree{"f": "x\nmid\nx\n"}, []string{"*** Update File: f", "@@", "-x", "+LAST", "*** End of File"}, "", "M f", tree{"f": "x\nmid\nLAST\n"}},
	// Differs: the reference fails with E9. A chunk that is not at the end of
	// the file after all is searched everywhere.
	{29, tree{"f": "x\ny\n"}, []string{"*** Update File: f", "@@", "-x", "+X", "*** End of File"}, "", "M f", tree{"f": "X\ny\n"}},
	{30, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", "-b", "+B", "*** End of File", "@@", "-a", "+A"}, "", "E9", nil},
	// Differs: the reference rewrites the line of context as the patch has it.
	{31, tree{"f": "foo   \nbar\t\n"}, []string{"*** Update File: f", "@@", " foo", "-bar", "+baz"}, "", "M f", tree{"f": "foo   \nbaz\n"}},
	{32, tree{"f": "    foo\n"}, []string{"*** Update File: f", "@@", "-foo", "+bar"}, "", "M f", tree{"f": "bar\n"}},
	{33, tree{"f": "a \u2013 b\n"}, []string{"*** Update File: f", "@@", "-a - b", "+ok"}, "", "M f", tree{"f": "ok\n"}},
	{34, tree{"f": "a\u00a0\u201cb\u201d \u2018c\u2019\n"}, []string{"*** Update File: f", "@@", `-a "b" 'c'`, "+ok"}, "", "M f", tree{"f": "ok\n"}},
	{35, tree{"f": "Foo\n"}, []string{"*** Update File: f", "@@", "-foo", "+bar"}, "", "E9", nil},
	{36, tree{"f": "a\nb"}, []string{"*** Update File: f", "@@", "-b", "+c"}, "", "M f", tree{"f": "a\nc\n"}},
	// Differs: the reference writes the new line with LF into a file with CRLF.
	{37, tree{"f": "a\r\nb\r\n"}, []string{"*** Update File: f", "@@", "-a", "+A"}, "", "M f", tree{"f": "A\r\nb\r\n"}},
	{38, tree{"f": "a\nb\n"}, nil, "*** Begin Patch\r\n*** Update File: f\r\n@@\r\n-a\r\n+A\r\n*** End Patch\r\n", "M f", tree{"f": "A\nb\n"}},
	{39, nil, nil, "*** Begin Patch\r\n*** Add File: a\r\n+x\r\n*** End Patch\r\n", "A a", tree{"a": "x\n"}},
	{40, tree{"f": ""}, []string{"*** Update File: f", "@@", "+x"}, "", "M f", tree{"f": "x\n"}},
	{41, tree{"f": "a\n"}, []string{"*** Update File: f", "@@", "-a"}, "", "M f", tree{"f": ""}},
	{42, nil, nil, "*** Begin Patch\n*** End Patch", "E10", nil},
	{43, nil, nil, "*** Add File: a\n+x\n*** End Patch", "E1 line 1", nil},
	{43, nil, nil, "garbage", "E1 line 1", nil},
	{44, nil, nil, "*** Begin Patch\n*** Add File: a\n+x", "E2 line 3", nil},
	{44, nil, nil, "", "E2 line 0", nil},
	{45, nil, nil, "\n \t\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\n\n \n", "A a", tree{"a": "x\n"}},
	{46, nil, nil, "*** Begin Patch\n*** Add File: a\n+x\n *** End Patch", "E2 line 4", nil},
	{47, nil, nil, "*** Begin Patch \n*** Add File: a\n+x\n*** End Patch", "E1 line 1", nil},
	{48, nil, nil, "<<'EOF'\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\nEOF", "A a", tree{"a": "x\n"}},
	{48, nil, nil, "<<EOF\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\nEOF\n", "A a", tree{"a": "x\n"}},
	{49, nil, nil, "<<'PATCH'\n*** Begin Patch\n*** Add File: a\n+x\n*** End Patch\nPATCH", "E1 line 1", nil},
	{50, nil, []string{"*** Frobnicate File: a"}, "", "E3 line 2", nil},
	{51, nil, []string{"*** add file: a", "+x"}, "", "E3 line 2", nil},
	{52, nil, []string{"   *** Add File: a  ", "+x"}, "", "A a", tree{"a": "x\n"}},
	{53, tree{"f": "a\n"}, []string{"  *** Update File: f", " *** Move to: g", "@@", "-a", "+A"}, "", "E9", nil},
	{54, nil, []string{"*** Add File: a", "+x", "", "*** Add File: b", "+y"}, "", "E3 line 4", nil},
	{55, tree{"f": "a\n"}, []string{"*** Update File: f", "@@", "-a", "+A", "", "*** Add File: b", "+y"}, "", "A b\nM f", tree{"f": "A\n", "b": "y\n"}},
	{56, tree{"f": "a\n"}, []string{"*** Update File: f", "@@", "foo"}, "", "E7 line 4", nil},
	{57, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", "-a", "+A", "foo"}, "", "E5 line 6", nil},
	{58, tree{"f": "a\n"}, []string{"*** Update File: f", "@@"}, "", "E6 line 4", nil},
	{58, tree{"f": "a\n"}, []string{"*** Update File: f", "@@", "*** End of File"}, "", "E6 line 4", nil},
	// Differs: the reference takes the git header for a context and fails with
	// E8.
	{59, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@ -1,2 +1,2 @@", "-a", "+A", " b"}, "", "M f", tree{"f": "A\nb\n"}},
	{60, tree{"f": "foo\na\n"}, []string{"*** Update File: f", "@@foo", "-a", "+A"}, "", "E7 line 4", nil},
	{61, nil, []string{"*** Add File: {dir}/abs", "+x", "*** Add File: ../{base}/rel", "+y"}, "", "A {dir}/abs\nA ../{base}/rel", tree{"abs": "x\n", "rel": "y\n"}},
	{62, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", "-a", "+A", "*** Update File: f", "@@", "-b", "+B"}, "", "M f\nM f", tree{"f": "A\nB\n"}},
	{63, nil, []string{"*** Add File: n", "+a", "*** Update File: n", "@@", "-a", "+b"}, "", "A n\nM n", tree{"n": "b\n"}},
	// Differs: the reference leaves the first file behind.
	{64, tree{"f": "a\n"}, []string{"*** Add File: first", "+1", "*** Update File: f", "@@", "-zzz", "+b", "*** Add File: third", "+3"}, "", "E9", nil},
	{
		65, tree{"u": "a\n", "d": "x\n"},
		[]string{"*** Update File: u", "@@", "-a", "+A", "*** Delete File: d", "*** Add File: n", "+new"}, "",
		"A n\nM u\nD d", tree{"u": "A\n", "n": "new\n"},
	},
	{
		66, tree{"f": "a\nb\nc\nd\ne\nf\n"},
		[]string{"*** Update File: f", "@@", "-a", "+A", "@@", " c", "-d", "+D", "@@", " f", "+g", "*** End of File"}, "",
		"M f", tree{"f": "A\nb\nc\nD\ne\nf\ng\n"},
	},
	{67, tree{"f": "a\n\nb\n"}, []string{"*** Update File: f", "@@", " a", "", "-b", "+B"}, "", "M f", tree{"f": "a\n\nB\n"}},
	{68, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", "-b", "+B", " "}, "", "M f", tree{"f": "a\nB\n"}},
	{69, tree{"f": "x\ny\nx\ny\n"}, []string{"*** Update File: f", "@@", "-y", "+Y"}, "", "M f", tree{"f": "x\nY\nx\ny\n"}},
	{70, tree{"f": "a\n\xff\n"}, []string{"*** Update File: f", "@@", "-a", "+A"}, "", "E11", nil},
	{71, tree{"p": "x\n"}, []string{"*** Add File: p/q", "+y"}, "", "E14", nil},
	{72, tree{"real": "a\n", "ln@": "real"}, []string{"*** Update File: ln", "@@", "-a", "+A"}, "", "M ln", tree{"real": "A\n", "ln@": "real"}},
	{73, tree{"x.sh*": "a\n"}, []string{"*** Update File: x.sh", "@@", "-a", "+A"}, "", "M x.sh", tree{"x.sh*": "A\n"}},
	// Differs: the reference loses the mode of a file that it moves.
	{73, tree{"x.sh*": "a\n"}, []string{"*** Update File: x.sh", "*** Move to: y.sh", "@@", "-a", "+A"}, "", "M y.sh", tree{"y.sh*": "A\n"}},
	{74, tree{"f": "a\nb\nc\n"}, []string{"*** Update File: f", "@@", "+after", "@@", " a", "-b", "+B"}, "", "M f", tree{"f": "a\nB\nc\nafter\n"}},
	{75, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", "-a", "+A", "@@", "-a", "+B"}, "", "E9", nil},
	{76, nil, []string{"*** Add File: my folder/na\u00efve \u65e5\u672c.txt", "+x"}, "", "A my folder/na\u00efve \u65e5\u672c.txt", tree{"my folder/na\u00efve \u65e5\u672c.txt": "x\n"}},
	{77, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", " ", "+x"}, "", "M f", tree{"f": "\nx\na\nb\n"}},
	{78, tree{"f": "a\nb\n"}, []string{"*** Update File: f", "@@", "-b", "+B", " ", "+tail"}, "", "M f", tree{"f": "a\nB\n\ntail\n"}},
	{79, nil, []string{"*** Add File:  sp", "+x"}, "", "A  sp", tree{" sp": "x\n"}},
	{80, tree{"f": "a\n"}, []string{"*** Update File: f", "*** Move to: g  ", "@@", "-a", "+A"}, "", "M g  ", tree{"g  ": "A\n"}},
	{81, nil, []string{"*** Add File: a", "+x", "*** End of File"}, "", "E3 line 4", nil},
	{82, tree{"f": "a\n"}, []string{"*** Update File: f", "@@", "-a", "+A", "*** End Patch", "*** Add File: b", "+x"}, "", "E3 line 6", nil},
}

func (c *observedCase) text(dir string) string {
	text := c.raw
	if c.body != nil {
		text = patchText(c.body...)
	}
	return expand(text, dir)
}

// expand fills in the folder of a test.
func expand(text, dir string) string {
	base := dir[strings.LastIndexByte(dir, '/')+1:]
	return strings.NewReplacer("{dir}", dir, "{base}", base).Replace(text)
}

// outcome applies a patch and describes what came of it like the table does.
func outcome(dir, text string) string {
	p, err := Parse(text)
	if err != nil {
		return describe(err)
	}
	plan, err := Apply(context.Background(), OS(), dir, p)
	if err != nil {
		return describe(err)
	}
	_, summary, _ := strings.Cut(plan.Summary(), "\n")
	return strings.TrimSuffix(summary, "\n")
}

func describe(err error) string {
	if e, ok := errors.AsType[*ParseError](err); ok {
		return fmt.Sprintf("%v line %d", e.Code, e.Line)
	}
	if e, ok := errors.AsType[*ApplyError](err); ok && e.Undo == nil {
		return e.Code.String()
	}
	return err.Error()
}

func TestObservedCases(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for _, c := range observedCases {
		seen[c.number] = true
		t.Run(fmt.Sprint(c.number), func(t *testing.T) {
			t.Parallel()
			dir := plant(t, c.before)
			got := outcome(dir, c.text(dir))
			if diff := cmp.Diff(expand(c.want, dir), got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			want := c.after
			if want == nil {
				want = tree{}
				for name, content := range c.before {
					want[name] = content
				}
			}
			if diff := cmp.Diff(want, harvest(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
	for n := 1; n <= 82; n++ {
		if !seen[n] {
			t.Errorf("case %d is missing", n)
		}
	}
}
