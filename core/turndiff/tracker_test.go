package turndiff

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/codex-go/codex/protocol"
)

// The ids in these tests are those that git gives.
const (
	idEmpty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
	idA     = "78981922613b2afb6025042ff6bd878ac1994e85" // a
	idB     = "61780798228d17af2d34fce4cfbdf35556832472" // b
)

func TestDiff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		do    func(w *workplace)
		want  []string
	}{
		{"nothing patched", map[string]string{"f": "a\n"}, func(w *workplace) { w.write("f", "b\n") }, nil},
		{
			"update and add, sorted", map[string]string{"note.txt": "one\ntwo\n"},
			func(w *workplace) {
				w.patch("*** Update File: note.txt", "@@", "-one", "+1")
				w.patch("*** Update File: note.txt", "@@", "-two", "+2", "*** Add File: more.txt", "+more")
			},
			[]string{
				"diff --git a/more.txt b/more.txt", "new file mode 100644",
				"index " + absentID + "..ef49dd86a6957875edcd0bff210337d6b6dd063c",
				"--- /dev/null", "+++ b/more.txt", "@@ -0,0 +1 @@", "+more",
				"diff --git a/note.txt b/note.txt",
				"index 814f4a422927b82f5f8a43f8fab6d3839e3983f2..1191247b6d9a206f6ba3d8ac79e26d041dd86941",
				"--- a/note.txt", "+++ b/note.txt", "@@ -1,2 +1,2 @@", "-one", "-two", "+1", "+2",
			},
		},
		{
			// Differs from the reference, which has no rename lines.
			"delete and move", map[string]string{"old.txt": "gone soon\n", "from.txt": "a\n"},
			func(w *workplace) {
				w.patch("*** Delete File: old.txt", "*** Update File: from.txt", "*** Move to: dir/to.txt", "@@", "-a", "+b")
			},
			[]string{
				"diff --git a/from.txt b/dir/to.txt", "rename from from.txt", "rename to dir/to.txt",
				"index " + idA + ".." + idB, "--- a/from.txt", "+++ b/dir/to.txt", "@@ -1 +1 @@", "-a", "+b",
				"diff --git a/old.txt b/old.txt", "deleted file mode 100644",
				"index 3d3f93392e84a20160817a9c597490e4753c4420.." + absentID,
				"--- a/old.txt", "+++ /dev/null", "@@ -1 +0,0 @@", "-gone soon",
			},
		},
		{
			"changes that cancel out", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: f", "@@", "-a", "+b", "*** Add File: g", "+x")
				w.patch("*** Update File: f", "@@", "-b", "+a", "*** Delete File: g")
			}, nil,
		},
		{
			// Differs from the reference, where the unchanged first file leaves
			// an empty line.
			"unchanged file in front", map[string]string{"a": "a\n", "f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: a", "@@", " a", "*** Update File: f", "@@", "-a", "+b")
			},
			[]string{"diff --git a/f b/f", "index " + idA + ".." + idB, "--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b"},
		},
		{
			"other commands change a patched file", map[string]string{"f": "x\n"},
			func(w *workplace) {
				w.write("f", "a\n")
				w.patch("*** Update File: f", "@@", "-a", "+c")
				w.write("f", "b\n")
			},
			[]string{"diff --git a/f b/f", "index " + idA + ".." + idB, "--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b"},
		},
		{
			// Differs from the reference, which does not report a mode alone.
			"mode alone", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: f", "@@", " a")
				w.chmod("f", 0o755)
			},
			[]string{"diff --git a/f b/f", "old mode 100644", "new mode 100755"},
		},
		{
			"mode and content", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: f", "@@", "-a", "+b")
				w.chmod("f", 0o744)
			},
			[]string{
				"diff --git a/f b/f", "old mode 100644", "new mode 100755", "index " + idA + ".." + idB,
				"--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b",
			},
		},
		{
			"name alone", map[string]string{"f": "a\n"},
			func(w *workplace) { w.patch("*** Update File: f", "*** Move to: g", "@@", " a") },
			[]string{"diff --git a/f b/g", "rename from f", "rename to g"},
		},
		{
			"executable file deleted", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.chmod("f", 0o755)
				w.patch("*** Delete File: f")
			},
			[]string{"diff --git a/f b/f", "deleted file mode 100755", "index " + idA + ".." + absentID, "--- a/f", "+++ /dev/null", "@@ -1 +0,0 @@", "-a"},
		},
		{
			// Differs from the reference, where no bytes on either side means
			// no change.
			"empty file added", nil,
			func(w *workplace) { w.patch("*** Add File: f") },
			[]string{"diff --git a/f b/f", "new file mode 100644", "index " + absentID + ".." + idEmpty},
		},
		{
			"no line feed at the end", map[string]string{"f": "x\na"},
			func(w *workplace) { w.patch("*** Update File: f", "@@", "-x", "+y") },
			[]string{
				"diff --git a/f b/f", "index af25737950e2a47e8754cb7865dd7256c562bd8e..c2c98e0f4fd2257addb00057cddba6a0e43170b7",
				"--- a/f", "+++ b/f", "@@ -1,2 +1,2 @@", "-x", "+y", " a", "\\ No newline at end of file",
			},
		},
		{
			"binary content", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: f", "@@", "-a", "+b")
				w.write("f", "\xff\n")
			},
			[]string{
				"diff --git a/f b/f", "index " + idA + "..29e181ebb88626236ef10f2af5bc94781c8061f1",
				"--- a/f", "+++ b/f", "Binary files differ",
			},
		},
		{
			"file replaced by a folder", map[string]string{"f": "a\n"},
			func(w *workplace) { w.patch("*** Delete File: f", "*** Add File: f/b", "+b") },
			[]string{
				"diff --git a/f b/f", "deleted file mode 100644", "index " + idA + ".." + absentID, "--- a/f", "+++ /dev/null", "@@ -1 +0,0 @@", "-a",
				"diff --git a/f/b b/f/b", "new file mode 100644", "index " + absentID + ".." + idB, "--- /dev/null", "+++ b/f/b", "@@ -0,0 +1 @@", "+b",
			},
		},
		{
			"moved twice", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: f", "*** Move to: g", "@@", " a")
				w.patch("*** Update File: g", "*** Move to: h", "@@", "-a", "+b")
			},
			[]string{
				"diff --git a/f b/h", "rename from f", "rename to h", "index " + idA + ".." + idB,
				"--- a/f", "+++ b/h", "@@ -1 +1 @@", "-a", "+b",
			},
		},
		{
			"moved and back", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: f", "*** Move to: g", "@@", " a")
				w.patch("*** Update File: g", "*** Move to: f", "@@", " a")
			}, nil,
		},
		{
			"moved onto a file", map[string]string{"f": "a\n", "g": "b\n"},
			func(w *workplace) { w.patch("*** Update File: f", "*** Move to: g", "@@", " a") },
			[]string{
				"diff --git a/f b/f", "deleted file mode 100644", "index " + idA + ".." + absentID, "--- a/f", "+++ /dev/null", "@@ -1 +0,0 @@", "-a",
				"diff --git a/g b/g", "index " + idB + ".." + idA, "--- a/g", "+++ b/g", "@@ -1 +1 @@", "-b", "+a",
			},
		},
		{
			"moved, and a new file in its place", map[string]string{"f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: f", "*** Move to: g", "@@", " a")
				w.patch("*** Add File: f", "+b")
			},
			[]string{
				"diff --git a/f b/f", "index " + idA + ".." + idB, "--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b",
				"diff --git a/g b/g", "new file mode 100644", "index " + absentID + ".." + idA, "--- /dev/null", "+++ b/g", "@@ -0,0 +1 @@", "+a",
			},
		},
		{
			"swapped", map[string]string{"f": "a\n", "g": "b\n"},
			func(w *workplace) {
				w.patch(
					"*** Update File: f", "*** Move to: t", "@@", " a",
					"*** Update File: g", "*** Move to: f", "@@", " b",
					"*** Update File: t", "*** Move to: g", "@@", " a",
				)
			},
			[]string{
				"diff --git a/f b/f", "index " + idA + ".." + idB, "--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b",
				"diff --git a/g b/g", "index " + idB + ".." + idA, "--- a/g", "+++ b/g", "@@ -1 +1 @@", "-b", "+a",
			},
		},
		{
			"moved into another repository", map[string]string{"f": "a\n", "sub/.git": "gitdir: elsewhere\n"},
			func(w *workplace) { w.patch("*** Update File: f", "*** Move to: sub/g", "@@", "-a", "+b") },
			[]string{
				"diff --git a/f b/f", "deleted file mode 100644", "index " + idA + ".." + absentID, "--- a/f", "+++ /dev/null", "@@ -1 +0,0 @@", "-a",
				"diff --git a/g b/g", "new file mode 100644", "index " + absentID + ".." + idB, "--- /dev/null", "+++ b/g", "@@ -0,0 +1 @@", "+b",
			},
		},
		{
			"added, then moved", nil,
			func(w *workplace) {
				w.patch("*** Add File: f", "+a")
				w.patch("*** Update File: f", "*** Move to: g", "@@", " a")
			},
			[]string{"diff --git a/g b/g", "new file mode 100644", "index " + absentID + ".." + idA, "--- /dev/null", "+++ b/g", "@@ -0,0 +1 @@", "+a"},
		},
		{
			"through a link", map[string]string{"real": "a\n"},
			func(w *workplace) {
				w.link("ln", "real")
				w.patch("*** Update File: ln", "@@", "-a", "+b")
			},
			[]string{"diff --git a/real b/real", "index " + idA + ".." + idB, "--- a/real", "+++ b/real", "@@ -1 +1 @@", "-a", "+b"},
		},
		{
			"through a dangling link", nil,
			func(w *workplace) {
				w.link("ln", "real")
				w.patch("*** Add File: ln", "+a")
			},
			[]string{"diff --git a/real b/real", "new file mode 100644", "index " + absentID + ".." + idA, "--- /dev/null", "+++ b/real", "@@ -0,0 +1 @@", "+a"},
		},
		{
			"link deleted", map[string]string{"real": "a\n"},
			func(w *workplace) {
				w.link("ln", "real")
				w.patch("*** Delete File: ln")
			},
			[]string{
				"diff --git a/ln b/ln", "deleted file mode 120000", "index ac558a3e1bf44424bf2af97380ee201860ba8a58.." + absentID,
				"--- a/ln", "+++ /dev/null", "@@ -1 +0,0 @@", "-real", "\\ No newline at end of file",
			},
		},
		{
			"link moved becomes a file", map[string]string{"real": "a\n"},
			func(w *workplace) {
				w.link("ln", "real")
				w.patch("*** Update File: ln", "*** Move to: f", "@@", " a")
			},
			[]string{
				"diff --git a/f b/f", "new file mode 100644", "index " + absentID + ".." + idA, "--- /dev/null", "+++ b/f", "@@ -0,0 +1 @@", "+a",
				"diff --git a/ln b/ln", "deleted file mode 120000", "index ac558a3e1bf44424bf2af97380ee201860ba8a58.." + absentID,
				"--- a/ln", "+++ /dev/null", "@@ -1 +0,0 @@", "-real", "\\ No newline at end of file",
			},
		},
		{
			"names", nil,
			func(w *workplace) {
				w.patch("*** Add File: a \"b\"\t", "+a", "*** Add File: b c\u00e9", "+a")
			},
			[]string{
				`diff --git "a/a \"b\"" "b/a \"b\""`, "new file mode 100644", "index " + absentID + ".." + idA, "--- /dev/null", `+++ "b/a \"b\""`, "@@ -0,0 +1 @@", "+a",
				"diff --git a/b c\u00e9 b/b c\u00e9", "new file mode 100644", "index " + absentID + ".." + idA, "--- /dev/null", "+++ b/b c\u00e9", "@@ -0,0 +1 @@", "+a",
			},
		},
		{
			"one file under two names", map[string]string{"sub/x": "", "f": "a\n"},
			func(w *workplace) {
				w.patch("*** Update File: sub/../f", "@@", "-a", "+c")
				w.patch("*** Update File: f", "@@", "-c", "+b")
			},
			[]string{"diff --git a/f b/f", "index " + idA + ".." + idB, "--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkplace(t, true, tt.files)
			tt.do(w)
			w.want(tt.want...)
		})
	}
}

