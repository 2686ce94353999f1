package shellcmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

// list, search, read and unknown write expectations; "-" stands for null.
func list(cmd, path string) protocol.ParsedCommand {
	return &protocol.ListFilesCommand{Cmd: cmd, Path: orNull(path)}
}

func search(cmd, query, path string) protocol.ParsedCommand {
	return &protocol.SearchCommand{Cmd: cmd, Query: orNull(query), Path: orNull(path)}
}

func read(cmd, name string) protocol.ParsedCommand {
	return &protocol.ReadCommand{Cmd: cmd, Name: name}
}

func unknown(cmd string) protocol.ParsedCommand { return &protocol.UnknownCommand{Cmd: cmd} }

func orNull(s string) *string {
	if s == "-" {
		return nil
	}
	return &s
}

type parseRow struct {
	argv []string
	want []protocol.ParsedCommand
}

func tokens(line string, want ...protocol.ParsedCommand) parseRow {
	return parseRow{fields(line), want}
}

func script(text string, want ...protocol.ParsedCommand) parseRow {
	return parseRow{[]string{"bash", "-lc", text}, want}
}

func inner(text string, want ...protocol.ParsedCommand) parseRow {
	return parseRow{[]string{"bash", "-c", text}, want}
}

func testParse(t *testing.T, table []parseRow) {
	t.Helper()
	for _, row := range table {
		t.Run(fmt.Sprintf("%q", row.argv), func(t *testing.T) {
			t.Parallel()
			want := row.want
			if want == nil {
				want = []protocol.ParsedCommand{}
			}
			if diff := cmp.Diff(want, Parse(row.argv)); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", row.argv, diff)
			}
		})
	}
}

// TestParseObserved holds what was seen of spec: exec-and-tools, parsed_cmd, and
// of spec: events-and-rollouts, ParsedCommand.
func TestParseObserved(t *testing.T) {
	t.Parallel()
	testParse(t, []parseRow{
		tokens("ls -I *.test.js", list("ls -I '*.test.js'", "-")),
		tokens("ls --time-style=long-iso ./dist", list("ls '--time-style=long-iso' ./dist", ".")),
		tokens("ls foo/src/", list("ls foo/src/", "foo")),
		tokens("ls packages/app/node_modules/", list("ls packages/app/node_modules/", "app")),
		tokens("ls src", list("ls src", "src")),
		tokens("cat a b", unknown("cat a b")),
		tokens("cat -n x", unknown("cat -n x")),
		tokens("head x", unknown("head x")),
		tokens("head -5 x", unknown("head -5 x")),
		tokens("tail -f x", unknown("tail -f x")),
		tokens("cat src/node_modules/dist/", read("cat src/node_modules/dist/", "src/node_modules/dist")),
		script(`cat "a\b\c.rs"`, read(`cat "a\\b\\c.rs"`, "c.rs")),
		tokens("find -name x", search("find -name x", "x", "x")),
		tokens("rg x | head -n 5", search("rg x", "x", "-"), unknown("head -n 5")),
		tokens("cd a && cat b", read("cat b", "b")),
		script("cat x | sed -n '1,5p'", read("cat x | sed -n '1,5p'", "x")),
		script("cat x | wc -l", read("cat x", "x")),
		script("ls -la | head -n 5", list("ls -la", "-"), unknown("head -n 5")),
		script("rg --files | head", search("rg --files", "-", "-")),
		script("cat a && cat a", read("cat a", "a")),
		script("wc -l x | sort", unknown("wc -l x | sort")),
		script("find . -name '*.rs' | xargs grep foo", search("find . -name '*.rs'", "*.rs", ".")),
		script("pwd; ls -la; rg --files -g '!t' | wc -l",
			unknown("pwd"), list("ls -la", "-"), search("rg --files -g '!t'", "-", "!t")),
		script("echo a > b", unknown("echo a > b")),
		script("cat a # c", unknown("cat a # c")),
		script("cat <<EOF\nx\nEOF", unknown("cat <<EOF\nx\nEOF")),
		script("for x in a; do ls; done", unknown("for x in a; do ls; done")),
		inner("cd x && cat y | head -n 5", read("cat y", "y"), unknown("head -n 5")),
		inner("echo $HOME", unknown("echo '$HOME'")),
		parseRow{[]string{"sh", "-c", "echo a"}, []protocol.ParsedCommand{unknown("sh -c 'echo a'")}},
		parseRow{[]string{"zsh", "-lc", "ls"}, []protocol.ParsedCommand{unknown("zsh -lc ls")}},
		parseRow{[]string{"/bin/bash", "-lc", "ls a"}, []protocol.ParsedCommand{unknown("/bin/bash -lc 'ls a'")}},
		parseRow{[]string{"echo", "a'b$c"}, []protocol.ParsedCommand{unknown(`echo "a'b"'$c'`)}},
		script("true && true"),
		script("cat /etc/hostname | head -n 2; ls src; rg foo .",
			read("cat /etc/hostname", "hostname"), unknown("head -n 2"), list("ls src", "src"), search("rg foo .", "foo", ".")),
		tokens("rg -g *.rs foo", search("rg -g '*.rs' foo", "*.rs", "foo")),
		tokens("touch a", unknown("touch a")),
		script("touch a", unknown("touch a")),
		script("ls -a sub", list("ls -a sub", "sub")),
		script("grep -rn line .", search("grep -rn line .", "line", ".")),
		script("sed -n '1,2p' note.txt", read("sed -n '1,2p' note.txt", "note.txt")),
	})
}

