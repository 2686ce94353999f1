package shellcmd

import (
	"path/filepath"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// PatchKind says what a command has to do with apply_patch.
type PatchKind int

const (
	// PatchNone is an ordinary command.
	PatchNone PatchKind = iota
	// PatchIntercepted is a call of apply_patch. The patch is to be applied
	// without running the command.
	PatchIntercepted
	// PatchBare is a patch where a command should be. The model is to be told
	// that apply_patch must be called by name.
	PatchBare
)

// PatchInvocation is a call of apply_patch.
type PatchInvocation struct {
	// Patch is the text of the patch, which need not be a valid one.
	Patch string
	// Dir is the folder that the paths in the patch are relative to: absolute,
	// relative to the working directory of the call, or empty for just that.
	Dir string
}

// patchBegin is the first line of a patch.
const patchBegin = "*** Begin Patch"

// PatchCall finds out whether a command is a call of apply_patch. It recognises
//
//	apply_patch PATCH
//	bash -lc SCRIPT
//
// where the script does nothing but apply one patch, given as a here-document,
// a here-string, a quoted argument, or by cat through a pipe. It may change its
// folder first (cd) and set options of the shell. The shell may be another one
// and may have a path, with -c and a few other options. Anything else that would
// have an effect makes the command an ordinary one. The text of a here-document
// is taken literally, whether its word is quoted or not.
//
// isPatch tells whether a text is a valid patch, for commands that consist of
// one; nil stands for looking at the first line only. The invocation is zero
// unless the kind is [PatchIntercepted].
//
// spec: exec-and-tools, which argv are patch calls
func PatchCall(argv []string, isPatch func(text string) bool) (PatchInvocation, PatchKind) {
	if isPatch == nil {
		isPatch = beginsPatch
	}
	if len(argv) == 2 && applyPatch(argv[0]) {
		return PatchInvocation{Patch: argv[1]}, PatchIntercepted
	}
	if len(argv) == 1 && isPatch(argv[0]) {
		return PatchInvocation{}, PatchBare
	}
	script, ok := patchScript(argv)
	if !ok {
		return PatchInvocation{}, PatchNone
	}
	if call, ok := patchInScript(script); ok {
		return call, PatchIntercepted
	}
	if isPatch(script) {
		return PatchInvocation{}, PatchBare
	}
	return PatchInvocation{}, PatchNone
}

func beginsPatch(text string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSuffix(first, "\r") == patchBegin
}

func applyPatch(name string) bool { return name == "apply_patch" || name == "applypatch" }

// patchScript returns the script of a shell called by name or by an absolute
// path, with nothing behind the script and no option that changes its meaning.
func patchScript(argv []string) (string, bool) {
	n := len(argv)
	if n < 3 || filepath.Base(argv[0]) != argv[0] && !filepath.IsAbs(argv[0]) {
		return "", false
	}
	for _, option := range argv[1 : n-1] {
		if len(option) < 2 || option[0] != '-' || strings.Trim(option[1:], "lceux") != "" {
			return "", false
		}
	}
	script, ok := shellScript(argv)
	return script, ok && strings.Contains(argv[n-2], "c")
}

// maxPatchHead bounds, in bytes, what stands in a script before the text of a
// here-document.
const maxPatchHead = 16 << 10

// patchInScript reads the patch of a script that only applies it.
func patchInScript(script string) (PatchInvocation, bool) {
	if !strings.Contains(script, "apply_patch") && !strings.Contains(script, "applypatch") {
		return PatchInvocation{}, false
	}
	// The parser sees an empty here-document: the text needs no parsing, may
	// be large, and may hold what looks like deep nesting.
	if head, body, ok := cutHeredoc(script); ok {
		if file, ok := parseAny(head); ok {
			if call, ok := patchStatements(file.Stmts, &body); ok {
				return call, true
			}
		}
	}
	file, ok := parseAny(script)
	if !ok {
		return PatchInvocation{}, false
	}
	return patchStatements(file.Stmts, nil)
}

// heredocEnd is the word that stands in for the one of a here-document whose
// text was taken out: the parser does not find all words again.
const heredocEnd = "END_OF_PATCH_TEXT"

// cutHeredoc takes the text out of the first here-document of a script, if
// that ends the script. It returns the script without the text.
func cutHeredoc(script string) (head, body string, ok bool) {
	op := strings.Index(script, "<<")
	if op < 0 || op > maxPatchHead {
		return "", "", false
	}
	lineEnd := strings.IndexByte(script[op:], '\n')
	if lineEnd < 0 || op+lineEnd > maxPatchHead {
		return "", "", false
	}
	head, rest := script[:op+lineEnd+1], script[op+lineEnd+1:]
	after, indented := strings.CutPrefix(head[op+2:], "-")
	after = strings.TrimLeft(after, " \t")
	end, length := heredocWord(after)
	if length == 0 || strings.Contains(head, heredocEnd) {
		return "", "", false
	}
	head = head[:len(head)-len(after)] + heredocEnd + after[length:] + heredocEnd + "\n"
	var lines strings.Builder
	for rest != "" {
		line, next, more := strings.Cut(rest, "\n")
		if indented {
			line = strings.TrimLeft(line, "\t")
		}
		if line == end {
			if strings.Trim(next, " \t\n") != "" {
				return "", "", false
			}
			return head, lines.String(), true
		}
		lines.WriteString(line)
		if more {
			lines.WriteByte('\n')
		}
		rest = next
	}
	return "", "", false
}

// heredocWord reads the word at the beginning of s, which stands behind <<. It
// returns the word without its quotes and the length of it with them; 0 where
// there is none, as in a here-string (<<<).
func heredocWord(s string) (word string, length int) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case ' ', '\t', '\n', '|', '&', ';', '(', ')', '<', '>':
			return b.String(), i
		case '\\':
			if i++; i == len(s) || s[i] == '\n' {
				return "", 0
			}
			b.WriteByte(s[i])
		case '\'', '"':
			n := strings.IndexByte(s[i+1:], c)
			if n < 0 || strings.ContainsAny(s[i+1:i+1+n], "\\\n") {
				return "", 0
			}
			b.WriteString(s[i+1 : i+1+n])
			i += 1 + n
		default:
			b.WriteByte(c)
		}
	}
	return "", 0
}

