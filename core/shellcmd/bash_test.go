package shellcmd

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// bashRecorder makes bash tell which words it would run programs with. No
// program is reachable, builtins are disabled, and the shell is restricted, so
// that a script does nothing but come here. $1 is the status of every command,
// $2 the script. Behind the words of apply_patch and cat comes what they are
// given to read, which cat passes on.
const bashRecorder = `
command_not_found_handle() {
	case $1 in
	cat|apply_patch|applypatch)
		IFS= read -r -d '' input || status=$status # end of input is no failure
		if [[ $1 == cat ]]; then printf %s "$input"; fi
		printf '%s\0' "$@" "$input" $'\1' >&3 ;;
	*)
		printf '%s\0' "$@" $'\1' >&3 ;;
	esac
	return $status
}
status=$1 script=$2
for b in $(compgen -b); do
	case $b in printf|read|eval|set|enable|return) ;; *) enable -n "$b" ;; esac
done
PATH=/nonexistent
set -fr
eval -- "$script"
`

// bashRuns returns the commands that bash finds in a script whose commands all
// end with the given status.
func bashRuns(t *testing.T, bash, script, status string) [][]string {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	defer in.Close()
	cmd := exec.CommandContext(t.Context(), bash, "--noprofile", "--norc", "-c", bashRecorder, "bash", status, script)
	cmd.Env = []string{"HOME=/h", "PATH=/nonexistent", "LC_ALL=C.UTF-8"}
	cmd.Dir = t.TempDir()
	cmd.ExtraFiles = []*os.File{in}
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	var record bytes.Buffer
	if _, err := record.ReadFrom(out); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the status is that of the script
	var commands [][]string
	var words []string
	for _, w := range strings.SplitAfter(record.String(), "\x00") {
		switch w = strings.TrimSuffix(w, "\x00"); w {
		case "\x01":
			commands = append(commands, words)
			words = nil
		default:
			words = append(words, w)
		}
	}
	return commands
}

// checkWithBash holds what this package makes of a plain script against bash:
// the script must parse, and bash may not find a command that Commands did not
// find, word by word. Every command of a trusted script must be trusted in the
// form that bash gives it.
func checkWithBash(t *testing.T, bash, script string) {
	t.Helper()
	commands, err := Commands(script)
	trusted := Trusted([]string{"bash", "-lc", script})
	if err != nil {
		if trusted.Trusted {
			t.Fatalf("%q is trusted and not plain", script)
		}
		return
	}
	if strings.Contains(script, "\x01") || len(script) > 2048 {
		return // the mark of the record; more than one write, which pipes would mix
	}
	check := exec.CommandContext(t.Context(), bash, "-n", "-c", "--", script)
	check.Env = []string{"LC_ALL=C.UTF-8"}
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("bash cannot read %q: %v: %s", script, err, out)
	}
	if runsItself(commands) {
		return
	}
	var found [][]string
	for _, status := range []string{"0", "1"} {
		found = append(found, bashRuns(t, bash, script, status)...)
	}
	for i, words := range found {
		if words[0] == "cat" {
			found[i] = words[:len(words)-1] // what it reads
		}
	}
	if len(commands) > 0 && len(found) == 0 {
		t.Fatalf("bash finds no command in %q", script)
	}
	for _, words := range found {
		known := slices.ContainsFunc(commands, func(c Command) bool { return sameWords(c, words) })
		if !known {
			t.Fatalf("bash finds %q in %q, Commands finds %+v", words, script, commands)
		}
		if trusted.Trusted && !slices.ContainsFunc(commands, tildes) {
			if v := Trusted(words); !v.Trusted {
				t.Fatalf("%q is trusted, but bash makes %q of it: %s", script, words, v.Reason)
			}
		}
	}
}

// runsItself reports whether a script has a command that the recorder cannot
// see: one with a path, a job, a builtin that it needs, or the recorder itself.
func runsItself(commands []Command) bool {
	return slices.ContainsFunc(commands, func(c Command) bool {
		switch name := c[0].Value; name {
		case "printf", "read", "eval", "set", "enable", "return", "command_not_found_handle",
			"apply_patch", "applypatch", "":
			return true
		default:
			return strings.ContainsAny(name, "/~") || name[0] == '%'
		}
	})
}

