package patch

import (
	"slices"
	"strings"
	"unicode"
)

// leniencies are the ways in which a line of a patch may match a line of a
// file, strictest first: as it is, without blanks at its end, without blanks
// at both ends, and with typographic dashes, quotes and spaces written plainly.
// A way is tried over the whole file before the next one.
//
// spec: exec-and-tools, applying chunks to a file
var leniencies = [...]func(string) string{
	func(line string) string { return line },
	func(line string) string { return strings.TrimRightFunc(line, unicode.IsSpace) },
	strings.TrimSpace,
	func(line string) string { return strings.Map(plainRune, strings.TrimSpace(line)) },
}

// plainRune maps typographic characters to what a keyboard writes.
func plainRune(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r >= 0x2010 && r <= 0x2015, r == 0x2212:
		return '-'
	case r >= 0x2018 && r <= 0x201b:
		return '\''
	case r >= 0x201c && r <= 0x201f:
		return '"'
	case r == 0x00a0, r >= 0x2002 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return ' '
	}
	return r
}

// matcher finds runs of lines in a file. The lines are numbered once for each
// leniency, when it is first needed, so that thousands of searches in a long
// file stay cheap, failing ones too. A few exact ones need no numbers.
type matcher struct {
	lines  []string
	levels [len(leniencies)]*level
	exact  int // exact searches without numbers
}

// fewSearches is how many searches cost less than to number the lines.
const fewSearches = 8

// level is the file as one leniency sees it.
type level struct {
	ids   []int32          // identity of each line
	table map[string]int32 // identity by line
}

func (m *matcher) level(n int) *level {
	if m.levels[n] == nil {
		l := &level{ids: make([]int32, len(m.lines)), table: make(map[string]int32, len(m.lines))}
		for i, line := range m.lines {
			key := leniencies[n](line)
			id, ok := l.table[key]
			if !ok {
				id = int32(len(l.table))
				l.table[key] = id
			}
			l.ids[i] = id
		}
		m.levels[n] = l
	}
	return m.levels[n]
}

// numbers translates a pattern. ok is false if one of its lines is not in the
// file at all.
func (m *matcher) numbers(n int, pattern []string) (ids []int32, ok bool) {
	table := m.level(n).table
	ids = make([]int32, len(pattern))
	for i, line := range pattern {
		if ids[i], ok = table[leniencies[n](line)]; !ok {
			return nil, false
		}
	}
	return ids, true
}

// find returns the index of the first place at or after start where the
// pattern matches, trying the strictest leniency first; -1 if there is none.
// An empty pattern matches at start.
func (m *matcher) find(pattern []string, start int) int {
	if len(pattern) == 0 {
		return start
	}
	if start+len(pattern) > len(m.lines) {
		return -1
	}
	for n := range leniencies {
		if n == 0 && m.exact < fewSearches {
			m.exact++
			if at := search(m.lines, pattern, start); at >= 0 {
				return at
			}
			continue
		}
		if ids, ok := m.numbers(n, pattern); ok {
			if at := search(m.level(n).ids, ids, start); at >= 0 {
				return at
			}
		}
	}
	return -1
}

// matches reports whether the pattern matches at exactly this place.
func (m *matcher) matches(pattern []string, at int) bool {
	if at < 0 || at+len(pattern) > len(m.lines) {
		return false
	}
	for n := range leniencies {
		same := func(a, b string) bool { return leniencies[n](a) == leniencies[n](b) }
		if slices.EqualFunc(pattern, m.lines[at:at+len(pattern)], same) {
			return true
		}
	}
	return false
}

// search returns the first index at or after start where pattern begins in
// text, or -1, in time proportional to their lengths (Knuth, Morris, Pratt).
func search[T comparable](text, pattern []T, start int) int {
	border := make([]int, len(pattern))
	k := 0
	for i := 1; i < len(pattern); i++ {
		for k > 0 && pattern[i] != pattern[k] {
			k = border[k-1]
		}
		if pattern[i] == pattern[k] {
			k++
		}
		border[i] = k
	}
	k = 0
	for i := start; i < len(text); i++ {
		for k > 0 && text[i] != pattern[k] {
			k = border[k-1]
		}
		if text[i] == pattern[k] {
			k++
		}
		if k == len(pattern) {
			return i - k + 1
		}
	}
	return -1
}
