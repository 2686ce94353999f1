package shellenv

import (
	"runtime"
	"slices"
	"strings"
)

// Lookup returns the value of a variable of env, a list of "NAME=value". The
// last one counts. On Windows the case of the name does not matter.
func Lookup(env []string, name string) (value string, ok bool) {
	for _, entry := range slices.Backward(env) {
		if n, v, ok := split(entry); ok && sameName(n, name, runtime.GOOS == "windows") {
			return v, true
		}
	}
	return "", false
}

// With returns a copy of env in which the variable has the value and stands
// once. It keeps its place, or comes last when it is new.
func With(env []string, name, value string) []string {
	out := make([]string, 0, len(env)+1)
	entry := name + "=" + value
	placed := false
	for _, e := range env {
		if n, _, ok := split(e); ok && sameName(n, name, runtime.GOOS == "windows") {
			if !placed {
				out = append(out, entry)
				placed = true
			}
			continue
		}
		out = append(out, e)
	}
	if !placed {
		out = append(out, entry)
	}
	return out
}

// split cuts an entry at its first "=", not counting one at the beginning:
// Windows has names such as "=C:".
func split(entry string) (name, value string, ok bool) {
	if entry == "" {
		return "", "", false
	}
	i := strings.IndexByte(entry[1:], '=')
	if i < 0 {
		return "", "", false
	}
	return entry[:i+1], entry[i+2:], true
}

func sameName(a, b string, fold bool) bool {
	return a == b || fold && strings.EqualFold(a, b)
}

// variable is one entry of a varList. An empty name marks a removed one.
type variable struct{ name, value string }

// varList is an environment in the making: in order, each name once.
type varList struct {
	vars []variable
	at   map[string]int // index in vars by key(name)
	fold bool
}

func newVarList(size int, fold bool) *varList {
	return &varList{vars: make([]variable, 0, size), at: make(map[string]int, size), fold: fold}
}

func (l *varList) key(name string) string {
	if l.fold {
		return strings.ToUpper(name)
	}
	return name
}

func (l *varList) set(name, value string) {
	if i, ok := l.at[l.key(name)]; ok {
		l.vars[i] = variable{name, value}
		return
	}
	l.at[l.key(name)] = len(l.vars)
	l.vars = append(l.vars, variable{name, value})
}

// remove takes out the variables whose names match one of the patterns, or,
// when matching is false, those whose names match none.
func (l *varList) remove(patterns []pattern, matching bool) {
	if len(patterns) == 0 && matching {
		return
	}
	for i, v := range l.vars {
		if v.name != "" && matchAny(patterns, v.name) == matching {
			delete(l.at, l.key(v.name))
			l.vars[i] = variable{}
		}
	}
}

func (l *varList) entries() []string {
	out := make([]string, 0, len(l.vars))
	for _, v := range l.vars {
		if v.name != "" {
			out = append(out, v.name+"="+v.value)
		}
	}
	return out
}
