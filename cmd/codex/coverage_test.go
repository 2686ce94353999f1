package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// shown is what the scripts show of a command.
type shown struct{ help, json, success, failure bool }

// TestScriptsShowEveryCommand wants every command in the scripts: its help, its
// JSON where it has some, how it succeeds and how it fails.
func TestScriptsShowEveryCommand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot()
	root.InitDefaultHelpCmd()
	got := make(map[string]*shown)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "-- ") {
				break // the files of the script
			}
			look(root, strings.Fields(line), got)
		}
	}
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			check(sub)
		}
		s := got[cmd.CommandPath()]
		if s == nil {
			t.Errorf("no script uses %q", cmd.CommandPath())
			return
		}
		for what, missing := range map[string]bool{
			"its help":  !s.help,
			"its JSON":  !s.json && cmd.Flags().Lookup("json") != nil,
			"a success": !s.success && cmd.RunE != nil && !cmd.HasSubCommands() && onlyElsewhere[cmd.CommandPath()] == "",
			"a failure": !s.failure,
		} {
			if missing {
				t.Errorf("no script shows %s of %q", what, cmd.CommandPath())
			}
		}
	}
	check(root)
}

// onlyElsewhere are the commands that cannot succeed in a script, and what shows
// their success instead.
var onlyElsewhere = map[string]string{
	"codex debug seatbelt": "needs macOS",
	"codex mcp login":      "needs a browser: TestMcpLogin",
}

// look notes what a line of a script shows.
func look(root *cobra.Command, words []string, got map[string]*shown) {
	at := slices.Index(words, "codex")
	if at < 1 {
		return
	}
	var fails bool
	switch {
	case words[at-1] == "exec":
		fails = at > 1 && words[at-2] == "!"
	case at > 1 && words[at-2] == "status":
		fails = words[at-1] != "0"
	default:
		return // another program that runs this one
	}
	args := words[at+1:]
	cmd, _, err := root.Find(args)
	if err != nil {
		cmd = root
	}
	s := got[cmd.CommandPath()]
	if s == nil {
		s = &shown{}
		got[cmd.CommandPath()] = s
	}
	help := slices.Contains(args, "--help") || slices.Contains(args, "-h")
	s.help = s.help || help && !fails
	s.json = s.json || slices.Contains(args, "--json") && !fails
	s.success = s.success || !help && !fails
	s.failure = s.failure || fails
}
