package filesearch

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// pattern is a compiled query. It does not change.
type pattern struct{ atoms []atom }

// atom is a part of a query that must occur in a path as a whole, in order.
type atom struct {
	// bytes is the atom for paths in ASCII; nil when the atom is not in ASCII, so
	// that it matches none.
	bytes []byte
	// runes is the atom for all other paths.
	runes []rune
	// fold compares letters without regard to case.
	fold bool
	// strip takes Latin diacritics from the letters of a path.
	strip bool
}

// compile compiles a query. A query of white space has no atoms.
// (spec: app-server, fuzzyFileSearch, pattern)
func compile(query string) pattern {
	var p pattern
	for _, text := range split(query) {
		if strings.TrimSpace(text) != "" {
			p.atoms = append(p.atoms, newAtom(text))
		}
	}
	return p
}

// split cuts a query at its blanks. A backslash before a blank keeps that in the
// atom; every other one stands for itself.
func split(query string) []string {
	var atoms []string
	var atom strings.Builder
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case c == ' ':
			atoms = append(atoms, atom.String())
			atom.Reset()
		case c == '\\' && i+1 < len(query) && query[i+1] == ' ':
			i++
			atom.WriteByte(' ')
		default:
			atom.WriteByte(c)
		}
	}
	return append(atoms, atom.String())
}

// newAtom decides how an atom compares: capital letters and diacritics count
// when the atom has some.
func newAtom(text string) atom {
	text = norm.NFC.String(text)
	a := atom{fold: true, strip: true}
	ascii := true
	for _, r := range text {
		a.fold = a.fold && lower(r) == r
		a.strip = a.strip && strip(r) == r
		ascii = ascii && r < utf8.RuneSelf
	}
	a.runes = units(nil, text)
	if a.fold {
		for i, r := range a.runes {
			a.runes[i] = lower(r)
		}
	}
	if ascii {
		a.bytes = make([]byte, len(a.runes))
		for i, r := range a.runes {
			a.bytes[i] = byte(r)
		}
	}
	return a
}
