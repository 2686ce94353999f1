package patch

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse(t *testing.T) {
	t.Parallel()
	text := " \n<<\"EOF\"\n*** Begin Patch\r\n*** Add File: a\n+one\n+\n+ two\n" +
		"*** Delete File: d\n" +
		"*** Update File: u\n*** Move to:  m \n\n first\n-second\n@@ class X:\n@@   def y():\n@@\n\n+new\n*** End of File\n\n" +
		"*** Update File: v\n@@ -1,2 +3,4 @@ heading\n-x\n*** End Patch\nEOF"
	want := &Patch{
		Sections: []Section{
			&AddFile{Path: "a", Content: "one\n\n two\n", Line: 2},
			&DeleteFile{Path: "d", Line: 6},
			&UpdateFile{Path: "u", MoveTo: " m ", Line: 7, Chunks: []Chunk{
				{Lines: []Line{{Context, "first"}, {Delete, "second"}}, Line: 10},
				{
					Contexts: []string{"class X:", "  def y():"}, EndOfFile: true, Line: 12,
					Lines: []Line{{Context, ""}, {Insert, "new"}},
				},
			}},
			&UpdateFile{Path: "v", Line: 19, Chunks: []Chunk{
				{Contexts: []string{"-1,2 +3,4 @@ heading"}, Lines: []Line{{Delete, "x"}}, Line: 20},
			}},
		},
		Text: "*** Begin Patch\n*** Add File: a\n+one\n+\n+ two\n*** Delete File: d\n*** Update File: u\n*** Move to:  m \n\n" +
			" first\n-second\n@@ class X:\n@@   def y():\n@@\n\n+new\n*** End of File\n\n*** Update File: v\n" +
			"@@ -1,2 +3,4 @@ heading\n-x\n*** End Patch",
	}
	got, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("patch (-want +got):\n%s", diff)
	}
	again, err := Parse(got.Text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, again); diff != "" {
		t.Errorf("the canonical text is another patch (-want +got):\n%s", diff)
	}
}

// TestParseErrors covers the messages; the observed cases cover the rules.
func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want string
	}{
		{"no begin", "x", "invalid patch: the first line must be '*** Begin Patch'"},
		{"no end", beginMarker, "invalid patch: the last line must be '*** End Patch'"},
		{"end only", endMarker, "invalid patch: the first line must be '*** Begin Patch'"},
		{"heredoc around nothing", "<<EOF\nx\ny\nEOF", "invalid patch: the first line must be '*** Begin Patch'"},
		{"heredoc too short", "<<EOF\n*** Begin Patch\nEOF", "invalid patch: the first line must be '*** Begin Patch'"},
		{
			"header", patchText("  nonsense "),
			`invalid hunk on line 2: "nonsense" is not a file header; a header is one of ` +
				`'*** Add File: <path>', '*** Delete File: <path>', '*** Update File: <path>'`,
		},
		{
			"header without path", patchText("*** Add File: "),
			`invalid hunk on line 2: "*** Add File:" is not a file header; a header is one of ` +
				`'*** Add File: <path>', '*** Delete File: <path>', '*** Update File: <path>'`,
		},
		{
			"move without path", patchText("*** Update File: f", "*** Move to: ", "@@", "-a"),
			`invalid hunk on line 3: "*** Move to:" is not a file header; a header is one of ` +
				`'*** Add File: <path>', '*** Delete File: <path>', '*** Update File: <path>'`,
		},
		{"no chunks", patchText("*** Update File: f", "", "*** Add File: b"), "invalid hunk on line 2: the update of 'f' changes nothing"},
		{"second chunk", patchText("*** Update File: f", "-a", "x"), `invalid hunk on line 4: expected a line that begins with @@, got "x"`},
		{"empty chunk", patchText("*** Update File: f", "@@ a", "@@ b"), "invalid hunk on line 5: the chunk has no lines"},
		{
			"prefix", patchText("*** Update File: f", "@@", "\tx"),
			`invalid hunk on line 4: "\tx" must begin with ' ' (context), '+' (added) or '-' (removed)`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(tt.text)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

// ignoreLines leaves out what printing a patch does not keep.
var ignoreLines = cmp.Options{
	cmpopts.IgnoreFields(AddFile{}, "Line"),
	cmpopts.IgnoreFields(DeleteFile{}, "Line"),
	cmpopts.IgnoreFields(UpdateFile{}, "Line"),
	cmpopts.IgnoreFields(Chunk{}, "Line"),
}

func FuzzParse(f *testing.F) {
	for _, c := range observedCases {
		f.Add(c.text("/dir"))
	}
	f.Add("*** Begin Patch\n*** Add File: a\r\r\n+x\r\r\n*** Update File: b\n*** Move to: c\r\r\n@@ d\r\r\n-e\r\r\n*** End Patch")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			if e, ok := err.(*ParseError); !ok || e.Line > strings.Count(text, "\n")+2 {
				t.Errorf("error %v", err)
			}
			return
		}
		for name, printed := range map[string]string{"canonical text": p.Text, "printed patch": p.String()} {
			again, err := Parse(printed)
			if err != nil {
				t.Fatalf("%s %q does not parse: %v", name, printed, err)
			}
			if diff := cmp.Diff(p.Sections, again.Sections, ignoreLines); diff != "" {
				t.Errorf("%s %q (-want +got):\n%s", name, printed, diff)
			}
		}
	})
}
