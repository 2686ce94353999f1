package shellcmd

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, script string
		raw, value   [][]string
	}{
		{"nothing", " \n", [][]string{}, [][]string{}},
		{"operators", "a && b||c;d|e\nf ;",
			[][]string{{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}}, [][]string{{"a"}, {"b"}, {"c"}, {"d"}, {"e"}, {"f"}}},
		{"backslashes", `a b\ c \$d \e`, [][]string{{"a", `b\ c`, `\$d`, `\e`}}, [][]string{{"a", "b c", "$d", "e"}}},
		{"single quotes", `a '' 'b c' '\d"'`, [][]string{{"a", "", "b c", `\d"`}}, [][]string{{"a", "", "b c", `\d"`}}},
		{"double quotes", `a "b\"c\\d\$e\fg"`, [][]string{{"a", `b\"c\\d\$e\fg`}}, [][]string{{"a", `b"c\d$e\fg`}}},
		{"lines inside quotes", "a 'b\nc' 'd\r\n'", [][]string{{"a", "b\nc", "d\r\n"}}, [][]string{{"a", "b\nc", "d\r\n"}}},
		{"continued lines", "a b\\\nc \\\n d\\\n && \\\n e\\\n f",
			[][]string{{"a", "b\\\nc", "d"}, {"e", "f"}}, [][]string{{"a", "bc", "d"}, {"e", "f"}}},
		{"odd words", "a [ { } 1 -2 * ~ = ! % @ ^ + a#b", [][]string{fields("a [ { } 1 -2 * ~ = ! % @ ^ + a#b")}, [][]string{fields("a [ { } 1 -2 * ~ = ! % @ ^ + a#b")}},
		{"names", "7z -x; a.b-c; ~/x/y; ./z *", [][]string{{"7z", "-x"}, {"a.b-c"}, {"~/x/y"}, {"./z", "*"}}, [][]string{{"7z", "-x"}, {"a.b-c"}, {"~/x/y"}, {"./z", "*"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			commands, err := Commands(tt.script)
			if err != nil {
				t.Fatalf("Commands(%q): %v", tt.script, err)
			}
			raw, value := [][]string{}, [][]string{}
			for _, c := range commands {
				raw = append(raw, c.Raw())
				value = append(value, c.Values())
			}
			if diff := cmp.Diff(tt.raw, raw); diff != "" {
				t.Errorf("raw words of %q (-want +got):\n%s", tt.script, diff)
			}
			if diff := cmp.Diff(tt.value, value); diff != "" {
				t.Errorf("values of %q (-want +got):\n%s", tt.script, diff)
			}
			words, err := Words(tt.script)
			if diff := cmp.Diff(tt.raw, words); diff != "" || err != nil {
				t.Errorf("Words(%q): %v (-want +got):\n%s", tt.script, err, diff)
			}
		})
	}
}

func TestCommandsGlob(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, word    string
		glob, leading bool
	}{
		{"none", "a", false, false},
		{"star", "*", true, true},
		{"question mark", "?a", true, true},
		{"later", "a*", true, false},
		{"behind a continued line", "\\\n*", true, true},
		{"escaped", `\*`, false, false},
		{"escaped and not", `\**`, true, false},
		{"quoted", "'*'", false, false},
		{"double quoted", `"*"`, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			commands, err := Commands("x " + tt.word)
			if err != nil || len(commands) != 1 || len(commands[0]) != 2 {
				t.Fatalf("Commands: %v, %v", commands, err)
			}
			if w := commands[0][1]; w.Glob() != tt.glob || w.leadingGlob() != tt.leading {
				t.Errorf("%q: glob %v, leading %v", tt.word, w.Glob(), w.leadingGlob())
			}
		})
	}
}

func TestCommandsRefuses(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		"a b'c'", "a $b", "a `b`", "a \"$b\"", "(a)", "a <b", "a &", "a #b", "a {b}", "a [b", "A=1 b", "1 b", "[ b ]", "a ;; b", "a &&",
		"; a", "\na\n;", ";", "a \r", "a \x00", "a \xff", "a '", `a "`, `a \`, "in x", "[[ a", "unset a", "let a", `a "b\`, `a $"b"`, "a $'b'", "a \v", "a\\\x00", strings.Repeat("a\n", maxScript/2+1),
	} {
		commands, err := Commands(script)
		if !errors.Is(err, ErrNotPlain) || commands != nil {
			t.Errorf("Commands(%.40q) = %v, %v", script, commands, err)
		}
		if words, err := Words(script); !errors.Is(err, ErrNotPlain) || words != nil {
			t.Errorf("Words(%.40q) = %v, %v", script, words, err)
		}
	}
}