// sameWords compares words, but for those in which bash expands a tilde.
func sameWords(c Command, words []string) bool {
	return slices.EqualFunc(c, words, func(w Word, got string) bool {
		return w.Value == got || tilde(w)
	})
}

func tildes(c Command) bool { return slices.ContainsFunc(c, tilde) }

func tilde(w Word) bool { return !w.Quoted && strings.Contains(w.Raw, "~") }

func findBash(t testing.TB) string {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	return bash
}

func TestCommandsAgainstBash(t *testing.T) {
	t.Parallel()
	bash := findBash(t)
	for _, row := range observedTrust() {
		if script, ok := loginScript(row.argv); ok {
			checkWithBash(t, bash, script)
		}
	}
	for _, script := range []string{
		`a b\ c "d\"e\\f\g" 'h\i' \j`, "a b\\\nc \\\n d\\\n && e\\\n f", "a\n\n\nb ; c | d || e", "x { } [ ! = -- ~ a=~ b:~/c",
		"a 'b\r\nc' \\\t", "a \\' \\\" \\# b#c", "a \u00a0b", "a é\\é '' \\;",
	} {
		if _, err := Commands(script); err != nil {
			t.Errorf("Commands(%q): %v", script, err)
		}
		checkWithBash(t, bash, script)
	}
}

// FuzzTrusted looks for scripts that this package reads differently than bash.
// Without bash it only looks for panics.
func FuzzTrusted(f *testing.F) {
	for _, row := range observedTrust() {
		if script, ok := loginScript(row.argv); ok {
			f.Add(script)
		}
	}
	bash, err := exec.LookPath("bash")
	f.Fuzz(func(t *testing.T, script string) {
		_, _ = Dangerous([]string{"bash", "-lc", script})
		if err != nil {
			_ = Trusted([]string{"bash", "-lc", script})
			return
		}
		checkWithBash(t, bash, script)
	})
}

// pieces are what FuzzTrustedPieces puts scripts together from. Most of them
// are plain, so that many scripts are.
var pieces = []string{
	"ls", "cat", "git", "status", "find", "-delete", "a", "b*", "?", "-l", "--", "1", "é", "~", "=", "!", "#", "%", "@", "^", "+", ":", ",",
	" ", " ", " ", " ", " ", "\t", "\n", " \n ", ";", " ; ", " && ", "&&", " || ", " | ", "|", "\\\n", " \\\n ",
	"'c d'", `"e f"`, `"g\"h"`, `"i\\j"`, `\ `, `\k`, `\\`, `\'`, `\"`, `\;`, `\*`, "''", `""`, "'\n'", "\"\n\"", `'\'`,
	"{", "}", "[", "]", "(", ")", "<", ">", "&", "$", "`", "'", `"`, `\`, "\r", "\v", "\u00a0", "time ", "if ", "then ", "do ", "coproc ",
	"function ", "select ", "in ", "A=", "A+=", "export ", "unset ", "exec ", "[[ ", "]]", "&>", "<<", "{a,b}", "echo ", "cd ", "true", "!(x)",
}

func assemble(picks []byte) string {
	var b strings.Builder
	for _, p := range picks {
		b.WriteString(pieces[int(p)%len(pieces)])
	}
	return b.String()
}

// FuzzTrustedPieces is FuzzTrusted with scripts that are more often plain.
func FuzzTrustedPieces(f *testing.F) {
	f.Add([]byte{0, 23, 8, 33, 1, 23, 40})
	f.Add([]byte{4, 23, 6, 23, 44, 35, 0, 30})
	f.Add([]byte{0, 23, 47, 45, 24, 51, 37, 99, 23, 13})
	f.Add([]byte{0, 37, 23, 6, 15, 23, 56, 25, 57})
	bash, err := exec.LookPath("bash")
	f.Fuzz(func(t *testing.T, picks []byte) {
		script := assemble(picks)
		if err != nil {
			_ = Trusted([]string{"bash", "-lc", script})
			return
		}
		checkWithBash(t, bash, script)
	})
}
