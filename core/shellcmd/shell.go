package shellcmd

import (
	"path/filepath"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// isShell reports whether a program name, with or without a path, is that of a
// shell whose scripts the bash grammar fits well enough.
func isShell(name string) bool {
	switch filepath.Base(name) {
	case "bash", "sh", "dash", "ash", "ksh", "zsh":
		return true
	}
	return false
}

// shellScript returns the script of an argv that runs a shell with -c. It
// accepts what shells accept in front of it: options of one letter in any
// clusters, -o and -O with a name, long options, and two long options of bash
// that take a file.
func shellScript(argv []string) (string, bool) {
	if len(argv) < 2 || !isShell(argv[0]) {
		return "", false
	}
	command := false
	for i := 1; i < len(argv); i++ {
		arg := argv[i]
		switch {
		case arg == "--rcfile" || arg == "--init-file":
			i++
		case arg == "--" || arg == "-":
			if command && i+1 < len(argv) {
				return argv[i+1], true
			}
			return "", false
		case strings.HasPrefix(arg, "--"):
		case len(arg) > 1 && (arg[0] == '-' || arg[0] == '+'):
			if arg[0] == '-' && strings.Contains(arg, "c") {
				command = true
			}
			i += strings.Count(strings.ToLower(arg), "o")
		default:
			return arg, command
		}
	}
	return "", false
}

// maxNesting bounds the brackets open at one time in a script that is parsed
// without having been looked at: the parser needs much longer for deep ones.
const maxNesting = 200

// parseAny parses a script that may hold anything. It fails on scripts that
// would take long.
func parseAny(script string) (*syntax.File, bool) {
	if len(script) > maxScript || strings.IndexByte(script, 0) >= 0 {
		return nil, false
	}
	depth := 0
	for i := 0; i < len(script) && depth <= maxNesting; i++ {
		switch script[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth = max(depth-1, 0)
		}
	}
	if depth > maxNesting {
		return nil, false
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	return file, err == nil
}

// unescape carries out the backslashes of an unquoted piece of a word.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if i++; s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unknownPiece stands in a word for what only the shell can know.
const unknownPiece = "\uFFFD"

// wordValue returns the text of a word after quotes and backslashes, with
// unknownPiece for expansions, and whether there were none.
func wordValue(w *syntax.Word) (string, bool) {
	if len(w.Parts) == 1 {
		return pieceValue(w.Parts[0])
	}
	var b strings.Builder
	known := true
	for _, p := range w.Parts {
		s, ok := pieceValue(p)
		b.WriteString(s)
		known = known && ok
	}
	return b.String(), known
}

func pieceValue(p syntax.WordPart) (string, bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		return unescape(p.Value), true
	case *syntax.SglQuoted:
		if p.Dollar && strings.Contains(p.Value, `\`) {
			return unknownPiece, false
		}
		return p.Value, true
	case *syntax.DblQuoted:
		var b strings.Builder
		known := true
		for _, inner := range p.Parts {
			lit, ok := inner.(*syntax.Lit)
			if !ok {
				b.WriteString(unknownPiece)
				known = false
				continue
			}
			if s, ok := unquote(lit.Value); ok {
				b.WriteString(s)
			} else {
				b.WriteString(lit.Value)
				known = false
			}
		}
		return b.String(), known
	}
	return unknownPiece, false
}
