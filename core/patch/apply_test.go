package patch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faultyFiles is the real file system with a hook in front of every operation
// that writes.
type faultyFiles struct {
	WritableFileSystem
	before func(op, path string) error
}

func (f faultyFiles) Mkdir(path string) error {
	return unless(f.before("mkdir", path), func() error { return f.WritableFileSystem.Mkdir(path) })
}

func (f faultyFiles) Create(path string, data []byte, mode fs.FileMode) error {
	return unless(f.before("create", path), func() error { return f.WritableFileSystem.Create(path, data, mode) })
}

func (f faultyFiles) Replaceable(path string) (bool, error) {
	if err := f.before("writable", path); err != nil {
		return false, err
	}
	return f.WritableFileSystem.Replaceable(path)
}

func (f faultyFiles) Overwrite(path string, data []byte) error {
	return unless(f.before("overwrite", path), func() error { return f.WritableFileSystem.Overwrite(path, data) })
}

func (f faultyFiles) SetMode(path string, as fs.FileInfo) error {
	return unless(f.before("mode", path), func() error { return f.WritableFileSystem.SetMode(path, as) })
}

func (f faultyFiles) SetOwner(path string, as fs.FileInfo) error {
	return unless(f.before("owner", path), func() error { return f.WritableFileSystem.SetOwner(path, as) })
}

func (f faultyFiles) Link(path, name string) error {
	return unless(f.before("link", path), func() error { return f.WritableFileSystem.Link(path, name) })
}

func (f faultyFiles) Rename(path, name string) error {
	return unless(f.before("rename", name), func() error { return f.WritableFileSystem.Rename(path, name) })
}

func (f faultyFiles) Remove(path string) error {
	return unless(f.before("remove", path), func() error { return f.WritableFileSystem.Remove(path) })
}