func TestDiffOutsideRepository(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, false, map[string]string{"inner/f": "a\n", "f": "a\n"})
	// A worktree or submodule has a file there.
	w.write("inner/.git", "gitdir: elsewhere\n")
	w.patch("*** Update File: f", "@@", "-a", "+b", "*** Update File: inner/f", "@@", "-a", "+b")
	name := strings.TrimPrefix(w.path("f"), "/")
	// Differs from the reference, which has two slashes here.
	files := map[string][]string{
		"f":  {"diff --git a/f b/f", "index " + idA + ".." + idB, "--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b"},
		name: {"diff --git a/" + name + " b/" + name, "index " + idA + ".." + idB, "--- a/" + name, "+++ b/" + name, "@@ -1 +1 @@", "-a", "+b"},
	}
	if name < "f" {
		w.want(append(files[name], files["f"]...)...)
	} else {
		w.want(append(files["f"], files[name]...)...)
	}
}

func TestDiffIsHandedOutOnce(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, true, map[string]string{"f": "a\n"})
	steps := []struct {
		name    string
		do      func()
		changed bool
		empty   bool
	}{
		{"nothing patched", func() {}, false, true},
		{"patched", func() { w.patch("*** Update File: f", "@@", "-a", "+b") }, true, false},
		{"again", func() {}, false, false},
		{"other change", func() { w.write("f", "c\n") }, true, false},
		{"written again", func() { w.write("f", "c\n") }, false, false},
		{"reverted", func() { w.write("f", "a\n") }, true, true},
		{"still reverted", func() {}, false, true},
		{"changed again", func() { w.write("f", "b\n") }, true, false},
		{"gone", func() { w.remove("f") }, true, false},
	}
	for _, step := range steps {
		step.do()
		text, changed := w.diff()
		if changed != step.changed || (text == "") != step.empty {
			t.Errorf("%s: changed %v, text %q", step.name, changed, text)
		}
	}
}

