package shellcmd

import (
	"slices"
	"strings"

	"github.com/codex-go/codex/protocol"
)

// unjoinable stands for a command that no shell line can hold.
const unjoinable = "<command included NUL byte>"

// joined is the text of a command.
func joined(words []string) string {
	cmd, err := Join(words)
	if err != nil {
		return unjoinable
	}
	return cmd
}

// summarize sums up one command of at least one word.
//
// spec: exec-and-tools, summary of one command
func summarize(words []string) protocol.ParsedCommand {
	cmd, args := joined(words), words[1:]
	switch words[0] {
	case "ls":
		operands := skipValues(args, "-I", "-w", "--block-size", "--format", "--time-style", "--color", "--quoting-style")
		return &protocol.ListFilesCommand{Cmd: cmd, Path: short(nth(operands, 0, operand))}
	case "rg":
		args = untilConnector(args)
		if slices.Contains(args, "--files") {
			return &protocol.SearchCommand{Cmd: cmd, Path: short(nth(args, 0, operand))}
		}
		return &protocol.SearchCommand{Cmd: cmd, Query: nth(args, 0, operand), Path: short(nth(args, 1, operand))}
	case "grep":
		args = untilConnector(args)
		return &protocol.SearchCommand{Cmd: cmd, Query: nth(args, 0, operand), Path: short(nth(args, 1, operand))}
	case "fd":
		return summarizeFd(cmd, untilConnector(args))
	case "find":
		return summarizeFind(cmd, untilConnector(args))
	}
	if file := fileRead(words); file != nil {
		return &protocol.ReadCommand{Cmd: cmd, Name: shorten(*file)}
	}
	return &protocol.UnknownCommand{Cmd: cmd}
}

func summarizeFd(cmd string, args []string) protocol.ParsedCommand {
	operands := skipValues(args, "-t", "--type", "-e", "--extension", "-E", "--exclude", "--search-path")
	first, second := nth(operands, 0, operand), nth(operands, 1, operand)
	if first != nil && second == nil && pathLike(*first) {
		return &protocol.SearchCommand{Cmd: cmd, Path: short(first)}
	}
	return &protocol.SearchCommand{Cmd: cmd, Query: first, Path: short(second)}
}

func pathLike(word string) bool {
	return word == "." || word == ".." || strings.ContainsAny(word, `/\`)
}

func summarizeFind(cmd string, args []string) protocol.ParsedCommand {
	var query *string
	test := slices.IndexFunc(args, func(a string) bool {
		return a == "-name" || a == "-iname" || a == "-path" || a == "-regex"
	})
	if test >= 0 {
		query = nth(args[test+1:], 0, func(string) bool { return true })
	}
	path := nth(args, 0, func(a string) bool {
		return operand(a) && a != "!" && a != "(" && a != ")"
	})
	return &protocol.SearchCommand{Cmd: cmd, Query: query, Path: short(path)}
}

// fileRead returns the file that a command prints, if it is sure to be one.
func fileRead(words []string) *string {
	args := words[1:]
	switch words[0] {
	case "cat":
		if len(args) > 0 && args[0] == "--" {
			args = args[1:]
		}
		if len(args) == 1 {
			return &args[0]
		}
	case "head":
		return fileAfterCount(args, "")
	case "tail":
		return fileAfterCount(args, "+")
	case "nl":
		return nth(skipValues(args, "-s", "-w", "-v", "-i", "-b"), 0, operand)
	case "sed":
		if readsRange(words) {
			return &words[3]
		}
	}
	return nil
}

// fileAfterCount returns the first operand behind -n and a number, which may
// have one of the signs in front.
func fileAfterCount(args []string, sign string) *string {
	if len(args) == 0 {
		return nil
	}
	count, ok := strings.CutPrefix(args[0], "-n")
	if !ok {
		return nil
	}
	args = args[1:]
	if count == "" {
		if len(args) == 0 {
			return nil
		}
		count, args = args[0], args[1:]
	}
	if sign != "" {
		count = strings.TrimPrefix(count, sign)
	}
	if count == "" || strings.Trim(count, "0123456789") != "" {
		return nil
	}
	return nth(args, 0, operand)
}

// readsRange reports whether words are sed -n, a range of lines and a file.
func readsRange(words []string) bool {
	return len(words) >= 4 && words[0] == "sed" && words[1] == "-n" && lineRange().MatchString(words[2])
}

// skipValues drops the given options with their values, long options that
// carry their value, and the first "--". What follows that is kept.
func skipValues(args []string, valued ...string) []string {
	var kept []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			return append(kept, args[i+1:]...)
		case strings.HasPrefix(a, "--") && strings.Contains(a, "="):
		case slices.Contains(valued, a):
			i++
		default:
			kept = append(kept, a)
		}
	}
	return kept
}

func untilConnector(args []string) []string {
	if n := slices.IndexFunc(args, connector); n >= 0 {
		return args[:n]
	}
	return args
}

// nth returns the nth word (from 0) that matches, or nil.
func nth(words []string, n int, match func(string) bool) *string {
	for _, w := range words {
		if match(w) {
			if n == 0 {
				return &w
			}
			n--
		}
	}
	return nil
}

// short is shorten for a word that may be missing.
func short(path *string) *string {
	if path == nil {
		return nil
	}
	s := shorten(*path)
	return &s
}

// shorten returns the last segment of a path that tells one from another.
func shorten(path string) string {
	path = strings.TrimRight(strings.ReplaceAll(path, `\`, "/"), "/")
	for rest := path; rest != ""; {
		i := strings.LastIndexByte(rest, '/')
		switch segment := rest[i+1:]; segment {
		case "", "build", "dist", "node_modules", "src":
		default:
			return segment
		}
		rest = rest[:max(i, 0)]
	}
	return path
}
