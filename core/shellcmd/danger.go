package shellcmd

import (
	"path/filepath"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Dangerous reports whether a command may destroy work that cannot be brought
// back, and says in a few words what it would do. Such a command needs a
// person's word even where no sandbox is asked for.
//
// It is: rm with force or recursively; git reset, rm, clean (unless it only
// shows), and checkout or restore of the whole tree; and any of these behind a
// path, behind sudo, env and programs like them, in the script of a shell, or
// behind find -exec and xargs. It is a net for accidents, not a wall: a script
// that hides what it runs is not found, and is merely not trusted.
//
// spec: exec-and-tools, dangerous commands
func Dangerous(argv []string) (reason string, dangerous bool) {
	reason = danger(argv, maxWrappers)
	return reason, reason != ""
}

// maxWrappers bounds how many programs that run programs are looked through.
const maxWrappers = 16

// danger returns what argv would destroy, or "".
func danger(argv []string, depth int) string {
	if len(argv) == 0 || depth == 0 {
		return ""
	}
	name, args := filepath.Base(argv[0]), argv[1:]
	switch {
	case name == "rm":
		return dangerRm(args)
	case strings.HasSuffix(name, "git"):
		return dangerGit(args)
	case name == "eval":
		return dangerScript(strings.Join(args, " "), depth-1)
	case name == "env":
		return dangerEnv(args, depth)
	case name == "find":
		return dangerFind(args, depth)
	case isShell(name):
		if script, ok := shellScript(argv); ok {
			return dangerScript(script, depth-1)
		}
		return ""
	}
	if w, ok := wrappers()[name]; ok {
		return danger(w.command(args), depth-1)
	}
	return ""
}

// dangerScript judges every simple command anywhere in a script.
func dangerScript(script string, depth int) string {
	file, ok := parseAny(script)
	if !ok {
		return ""
	}
	found := ""
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && found == "" && len(call.Args) > 1 {
			argv := make([]string, len(call.Args))
			for i, arg := range call.Args {
				argv[i], _ = wordValue(arg)
			}
			found = danger(argv, depth)
		}
		return found == ""
	})
	return found
}

// dangerRm finds -f, -r and -R in any cluster and place, and the long forms
// with their abbreviations.
func dangerRm(args []string) string {
	for _, a := range args {
		switch {
		case a == "--":
			return ""
		case strings.HasPrefix(a, "--"):
			if strings.HasPrefix("--force", a) || strings.HasPrefix("--recursive", a) {
				return "rm deletes without asking"
			}
		case strings.HasPrefix(a, "-") && strings.ContainsAny(a, "rRf"):
			return "rm deletes without asking"
		}
	}
	return ""
}

// gitOptions are the options in front of a subcommand that take the next word.
var gitOptions = wrapper{
	letters: "Cc",
	long:    names("git-dir work-tree namespace super-prefix config-env attr-source"),
}

func dangerGit(args []string) string {
	args = gitOptions.command(args)
	if len(args) == 0 {
		return ""
	}
	sub, args := args[0], args[1:]
	switch sub {
	case "reset", "rm":
		return "git " + sub + " discards work"
	case "clean":
		if !hasOption(args, "n", "dry-run") {
			return "git clean deletes files"
		}
	case "checkout":
		if hasOption(args, "f", "force") || slices.ContainsFunc(args, wholeTree) {
			return "git checkout discards work"
		}
	case "restore":
		onlyIndex := hasOption(args, "S", "staged") && !hasOption(args, "W", "worktree")
		if !onlyIndex && slices.ContainsFunc(args, wholeTree) {
			return "git restore discards work"
		}
	}
	return ""
}

// wholeTree reports whether a path given to git stands for everything.
func wholeTree(path string) bool {
	switch path {
	case ".", "./", ":/", ":/.", "*":
		return true
	}
	return false
}

// hasOption reports whether a letter or a long name is among the options.
func hasOption(args []string, letter, long string) bool {
	for _, a := range args {
		switch {
		case a == "--":
			return false
		case strings.HasPrefix(a, "--"):
			if a == "--"+long {
				return true
			}
		case strings.HasPrefix(a, "-") && strings.Contains(a, letter):
			return true
		}
	}
	return false
}

// dangerFind judges the commands that find would run.
func dangerFind(args []string, depth int) string {
	for i, a := range args {
		switch a {
		case "-exec", "-execdir", "-ok", "-okdir":
			command := args[i+1:]
			if end := slices.IndexFunc(command, func(a string) bool { return a == ";" || a == "+" }); end >= 0 {
				command = command[:end]
			}
			if why := danger(command, depth-1); why != "" {
				return why
			}
		}
	}
	return ""
}
