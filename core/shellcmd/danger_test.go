package shellcmd

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// dangerRow is one command; changed says why the answer is not the observed
// one.
type dangerRow struct {
	argv      []string
	dangerous bool // as observed
	changed   string
}

const itemDanger = "do better 4: normalise flags, strip paths, look through programs that run programs"

func dangers(dangerous bool, changed string, lines ...string) []dangerRow {
	var out []dangerRow
	for _, l := range lines {
		out = append(out, dangerRow{fields(l), dangerous, changed})
	}
	return out
}

func dangerScripts(shell string, dangerous bool, changed string, texts ...string) []dangerRow {
	var out []dangerRow
	for _, s := range texts {
		out = append(out, dangerRow{append(fields(shell), s), dangerous, changed})
	}
	return out
}

func TestDangerousObserved(t *testing.T) {
	t.Parallel()
	table := slices.Concat(
		dangers(true, "",
			"rm -rf x", "rm -f x", "sudo rm -rf x", "sudo sudo rm -f x",
			"git reset", "git reset --hard", "git rm x", "/usr/bin/git rm x", "mygit reset"),
		dangerScripts("bash -lc", true, "", "rm -rf x", "ls && rm -f x", "rm '-rf' x", "sudo git reset"),
		dangers(false, itemDanger,
			"rm -fr x", "rm -r x", "rm -r -f x", "rm --force x", "rm x -rf", "/bin/rm -rf x", "sudo -n rm -rf x",
			"git -C . reset", "git clean", "git checkout ."),
		dangerScripts("bash -c", false, itemDanger, "rm -rf x"),
		dangerScripts("sh -c", false, itemDanger, "rm -rf x"),
		dangerScripts("bash -lc", false, itemDanger, "rm -rf x 2>/dev/null", "rm -rf $X", "(rm -rf x)", "'rm' -rf x"),
	)
	for _, row := range table {
		t.Run(fmt.Sprintf("%q", row.argv), func(t *testing.T) {
			t.Parallel()
			want := row.dangerous || row.changed != ""
			reason, got := Dangerous(row.argv)
			if got != want || got != (reason != "") {
				t.Errorf("Dangerous(%q) = %q, %v, want %v", row.argv, reason, got, want)
			}
		})
	}
}

