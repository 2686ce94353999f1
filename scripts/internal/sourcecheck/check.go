package sourcecheck

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// MaxLines is how long a source file may be. Tests and generated files may be
// longer.
const MaxLines = 600

// Rules are what depends on where the repository lies.
type Rules struct {
	// MachinePaths are paths that belong to one machine only, such as the
	// folder of the checkout. No file may hold one.
	MachinePaths []string
}

// Problem is something in a file that must not be there.
type Problem struct {
	File string // slash-separated, relative to the repository
	Line int    // counts from 1; 0 when the whole file is meant
	What string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.What)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
}

// mark finds marks of unfinished work: at the beginning of a comment, or with
// a colon or a parenthesis behind it. A command or text that mentions one of
// the words does not count.
var mark = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:(?://|#|/\*|<!--)\s*(TODO|FIXME|XXX|HACK)\b)|(?:\b(TODO|FIXME|XXX|HACK)[:(])`)
})

// outside finds paths that leave the repository.
var outside = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.\./shared\b[\w./-]*`)
})

// inputs are the paths outside the repository that the scripts may name: they
// are used when they are there. Everything else works from a plain clone.
var inputs = []string{"../shared/conform", "../shared/mcp/schema"}

// File checks one file. Binary files have no problems.
func File(name string, text []byte, rules Rules) []Problem {
	if bytes.IndexByte(text, 0) >= 0 || inTestdata(name) {
		return nil
	}
	var problems []Problem
	n := 0
	for line := range bytes.Lines(text) {
		n++
		s := string(line)
		if m := mark().FindStringSubmatch(s); m != nil {
			problems = append(problems, Problem{name, n, "unfinished: " + m[1] + m[2]})
		}
		for _, p := range rules.MachinePaths {
			if strings.Contains(s, p) {
				problems = append(problems, Problem{name, n, "a path of one machine: " + p})
			}
		}
		for _, p := range outside().FindAllString(s, -1) {
			if !mayName(name, p) {
				problems = append(problems, Problem{name, n, "a path outside the repository: " + p})
			}
		}
	}
	problems = append(problems, patterns(name, text)...)
	if n > MaxLines && limited(name) {
		problems = append(problems, Problem{name, 0, fmt.Sprintf("%d lines, more than %d: would two names tell more than one?", n, MaxLines)})
	}
	return problems
}

func inTestdata(name string) bool {
	return slices.Contains(strings.Split(path.Dir(name), "/"), "testdata")
}

func mayName(file, p string) bool {
	if !strings.HasPrefix(file, "scripts/") && !strings.HasPrefix(file, ".ci/") {
		return false
	}
	return slices.ContainsFunc(inputs, func(input string) bool {
		return p == input || strings.HasPrefix(p, input+"/")
	})
}

// limited reports whether the length of a file counts: that of sources which
// people write and read.
func limited(name string) bool {
	if strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go") {
		return false
	}
	ext := path.Ext(name)
	return ext == ".go" || ext == ".sh" || ext == "" && (strings.HasPrefix(name, "scripts/") || strings.HasPrefix(name, ".ci/"))
}

// Repository checks all files of the repository in root, and returns what it
// found in the order of the files' names.
func Repository(ctx context.Context, root string) ([]Problem, error) {
	files, err := workspace.Files(ctx, root)
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	rules := Rules{MachinePaths: machinePaths(root)}
	var problems []Problem
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("check sources: %w", err)
		}
		problems = append(problems, File(name, text, rules)...)
	}
	return problems, nil
}

// machinePaths lists the folder of the checkout and its neighbours that a file
// could name by mistake. A checkout at the top of the file system has a name
// that says nothing, and so gives no rule.
func machinePaths(root string) []string {
	root = filepath.ToSlash(root)
	if strings.Count(root, "/") < 2 {
		return nil
	}
	paths := []string{root + "/"}
	for _, neighbour := range []string{"shared/", "main/"} {
		if p := path.Dir(root) + "/" + neighbour; !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	return paths
}