func TestDiffAfterFailedPatch(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, true, map[string]string{"f": "a\n"})
	to := w.path("g")
	changes := protocol.FileChanges{
		w.path("f"): &protocol.UpdateFileChange{UnifiedDiff: "@@ -1 +1 @@\n-a\n+b\n", MovePath: &to},
		w.path("n"): &protocol.AddFileChange{Content: "x\n"},
	}
	if err := w.tracker.Begin(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	if text, changed := w.diff(); text != "" || changed {
		t.Errorf("diff %q, changed %v", text, changed)
	}
}

func TestDiffBounds(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, true, nil)
	huge := strings.Repeat("x", MaxFileBytes) + "\n"
	w.write("huge", huge)
	w.patch("*** Add File: small", "+a")
	err := w.tracker.Begin(t.Context(), protocol.FileChanges{w.path("huge"): &protocol.UpdateFileChange{}})
	if err != nil {
		t.Fatal(err)
	}
	if kept := len(w.tracker.baselines[w.path("huge")].text); kept != 0 {
		t.Errorf("%d bytes of a huge file are kept", kept)
	}
	w.write("huge", huge+"y\n")
	text, _ := w.diff()
	if !strings.Contains(text, "--- a/huge\n+++ b/huge\nBinary files differ\ndiff --git a/small b/small\n") {
		t.Errorf("diff %q", text)
	}
	w.write("huge", huge)
	if text, _ := w.diff(); strings.Contains(text, "huge") {
		t.Errorf("diff of an unchanged file: %q", text)
	}

	// All files together have a bound too.
	changes := protocol.FileChanges{}
	half := strings.Repeat("y", MaxFileBytes/2)
	for n := range 2*MaxBaselineBytes/MaxFileBytes + 3 {
		name := fmt.Sprintf("many/%02d", n)
		w.write(name, half)
		changes[w.path(name)] = &protocol.UpdateFileChange{}
	}
	if err := w.tracker.Begin(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	if w.tracker.kept > MaxBaselineBytes {
		t.Errorf("%d bytes are kept", w.tracker.kept)
	}
	for path := range changes {
		if err := os.WriteFile(path, []byte("z\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, _ = w.diff()
	if len(text) > MaxDiffBytes+2*MaxFileBytes {
		t.Errorf("the diff has %d bytes", len(text))
	}
	if got := strings.Count(text, "diff --git a/many/"); got != len(changes) {
		t.Errorf("%d of %d files are shown", got, len(changes))
	}
}

func TestUnreadableFileIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, true, map[string]string{"f": "a\n"})
	bad := w.path("bad\x00name")
	err := w.tracker.Begin(t.Context(), protocol.FileChanges{
		bad:         &protocol.AddFileChange{},
		w.path("f"): &protocol.UpdateFileChange{},
	})
	if err == nil || !strings.Contains(err.Error(), "bad") {
		t.Errorf("error is %v", err)
	}
	w.write("f", "b\n")
	w.want("diff --git a/f b/f", "index "+idA+".."+idB, "--- a/f", "+++ b/f", "@@ -1 +1 @@", "-a", "+b")
}

func TestEndsWithContext(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, true, map[string]string{"f": "a\n"})
	w.patch("*** Update File: f", "@@", "-a", "+b")
	reason := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	if _, changed, err := w.tracker.Diff(ctx); changed || !errors.Is(err, reason) {
		t.Errorf("changed %v, error %v", changed, err)
	}
	if err := w.tracker.Begin(ctx, protocol.FileChanges{w.path("g"): &protocol.AddFileChange{}}); !errors.Is(err, reason) {
		t.Errorf("error %v", err)
	}
	if _, changed := w.diff(); !changed {
		t.Error("the text that was not handed out counts as handed out")
	}
}

