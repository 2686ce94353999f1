package shellcmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const patchText = "*** Begin Patch\n*** Add File: n\n+x $HOME `y` \\z\n*** End Patch"

// heredoc is a script that ends in a here-document with the patch.
func heredoc(before, word, end string) string {
	return before + "<<" + word + "\n" + patchText + "\n" + end
}

type patchRow struct {
	name    string
	argv    []string
	want    PatchInvocation
	kind    PatchKind
	changed string // why the answer is not the observed one
}

func intercepted(name, dir, changed string, argv ...string) patchRow {
	return patchRow{name, argv, PatchInvocation{Patch: patchText, Dir: dir}, PatchIntercepted, changed}
}

func ordinary(name string, argv ...string) patchRow {
	return patchRow{name: name, argv: argv}
}

func bash(script string) []string { return []string{"bash", "-lc", script} }

const (
	itemShapes = "do better 22: intercept more shapes"
	itemFolder = "do better 22: the folder is the one that the shell would enter"
)

func TestPatchCall(t *testing.T) {
	t.Parallel()
	plain := heredoc("apply_patch ", "'EOF'", "EOF\n")
	table := []patchRow{
		// Observed as intercepted.
		intercepted("argv", "", "", "apply_patch", patchText),
		intercepted("argv, other name", "", "", "applypatch", patchText),
		intercepted("here-document", "", "", bash(plain)...),
		intercepted("no blank before the operator", "", "", bash(heredoc("apply_patch", "EOF", "EOF"))...),
		intercepted("unquoted word", "", "", bash(heredoc("apply_patch ", "EOF", "EOF\n"))...),
		intercepted("double quotes", "", "", bash(heredoc("apply_patch ", `"E F"`, "E F\n"))...),
		intercepted("word in pieces", "", "", bash(heredoc("apply_patch ", ` P'A'"TC"\H`, "PATCH\n"))...),
		intercepted("any word", "", "", bash(heredoc("apply_patch ", "é-1", "é-1"))...),
		intercepted("indented", "", "", bash(heredoc("apply_patch ", "-EOF", "\t\tEOF\n"))...),
		intercepted("blanks around", "", "", bash(" \n\t"+heredoc("apply_patch ", "EOF", "EOF\n\n  \n"))...),
		intercepted("environment", "", "", bash(heredoc("A=1 B='x y' apply_patch ", "EOF", "EOF"))...),
		intercepted("cd", "sub", "", bash(heredoc("cd sub && apply_patch ", "EOF", "EOF"))...),
		intercepted("cd in single quotes", "a b", "", bash(heredoc("cd 'a b' && apply_patch ", "EOF", "EOF"))...),
		intercepted("cd in double quotes", "/a b", "", bash(heredoc(`cd "/a b" && apply_patch `, "EOF", "EOF"))...),
		{"body that is no patch", bash("apply_patch <<E\nhello\n\nE\n"), PatchInvocation{Patch: "hello"}, PatchIntercepted, ""},
		{"empty body", bash("apply_patch <<E\nE\n"), PatchInvocation{}, PatchIntercepted, ""},
		{"argv that is no patch", []string{"apply_patch", "x"}, PatchInvocation{Patch: "x"}, PatchIntercepted, ""},
		{"bare patch", []string{patchText}, PatchInvocation{}, PatchBare, ""},
		{"bare patch in a shell", bash(patchText), PatchInvocation{}, PatchBare, ""},

		// Observed as ordinary commands, intercepted here.
		intercepted("cd;", "x", itemShapes, bash(heredoc("cd x; apply_patch ", "EOF", "EOF"))...),
		intercepted("cd and newline", "x", itemShapes, bash(heredoc("cd x\napply_patch ", "EOF", "EOF"))...),
		intercepted("two cds", "x/y", itemShapes, bash(heredoc("cd x && cd y && apply_patch ", "EOF", "EOF"))...),
		intercepted("cd to an absolute folder after another", "/y", itemShapes, bash(heredoc("cd x && cd /y && apply_patch ", "EOF", "EOF"))...),
		intercepted("set -e", "", itemShapes, bash(heredoc("set -e; apply_patch ", "EOF", "EOF"))...),
		intercepted("set and cd", "x", itemShapes, bash(heredoc("set -euo pipefail\ncd x && apply_patch ", "EOF", "EOF"))...),
		intercepted("comment", "", itemShapes, bash("# why\n"+plain)...),
		intercepted("other name in bash", "", itemShapes, bash(heredoc("applypatch ", "EOF", "EOF"))...),
		intercepted("cat", "", itemShapes, bash(heredoc("cat ", "'EOF' | apply_patch", "EOF"))...),
		intercepted("here-string", "", itemShapes, bash("apply_patch <<<'"+patchText+"'")...),
		intercepted("argument", "", itemShapes, bash("apply_patch '"+patchText+"'\n")...),
		intercepted("argument behind cd", ".", itemShapes, bash("cd . && apply_patch '"+patchText+"'")...),
		{"argument with an operator inside", bash("apply_patch '+ <<EOF\nEOF\n'"), PatchInvocation{Patch: "+ <<EOF\nEOF\n"}, PatchIntercepted, itemShapes},
		intercepted("bash -c", "", itemShapes, "bash", "-c", plain),
		intercepted("bash -l -c", "", itemShapes, "bash", "-l", "-c", plain),
		intercepted("sh -lc", "", itemShapes, "sh", "-lc", plain),
		intercepted("absolute bash", "", itemShapes, "/bin/bash", "-lc", plain),
		intercepted("zsh", "", itemShapes, "zsh", "-lc", plain),
		{"bare patch in another shell", []string{"sh", "-c", patchText}, PatchInvocation{}, PatchBare, itemShapes},
		intercepted("cd with an escaped blank", "a b", itemFolder, bash(heredoc(`cd a\ b && apply_patch `, "EOF", "EOF"))...),

		// Observed as intercepted, ordinary here.
		{"cd home", bash(heredoc("cd ~ && apply_patch ", "EOF", "EOF")), PatchInvocation{}, PatchNone, itemFolder},
		{"cd to a glob", bash(heredoc("cd a* && apply_patch ", "EOF", "EOF")), PatchInvocation{}, PatchNone, itemFolder},

		// Ordinary.
		ordinary("nothing"),
		ordinary("cd ||", bash(heredoc("cd x || apply_patch ", "EOF", "EOF"))...),
		ordinary("cd |", bash(heredoc("cd x | apply_patch ", "EOF", "EOF"))...),
		ordinary("cd &", bash(heredoc("cd x & apply_patch ", "EOF", "EOF"))...),
		ordinary("cd with two arguments", bash(heredoc("cd x y && apply_patch ", "EOF", "EOF"))...),
		ordinary("cd with an option", bash(heredoc("cd -P && apply_patch ", "EOF", "EOF"))...),
		ordinary("cd back", bash(heredoc("cd - && apply_patch ", "EOF", "EOF"))...),
		ordinary("cd to nothing", bash(heredoc("cd '' && apply_patch ", "EOF", "EOF"))...),
		ordinary("cd without argument", bash(heredoc("cd && apply_patch ", "EOF", "EOF"))...),
		ordinary("cd to a variable", bash(heredoc("cd $X && apply_patch ", "EOF", "EOF"))...),
		ordinary("cd with output", bash(heredoc("cd x >y && apply_patch ", "EOF", "EOF"))...),
		ordinary("command before", bash(heredoc("echo hi && apply_patch ", "EOF", "EOF"))...),
		ordinary("set with arguments", bash(heredoc("set a b; apply_patch ", "EOF", "EOF"))...),
		ordinary("set without", bash(heredoc("set; apply_patch ", "EOF", "EOF"))...),
		ordinary("set that stops reading", bash(heredoc("set -n; apply_patch ", "EOF", "EOF"))...),
		ordinary("command after", bash(heredoc("apply_patch ", "EOF && ls", "EOF"))...),
		ordinary("pipe after", bash(heredoc("apply_patch ", "EOF | cat", "EOF"))...),
		ordinary("second line", bash(heredoc("apply_patch ", "EOF", "EOF\nls\n"))...),
		ordinary("second line in the body's word", bash(heredoc("apply_patch # ", "'apply_patch y'", "apply_patch y\n"))...),
		ordinary("arguments", bash(heredoc("apply_patch x ", "EOF", "EOF"))...),
		ordinary("redirection", bash(heredoc("apply_patch ", "EOF >out", "EOF"))...),
		ordinary("other descriptor", bash(heredoc("apply_patch 3", "EOF", "EOF"))...),
		ordinary("two here-documents", bash("apply_patch <<A <<B\nx\nA\n"+patchText+"\nB\n")...),
		ordinary("subshell", bash("("+heredoc("apply_patch ", "EOF", "EOF")+"\n)")...),
		ordinary("background", bash(heredoc("apply_patch ", "EOF &", "EOF"))...),
		ordinary("negated", bash(heredoc("! apply_patch ", "EOF", "EOF"))...),
		ordinary("negated pipe", bash(heredoc("! cat ", "EOF | apply_patch", "EOF"))...),
		ordinary("cat with a file", bash(heredoc("cat f ", "EOF | apply_patch", "EOF"))...),
		ordinary("three in a pipe", bash(heredoc("cat ", "EOF | tee f | apply_patch", "EOF"))...),
		ordinary("missing terminator", bash(heredoc("apply_patch ", "EOF", ""))...),
		ordinary("terminator with a blank", bash(heredoc("apply_patch ", "EOF", "EOF "))...),
		ordinary("environment with a command", bash(heredoc("A=$(ls) apply_patch ", "EOF", "EOF"))...),
		ordinary("argument with an expansion", bash(`apply_patch "`+patchText+`"`)...),
		ordinary("argument from a file", bash("apply_patch < f")...),
		ordinary("no argument", bash("apply_patch")...),
		ordinary("two arguments", bash("apply_patch x y")...),
		ordinary("cat with an argument", bash("cat 'x' | apply_patch")...),
		ordinary("argument behind the script", "bash", "-lc", plain, "x"),
		ordinary("relative shell", "./bash", "-lc", plain),
		ordinary("shell with other options", "bash", "-nc", plain),
		ordinary("shell without -c", "bash", "-l", plain),
		ordinary("other name", "apply-patch", patchText),
		ordinary("path", "/usr/bin/apply_patch", patchText),
		ordinary("three words", "apply_patch", patchText, "x"),
		ordinary("one word", "apply_patch"),
		ordinary("long head", bash(heredoc("set -e"+strings.Repeat(" ", maxPatchHead)+"; apply_patch ", "EOF", "EOF"))...),
		ordinary("deep nesting", bash("apply_patch "+strings.Repeat("(", 5000))...),
	}
	for _, row := range table {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, kind := PatchCall(row.argv, nil)
			if kind != row.kind {
				t.Errorf("PatchCall(%q) kind = %d, want %d", row.argv, kind, row.kind)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("PatchCall(%q) (-want +got):\n%s", row.argv, diff)
			}
		})
	}
}

