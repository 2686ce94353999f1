package shellcmd

import (
	"regexp"
	"strings"
	"sync"
)

// distrustGit allows the subcommands that report. The subcommand must be the
// first argument: options in front of it can name configuration, and with it
// programs to run.
func distrustGit(args []Word) string {
	if len(args) == 0 {
		return "no subcommand is given"
	}
	rest := args[1:]
	switch args[0].Value {
	case "status":
		return gitStatus.distrust(rest)
	case "diff", "log", "show":
		if why := checksSignatures(rest); why != "" {
			return why
		}
		return gitHistory.distrust(rest)
	case "branch":
		return distrustBranch(rest)
	}
	return "the subcommand is not on the list"
}

// signature matches what makes git call the program that checks signatures: a
// placeholder of a format, with the signs that may stand in it, or a field of a
// branch to print or to sort by.
var signature = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%[-+ ]?G|signature`) })

// checksSignatures refuses formats and orders that need signatures.
func checksSignatures(args []Word) string {
	for _, a := range args {
		if signature().MatchString(a.Value) {
			return "signatures may be checked"
		}
	}
	return ""
}

// distrustBranch allows listing branches. A name makes git create the branch,
// unless an option makes it a pattern.
func distrustBranch(args []Word) string {
	if why := checksSignatures(args); why != "" {
		return why
	}
	if why := gitBranch.distrust(args); why != "" {
		return why
	}
	listing, named := false, false
	for _, a := range args {
		option, _, _ := strings.Cut(a.Value, "=")
		switch {
		case a.Value == "--sort", a.Value == "--format":
			// Its value is the next word, even if that is --list.
			return "an option takes the next word as its value"
		case option == "--list", option == "--contains", option == "--no-contains",
			option == "--merged", option == "--no-merged", option == "--points-at":
			listing = true
		case !strings.HasPrefix(option, "-"), option == "-":
			named = true
		}
	}
	if named && !listing {
		return "a branch may be created"
	}
	return ""
}

var gitStatus = optionSet{
	flags:  "sbvz",
	valued: "u",
	long: names(`short branch no-branch show-stash no-show-stash porcelain long verbose untracked-files
		ignore-submodules ignored column no-column ahead-behind no-ahead-behind renames no-renames
		find-renames null`),
}

var gitBranch = optionSet{
	flags: "arvi",
	long: names(`all remotes list show-current verbose no-verbose quiet contains no-contains merged no-merged
		points-at sort no-sort format color no-color column no-column abbrev no-abbrev ignore-case`),
}

// gitHistory serves diff, log and show. It leaves out what writes (--output),
// what starts programs (--ext-diff, --textconv, --show-signature), -O, --stdin
// and --help, which may open a browser.
var gitHistory = optionSet{
	flags:   "psuwbzRamciEFPgqtrW",
	numbers: "MCBUnl",
	valued:  "SGLI",
	digits:  true,
	long: names(
		`patch no-patch unified raw patch-with-raw patch-with-stat stat stat-width stat-name-width stat-count
		stat-graph-width compact-summary numstat shortstat dirstat cumulative dirstat-by-file summary
		name-only name-status submodule binary full-index abbrev no-abbrev cc base ours theirs combined-all-paths
		diff-merges no-diff-merges`,
		`color no-color color-moved no-color-moved color-moved-ws no-color-moved-ws word-diff word-diff-regex
		color-words ws-error-highlight check output-indicator-new output-indicator-old output-indicator-context
		src-prefix dst-prefix no-prefix default-prefix line-prefix`,
		`renames no-renames rename-empty no-rename-empty break-rewrites find-renames find-copies
		find-copies-harder irreversible-delete diff-filter pickaxe-all pickaxe-regex skip-to rotate-to
		relative no-relative text ignore-cr-at-eol ignore-space-at-eol ignore-space-change ignore-all-space
		ignore-blank-lines ignore-matching-lines inter-hunk-context function-context exit-code quiet
		no-ext-diff no-textconv ignore-submodules ita-invisible-in-index indent-heuristic no-indent-heuristic
		patience minimal histogram diff-algorithm anchored merge-base cached staged no-index`,
		`oneline pretty format abbrev-commit no-abbrev-commit expand-tabs no-expand-tabs notes no-notes
		show-notes graph no-graph decorate no-decorate decorate-refs decorate-refs-exclude clear-decorations
		source follow full-diff log-size encoding date relative-date parents children left-right
		show-linear-break mailmap no-mailmap use-mailmap no-use-mailmap`,
		`max-count skip since after until before since-as-filter author committer grep all-match invert-grep
		regexp-ignore-case basic-regexp extended-regexp fixed-strings perl-regexp remove-empty merges no-merges
		min-parents no-min-parents max-parents no-max-parents first-parent exclude-first-parent-only
		not all branches tags remotes glob exclude reflog alternate-refs single-worktree ignore-missing
		cherry-mark cherry-pick left-only right-only cherry walk-reflogs merge boundary
		simplify-by-decoration full-history dense sparse simplify-merges ancestry-path show-pulls
		date-order author-date-order topo-order reverse no-walk do-walk`,
	),
}