// unless does what follows if nothing failed before.
func unless(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// everyKind touches files in all the ways there are.
var (
	everyKindBefore = tree{
		"edit": "a\nb\n", "script*": "x\n", "gone": "bye\n", "moved*": "m\n", "target": "old\n",
		"over": "written over\n", "becomes": "a folder\n", "real": "r\n", "ln@": "real", "deep/file": "d\n",
	}
	everyKindBody = []string{
		"*** Update File: edit", "@@", "-b", "+B",
		"*** Update File: script", "@@", "-x", "+X",
		"*** Delete File: gone",
		"*** Update File: moved", "*** Move to: target", "@@", "-m", "+M",
		"*** Add File: over", "+over",
		"*** Delete File: becomes",
		"*** Add File: becomes/a/folder", "+now",
		"*** Update File: ln", "@@", "-r", "+R",
		"*** Add File: new/folder/file", "+new",
		"*** Update File: deep/file", "*** Move to: deeper/down/file", "@@", " d",
		"*** Delete File: ln",
		"*** Add File: ln", "+no link any more",
	}
	everyKindAfter = tree{
		"edit": "a\nB\n", "script*": "X\n", "target*": "M\n", "over": "over\n", "becomes/a/folder": "now\n",
		"real": "R\n", "ln": "no link any more\n", "new/folder/file": "new\n", "deep/": "", "deeper/down/file": "d\n",
	}
)

func TestApplyEveryKind(t *testing.T) {
	t.Parallel()
	dir := plant(t, everyKindBefore)
	plan, err := planned(t, dir, everyKindBody...)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Apply(t.Context(), OS()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(everyKindAfter, harvest(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestApplyIsAtomic lets each operation fail in turn, once with all later ones
// working and once with a cancelled context instead of an error.
func TestApplyIsAtomic(t *testing.T) {
	t.Parallel()
	fault := errors.New("injected fault")
	for _, cancels := range []bool{false, true} {
		for nth := 1; ; nth++ {
			dir := plant(t, everyKindBefore)
			plan, err := planned(t, dir, everyKindBody...)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			count := 0
			var failed string
			fsys := faultyFiles{OS(), func(op, path string) error {
				if count++; count != nth {
					return nil
				}
				failed = fmt.Sprintf("%d: %s %s", nth, op, path)
				if cancels {
					cancel(fault)
					return nil
				}
				return fault
			}}
			err = plan.Apply(ctx, fsys)
			cancel(nil)
			if count < nth {
				break
			}
			want := everyKindBefore
			if err == nil {
				// Some failures have a way around them.
				want = everyKindAfter
			} else if !errors.Is(err, fault) {
				t.Errorf("%s: error is %v", failed, err)
			}
			if e, ok := errors.AsType[*ApplyError](err); ok && e.Undo != nil {
				t.Errorf("%s: undo failed: %v", failed, e.Undo)
			}
			if err == nil && cancels && !strings.Contains(failed, "remove") {
				t.Errorf("%s: was not cancelled", failed)
			}
			if name, ok := strings.CutPrefix(failed, fmt.Sprintf("%d: remove ", nth)); ok && err == nil && !cancels {
				// What was to be removed at the very end stays.
				if err := os.Remove(name); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(want, harvest(t, dir)); diff != "" {
				t.Errorf("%s: files (-want +got):\n%s", failed, diff)
			}
		}
	}
}

// TestApplyAround checks that a patch is applied where the usual way to write a
// file is not possible.
func TestApplyAround(t *testing.T) {
	t.Parallel()
	isTemp := func(path string) bool { return strings.HasPrefix(filepath.Base(path), tempPrefix) }
	tests := []struct {
		name   string
		before func(op, path string) error
	}{
		{"no second names", func(op, _ string) error {
			if op == "link" {
				return syscall.EPERM
			}
			return nil
		}},
		{"folder not writable", func(op, path string) error {
			if op == "create" && isTemp(path) {
				return syscall.EACCES
			}
			return nil
		}},
		{"owner cannot be kept", func(op, _ string) error {
			if op == "owner" {
				return syscall.EPERM
			}
			return nil
		}},
		{"file mounted by itself", func(op, path string) error {
			if op == "rename" && !isTemp(path) {
				return syscall.EBUSY
			}
			return nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t, tree{"f*": "a\nb\n", "g": "c\n"})
			inode, err := os.Stat(filepath.Join(dir, "f"))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := planned(t, dir, "*** Update File: f", "@@", "-b", "*** Update File: g", "@@", "+d")
			if err != nil {
				t.Fatal(err)
			}
			if err := plan.Apply(t.Context(), faultyFiles{OS(), tt.before}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree{"f*": "a\n", "g": "c\nd\n"}, harvest(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			now, err := os.Stat(filepath.Join(dir, "f"))
			if err != nil {
				t.Fatal(err)
			}
			if inPlace := tt.name != "no second names"; os.SameFile(inode, now) != inPlace {
				t.Errorf("written in place: %v, want %v", !inPlace, inPlace)
			}
		})
	}
}

func TestApplyLeavesReadOnlyFilesAlone(t *testing.T) {
	t.Parallel()
	dir := plant(t, tree{"f": "a\n", "g": "b\n"})
	plan, err := planned(t, dir, "*** Update File: f", "@@", "-a", "+A", "*** Update File: g", "@@", "-b", "+B")
	if err != nil {
		t.Fatal(err)
	}
	// Who runs the test may write to everything, so the answer is made up.
	err = plan.Apply(t.Context(), faultyFiles{OS(), func(op, path string) error {
		if op == "writable" && filepath.Base(path) == "g" {
			return &fs.PathError{Op: "open", Path: path, Err: syscall.EACCES}
		}
		return nil
	}})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error is %v", err)
	}
	if diff := cmp.Diff(tree{"f": "a\n", "g": "b\n"}, harvest(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestApplyKeepsHardLinks(t *testing.T) {
	t.Parallel()
	dir := plant(t, tree{"f": "a\n"})
	if err := os.Link(filepath.Join(dir, "f"), filepath.Join(dir, "g")); err != nil {
		t.Skip(err)
	}
	if got := outcome(dir, patchText("*** Update File: f", "@@", "-a", "+A")); got != "M f" {
		t.Fatal(got)
	}
	if diff := cmp.Diff(tree{"f": "A\n", "g": "A\n"}, harvest(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	// Through both names at once, one change would undo the other.
	got := outcome(dir, patchText("*** Update File: f", "@@", "-A", "+1", "*** Update File: g", "@@", "-A", "+2"))
	if got != CodeWrite.String() {
		t.Errorf("outcome %q", got)
	}
	if diff := cmp.Diff(tree{"f": "A\n", "g": "A\n"}, harvest(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	// A move leaves the other name alone.
	if got := outcome(dir, patchText("*** Update File: f", "*** Move to: h", "@@", "-A", "+H")); got != "M h" {
		t.Fatal(got)
	}
	if diff := cmp.Diff(tree{"h": "H\n", "g": "A\n"}, harvest(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestApplyMovesThroughLinks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files tree
		body  []string
		after tree
	}{
		{
			"link to a new name", tree{"real": "a\n", "ln@": "real"},
			[]string{"*** Update File: ln", "*** Move to: g", "@@", "-a", "+A"}, tree{"real": "a\n", "g": "A\n"},
		},
		{
			"link onto its file", tree{"real": "a\n", "ln@": "real"},
			[]string{"*** Update File: ln", "*** Move to: real", "@@", "-a", "+A"}, tree{"real": "A\n"},
		},
		{
			// Differs from the reference, which deletes the content.
			"file onto a link to it", tree{"real": "a\n", "ln@": "real"},
			[]string{"*** Update File: real", "*** Move to: ln", "@@", "-a", "+A"}, tree{"real": "A\n", "ln@": "real"},
		},
		{
			"file onto a link to another", tree{"f": "a\n", "real": "r\n", "ln@": "real"},
			[]string{"*** Update File: f", "*** Move to: ln", "@@", "-a", "+A"}, tree{"real": "A\n", "ln@": "real"},
		},
		{
			"add through a dangling link", tree{"ln@": "there/it/is"},
			[]string{"*** Add File: ln", "+x"}, tree{"there/it/is": "x\n", "ln@": "there/it/is"},
		},
		{
			"folder behind a link goes", tree{"real/f": "a\n", "ln@": "real"},
			[]string{"*** Delete File: ln", "*** Add File: ln/f", "+x"}, tree{"real/f": "a\n", "ln/f": "x\n"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t, tt.files)
			if got := outcome(dir, patchText(tt.body...)); !strings.Contains("M A D", got[:1]) {
				t.Errorf("outcome %q", got)
			}
			if diff := cmp.Diff(tt.after, harvest(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// foldedFiles is a file system that does not care for case: it keeps all files
// under names in lower case, but tells how they were spelled last.
type foldedFiles struct {
	WritableFileSystem
	dir     string
	spelled map[string]string // by name in lower case
}

func (f foldedFiles) fold(path string) string {
	rest, ok := strings.CutPrefix(path, f.dir)
	if !ok {
		return path
	}
	return f.dir + strings.ToLower(rest)
}

func (f foldedFiles) Lstat(path string) (fs.FileInfo, error) {
	return f.WritableFileSystem.Lstat(f.fold(path))
}

func (f foldedFiles) ReadFile(path string, limit int64) ([]byte, error) {
	return f.WritableFileSystem.ReadFile(f.fold(path), limit)
}

func (f foldedFiles) Link(path, name string) error {
	return f.WritableFileSystem.Link(f.fold(path), f.fold(name))
}

func (f foldedFiles) Rename(path, name string) error {
	delete(f.spelled, f.fold(path))
	f.spelled[f.fold(name)] = filepath.Base(name)
	return f.WritableFileSystem.Rename(f.fold(path), f.fold(name))
}

func (f foldedFiles) Remove(path string) error { return f.WritableFileSystem.Remove(f.fold(path)) }

func TestApplyRenamesCaseOnly(t *testing.T) {
	t.Parallel()
	dir := plant(t, tree{"readme": "a\n"})
	fsys := foldedFiles{OS(), dir, map[string]string{}}
	p, err := Parse(patchText("*** Update File: readme", "*** Move to: README", "@@", "-a", "+A"))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Apply(t.Context(), fsys, dir, p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tree{"readme": "A\n"}, harvest(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if got := fsys.spelled[filepath.Join(dir, "readme")]; got != "README" {
		t.Errorf("the file is called %q", got)
	}
	if got := plan.Overwrites(); got != nil {
		t.Errorf("overwrites %q", got)
	}
}

func TestApplyNoticesChanges(t *testing.T) {
	t.Parallel()
	body := []string{
		"*** Update File: edit", "@@", "-a", "+A", "*** Delete File: gone",
		"*** Add File: over", "+x", "*** Add File: new", "+x",
	}
	files := tree{"edit": "a\n", "gone": "g\n", "over": "o\n"}
	tests := []struct {
		name   string
		change tree
		remove string
		wantOK bool
	}{
		{"nothing", nil, "", true},
		{"edited file", tree{"edit": "a\nb\n"}, "", false},
		{"written again with the same content", tree{"edit": "a\n"}, "", true},
		{"deleted file edited", tree{"gone": "needed\n"}, "", false},
		{"overwritten file edited", tree{"over": "precious\n"}, "", false},
		{"new file there already", tree{"new": "mine\n"}, "", false},
		{"file gone", nil, "edit", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := plant(t, files)
			plan, err := planned(t, dir, body...)
			if err != nil {
				t.Fatal(err)
			}
			tt.change.plant(t, dir)
			if tt.remove != "" {
				if err := os.Remove(filepath.Join(dir, tt.remove)); err != nil {
					t.Fatal(err)
				}
			}
			before := harvest(t, dir)
			err = plan.Apply(t.Context(), OS())
			if tt.wantOK {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || tt.remove == "" && !errors.Is(err, ErrChanged) {
				t.Errorf("error is %v", err)
			}
			if diff := cmp.Diff(before, harvest(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestApplyDeletesBinaryFiles(t *testing.T) {
	t.Parallel()
	dir := plant(t, tree{"f": "\xff\xfe"})
	if got := outcome(dir, patchText("*** Delete File: f")); got != "D f" {
		t.Errorf("outcome %q", got)
	}
	if diff := cmp.Diff(tree{}, harvest(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestApplyReportsFailedUndo covers what nobody hopes for: a step fails and so
// does taking back the ones before it.
func TestApplyReportsFailedUndo(t *testing.T) {
	t.Parallel()
	dir := plant(t, tree{"f": "a\n", "g": "b\n"})
	plan, err := planned(t, dir, "*** Update File: f", "@@", "-a", "+A", "*** Delete File: g")
	if err != nil {
		t.Fatal(err)
	}
	var ops []string
	fault := errors.New("disk on fire")
	err = plan.Apply(t.Context(), faultyFiles{OS(), func(op, path string) error {
		ops = append(ops, op)
		if n := len(ops); op == "rename" && slices.Contains(ops[:n-1], "rename") {
			return fault
		}
		return nil
	}})
	e, ok := errors.AsType[*ApplyError](err)
	if !ok || e.Code != CodeDelete || !errors.Is(e.Undo, fault) || !strings.Contains(err.Error(), "putting the files back") {
		t.Errorf("error is %v", err)
	}
}
