package filesearch

import (
	"bytes"
	"slices"
	"strings"
)

// verdict is what rules say about a path.
type verdict int8

const (
	silent   verdict = iota
	ignored          // left out
	included         // a negation takes it back in
)

// rule is a line of an ignore file.
type rule struct {
	verdict verdict
	dirOnly bool // matches only directories
	path    bool // matches the path below the file's directory, not the name
	glob    glob
}

// ruleSet is a compiled ignore file. It does not change. The last rule that
// matches decides; most rules are plain names or endings and are looked up.
type ruleSet struct {
	rules []rule
	// names has the rules that are a whole name, by that name, ascending.
	names map[string][]int
	// endings has the rules that are a star and an ending, by the ending's length
	// and text, ascending.
	endings []ending
	// rest are the other rules, descending.
	rest []int
}

type ending struct {
	length int
	texts  map[string][]int
}

// compileRules compiles the text of an ignore file. What is malformed matches
// nothing, as with git. It returns nil when there are no rules.
func compileRules(text []byte) *ruleSet {
	s := &ruleSet{names: make(map[string][]int)}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for line := range bytes.Lines(text) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		s.add(trimBlanks(string(line)))
	}
	if len(s.rules) == 0 {
		return nil
	}
	slices.Reverse(s.rest)
	return s
}

// trimBlanks cuts the blanks at the end of a line, but not escaped ones.
func trimBlanks(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			i++
		}
		end = min(i+1, len(line))
	}
	return line[:end]
}

// add adds a line.
func (s *ruleSet) add(line string) {
	if line == "" || line[0] == '#' {
		return
	}
	r := rule{verdict: ignored}
	if negation, ok := strings.CutPrefix(line, "!"); ok {
		r.verdict, line = included, negation
	}
	line, r.dirOnly = strings.CutSuffix(line, "/")
	r.path = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return
	}
	var ok bool
	if r.glob, ok = compileGlob(line); !ok {
		return
	}
	n := len(s.rules)
	s.rules = append(s.rules, r)
	switch g := r.glob; {
	case r.path:
		s.rest = append(s.rest, n)
	case len(g) == 1 && g[0].kind == tokenLiteral:
		name := string(g[0].text)
		s.names[name] = append(s.names[name], n)
	case len(g) == 2 && g[0].kind == tokenStar && g[1].kind == tokenLiteral:
		s.addEnding(string(g[1].text), n)
	default:
		s.rest = append(s.rest, n)
	}
}

func (s *ruleSet) addEnding(text string, n int) {
	i := slices.IndexFunc(s.endings, func(e ending) bool { return e.length == len(text) })
	if i < 0 {
		i = len(s.endings)
		s.endings = append(s.endings, ending{len(text), make(map[string][]int)})
	}
	s.endings[i].texts[text] = append(s.endings[i].texts[text], n)
}

// match returns what the rules say about a path below their directory, of which
// name is the last component.
func (s *ruleSet) match(path, name []byte, dir bool) verdict {
	last := -1
	look := func(candidates []int) {
		for _, n := range slices.Backward(candidates) {
			if dir || !s.rules[n].dirOnly {
				last = max(last, n)
				return
			}
		}
	}
	if len(s.names) > 0 {
		look(s.names[string(name)])
	}
	for _, e := range s.endings {
		if len(name) >= e.length {
			look(e.texts[string(name[len(name)-e.length:])])
		}
	}
	for _, n := range s.rest {
		if n < last {
			break
		}
		r := &s.rules[n]
		if r.dirOnly && !dir {
			continue
		}
		text := name
		if r.path {
			text = path
		}
		if r.glob.match(text) {
			last = n
			break
		}
	}
	if last < 0 {
		return silent
	}
	return s.rules[last].verdict
}

// source is where rules come from. A source that stands first outranks the
// others, wherever in the tree its files are.
type source uint8

const (
	sourceIgnore    source = iota // .ignore
	sourceGitignore               // .gitignore
	sourceExclude                 // info/exclude of a repository
	sourceUser                    // the excludes of the user
	sourceCount
)

// level is the rules of a directory, together with those of the directories
// above. It does not change.
type level struct {
	base int // length of the directory's path with its slash
	sets [sourceCount]*ruleSet
	up   [sourceCount]*level // the nearest level above that has rules of the source
}

// newLevel returns the level of a directory below another, which may be nil. It
// returns the other when there are no rules.
func newLevel(above *level, base int, sets [sourceCount]*ruleSet) *level {
	if sets == ([sourceCount]*ruleSet{}) {
		return above
	}
	l := &level{base: base, sets: sets}
	for s := range sourceCount {
		l.up[s] = above.nearest(s)
	}
	return l
}

// nearest returns the nearest level that has rules of a source.
func (l *level) nearest(s source) *level {
	if l == nil || l.sets[s] != nil {
		return l
	}
	return l.up[s]
}

// ignores reports whether a path is left out. path is absolute and has slashes;
// name is its last component. l may be nil.
func (l *level) ignores(path, name []byte, dir bool) bool {
	if l == nil {
		return false
	}
	for s := range sourceCount {
		for at := l.nearest(s); at != nil; at = at.up[s] {
			if v := at.sets[s].match(path[at.base:], name, dir); v != silent {
				return v == ignored
			}
		}
	}
	return false
}
