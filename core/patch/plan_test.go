package patch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

// planned parses and checks a patch in a folder.
func planned(t *testing.T, dir string, body ...string) (*Plan, error) {
	t.Helper()
	p, err := Parse(expand(patchText(body...), dir))
	if err != nil {
		t.Fatal(err)
	}
	return NewPlan(t.Context(), OS(), dir, p)
}

func TestPlanChanges(t *testing.T) {
	t.Parallel()
	update := func(diff string) protocol.FileChange { return &protocol.UpdateFileChange{UnifiedDiff: diff} }
	moved := func(diff, to string) protocol.FileChange {
		return &protocol.UpdateFileChange{UnifiedDiff: diff, MovePath: &to}
	}
	add := func(content string) protocol.FileChange { return &protocol.AddFileChange{Content: content} }
	del := func(content string) protocol.FileChange { return &protocol.DeleteFileChange{Content: content} }

	tests := []struct {
		name       string
		before     tree
		body       []string
		want       protocol.FileChanges
		overwrites []string
	}{
		{
			"add, delete and move", tree{"del": "bye\n", "s": "s1\ns2\n"},
			[]string{"*** Add File: n.txt", "+n1", "*** Delete File: del", "*** Update File: s", "*** Move to: moved/t", "@@", "-s1", "+S1"},
			protocol.FileChanges{
				"{dir}/n.txt": add("n1\n"),
				"{dir}/del":   del("bye\n"),
				"{dir}/s":     moved("@@ -1,2 +1,2 @@\n-s1\n+S1\n s2\n", "{dir}/moved/t"),
			}, nil,
		},
		{
			"one line of context", tree{"f": "a\nb\nc\nd\ne\n"},
			[]string{"*** Update File: f", "@@", "-c", "+C"},
			protocol.FileChanges{"{dir}/f": update("@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n")}, nil,
		},
		{
			"missing line feed at the end", tree{"f": "a\nb"},
			[]string{"*** Update File: f", "@@", "-b", "+B"},
			protocol.FileChanges{"{dir}/f": update("@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+B\n")}, nil,
		},
		{
			"paths are joined, not normalised", tree{"sub/": "", "f": "a\n"},
			[]string{"*** Add File: sub/../ok", "+x", "*** Update File: ./f", "@@", "-a", "+A"},
			protocol.FileChanges{"{dir}/sub/../ok": add("x\n"), "{dir}/./f": update("@@ -1 +1 @@\n-a\n+A\n")}, nil,
		},
		{
			"absolute path", nil, []string{"*** Add File: {dir}/a", "+x"},
			protocol.FileChanges{"{dir}/a": add("x\n")}, nil,
		},
		{
			"overwriting is shown as add and reported", tree{"a": "old\n"},
			[]string{"*** Add File: a", "+new"},
			protocol.FileChanges{"{dir}/a": add("new\n")}, []string{"{dir}/a"},
		},
		{
			"moving onto a file is reported", tree{"f": "a\n", "g": "old\n"},
			[]string{"*** Update File: f", "*** Move to: g", "@@", "-a", "+A"},
			protocol.FileChanges{"{dir}/f": moved("@@ -1 +1 @@\n-a\n+A\n", "{dir}/g")}, []string{"{dir}/g"},
		},
		{
			// Differs from the reference, which keeps the last section only.
			"two updates of a file are merged", tree{"f": "a\nb\n"},
			[]string{"*** Update File: f", "@@", "-a", "+A", "*** Update File: ./f", "@@", "-b", "+B"},
			protocol.FileChanges{"{dir}/f": update("@@ -1,2 +1,2 @@\n-a\n-b\n+A\n+B\n")}, nil,
		},
		{
			// Differs from the reference, where the update does not find the file.
			"add, then update", nil,
			[]string{"*** Add File: n", "+a", "*** Update File: n", "@@", "-a", "+b"},
			protocol.FileChanges{"{dir}/n": add("b\n")}, nil,
		},
		{
			"add, then delete leaves nothing to show", tree{"f": "a\n"},
			[]string{"*** Add File: n", "+a", "*** Delete File: n", "*** Update File: f", "@@", "-a", "+A"},
			protocol.FileChanges{"{dir}/f": update("@@ -1 +1 @@\n-a\n+A\n")}, nil,
		},
		{
			"delete, then add is an update", tree{"f": "a\nb\n"},
			[]string{"*** Delete File: f", "*** Add File: f", "+a", "+c"},
			protocol.FileChanges{"{dir}/f": update("@@ -1,2 +1,2 @@\n a\n-b\n+c\n")}, nil,
		},
		{
			"update, then delete", tree{"f": "a\n"},
			[]string{"*** Update File: f", "@@", "-a", "+A", "*** Delete File: f"},
			protocol.FileChanges{"{dir}/f": del("a\n")}, nil,
		},
		{
			"moved twice", tree{"f": "a\nb\n"},
			[]string{"*** Update File: f", "*** Move to: g", "@@", "-a", "+A", "*** Update File: g", "*** Move to: h", "@@", "-b", "+B"},
			protocol.FileChanges{"{dir}/f": moved("@@ -1,2 +1,2 @@\n-a\n-b\n+A\n+B\n", "{dir}/h")}, nil,
		},
		{
			"moved, then deleted", tree{"f": "a\n"},
			[]string{"*** Update File: f", "*** Move to: g", "@@", "-a", "+A", "*** Delete File: g"},
			protocol.FileChanges{"{dir}/f": del("a\n")}, nil,
		},
		{
			"moved, and a new file in its place", tree{"f": "a\n"},
			[]string{"*** Update File: f", "*** Move to: g", "@@", "-a", "+A", "*** Add File: f", "+new"},
			protocol.FileChanges{"{dir}/f": update("@@ -1 +1 @@\n-a\n+new\n"), "{dir}/g": add("A\n")}, nil,
		},
		{
			"moved onto itself", tree{"f": "a\n"},
			[]string{"*** Update File: f", "*** Move to: ./f", "@@", "-a", "+A"},
			protocol.FileChanges{"{dir}/f": update("@@ -1 +1 @@\n-a\n+A\n")}, nil,
		},
		{
			"swapped", tree{"f": "f\n", "g": "g\n"},
			[]string{
				"*** Update File: f", "*** Move to: t", "@@", "-f", "+F",
				"*** Update File: g", "*** Move to: f", "@@", "-g", "+G",
				"*** Update File: t", "*** Move to: g", "@@", " F",
			},
			protocol.FileChanges{"{dir}/f": update("@@ -1 +1 @@\n-f\n+G\n"), "{dir}/g": update("@@ -1 +1 @@\n-g\n+F\n")}, nil,
		},
		{
			"file replaced, then moved away", tree{"f": "a\n"},
			[]string{"*** Add File: f", "+b", "*** Update File: f", "*** Move to: g", "@@", "-b", "+c"},
			protocol.FileChanges{"{dir}/f": del("a\n"), "{dir}/g": add("c\n")}, nil,
		},
		{
			"update that changes nothing", tree{"f": "a\n"},
			[]string{"*** Update File: f", "@@", " a"},
			protocol.FileChanges{"{dir}/f": update("")}, nil,
		},
		{
			"through a link", tree{"real": "a\n", "ln@": "real"},
			[]string{"*** Update File: ln", "@@", "-a", "+A", "*** Update File: real", "@@", "-A", "+B"},
			protocol.FileChanges{"{dir}/ln": update("@@ -1 +1 @@\n-a\n+B\n")}, nil,
		},
		{
			"link moved onto its file", tree{"real": "a\n", "ln@": "real"},
			[]string{"*** Update File: ln", "*** Move to: real", "@@", "-a", "+A", "*** Add File: n", "+x"},
			protocol.FileChanges{
				"{dir}/ln":   del("a\n"),
				"{dir}/real": update("@@ -1 +1 @@\n-a\n+A\n"),
				"{dir}/n":    add("x\n"),
			}, nil,
		},
		{
			"link written through, then deleted", tree{"real": "a\n", "ln@": "real"},
			[]string{"*** Update File: ln", "@@", "-a", "+A", "*** Delete File: ln"},
			protocol.FileChanges{"{dir}/ln": del("a\n"), "{dir}/real": update("@@ -1 +1 @@\n-a\n+A\n")}, nil,
		},
		{
			"link replaced by a folder", tree{"real/f": "a\n", "ln@": "real", "b": "b\n", "ln2@": "b"},
			[]string{"*** Update File: ln/f", "@@", "-a", "+A", "*** Update File: ln2", "*** Move to: g", "@@", " b", "*** Add File: ln2/f", "+x"},
			protocol.FileChanges{
				"{dir}/ln/f":  update("@@ -1 +1 @@\n-a\n+A\n"),
				"{dir}/ln2":   moved("", "{dir}/g"),
				"{dir}/ln2/f": add("x\n"),
			}, nil,
		},
		{
			"link deleted", tree{"real": "a\n", "ln@": "real"},
			[]string{"*** Delete File: ln"},
			protocol.FileChanges{"{dir}/ln": del("a\n")}, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t, tt.before)
			plan, err := planned(t, dir, tt.body...)
			if err != nil {
				t.Fatal(err)
			}
			want := protocol.FileChanges{}
			for path, change := range tt.want {
				if u, ok := change.(*protocol.UpdateFileChange); ok && u.MovePath != nil {
					to := expand(*u.MovePath, dir)
					change = &protocol.UpdateFileChange{UnifiedDiff: u.UnifiedDiff, MovePath: &to}
				}
				want[expand(path, dir)] = change
			}
			if diff := cmp.Diff(want, plan.Changes()); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			var overwrites []string
			for _, path := range tt.overwrites {
				overwrites = append(overwrites, expand(path, dir))
			}
			if diff := cmp.Diff(overwrites, plan.Overwrites()); diff != "" {
				t.Errorf("overwrites (-want +got):\n%s", diff)
			}
			before := tt.before
			if before == nil {
				before = tree{}
			}
			if diff := cmp.Diff(before, harvest(t, dir)); diff != "" {
				t.Errorf("planning changed files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlanFilesNameRealPaths(t *testing.T) {
	t.Parallel()
	outside := plant(t, tree{"real/f": "a\n", "x*": "x\n"})
	dir := plant(t, tree{"sub/": ""})
	tree{"ln@": outside + "/real", "up@": outside + "/x"}.plant(t, dir)
	plan, err := planned(t, dir,
		"*** Update File: ln/f", "*** Move to: ln/../g", "@@", "-a", "+A",
		"*** Update File: up", "@@", "-x", "+X",
		"*** Add File: new/../sub/./n", "+n",
		"*** Delete File: {dir}/../"+filepath.Base(outside)+"/real/../x",
	)
	// The link is only written through; the file itself goes. Both sections
	// speak of the same file.
	if err != nil {
		t.Fatal(err)
	}
	want := []File{
		{
			Kind: Updated, Path: dir + "/ln/f", Target: outside + "/real/f",
			MovePath: dir + "/ln/../g", MoveTarget: outside + "/g",
			Old: "a\n", New: "A\n", Mode: 0o644,
		},
		{Kind: Deleted, Path: dir + "/up", Target: outside + "/x", Old: "x\n"},
		{Kind: Added, Path: dir + "/new/../sub/./n", Target: dir + "/sub/n", New: "n\n"},
	}
	if diff := cmp.Diff(want, plan.Files()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestPlanErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before tree
		body   []string
		code   Code
		cause  error
		text   string // part of the message
	}{
		{"update of a missing file", nil, []string{"*** Update File: f", "@@", "-a"}, CodeRead, syscall.ENOENT, "no such file or directory"},
		{"update of a folder", tree{"f/": ""}, []string{"*** Update File: f", "@@", "-a"}, CodeRead, syscall.EISDIR, "is a directory"},
		{"update below a file", tree{"p": ""}, []string{"*** Update File: p/f", "@@", "-a"}, CodeRead, syscall.ENOTDIR, "not a directory"},
		{"update after delete", tree{"f": "a\n"}, []string{"*** Delete File: f", "*** Update File: f", "@@", "-a"}, CodeRead, syscall.ENOENT, ""},
		{"update after move", tree{"f": "a\n"}, []string{"*** Update File: f", "*** Move to: g", "@@", "-a", "*** Update File: f", "@@", "-a"}, CodeRead, syscall.ENOENT, ""},
		{"binary update", tree{"f": "\xff"}, []string{"*** Update File: f", "@@", "-a"}, CodeRead, errNotText, "not valid UTF-8"},
		{"dangling link", tree{"ln@": "nowhere"}, []string{"*** Update File: ln", "@@", "-a"}, CodeRead, syscall.ENOENT, ""},
		{"links in a circle", tree{"a@": "b", "b@": "a"}, []string{"*** Update File: a", "@@", "-a"}, CodeRead, syscall.ELOOP, ""},
		{"delete of a missing file", nil, []string{"*** Delete File: f"}, CodeDelete, syscall.ENOENT, "no such file or directory"},
		{"delete twice", tree{"f": "a\n"}, []string{"*** Delete File: f", "*** Delete File: f"}, CodeDelete, syscall.ENOENT, ""},
		{"delete of a folder", tree{"f/": ""}, []string{"*** Delete File: f"}, CodeDelete, syscall.EISDIR, "is a directory"},
		{"binary delete", tree{"f": "\xff"}, []string{"*** Delete File: f"}, CodeDelete, errNotText, "not valid UTF-8"},
		{"lines not found", tree{"f": "a\n"}, []string{"*** Update File: f", "@@", " x", "-y", "+z"}, CodeLines, nil, "cannot find these lines in f:\nx\ny"},
		{"context not found", tree{"f": "a\n"}, []string{"*** Update File: f", "@@ class X", "-y"}, CodeContext, nil, "cannot find context 'class X' in f"},
		{"no sections", nil, []string{}, CodeNoSections, nil, "no files were modified"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t, tt.before)
			_, err := planned(t, dir, tt.body...)
			e, ok := errors.AsType[*ApplyError](err)
			if !ok {
				t.Fatalf("error is %v", err)
			}
			if e.Code != tt.code {
				t.Errorf("code is %v, want %v: %v", e.Code, tt.code, err)
			}
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("cause is %v, want %v", e.Err, tt.cause)
			}
			if !strings.Contains(err.Error(), tt.text) {
				t.Errorf("message %q lacks %q", err, tt.text)
			}
		})
	}
}

func TestPlanEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("interrupted")
	cancel(reason)
	p, err := Parse(patchText("*** Add File: a", "+x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewPlan(ctx, OS(), t.TempDir(), p); !errors.Is(err, reason) {
		t.Errorf("error is %v", err)
	}
}

func TestPlanRefusesHugeFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(MaxFileBytes + 1); err != nil {
		t.Fatal(err)
	}
	_, err = planned(t, dir, "*** Update File: f", "@@", "-a")
	if !errors.Is(err, errTooLarge) {
		t.Errorf("error is %v", err)
	}
	if e, ok := errors.AsType[*fs.PathError](err); !ok || e.Path != filepath.Join(dir, "f") {
		t.Errorf("error does not name the file: %v", err)
	}
}

// What stands in the way of a file to write shows when the patch is applied:
// the plan shows what it wants, and nothing is written.
func TestObstacles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		before tree
		body   []string
		code   Code
		cause  error
		shown  []string // keys of the changes, "path" or "path>destination"
	}{
		{"folders in a circle", tree{"a@": "b", "b@": "a"}, []string{"*** Add File: a/f", "+x"}, CodeParents, syscall.ELOOP, []string{"a/f"}},
		{"add over a folder", tree{"f/": ""}, []string{"*** Add File: f", "+x"}, CodeWrite, syscall.EISDIR, []string{"f"}},
		{"add with a slash at the end", nil, []string{"*** Add File: f/", "+x"}, CodeWrite, syscall.EISDIR, []string{"f/"}},
		{"add of the folder itself", nil, []string{"*** Add File: .", "+x"}, CodeWrite, syscall.EISDIR, []string{"."}},
		{"add below a file", tree{"p": ""}, []string{"*** Add File: p/q/r", "+x"}, CodeParents, syscall.ENOTDIR, []string{"p/q/r"}},
		{"add below an added file", nil, []string{"*** Add File: p", "*** Add File: p/q", "+x"}, CodeParents, syscall.ENOTDIR, []string{"p", "p/q"}},
		{"add above an added file", nil, []string{"*** Add File: p/q", "*** Add File: p", "+x"}, CodeWrite, syscall.EISDIR, []string{"p/q", "p"}},
		{"move below a file", tree{"f": "a\n", "p": ""}, []string{"*** Update File: f", "*** Move to: p/q", "@@", "-a"}, CodeParents, syscall.ENOTDIR, []string{"f>p/q"}},
		{"move over a folder", tree{"f": "a\n", "d/": ""}, []string{"*** Update File: f", "*** Move to: d", "@@", "-a"}, CodeWrite, syscall.EISDIR, []string{"f>d"}},
		{
			"the others are not written either", tree{"f/": "", "g": "a\n"},
			[]string{"*** Add File: n", "+x", "*** Add File: f", "+x", "*** Update File: g", "@@", "-a", "+b"},
			CodeWrite, syscall.EISDIR, []string{"n", "g", "f"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t, tt.before)
			before := harvest(t, dir)
			plan, err := planned(t, dir, tt.body...)
			if err != nil {
				t.Fatal(err)
			}
			var shown []string
			for _, f := range plan.Files() {
				name := strings.TrimPrefix(f.Path, dir+"/")
				if f.MovePath != "" {
					name += ">" + strings.TrimPrefix(f.MovePath, dir+"/")
				}
				shown = append(shown, name)
			}
			if diff := cmp.Diff(tt.shown, shown); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			if len(plan.Changes()) != len(tt.shown) {
				t.Errorf("changes are %v", plan.Changes())
			}
			err = plan.Apply(t.Context(), OS())
			e, ok := errors.AsType[*ApplyError](err)
			if !ok || e.Code != tt.code || !errors.Is(err, tt.cause) {
				t.Errorf("error is %v, want %v, %v", err, tt.code, tt.cause)
			}
			if diff := cmp.Diff(before, harvest(t, dir)); diff != "" {
				t.Errorf("the folder changed (-before +after):\n%s", diff)
			}
		})
	}
}
