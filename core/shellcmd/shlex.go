package shellcmd

import (
	"errors"
	"strings"
)

// ErrUnbalanced is the error of [Split] for a quote that is never closed or a
// backslash with nothing after it.
var ErrUnbalanced = errors.New("quotes are not balanced")

// ErrNUL is the error of [Join] for a word that no shell can be given.
var ErrNUL = errors.New("word contains a NUL byte")

// Split cuts s into words as a POSIX shell does with text that has no
// expansions and no operators: blanks separate, quotes and backslashes quote,
// and # at the beginning of a word starts a comment.
//
// spec: exec-and-tools, shlex rules
func Split(s string) ([]string, error) {
	words := []string{}
	var b strings.Builder
	inWord := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch c {
		case ' ', '\t', '\n':
			if inWord {
				words = append(words, b.String())
				b.Reset()
				inWord = false
			}
		case '\\':
			if i++; i == len(s) {
				return nil, ErrUnbalanced
			}
			if s[i] != '\n' {
				inWord = true
				b.WriteByte(s[i])
			}
		case '\'':
			n := strings.IndexByte(s[i+1:], '\'')
			if n < 0 {
				return nil, ErrUnbalanced
			}
			inWord = true
			b.WriteString(s[i+1 : i+1+n])
			i += 1 + n
		case '"':
			n := closingQuote(s[i+1:])
			if n < 0 {
				return nil, ErrUnbalanced
			}
			inWord = true
			writeUnquoted(&b, s[i+1:i+1+n])
			i += 1 + n
		case '#':
			if !inWord {
				n := strings.IndexByte(s[i:], '\n')
				if n < 0 {
					return words, nil
				}
				i += n
				continue
			}
			b.WriteByte(c)
		default:
			inWord = true
			b.WriteByte(c)
		}
	}
	if inWord {
		words = append(words, b.String())
	}
	return words, nil
}

// closingQuote returns the index in s of the double quote that no backslash
// protects, or -1.
func closingQuote(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// writeUnquoted writes the inside of double quotes.
func writeUnquoted(b *strings.Builder, inner string) {
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' {
			i++
			switch inner[i] {
			case '\n':
				continue
			case '$', '`', '"', '\\':
			default:
				b.WriteByte('\\')
			}
		}
		b.WriteByte(inner[i])
	}
}

// Join quotes words so that [Split] and every POSIX shell give them back, and
// puts spaces between them. Each word is cut into the longest chunks that one
// way of quoting can hold; the plainest way wins. A caret begins a chunk of its
// own, as some shells read one inside a word. The error is [ErrNUL].
//
// spec: exec-and-tools, shlex rules
func Join(words []string) (string, error) {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if strings.IndexByte(w, 0) >= 0 {
			return "", ErrNUL
		}
		if w == "" {
			b.WriteString("''")
		}
		for w != "" {
			n, style := chunk(w)
			writeChunk(&b, w[:n], style)
			w = w[n:]
		}
	}
	return b.String(), nil
}

// quoting is a set of ways to quote.
type quoting uint8

const (
	bare quoting = 1 << iota
	single
	double
)

// chunk returns the length of the longest beginning of w that one way of
// quoting can hold, and the ways that can.
func chunk(w string) (int, quoting) {
	ways := bare | single | double
	for i := 0; i < len(w); i++ {
		left := ways & holds(w[i])
		if left == 0 || i > 0 && w[i] == '^' {
			return i, ways
		}
		ways = left
	}
	return len(w), ways
}

// holds returns the ways of quoting in which c may stand.
func holds(c byte) quoting {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return bare | single | double
	case strings.IndexByte("+-./:@]_", c) >= 0:
		return bare | single | double
	case c == '\'' || c == '\\':
		return double
	case c == '`' || c == '$' || c == '!' || c == '^':
		return single
	}
	return single | double
}

func writeChunk(b *strings.Builder, s string, ways quoting) {
	switch {
	case ways&bare != 0:
		b.WriteString(s)
	case ways&single != 0:
		b.WriteByte('\'')
		b.WriteString(s)
		b.WriteByte('\'')
	default:
		b.WriteByte('"')
		for i := 0; i < len(s); i++ {
			if s[i] == '"' || s[i] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(s[i])
		}
		b.WriteByte('"')
	}
}