func TestPatchCallAsksWhatAPatchIs(t *testing.T) {
	t.Parallel()
	never := func(string) bool { return false }
	for _, argv := range [][]string{{patchText}, bash(patchText)} {
		if _, kind := PatchCall(argv, never); kind != PatchNone {
			t.Errorf("PatchCall(%q) kind = %d although the text is no patch", argv, kind)
		}
	}
	always := func(string) bool { return true }
	if _, kind := PatchCall(bash("ls"), always); kind != PatchBare {
		t.Errorf("PatchCall kind = %d although the script is a patch", kind)
	}
	if _, kind := PatchCall(fields("ls -l"), always); kind != PatchNone {
		t.Errorf("PatchCall kind = %d for an argv of two words", kind)
	}
}

// TestPatchCallLargeBody makes sure that neither the size of a patch nor what
// it holds keeps it from being intercepted.
func TestPatchCallLargeBody(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("+((((((((`$(\" <<X\n", 100_000)
	got, kind := PatchCall(bash("apply_patch <<'E'\n"+body+"E\n"), nil)
	if kind != PatchIntercepted || got.Patch != strings.TrimRight(body, "\n") {
		t.Errorf("PatchCall kind = %d with %d bytes, want all of %d", kind, len(got.Patch), len(body)-1)
	}
}

func FuzzPatchCall(f *testing.F) {
	for _, s := range []string{"ls", "apply_patch <<E\nx\nE", "cd a && apply_patch <<-'E'\n\tx\n\tE\n", "cat <<E|apply_patch\nE",
		"apply_patch <<<x", "apply_patch 'x'", "set -e; apply_patch <<\"A B\"\nA B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		call, kind := PatchCall(bash(script), nil)
		if kind != PatchIntercepted && call != (PatchInvocation{}) {
			t.Errorf("PatchCall gives %+v without intercepting", call)
		}
		if kind == PatchIntercepted && !strings.Contains(script, "apply") {
			t.Errorf("PatchCall intercepts %q", script)
		}
	})
}

func ExamplePatchCall() {
	call, kind := PatchCall([]string{"bash", "-lc", "cd web && apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: old.css\n*** End Patch\nEOF\n"}, nil)
	fmt.Println(kind == PatchIntercepted, call.Dir)
	fmt.Println(call.Patch)
	// Output:
	// true web
	// *** Begin Patch
	// *** Delete File: old.css
	// *** End Patch
}
