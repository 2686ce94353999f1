package shellcmd

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// checkPatchWithBash makes sure that an intercepted script would have applied
// the same text in the same folder, and would have done nothing else. The text
// may hold nothing that an unquoted here-document expands.
func checkPatchWithBash(t *testing.T, bash, script string) {
	t.Helper()
	call, kind := PatchCall([]string{"bash", "-lc", script}, nil)
	if kind != PatchIntercepted {
		return
	}
	var dir, text string
	applied := 0
	for _, words := range bashRuns(t, bash, script, "0") {
		switch name := words[0]; {
		case name == "cd" && len(words) == 2 && applied == 0:
			if dir == "" || filepath.IsAbs(words[1]) {
				dir = words[1]
			} else {
				dir += "/" + words[1]
			}
		case name == "cat" && len(words) == 2:
		case applyPatch(name) && (len(words) == 2 || len(words) == 3 && words[2] == ""):
			applied++
			text = words[1]
		default:
			t.Fatalf("bash also runs %q in %q", words, script)
		}
	}
	if applied != 1 || dir != call.Dir || strings.TrimRight(text, "\n") != strings.TrimRight(call.Patch, "\n") {
		t.Fatalf("bash applies %q in %q, %d times, PatchCall gives %+v for %q", text, dir, applied, call, script)
	}
}

// patchPieces are what FuzzPatchCallPieces puts scripts together from.
var patchPieces = []string{
	"apply_patch", "apply_patch <<'E'\n", "apply_patch <<E\n", "apply_patch <<-E\n", "applypatch", "cat", "cat <<E | apply_patch\n",
	" ", " ", "\n", "\n", "<<", "<<-", "<<<", "E", "'E'", `"E"`, "\nE\n", "\nE", "\n\tE\n", "E F", "*** Begin Patch\n", "+x\n", "\t+y\n",
	"cd a", "cd 'b c'", "cd /d", "cd ", " && ", "; ", " | ", " || ", "set -e", "set -eu", "# c\n", "#", "A=1 ", "'x y'", "'\n'", `"z"`, "-", "&", ">f", "(", ")",
	"END_OF_PATCH_TEXT", "ls",
}

func assemblePatch(picks []byte) string {
	var b strings.Builder
	for _, p := range picks {
		b.WriteString(patchPieces[int(p)%len(patchPieces)])
	}
	return b.String()
}

func TestPatchCallAgainstBash(t *testing.T) {
	t.Parallel()
	bash := findBash(t)
	for _, script := range []string{
		heredoc("apply_patch ", "'EOF'", "EOF\n"),
		heredoc("set -euo pipefail; cd 'a b'\ncd c && A=1 apply_patch ", "-'E F'", "\tE F\n \n"),
		heredoc("cat ", "'EOF' | apply_patch", "EOF"),
		heredoc("cd /x && cd y; applypatch ", `"é"`, "é"),
		"# c\napply_patch '" + patchText + "'",
		"apply_patch <<<'" + patchText + "'\n",
		"cd a; apply_patch '+ <<EOF\nEOF\n'",
		"apply_patch <<''\n\n",
	} {
		if _, kind := PatchCall([]string{"bash", "-lc", script}, nil); kind != PatchIntercepted {
			t.Errorf("PatchCall does not intercept %q", script)
		}
		checkPatchWithBash(t, bash, script)
	}
}

func FuzzPatchCallPieces(f *testing.F) {
	for _, pieces := range [][]string{
		{"apply_patch <<'E'\n", "*** Begin Patch\n", "E"},
		{"cd a", " && ", "apply_patch <<E\n", "+x\n", "\nE\n"},
		{"set -e", "; ", "cat <<E | apply_patch\n", "+x\n", "E"},
		{"apply_patch", " ", "<<<", "'x y'"},
		{"apply_patch <<-E\n", "\t+y\n", "\n\tE\n"},
	} {
		var picks []byte
		for _, p := range pieces {
			picks = append(picks, byte(slices.Index(patchPieces, p)))
		}
		f.Add(picks)
	}
	bash, err := exec.LookPath("bash")
	f.Fuzz(func(t *testing.T, picks []byte) {
		script := assemblePatch(picks)
		if err != nil {
			_, _ = PatchCall([]string{"bash", "-lc", script}, nil)
			return
		}
		checkPatchWithBash(t, bash, script)
	})
}
