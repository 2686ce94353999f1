package shellcmd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Verdict says whether a command is trusted: known to read and report only,
// whatever its arguments stand for, so that nobody has to be asked.
type Verdict struct {
	// Trusted is the answer. It is about words only: [ResolveTrusted] must
	// agree that the names lead to the programs that are meant.
	Trusted bool
	// Reason says in a few words why the command is not trusted. It never
	// holds the value of an option. Empty when trusted.
	Reason string
	// Programs are the bare names that will be looked up in PATH, in order of
	// appearance, each once. A script has its shell first, and leaves out the
	// names that the shell itself carries out. Empty when not trusted.
	Programs []string
	// LoginShell reports that a login shell runs the command, and with it the
	// user's start-up files.
	LoginShell bool
}

// Trusted judges an argv. It is trusted when its own words pass the rules for
// their program, or when it is exactly bash, -lc and a script of plain words
// that has at least one command and whose commands all pass. Names are compared
// exactly: a program called by a path is not trusted.
//
// The rules doubt what they do not know. A program that can write or start
// others has a list of the options it may have, and a word that bash might
// turn into an option is refused.
//
// Trust is about arguments. Programs still obey their configuration (a
// repository can tell git to run a helper), which is one reason to run trusted
// commands in the sandbox too.
//
// spec: exec-and-tools, trusted commands
func Trusted(argv []string) Verdict {
	if len(argv) == 0 {
		return refused("the command is empty")
	}
	script, ok := loginScript(argv)
	if !ok {
		if why := distrust(argvWords(argv)); why != "" {
			return refused(why)
		}
		return Verdict{Trusted: true, Programs: []string{argv[0]}}
	}
	commands, err := Commands(script)
	switch {
	case err != nil:
		return refused(err.Error())
	case len(commands) == 0:
		return refused("the script is empty")
	}
	v := Verdict{Trusted: true, Programs: []string{"bash"}, LoginShell: true}
	for _, c := range commands {
		if slices.ContainsFunc(c, splits) {
			return refused("a word holds a byte that is a blank to some shells")
		}
		if why := distrust(c); why != "" {
			return refused(why)
		}
		if name := c[0].Value; !builtin(name) && !slices.Contains(v.Programs, name) {
			v.Programs = append(v.Programs, name)
		}
	}
	return v
}

// splits reports whether a shell may see two words in one: bash asks the C
// library byte by byte what a blank is, and the one of macOS says so of two
// bytes that letters of UTF-8 may end in, such as à.
func splits(w Word) bool {
	return !w.Quoted && (strings.IndexByte(w.Raw, 0x85) >= 0 || strings.IndexByte(w.Raw, 0xa0) >= 0)
}

func refused(why string) Verdict { return Verdict{Reason: why} }

// builtin reports whether bash carries out a trusted name itself.
func builtin(name string) bool {
	switch name {
	case "cd", "echo", "false", "pwd", "true":
		return true
	}
	return false
}

// distrust returns why one command is not trusted, or "".
func distrust(c Command) string {
	name, args := c[0].Raw, c[1:]
	var why string
	switch name {
	case "cat", "cd", "echo", "false", "grep", "head", "ls", "nl", "pwd", "tail", "true", "wc", "which":
		why = globOptions(args)
	case "find":
		why = distrustFind(args)
	case "rg":
		why = ripgrepOptions.distrust(args)
	case "git":
		why = distrustGit(args)
	case "sed":
		why = distrustSed(args)
	default:
		return "the program is not on the list"
	}
	if why != "" {
		return name + ": " + why
	}
	return ""
}

// globOptions refuses options that name files would complete.
func globOptions(args []Word) string {
	for _, a := range args {
		if a.Glob() && strings.HasPrefix(a.Value, "-") {
			return "an option holds a glob character"
		}
	}
	return ""
}

// globs refuses what globOptions does, and globs that may become an option
// because a file is called like one.
func globs(args []Word) string {
	for _, a := range args {
		if a.leadingGlob() {
			return "a file name may turn into an option"
		}
	}
	return globOptions(args)
}

var lineRange = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]+,)?[0-9]+p$`) })

// distrustSed allows only the printing of a range of lines of one file.
func distrustSed(args []Word) string {
	if len(args) != 3 || args[0].Value != "-n" || !lineRange().MatchString(args[1].Value) {
		return "more is asked than to print a range of lines"
	}
	file := args[2]
	switch {
	case file.Value == "":
		return "the file has no name"
	case file.Glob():
		return "a glob stands for the file"
	case strings.HasPrefix(file.Value, "-") && file.Value != "-":
		return "an option stands for the file"
	}
	return globs(args[:2])
}

// optionSet lists the options that a program may have. Everything that begins
// with a dash is judged by itself, behind "--" and as the value of an option
// too: what is refused needlessly is asked about, what is passed needlessly is
// not.
type optionSet struct {
	flags   string // letters without a value
	numbers string // letters whose attached value is a number, or absent
	valued  string // letters that take the rest of the word as their value
	digits  bool   // -5 is an option
	long    nameSet
}

func (o *optionSet) distrust(args []Word) string {
	if why := globs(args); why != "" {
		return why
	}
	for _, a := range args {
		if !o.allows(a.Value) {
			name, _, _ := strings.Cut(a.Value, "=")
			return fmt.Sprintf("option %s is not on the list", name)
		}
	}
	return ""
}

// allows reports whether a word is harmless. Abbreviated long options are not.
func (o *optionSet) allows(word string) bool {
	switch {
	case len(word) < 2 || word[0] != '-' || word == "--":
		return true
	case word[1] == '-':
		name, _, _ := strings.Cut(word[2:], "=")
		return o.long.has(name)
	case o.digits && numeric(word[1:]):
		return true
	}
	for i := 1; i < len(word); i++ {
		switch c := word[i]; {
		case strings.IndexByte(o.flags, c) >= 0:
		case strings.IndexByte(o.numbers, c) >= 0:
			return numeric(word[i+1:])
		case strings.IndexByte(o.valued, c) >= 0:
			return true
		default:
			return false
		}
	}
	return true
}

func numeric(s string) bool { return strings.Trim(s, "0123456789%/,") == "" }

// nameSet is a set of names. It is made when it is first asked, since most
// runs of the program judge no command that needs it. nil is the empty set.
type nameSet func() map[string]bool

// names returns the set of the words in the lists.
func names(lists ...string) nameSet {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, list := range lists {
			for _, name := range strings.Fields(list) {
				set[name] = true
			}
		}
		return set
	})
}

func (s nameSet) has(name string) bool { return s != nil && s()[name] }
