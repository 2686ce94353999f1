package main

import (
	_ "embed"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completionShells are the shells that completions can be made for.
var completionShells = []string{"bash", "zsh", "fish", "powershell", "elvish"}

// elvish is the script for a shell that the library does not know.
//
//go:embed completion.elv
var elvish string

// plainBash makes the script work in a bash without the package
// bash-completion, whose function reads the words of the line.
const plainBash = `
if ! declare -F _get_comp_words_by_ref >/dev/null; then
    __codex_init_completion()
    {
        COMPREPLY=()
        cur=${COMP_WORDS[COMP_CWORD]}
        prev=${COMP_WORDS[COMP_CWORD-1]}
        words=("${COMP_WORDS[@]}")
        cword=$COMP_CWORD
    }
fi
`

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:       "completion [bash|zsh|fish|powershell|elvish]",
		Short:     "Print a completion script for a shell",
		Long:      "Prints a script that completes the commands and flags of this program; for bash unless another shell is named.",
		Example:   "  source <(codex completion bash)\n  codex completion fish > ~/.config/fish/completions/codex.fish",
		ValidArgs: completionShells,
		RunE: func(cmd *cobra.Command, args []string) error {
			shell := "bash"
			switch {
			case len(args) > 1:
				return usageError("one shell at a time")
			case len(args) == 1:
				shell = args[0]
			}
			if !slices.Contains(completionShells, shell) {
				return usageError("unknown shell %q: use one of %s", shell, strings.Join(completionShells, ", "))
			}
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch shell {
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			case "elvish":
				_, err := io.WriteString(out, elvish)
				return err
			}
			if err := root.GenBashCompletionV2(out, true); err != nil {
				return err
			}
			_, err := io.WriteString(out, plainBash)
			return err
		},
	}
}
