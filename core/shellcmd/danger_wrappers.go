package shellcmd

import (
	"strings"
	"sync"
)

// wrapper describes how a program that runs another one takes its options.
type wrapper struct {
	letters     string  // options of one letter that take a value
	long        nameSet // long options that take the next word as value
	operands    int     // words between the options and the command
	assignments bool    // NAME=value may stand in front of the command
}

// wrappers are the programs behind which the command to judge begins. env and
// the shells have their own readers.
var wrappers = sync.OnceValue(func() map[string]wrapper {
	return map[string]wrapper{
		"sudo": {letters: "ugpChDRTrtU", assignments: true, long: names(`user group host prompt close-from
		chdir chroot command-timeout other-user role type`)},
		"doas":    {letters: "uC"},
		"nohup":   {},
		"setsid":  {},
		"nice":    {letters: "n", long: names("adjustment")},
		"ionice":  {letters: "cnpPu", long: names("class classdata")},
		"timeout": {letters: "ks", long: names("kill-after signal"), operands: 1},
		"time":    {letters: "fo", long: names("format output")},
		"stdbuf":  {letters: "ioe", long: names("input output error")},
		"chroot":  {long: names("userspec groups"), operands: 1},
		"xargs": {letters: "adEILnPs", long: names(`arg-file delimiter max-args max-procs max-chars
		process-slot-var`)},
		"busybox": {},
		"toybox":  {},
		"command": {},
		"builtin": {},
		"exec":    {letters: "a"},
	}
})

// command returns the words behind the wrapper's own ones.
func (w wrapper) command(args []string) []string {
	for len(args) > 0 {
		a := args[0]
		switch {
		case a == "--":
			args = args[1:]
			return args[min(w.operands, len(args)):]
		case strings.HasPrefix(a, "--"):
			args = args[1:]
			if w.long.has(a[2:]) && len(args) > 0 {
				args = args[1:]
			}
		case strings.HasPrefix(a, "-"):
			args = args[1:]
			if w.takesNext(a[1:]) && len(args) > 0 {
				args = args[1:]
			}
		case w.assignments && assignment(a):
			args = args[1:]
		default:
			return args[min(w.operands, len(args)):]
		}
	}
	return nil
}

// takesNext reports whether a cluster of letters ends in one whose value is
// the next word.
func (w wrapper) takesNext(cluster string) bool {
	i := strings.IndexAny(cluster, w.letters)
	return i >= 0 && i == len(cluster)-1
}

// assignment reports whether a word is NAME=value.
func assignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	return ok && name != "" && !strings.ContainsAny(name, "/-")
}

var envOptions = wrapper{letters: "uC", long: names("unset chdir"), assignments: true}

// dangerEnv looks through env, which can also take a command as the value of
// one of its options.
func dangerEnv(args []string, depth int) string {
	for i, a := range args {
		if len(a) < 2 || a[0] != '-' || a == "--" {
			continue
		}
		if len(envOptions.command(args[:i+1])) > 0 {
			break // the command has begun
		}
		line, rest, ok := splitString(args[i:])
		if !ok {
			continue
		}
		words, err := Split(line)
		if err != nil {
			return ""
		}
		return danger(envOptions.command(append(words, rest...)), depth-1)
	}
	return danger(envOptions.command(args), depth-1)
}

// splitString reads the option of env that takes a line, in any of its forms:
// -S LINE, -SLINE, -vS LINE, --split-string=LINE, --split-string LINE. It also
// returns the arguments behind it.
func splitString(args []string) (line string, rest []string, ok bool) {
	a, rest := args[0], args[1:]
	switch letter := strings.IndexByte(a, 'S'); {
	case strings.HasPrefix(a, "--split-string="):
		return strings.TrimPrefix(a, "--split-string="), rest, true
	case a == "--split-string":
	case a[1] == '-' || letter < 0:
		return "", nil, false
	case letter+1 < len(a):
		return a[letter+1:], rest, true
	}
	if len(rest) == 0 {
		return "", nil, false
	}
	return rest[0], rest[1:], true
}