func TestParseMore(t *testing.T) {
	t.Parallel()
	testParse(t, []parseRow{
		// One command of a script shows the script's own words.
		script("true", unknown("true")),
		script("  ls   -la  ", list("ls -la", "-")),
		script(`ls a\ b`, list("ls 'a b'", " b")),
		script("cat 'a b'", read("cat 'a b'", "a b")),
		script("echo a", unknown("echo a")),
		script("", unknown("")),
		script(" \n", unknown(" \n")),
		script("wc -l", unknown("wc -l")),
		script("head -n 5 f | sed -n 2p", read("head -n 5 f | sed -n 2p", "f")),
		script("cat f; sed -n 2p", read("cat f", "f")),
		script("ls 'unbalanced", unknown("ls 'unbalanced")),
		script("ls && true", list("ls", "-")),
		script("ls; wc", list("ls", "-")),
		script("ls '|' x", list("ls '|' x", "|")),

		// What says little goes.
		script("echo start; ls; cat f", list("ls", "-"), read("cat f", "f")),
		script("ls; echo end", list("ls", "-"), unknown("echo end")),
		script("cd a && ls && cd b", list("ls", "-"), unknown("cd b")),
		script("cd a; cd b; pwd", unknown("pwd")),
		script("cd a && cd b", unknown("cd b")),
		script("echo a && echo b", unknown("echo b")),
		script("nl -ba; cat f", read("cat f", "f")),
		script("nl -ba; make", unknown("make")),
		script("nl; make", unknown("make")),
		script("true; false", unknown("false")),
		script("true x; make", unknown("true x"), unknown("make")),
		tokens("true && true", unknown("true")),
		tokens("yes | make install", unknown("make install")),
		tokens("yes |", unknown("")),
		tokens("|"),
		tokens("y | rm x", unknown("rm x")),
		tokens("no thanks", unknown("no thanks")),
		tokens("&& ls || ; ls", list("ls", "-")),
		tokens(";"),
		inner("ls 'a", unknown(`bash -c "ls 'a"`)),
		inner("", unknown("")),
		inner("# nothing", unknown("")),
		inner("ls | wc", list("ls", "-"), unknown("wc")),
		inner("ls;wc", unknown("'ls;wc'")),

		// Each program.
		tokens("ls -w 80 --color=auto -- -x y", list("ls -w 80 '--color=auto' -- -x y", "y")),
		tokens("ls --format long a b", list("ls --format long a b", "a")),
		tokens("ls /", list("ls /", "")),
		tokens(`ls a\src\`, list(`ls "a\\src\\"`, "a")),
		tokens("rg", search("rg", "-", "-")),
		tokens("rg --files src/lib", search("rg --files src/lib", "-", "lib")),
		tokens("rg a/b/ c/d/", search("rg a/b/ c/d/", "a/b/", "d")),
		tokens("grep -e x y", search("grep -e x y", "x", "y")),
		tokens("grep", search("grep", "-", "-")),
		tokens("fd", search("fd", "-", "-")),
		tokens("fd .", search("fd .", "-", ".")),
		tokens("fd ..", search("fd ..", "-", "..")),
		tokens("fd a/b", search("fd a/b", "-", "b")),
		tokens(`fd a\b`, search(`fd "a\\b"`, "-", "b")),
		tokens("fd main.rs", search("fd main.rs", "main.rs", "-")),
		tokens("fd -t f main src/x", search("fd -t f main src/x", "main", "x")),
		tokens("fd -e rs --exclude=x", search("fd -e rs '--exclude=x'", "-", "-")),
		tokens("find", search("find", "-", "-")),
		tokens("find ! ( -iname a ) src/lib", search("find '!' '(' -iname a ')' src/lib", "a", "a")),
		tokens("find a/b -path */x -name y", search("find a/b -path '*/x' -name y", "*/x", "b")),
		tokens("find . -name", search("find . -name", "-", ".")),
		tokens("cat -- -x", read("cat -- -x", "-x")),
		tokens("cat", unknown("cat")),
		tokens("cat --", unknown("cat --")),
		tokens("head -n 5 a/f", read("head -n 5 a/f", "f")),
		tokens("head -n5 a/f", read("head -n5 a/f", "f")),
		tokens("head -n +5 f", unknown("head -n +5 f")),
		tokens("head -n x f", unknown("head -n x f")),
		tokens("head -n 5", unknown("head -n 5")),
		tokens("head -n", unknown("head -n")),
		tokens("head -n 5 -q f", read("head -n 5 -q f", "f")),
		tokens("tail -n +5 f", read("tail -n +5 f", "f")),
		tokens("tail -n+5 f", read("tail -n+5 f", "f")),
		tokens("tail -n 5 f", read("tail -n 5 f", "f")),
		tokens("tail -n + f", unknown("tail -n + f")),
		tokens("nl -b a f", read("nl -b a f", "f")),
		tokens("nl -ba f", read("nl -ba f", "f")),
		tokens("nl -ba", unknown("nl -ba")),
		tokens("sed -n 1,5p a/f x", read("sed -n '1,5p' a/f x", "f")),
		tokens("sed -n 5,p f", unknown("sed -n '5,p' f")),
		tokens("sed s/a/b/ f g h", unknown("sed s/a/b/ f g h")),
		parseRow{[]string{"printf", "a\x00b"}, []protocol.ParsedCommand{unknown(unjoinable)}},
		parseRow{[]string{"rg", "", ""}, []protocol.ParsedCommand{search("rg '' ''", "", "")}},
		parseRow{nil, []protocol.ParsedCommand{unknown("")}},
	})
}

// TestParseKeepsNothing makes sure that a result does not change with the argv
// that it was made from.
func TestParseKeepsNothing(t *testing.T) {
	t.Parallel()
	argv := fields("find a -name b")
	parsed := Parse(argv)
	for i := range argv {
		argv[i] = "changed"
	}
	if diff := cmp.Diff([]protocol.ParsedCommand{search("find a -name b", "b", "a")}, parsed); diff != "" {
		t.Errorf("after changing argv (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "ls", "bash\x01-lc\x01ls | head; cat 'x'", "bash\x01-c\x01a && b", "find\x01-name", "head\x01-n", "ls\x01/\x01\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		argv := strings.Split(s, "\x01")
		for _, p := range Parse(argv) {
			if u, ok := p.(*protocol.UnknownCommand); ok && u.Cmd == "" && strings.TrimSpace(s) != "" && len(argv) == 1 {
				t.Errorf("Parse(%q) shows nothing of the command", argv)
			}
		}
	})
}