// TestGitUnderstands lets git undo the diff of a turn, where there is a git.
func TestGitUnderstands(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	before := map[string]string{
		"edit": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "no newline": "a\nb", "gone": "x\n", "from": "1\n2\n", "mode": "m\n", "na\tme": "t\n", "name only": "n\n",
	}
	w := newWorkplace(t, false, nil)
	run := func(input string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), git, args...)
		cmd.Dir = w.dir
		cmd.Env = []string{"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "HOME=" + w.dir}
		cmd.Stdin = strings.NewReader(input)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	run("", "init", "--quiet", "--template=")
	for name, content := range before {
		w.write(name, content)
	}
	w.patch(
		"*** Update File: edit", "@@", "-2", "+two", "@@", "-9",
		"*** Update File: no newline", "@@", "-b", "+c",
		"*** Delete File: gone",
		"*** Update File: from", "*** Move to: folder/to", "@@", "-2", "+two",
		"*** Update File: name only", "*** Move to: folder/name", "@@", " n",
		"*** Update File: mode", "@@", " m",
		"*** Update File: na\tme", "@@", "-t", "+T",
		"*** Add File: new/file", "+new",
		"*** Add File: new/empty",
	)
	w.chmod("mode", 0o755)
	text, _ := w.diff()
	run(text, "apply", "--reverse")
	for name, want := range before {
		got, err := os.ReadFile(w.path(name))
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if text, changed := w.diff(); text != "" || !changed {
		t.Errorf("git left something over:\n%s", text)
	}
}

func BenchmarkDiff(b *testing.B) {
	dir := b.TempDir()
	tracker := New()
	changes := protocol.FileChanges{}
	for n := range 20 {
		path := filepath.Join(dir, fmt.Sprintf("file%02d.go", n))
		var text strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&text, "line %d of file %d\n", i, n)
		}
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			b.Fatal(err)
		}
		changes[path] = &protocol.UpdateFileChange{}
		if err := tracker.Begin(b.Context(), changes); err != nil {
			b.Fatal(err)
		}
		edited := strings.ReplaceAll(text.String(), "7", "seven")
		if err := os.WriteFile(path, []byte(edited), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := tracker.Diff(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
