package shellcmd

import (
	"reflect"
	"slices"
	"strings"

	"github.com/codex-go/codex/protocol"
)

// Parse sums up a command for display, one element for each part that a reader
// cares about. It decides nothing: what it cannot read becomes an unknown
// command with its full text. The result may be empty.
//
// spec: exec-and-tools, parsed_cmd
func Parse(argv []string) []protocol.ParsedCommand {
	var parts []part
	if script, ok := loginScript(argv); ok {
		parts = parseScript(argv, script)
	} else {
		parts = parseTokens(argv)
	}
	parsed := make([]protocol.ParsedCommand, 0, len(parts))
	for _, p := range parts {
		if n := len(parsed); n > 0 && reflect.DeepEqual(parsed[n-1], p.parsed) {
			continue
		}
		parsed = append(parsed, p.parsed)
	}
	return parsed
}

// part is one command with the summary of it.
type part struct {
	words  []string
	parsed protocol.ParsedCommand
}

func (p part) unknown() bool {
	_, ok := p.parsed.(*protocol.UnknownCommand)
	return ok
}

// is reports whether p is an unknown command with that name.
func (p part) is(name string) bool {
	return p.unknown() && len(p.words) > 0 && p.words[0] == name
}

// isTrue reports whether p is an unknown command that does nothing but succeed.
func (p part) isTrue() bool { return p.is("true") && len(p.words) == 1 }

// parseScript sums up the script of a login shell.
func parseScript(argv []string, script string) []part {
	whole := []part{{parsed: &protocol.UnknownCommand{Cmd: script}}}
	commands, err := Words(script)
	if err != nil || len(commands) == 0 {
		return whole
	}
	var parts []part
	for _, words := range commands {
		if !formats(words) {
			parts = append(parts, part{words, summarize(words)})
		}
	}
	if len(parts) == 0 {
		return whole
	}
	if len(parts) > 1 {
		parts = simplify(slices.DeleteFunc(parts, part.isTrue))
	}
	if len(parts) == 1 {
		tokens, err := Split(script)
		if err != nil {
			tokens = argv
		}
		rename(parts[0].parsed, script, tokens, len(commands) > 1)
	}
	return parts
}

// rename gives the only command of a script the text that shows best what
// was asked for.
func rename(parsed protocol.ParsedCommand, script string, tokens []string, several bool) {
	piped := slices.Contains(tokens, "|")
	connected := several || slices.ContainsFunc(tokens, connector)
	cmd := joined(tokens)
	switch p := parsed.(type) {
	case *protocol.ReadCommand:
		switch {
		case !connected:
			p.Cmd = cmd
		case piped && printsRange(tokens):
			p.Cmd = script
		}
	case *protocol.ListFilesCommand:
		if !connected {
			p.Cmd = cmd
		}
	case *protocol.SearchCommand:
		if !connected {
			p.Cmd = cmd
		}
	}
}

// printsRange reports whether sed and -n stand side by side.
func printsRange(tokens []string) bool {
	for i := range len(tokens) - 1 {
		if tokens[i] == "sed" && tokens[i+1] == "-n" {
			return true
		}
	}
	return false
}

// parseTokens sums up any other argv.
func parseTokens(argv []string) []part {
	tokens := argv
	if len(tokens) >= 2 && tokens[1] == "|" {
		switch tokens[0] {
		case "yes", "y", "no", "n":
			tokens = tokens[2:]
		}
	}
	if len(tokens) == 3 && tokens[0] == "bash" && (tokens[1] == "-c" || tokens[1] == "-lc") {
		if inner, err := Split(tokens[2]); err == nil {
			tokens = inner
		}
	}
	if len(tokens) == 0 {
		return []part{{parsed: &protocol.UnknownCommand{}}}
	}
	var parts []part
	for len(tokens) > 0 {
		n := slices.IndexFunc(tokens, connector)
		if n < 0 {
			n = len(tokens)
		}
		if n > 0 {
			parts = append(parts, part{tokens[:n], summarize(tokens[:n])})
		}
		tokens = tokens[min(n+1, len(tokens)):]
	}
	return simplify(parts)
}

func connector(token string) bool {
	return token == "|" || token == "&&" || token == "||" || token == ";"
}

// formats reports whether a command only shapes the output of another one.
func formats(words []string) bool {
	switch words[0] {
	case "wc", "tr", "cut", "sort", "uniq", "xargs", "tee", "column", "awk", "yes", "printf":
		return true
	case "head", "tail":
		return len(words) < 3
	case "sed":
		return !readsRange(words)
	}
	return false
}

// simplify drops what says little beside the rest, one part at a time, until
// nothing more can go.
func simplify(parts []part) []part {
	for len(parts) > 1 {
		i := superfluous(parts)
		if i < 0 {
			break
		}
		parts = slices.Delete(parts, i, i+1)
	}
	return parts
}

// superfluous returns the index of the first part to drop, or -1.
func superfluous(parts []part) int {
	if parts[0].is("echo") {
		return 0
	}
	cd := slices.IndexFunc(parts, func(p part) bool { return p.is("cd") })
	if cd >= 0 && cd < len(parts)-1 {
		return cd
	}
	if i := slices.IndexFunc(parts, part.isTrue); i >= 0 {
		return i
	}
	return slices.IndexFunc(parts, func(p part) bool {
		return p.is("nl") && !slices.ContainsFunc(p.words[1:], operand)
	})
}

// operand reports whether a word does not begin with a dash.
func operand(word string) bool { return !strings.HasPrefix(word, "-") }
