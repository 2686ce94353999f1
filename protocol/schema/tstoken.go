package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// tsTokens splits TypeScript into tokens.
type tsTokens struct {
	text string
	pos  int
	// token is the current token, "" at the end. Texts keep their quotes.
	token string
	line  int
}

// syntaxError tells where a TypeScript file cannot be read.
func (t *tsTokens) syntaxError(want string) error {
	got := t.token
	if got == "" {
		got = "the end"
	}
	return fmt.Errorf("line %d: found %s, want %s", t.line, got, want)
}

// next moves to the next token.
func (t *tsTokens) next() error {
	if err := t.space(); err != nil {
		return err
	}
	rest := t.text[t.pos:]
	if rest == "" {
		t.token = ""
		return nil
	}
	switch c := rest[0]; {
	case c == '"' || c == '\'':
		end := strings.IndexByte(rest[1:], c)
		if end < 0 || strings.ContainsAny(rest[1:end+1], "\\\n") {
			return fmt.Errorf("line %d: a text without end, or with an escape", t.line)
		}
		t.token = rest[:end+2]
	case isWordByte(c):
		end := 1
		for end < len(rest) && isWordByte(rest[end]) {
			end++
		}
		t.token = rest[:end]
	default:
		_, size := utf8.DecodeRuneInString(rest)
		t.token = rest[:size]
	}
	t.pos += len(t.token)
	return nil
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// space passes over white space and comments.
func (t *tsTokens) space() error {
	for t.pos < len(t.text) {
		rest := t.text[t.pos:]
		skip := 1
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
		case strings.HasPrefix(rest, "\ufeff"):
			skip = len("\ufeff")
		case strings.HasPrefix(rest, "//"):
			if skip = strings.IndexByte(rest, '\n'); skip < 0 {
				skip = len(rest)
			}
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return fmt.Errorf("line %d: a comment without end", t.line)
			}
			skip = end + 4
		default:
			return nil
		}
		t.line += strings.Count(rest[:skip], "\n")
		t.pos += skip
	}
	return nil
}

// take moves on when the current token is want, and reports whether it was.
func (t *tsTokens) take(want string) (bool, error) {
	if t.token != want {
		return false, nil
	}
	return true, t.next()
}

// expect moves on behind want.
func (t *tsTokens) expect(want string) error {
	if ok, err := t.take(want); ok || err != nil {
		return err
	}
	return t.syntaxError(want)
}

// quoted returns the text of the current token if it is one.
func (t *tsTokens) quoted() (string, bool) {
	if t.token == "" || t.token[0] != '"' && t.token[0] != '\'' {
		return "", false
	}
	return t.token[1 : len(t.token)-1], true
}

// word reports whether the current token is a name.
func (t *tsTokens) word() bool { return t.token != "" && isWordByte(t.token[0]) }
