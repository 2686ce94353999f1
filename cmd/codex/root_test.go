package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestUnknownFlags gives every command a flag that it does not know. It says so,
// where to read about it, and does nothing else.
func TestUnknownFlags(t *testing.T) {
	t.Parallel()
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			check(sub)
		}
		root := newRoot()
		var out strings.Builder
		root.SetOut(&out)
		root.SetArgs(append(strings.Fields(cmd.CommandPath())[1:], "--no-such-flag"))
		err := root.ExecuteContext(t.Context())
		var exit *exitError
		want := fmt.Sprintf("unknown flag: --no-such-flag; see %q", cmd.CommandPath()+" --help")
		if !errors.As(err, &exit) || exit.code != 2 || err.Error() != want || out.Len() > 0 {
			t.Errorf("%s: %v, %q; want %q", cmd.CommandPath(), err, out.String(), want)
		}
	}
	root := newRoot()
	root.InitDefaultHelpCmd()
	check(root)
}

// TestHelp asks every command for help: it says in a line what the command does,
// shows an example that names it, and describes every flag.
func TestHelp(t *testing.T) {
	t.Parallel()
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			check(sub)
		}
		t.Run(strings.ReplaceAll(cmd.CommandPath(), " ", "/"), func(t *testing.T) {
			t.Parallel()
			path := strings.Fields(cmd.CommandPath())[1:]
			root := newRoot()
			var out strings.Builder
			root.SetOut(&out)
			root.SetArgs(append(path, "--help"))
			if err := root.ExecuteContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			help := out.String()
			if cmd.Short == "" || !strings.Contains(help, "Usage:") || !strings.Contains(help, "--strict-config") {
				t.Errorf("the help is\n%s", help)
			}
			if !strings.Contains(cmd.Example, cmd.CommandPath()) {
				t.Errorf("the examples are %q, and none shows the command", cmd.Example)
			}
			for _, line := range strings.Split(help, "\n") {
				if flag := strings.TrimSpace(line); strings.HasPrefix(flag, "-") && len(strings.Fields(flag)) < 3 {
					t.Errorf("the flag %q is not described", flag)
				}
			}
		})
	}
	root := newRoot()
	root.InitDefaultHelpCmd()
	for _, cmd := range root.Commands() {
		check(cmd)
	}
}