func TestDangerousMore(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		rows []dangerRow
		want bool
	}{
		{"rm", dangers(true, "",
			"rm -R x", "rm -vfi x", "rm --recursive x", "rm --rec x", "rm --f x", "rm -v -i -r x", "busybox rm -rf x"), true},
		{"rm that asks or fails", dangers(false, "",
			"rm x", "rm", "rm -i x", "rm -- -rf", "rm --interactive x", "rm -d x", "rm --verbose x", "rmdir -rf x", "echo rm -rf x"), false},
		{"git", dangers(true, "",
			"git -c a=b reset", "git --git-dir x reset", "git --git-dir=x --work-tree y rm f", "git --no-pager -C a -C b clean -fd",
			"git checkout -- .", "git checkout -f main", "git checkout HEAD -- .", "git restore .", "git restore --staged --worktree ."), true},
		{"git that spares work", dangers(false, "",
			"git", "git status", "git checkout main", "git checkout -b x", "git checkout -- f", "git clean -n", "git clean --dry-run -d",
			"git restore f", "git restore --staged .", "git log reset", "git -C reset", "git --git-dir reset status", "github reset", "git -C"), false},
		{"wrappers", dangers(true, "",
			"sudo -u root rm -rf x", "sudo -nu root rm -rf x", "sudo --user root -- rm -rf x", "sudo --user=root rm -rf x", "sudo A=1 rm -rf x",
			"/usr/bin/sudo -E git reset", "doas -u x rm -rf y", "env rm -rf x", "env -i A=1 B=2 rm -rf x", "env -u A rm -rf x",
			"env -C / rm -rf x", "env -- rm -rf x", "nice -n 5 rm -rf x", "nice -5 rm -rf x", "timeout 5 rm -rf x", "timeout -k 1 -s KILL 5 rm -rf x",
			"nohup rm -rf x", "time -p rm -rf x", "xargs rm -rf", "xargs -0 -n 1 rm -f", "xargs -I {} rm -rf {}", "exec -a x rm -rf y",
			"command rm -rf x", "sudo env A=1 nice timeout 3 /bin/rm -rf x", "find . -exec rm -rf {} +", "find . -name x -execdir rm -f {} ;",
			"eval rm -rf x", "setsid -w rm -rf x", "stdbuf -oL rm -rf x"), true},
		{"wrappers of harmless things", dangers(false, "",
			"sudo", "sudo -u rm ls -rf", "sudo ls", "env", "env A=1", "timeout 5", "xargs", "command -v rm", "find . -exec ls {} ;", "find . -exec", "nice -n"), false},
		{"env splits a string", []dangerRow{
			{argv: []string{"env", "-S", "rm -rf x"}}, {argv: []string{"env", "-Srm -rf x"}}, {argv: []string{"env", "-i", "-vS", "rm -rf", "x"}},
			{argv: []string{"env", "--split-string=A=1 rm -rf x"}}, {argv: []string{"env", "--split-string", "-u B rm -rf x"}},
			{argv: []string{"env", "rm", "-rf", "-S"}},
		}, true},
		{"env splits other strings", []dangerRow{
			{argv: []string{"env", "-S", "ls x"}}, {argv: []string{"env", "-S"}}, {argv: []string{"env", "-S", "'"}}, {argv: []string{"env", "ls", "-S", "rm -rf x"}},
		}, false},
		{"scripts", slices.Concat(
			dangerScripts("bash -lc", true, "", `r\m -rf x`, `rm -r"$X" y`, "x=$(rm -rf y)", "if true; then rm -rf x; fi", "ls | xargs rm -rf",
				"for f in *; do rm -f $f; done", "f() { rm -rf x; }", "{ rm -rf x; } &", "rm -rf x <<EOF\ny\nEOF", "time rm -rf x", "! rm -rf x",
				"A=1 rm -rf x", "eval 'rm -rf x'", "sh -c 'rm -rf x'", `bash -c "bash -c 'rm -rf x'"`, "rm -rf x # why", "cat <(rm -rf x)", "$'rm' -rf x"),
			dangerScripts("/bin/bash -l -c", true, "", "rm -rf x"), dangerScripts("zsh -c", true, "", "git reset"),
			dangerScripts("bash -euo pipefail -c", true, "", "rm -rf x"), dangerScripts("bash --norc -c", true, "", "rm -rf x"),
			dangerScripts("sudo -u x bash -c", true, "", "rm -rf x"), dangerScripts("env A=1 sh -c", true, "", "rm -rf x"),
			[]dangerRow{{argv: []string{"bash", "-c", "rm -rf x", "arg0"}}, {argv: []string{"bash", "-c", "--", "rm -rf x"}}},
		), true},
		{"harmless scripts", slices.Concat(
			dangerScripts("bash -lc", false, "", "", "ls", "echo 'rm -rf x'", "rm x", "cat <<EOF\nrm -rf x\nEOF", "# rm -rf x", "(", "$RM -rf x",
				strings.Repeat("(", 1000)+"rm -rf x", strings.Repeat(" ", maxScript)+"rm -rf x", "echo \x00; rm -rf x"),
			dangers(false, "", "bash", "bash x.sh", "bash -l", "sh -s", "bash -c", "bash --rcfile", "bash -"),
		), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, row := range tt.rows {
				if reason, got := Dangerous(row.argv); got != tt.want {
					t.Errorf("Dangerous(%q) = %q, %v, want %v", row.argv, reason, got, tt.want)
				}
			}
		})
	}
	deep := append(slices.Repeat([]string{"sudo"}, 1000), "rm", "-rf", "x")
	if _, got := Dangerous(deep); got {
		t.Errorf("Dangerous looks through any number of programs")
	}
}
