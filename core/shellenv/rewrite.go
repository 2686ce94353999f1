package shellenv

import (
	"os"
	"slices"
	"strings"
)

// Rewrite returns the argv that runs a command in the user's shell, or argv
// itself when it runs as it is. Join quotes words for a POSIX shell; when it
// fails, the command is not rewritten.
//
// zsh and bash are used only with useProfile: the shell reads its start file,
// when there is one, and then runs the command in a subshell, whether or not
// the start file succeeded. The command is the third word of ["bash", "-lc",
// script], or all words joined. PowerShell is used always; there a script for
// bash goes to the bash that was found beside it, if any, and to PowerShell
// otherwise.
//
// What a user is asked to approve, and shown at the begin of a command, is the
// argv before the rewrite. Do not rewrite the program's own patch command: what
// a start file prints would become part of its result.
//
// spec: exec-and-tools, user shell and profile translation
func (s Shell) Rewrite(argv []string, useProfile bool, join func([]string) (string, error)) []string {
	switch {
	case len(argv) == 0:
		return argv
	case s.Kind == PowerShell:
		return s.rewritePowerShell(argv, join)
	case useProfile && (s.Kind == Zsh || s.Kind == Bash):
		return s.rewritePOSIX(argv, join)
	}
	return argv
}

func (s Shell) rewritePOSIX(argv []string, join func([]string) (string, error)) []string {
	script, ok := loginScript(argv)
	if !ok {
		var err error
		if script, err = join(argv); err != nil {
			return argv
		}
	}
	if info, err := os.Stat(s.RCFile); err != nil || info.IsDir() {
		return []string{s.Path, "-lc", script}
	}
	rc, err := join([]string{s.RCFile})
	if err != nil {
		return argv
	}
	// The subshell keeps the whole list in one command, so that the shell has
	// read the script before the start file defines aliases that could change
	// its meaning. The line breaks keep comments and here-documents at its end
	// apart from the parenthesis, and ":" makes an empty script one that
	// succeeds, whatever the start file returned.
	return []string{s.Path, "-lc", "source " + rc + "; (:\n" + script + "\n)"}
}

func (s Shell) rewritePowerShell(argv []string, join func([]string) (string, error)) []string {
	if script, ok := loginScript(argv); ok {
		if s.BashFallback != "" {
			return []string{s.BashFallback, "-lc", script}
		}
		return []string{s.Path, "-NoProfile", "-Command", script}
	}
	lineBreak := func(arg string) bool { return strings.ContainsAny(arg, "\r\n") }
	if argv[0] == s.Path || slices.ContainsFunc(argv, lineBreak) {
		return argv
	}
	script, err := join(argv)
	if err != nil {
		return argv
	}
	return []string{s.Path, "-NoProfile", "-Command", script}
}

// loginScript returns S of exactly ["bash", "-lc", S].
func loginScript(argv []string) (string, bool) {
	if len(argv) == 3 && argv[0] == "bash" && argv[1] == "-lc" {
		return argv[2], true
	}
	return "", false
}
