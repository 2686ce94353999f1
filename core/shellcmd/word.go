package shellcmd

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// plainWord reads one word whose source is src.
func plainWord(w *syntax.Word, src string) (Word, error) {
	if len(w.Parts) != 1 {
		return Word{}, notPlain("a word is put together from pieces")
	}
	switch part := w.Parts[0].(type) {
	case *syntax.Lit:
		return bareWord(src)
	case *syntax.SglQuoted:
		inner, ok := between(src, '\'')
		if part.Dollar || !ok || strings.ContainsRune(inner, '\'') {
			return Word{}, notPlain("a word has unusual quotes")
		}
		return Word{Raw: inner, Value: inner, Quoted: true}, nil
	case *syntax.DblQuoted:
		inner, ok := between(src, '"')
		if part.Dollar || !ok {
			return Word{}, notPlain("a word has unusual quotes")
		}
		return quotedWord(inner)
	}
	return Word{}, notPlain("a word is expanded")
}

func between(src string, quote byte) (string, bool) {
	if len(src) < 2 || src[0] != quote || src[len(src)-1] != quote {
		return "", false
	}
	return src[1 : len(src)-1], true
}

// quotedWord reads the inside of double quotes. It must be one run of text:
// not empty, not blank, on one line, and without expansions.
func quotedWord(inner string) (Word, error) {
	if strings.Trim(inner, " \t") == "" || strings.ContainsRune(inner, '\n') {
		return Word{}, notPlain("double quotes hold no text or several lines")
	}
	value, ok := unquote(inner)
	if !ok {
		return Word{}, notPlain("double quotes hold an expansion")
	}
	return Word{Raw: inner, Value: value, Quoted: true}, nil
}

// unquote carries out the backslashes inside double quotes. It fails where
// there is anything that bash would expand.
func unquote(inner string) (string, bool) {
	if !strings.ContainsAny(inner, "\\\"$`") {
		return inner, true
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		switch c {
		case '"', '$', '`':
			return "", false
		case '\\':
			if i++; i == len(inner) {
				return "", false
			}
			switch next := inner[i]; next {
			case '$', '`', '"', '\\':
				b.WriteByte(next)
			case '\n':
			default:
				b.WriteByte(c)
				b.WriteByte(next)
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// bareWord reads a word without quotes.
func bareWord(src string) (Word, error) {
	w := Word{Raw: src, Value: src}
	if src == "{" || src == "}" || src == "[" {
		return w, nil
	}
	var b strings.Builder
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case c == '\\':
			if i++; i == len(src) {
				return Word{}, notPlain("ends in a backslash")
			}
			if src[i] != '\n' {
				b.WriteByte(src[i])
			}
			continue
		case c == '*' || c == '?':
			if w.glob == 0 {
				w.glob = b.Len() + 1
			}
		case c == '#' && i > 0:
		case !bareByte(c):
			return Word{}, notPlain("a word holds %q", c)
		}
		b.WriteByte(c)
	}
	w.Value = b.String()
	return w, nil
}

// bareByte reports whether c may stand in a bare word and means itself there.
func bareByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c >= 0x80:
		return true
	}
	return strings.IndexByte("_~%@^+-.,:/=!", c) >= 0
}

// argvWords turns an argv that no shell will read into words.
func argvWords(argv []string) Command {
	words := make(Command, len(argv))
	for i, arg := range argv {
		words[i] = Word{Raw: arg, Value: arg, Quoted: true}
	}
	return words
}

// loginScript returns the script of an argv that is exactly bash, -lc, script.
func loginScript(argv []string) (string, bool) {
	if len(argv) == 3 && argv[0] == "bash" && argv[1] == "-lc" {
		return argv[2], true
	}
	return "", false
}
