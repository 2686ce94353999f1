package patch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// scriptFiles are the files of the folder that scripted patches work in, and
// scriptNames what the patches call them, along with what is not there.
var (
	scriptFiles = tree{
		"f": "a\nb\nc\n", "u": "a\r\nb", "x*": "a\n\n", "dir/file": "a\n", "ln@": "f", "folder@": "dir", "p": "", "dangling@": "new/end",
	}
	scriptNames = []string{
		"f", "u", "x", "dir/file", "ln", "folder/file", "p", "dangling",
		"dir", "folder", "p/q", "new", "new/end", "./f", "dir/../u", "folder/../x",
	}
)

// scripted makes a patch of what its bytes say, so that a fuzzer finds its way
// through the combinations of sections instead of through the grammar.
func scripted(script []byte) []Section {
	var sections []Section
	for ; len(script) >= 2 && len(sections) < 12; script = script[2:] {
		name := scriptNames[script[0]&15]
		other := scriptNames[script[0]>>4]
		line := fmt.Sprintf("line %d", len(sections))
		chunks := [][]Chunk{
			{{Lines: []Line{{Insert, line}}}},
			{{Lines: []Line{{Delete, "a"}, {Insert, line}}}},
			{{Lines: []Line{{Context, "a"}, {Insert, line}}}},
			{{Lines: []Line{{Delete, "b"}}, EndOfFile: true}},
		}[script[1]>>4&3]
		switch script[1] & 3 {
		case 0:
			sections = append(sections, &AddFile{Path: name, Content: line + "\n"})
		case 1:
			sections = append(sections, &DeleteFile{Path: name})
		case 2:
			sections = append(sections, &UpdateFile{Path: name, Chunks: chunks})
		case 3:
			sections = append(sections, &UpdateFile{Path: name, MoveTo: other, Chunks: chunks})
		}
	}
	return sections
}

// withoutFolders leaves out empty folders: a patch that adds a file and deletes
// it again does not create its folder, its sections one by one do.
func withoutFolders(files tree) tree {
	files = maps.Clone(files)
	maps.DeleteFunc(files, func(name, _ string) bool { return strings.HasSuffix(name, "/") })
	return files
}

// FuzzApply looks for scripts that break what checkScript says.
func FuzzApply(f *testing.F) {
	f.Add([]byte("\x00\x02\x01\x13\x02\x01"), uint8(0))
	f.Add([]byte("\x06\x01\x0a\x00\x0a\x02"), uint8(0))
	f.Add([]byte("\x40\x03\x04\x02\x04\x01\x04\x00"), uint8(7))
	f.Add([]byte("\x10\x03\x21\x03\x02\x03\x0d\x02"), uint8(0))
	f.Add([]byte("\x07\x00\x0c\x02\x0c\x13"), uint8(3))
	f.Add([]byte("\x09\x01\x05\x00\x03\x02"), uint8(0))
	f.Fuzz(checkScript)
}

func TestScriptedPatches(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for range 150 {
		script := make([]byte, 2+2*rng.IntN(8))
		for i := range script {
			script[i] = byte(rng.Uint32())
		}
		checkScript(t, script, uint8(max(0, rng.IntN(100)-50)))
	}
}

// checkScript checks what holds for every patch: it is applied or no file
// changes, whichever operation fails; applied, it does what its sections do one
// by one; and the files are what the plan says.
func checkScript(t *testing.T, script []byte, nth uint8) {
	fault := errors.New("injected fault")
	sections := scripted(script)
	dir := plant(t, scriptFiles)
	count := 0
	plan, err := newPlan(t.Context(), OS(), dir, &Patch{Sections: sections}, false)
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
		if diff := cmp.Diff(scriptFiles, got); diff != "" {
			t.Errorf("failed with %v, but files changed (-want +got):\n%s", err, diff)
		}
	}
	if errors.Is(err, fault) || err == nil && count >= int(nth) && nth > 0 {
		return
	}

	oneByOne := plant(t, scriptFiles)
	for n, section := range sections {
		_, stepErr := Apply(context.Background(), OS(), oneByOne, &Patch{Sections: sections[n : n+1]})
		if stepErr == nil {
			continue
		}
		if err == nil {
			t.Errorf("section %d (%#v) fails by itself: %v", n, section, stepErr)
		}
		return
	}
	if err != nil {
		if len(sections) > 0 {
			t.Errorf("failed with %v, but the sections do not", err)
		}
		return
	}
	if diff := cmp.Diff(withoutFolders(harvest(t, oneByOne)), withoutFolders(got)); diff != "" {
		t.Errorf("%s\nall at once (-one by one +got):\n%s", &Patch{Sections: sections}, diff)
	}
	checkFiles(t, dir, plan, got)
}

// checkFiles compares files with what a plan says about them.
func checkFiles(t *testing.T, dir string, plan *Plan, got tree) {
	t.Helper()
	paths := map[string]bool{}
	for _, file := range plan.Files() {
		if paths[file.Path] {
			t.Errorf("%s is mentioned twice", file.Path)
		}
		paths[file.Path] = true
		target := file.Target
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
		if there != (file.Kind != Deleted) || text != file.New {
			t.Errorf("%s: there %v, content %q; planned %+v", name, there, text, file)
		}
	}
	for name := range got {
		if strings.Contains(name, tempPrefix) {
			t.Errorf("%s is left behind", name)
		}
	}
}
