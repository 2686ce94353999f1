package patch

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzApply applies any patch to a few files, with an operation that fails
// somewhere: it was applied, which means that the files are what the plan says,
// or no file changed.
func FuzzApply(f *testing.F) {
	for _, c := range observedCases {
		f.Add(c.text("/dir"), uint8(0))
	}
	f.Add(patchText(everyKindBody...), uint8(20))
	files := tree{
		"f": "a\nb\nc\n", "u": "a\r\nb", "d": "x\n\n", "script*": "x\n", "dir/file": "y\n", "ln@": "f", "folder@": "dir", "p": "",
		"edit": "a\nb\n", "gone": "bye\n", "moved*": "m\n", "target": "old\n", "over": "o\n", "becomes": "b\n",
	}
	fault := errors.New("injected fault")
	f.Fuzz(func(t *testing.T, text string, nth uint8) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		for _, section := range p.Sections {
			names := []string{section.Name()}
			if u, ok := section.(*UpdateFile); ok {
				names = append(names, u.MoveTo)
			}
			for _, name := range names {
				if filepath.IsAbs(name) || strings.Contains(name, "..") {
					return // stay in the folder
				}
			}
		}
		dir := plant(t, files)
		count := 0
		plan, err := newPlan(t.Context(), OS(), dir, p, false)
		if err == nil {
			err = plan.Apply(t.Context(), faultyFiles{OS(), func(op, _ string) error {
				// Removing what is left at the end cannot fail the patch.
				if count++; count == int(nth) && op != "remove" {
					return fault
				}
				return nil
			}})
		}
		got := harvest(t, dir)
		if err != nil {
			if diff := cmp.Diff(files, got); diff != "" {
				t.Errorf("failed with %v, but files changed (-want +got):\n%s", err, diff)
			}
			return
		}
		for _, file := range plan.Files() {
			target, content := file.Target, file.New
			if file.MoveTarget != "" {
				target = file.MoveTarget
			}
			name, err := filepath.Rel(dir, target)
			if err != nil {
				t.Fatal(err)
			}
			text, there := got[name]
			if script, ok := got[name+"*"]; ok {
				text, there = script, true
			}
			if there != (file.Kind != Deleted) || text != content {
				t.Errorf("%s: there %v, content %q; planned %+v", name, there, text, file)
			}
		}
		for name := range got {
			if strings.Contains(name, tempPrefix) {
				t.Errorf("%s is left behind", name)
			}
		}
	})
}
