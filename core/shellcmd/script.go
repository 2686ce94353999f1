package shellcmd

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// ErrNotPlain is wrapped by every error of [Words] and [Commands]: the script
// holds something besides plain words joined by plain operators, or something
// that might be read in two ways.
var ErrNotPlain = errors.New("script is not made of plain words")

// maxScript bounds the scripts that are read, in bytes. Longer ones are not
// plain: nobody reads them at a glance, and the time to parse stays bounded.
const maxScript = 128 << 10

// Word is one word of a plain script.
type Word struct {
	// Raw is the word as written: the quotes around it are stripped, the
	// backslashes are kept and nothing is expanded.
	Raw string
	// Value is the word that bash hands to the program: quotes and the
	// backslashes that quote are gone. Only the expansions of unquoted words
	// that depend on the file system or on the environment (*, ?, a leading ~)
	// are not carried out.
	Value string
	// Quoted reports that the word was written in single or double quotes.
	Quoted bool

	glob int // index in Value of the first unquoted * or ?, plus one; 0: none
}

// Glob reports whether bash may replace the word by names of files.
func (w Word) Glob() bool { return w.glob > 0 }

// leadingGlob reports whether such names may begin in any way, with a dash too.
func (w Word) leadingGlob() bool { return w.glob == 1 }

// Command is one simple command of a plain script; it has at least one word.
type Command []Word

// Raw returns the words as written.
func (c Command) Raw() []string {
	words := make([]string, len(c))
	for i, w := range c {
		words[i] = w.Raw
	}
	return words
}

// Values returns the words as bash hands them on.
func (c Command) Values() []string {
	words := make([]string, len(c))
	for i, w := range c {
		words[i] = w.Value
	}
	return words
}

// Words returns the raw words of each command of a plain script, in the order
// of the source. An empty script has no commands and is no error.
// The error wraps [ErrNotPlain].
//
// spec: exec-and-tools, word-only script grammar
func Words(script string) ([][]string, error) {
	commands, err := Commands(script)
	if err != nil {
		return nil, err
	}
	words := make([][]string, len(commands))
	for i, c := range commands {
		words[i] = c.Raw()
	}
	return words, nil
}

// Commands is [Words] with both readings of each word.
//
// A bash parser reads the script, and then every byte is accounted for again:
// what the parser calls a word must look like a plain word, and what lies
// between two words must be blanks or one plain operator. What either reading
// does not expect is refused.
func Commands(script string) ([]Command, error) {
	switch {
	case len(script) > maxScript:
		return nil, notPlain("longer than %d bytes", maxScript)
	case !utf8.ValidString(script):
		return nil, notPlain("not UTF-8")
	case strings.IndexByte(script, 0) >= 0:
		return nil, notPlain("holds a NUL byte")
	}
	if what := expands(script); what != "" {
		return nil, notPlain("holds %s", what)
	}
	file, err := newParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return nil, notPlain("does not parse: %s", err)
	}
	r := scriptReader{script: script}
	for _, s := range file.Stmts {
		if err := r.stmt(s); err != nil {
			return nil, err
		}
	}
	if rest, ok := separator(script[r.pos:]); !ok || rest != "" && (rest != ";" || len(r.commands) == 0) {
		return nil, notPlain("ends in something besides commands")
	}
	return r.commands, nil
}

func newParser() *syntax.Parser {
	return syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true))
}

func notPlain(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotPlain, fmt.Sprintf(format, args...))
}

// expands names the first character of script that makes bash do more than
// pass words on, or is "". It knows quotes and nothing else, takes linear time,
// and keeps deeply nested scripts away from the parser.
func expands(script string) string {
	quote := byte(0)
	for i := 0; i < len(script); i++ {
		c := script[i]
		switch {
		case quote == '\'':
			if c == '\'' {
				quote = 0
			}
		case c == '\\':
			i++
		case c == '$' || c == '`':
			return "an expansion"
		case quote == '"':
			if c == '"' {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == ')':
			return "parentheses"
		case c == '<' || c == '>':
			return "a redirection"
		}
	}
	return ""
}

// scriptReader collects commands while it walks a syntax tree in the order of
// the source.
type scriptReader struct {
	script   string
	pos      int // end of the last word
	commands []Command
}

func (r *scriptReader) stmt(s *syntax.Stmt) error {
	if s.Negated || s.Background || s.Coprocess || s.Disown || len(s.Redirs) > 0 || len(s.Comments) > 0 {
		return notPlain("a command is negated, redirected, commented or in the background")
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		switch cmd.Op {
		case syntax.AndStmt, syntax.OrStmt, syntax.Pipe:
		default:
			return notPlain("commands are joined by %s", cmd.Op)
		}
		if err := r.stmt(cmd.X); err != nil {
			return err
		}
		return r.stmt(cmd.Y)
	case *syntax.CallExpr:
		return r.call(cmd)
	default:
		return notPlain("holds a compound command")
	}
}

func (r *scriptReader) call(call *syntax.CallExpr) error {
	if len(call.Assigns) > 0 || len(call.Args) == 0 {
		return notPlain("holds an assignment")
	}
	command := make(Command, 0, len(call.Args))
	for i, arg := range call.Args {
		start, end := int(arg.Pos().Offset()), int(arg.End().Offset())
		if start < r.pos || end <= start || end > len(r.script) {
			return notPlain("a word has no place in the source")
		}
		gap := r.script[r.pos:start]
		between, ok := separator(gap)
		switch {
		case !ok:
			return notPlain("something besides operators stands between commands")
		case i > 0 && (between != "" || gap == "" || strings.Contains(strings.ReplaceAll(gap, "\\\n", ""), "\n")):
			return notPlain("the words of a command do not follow each other")
		case i == 0 && len(r.commands) == 0 && between != "":
			return notPlain("begins with an operator")
		case i == 0 && len(r.commands) > 0 && between == "" && !strings.Contains(gap, "\n"):
			return notPlain("commands follow each other without an operator")
		}
		src := r.script[start:end]
		for strings.HasSuffix(src, "\\\n") {
			src = strings.TrimSuffix(src, "\\\n") // the parser counts a continued line to the word
		}
		w, err := plainWord(arg, src)
		if err != nil {
			return err
		}
		command = append(command, w)
		r.pos = end
	}
	if first := command[0]; first.Quoted || !plainName(first.Raw) {
		return notPlain("a command has no plain name")
	}
	r.commands = append(r.commands, command)
	return nil
}

// separator returns the operator in a piece of source that lies between two
// words, and whether there is nothing else but blanks.
func separator(gap string) (string, bool) {
	op := strings.Trim(strings.ReplaceAll(gap, "\\\n", ""), " \t\n")
	switch op {
	case "", ";", "|", "&&", "||":
		return op, true
	}
	return "", false
}

var number = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?(0x)?[0-9]+(#[0-9A-Za-z@_]+)?$`) })

// plainName reports whether a bare word may name a command. A number may not,
// and neither may reserved words and the builtins that have a grammar of their
// own.
func plainName(raw string) bool {
	switch raw {
	case "[", "[[", "]]", "{", "}", "!", "if", "then", "else", "elif", "fi", "for", "select", "in", "while", "until",
		"do", "done", "case", "esac", "function", "time", "coproc":
		return false
	case "unset", "unsetenv", "export", "declare", "typeset", "local", "readonly", "let":
		return false
	}
	return !number().MatchString(raw)
}
