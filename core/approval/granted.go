package approval

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Granted is the set of commands that the user approved for the rest of a
// conversation. The key is argv, working directory and whether escalation was
// asked. The zero value is empty.
type Granted struct {
	mu   sync.Mutex
	keys map[string]bool
}

// Add puts a command into the set.
func (g *Granted) Add(argv []string, cwd string, escalated bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.keys == nil {
		g.keys = make(map[string]bool)
	}
	g.keys[grantKey(argv, cwd, escalated)] = true
}

// Has reports whether a command is in the set.
func (g *Granted) Has(argv []string, cwd string, escalated bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.keys) > 0 && g.keys[grantKey(argv, cwd, escalated)]
}

func grantKey(argv []string, cwd string, escalated bool) string {
	var b strings.Builder
	b.WriteString(strconv.FormatBool(escalated))
	for _, s := range append([]string{folder(cwd)}, argv...) {
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	return b.String()
}

// folder gives one name to the spellings of a folder. What .. means behind a
// link is not for a name to say.
func folder(path string) string {
	if slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "..") {
		return path
	}
	return filepath.Clean(path)
}