// patchStatements reads a script of the form
//
//	set OPTIONS; cd DIR && apply_patch ...
//
// body is the text of its here-document, or nil if it must have none.
func patchStatements(stmts []*syntax.Stmt, body *string) (PatchInvocation, bool) {
	var steps []*syntax.Stmt
	for _, s := range stmts {
		steps = appendSteps(steps, s)
	}
	var call PatchInvocation
	for i, s := range steps {
		if s.Negated || s.Background || s.Coprocess || s.Disown {
			return PatchInvocation{}, false
		}
		if i == len(steps)-1 {
			patch, ok := patchStep(s, body)
			call.Patch = patch
			return call, ok
		}
		words, ok := plainStep(s)
		if !ok {
			return PatchInvocation{}, false
		}
		switch {
		case words[0] == "set" && harmlessSet(words[1:]):
		case words[0] == "cd" && len(words) == 2 && words[1] != "" && words[1][0] != '-':
			if filepath.IsAbs(words[1]) || call.Dir == "" {
				call.Dir = words[1]
			} else {
				call.Dir += "/" + words[1]
			}
		default:
			return PatchInvocation{}, false
		}
	}
	return PatchInvocation{}, false
}

// appendSteps takes the steps of a && b && c apart.
func appendSteps(steps []*syntax.Stmt, s *syntax.Stmt) []*syntax.Stmt {
	and, ok := s.Cmd.(*syntax.BinaryCmd)
	if !ok || and.Op != syntax.AndStmt || s.Negated || s.Background || len(s.Redirs) > 0 {
		return append(steps, s)
	}
	return appendSteps(appendSteps(steps, and.X), and.Y)
}

// plainStep returns the words of a command that expands nothing.
func plainStep(s *syntax.Stmt) ([]string, bool) {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(s.Redirs) > 0 || len(call.Assigns) > 0 || len(call.Args) == 0 {
		return nil, false
	}
	words := make([]string, len(call.Args))
	for i, arg := range call.Args {
		if words[i], ok = literal(arg); !ok {
			return nil, false
		}
	}
	return words, true
}

// literal returns the value of a word that is the same in every folder and
// environment.
func literal(w *syntax.Word) (string, bool) {
	for i, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if ok && (strings.ContainsAny(lit.Value, "*?[{") || i == 0 && strings.HasPrefix(lit.Value, "~")) {
			return "", false
		}
	}
	return wordValue(w)
}

// harmlessSet reports whether set only switches options that make a shell
// stop early or talk more.
func harmlessSet(args []string) bool {
	for _, a := range args {
		if a != "pipefail" && (len(a) < 2 || a[0] != '-' || strings.Trim(a[1:], "eouxE") != "") {
			return false
		}
	}
	return len(args) > 0
}

// patchStep reads the command that applies the patch.
func patchStep(s *syntax.Stmt, body *string) (string, bool) {
	if pipe, ok := s.Cmd.(*syntax.BinaryCmd); ok {
		if pipe.Op != syntax.Pipe || len(s.Redirs) > 0 {
			return "", false
		}
		words, ok := plainStep(pipe.Y)
		if !ok || len(words) != 1 || !applyPatch(words[0]) || pipe.Y.Negated {
			return "", false
		}
		return patchInput(pipe.X, body, func(name string) bool { return name == "cat" })
	}
	return patchInput(s, body, applyPatch)
}

// patchInput reads what a command called name is given: an argument (if it is
// apply_patch), a here-document or a here-string.
func patchInput(s *syntax.Stmt, body *string, name func(string) bool) (string, bool) {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || s.Negated || len(call.Args) == 0 || !name(call.Args[0].Lit()) {
		return "", false
	}
	for _, a := range call.Assigns {
		if a.Array != nil || a.Index != nil {
			return "", false
		}
		if a.Value != nil {
			if _, known := wordValue(a.Value); !known {
				return "", false
			}
		}
	}
	switch {
	case len(call.Args) == 2 && len(s.Redirs) == 0 && body == nil && name("apply_patch"):
		return literal(call.Args[1])
	case len(call.Args) != 1 || len(s.Redirs) != 1 || s.Redirs[0].N != nil:
		return "", false
	}
	switch in := s.Redirs[0]; {
	case in.Op == syntax.WordHdoc && body == nil:
		return literal(in.Word)
	case (in.Op == syntax.Hdoc || in.Op == syntax.DashHdoc) && body != nil:
		return strings.TrimRight(*body, "\n"), true
	}
	return "", false
}
