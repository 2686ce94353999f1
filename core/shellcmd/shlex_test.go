package shellcmd

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     []string
		err      error
	}{
		{"nothing", "", []string{}, nil},
		{"blanks", " \t\n ", []string{}, nil},
		{"words", "ls  -la\t/x\ny", []string{"ls", "-la", "/x", "y"}, nil},
		{"single quotes", `a 'b  c\' ''`, []string{"a", `b  c\`, ""}, nil},
		{"double quotes", `"a \" \\ \$ \n" "" "x` + "\\\n" + `y"`, []string{`a " \ $ \n`, "", "xy"}, nil},
		{"pieces", `a'b'"c"\d`, []string{"abcd"}, nil},
		{"backslash", `a\ b \'c`, []string{"a b", "'c"}, nil},
		{"continued line", "a\\\nb \\\n c", []string{"ab", "c"}, nil},
		{"comment", "a #b 'c\nd", []string{"a", "d"}, nil},
		{"comment to the end", "a # b", []string{"a"}, nil},
		{"no comment", "a#b ''#c", []string{"a#b", "#c"}, nil},
		{"operators are words or parts of them", "a && b|c; d", []string{"a", "&&", "b|c;", "d"}, nil},
		{"open single quote", "a 'b", nil, ErrUnbalanced},
		{"open double quote", `a "b\"`, nil, ErrUnbalanced},
		{"last backslash", `a\`, nil, ErrUnbalanced},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Split(tt.in)
			if !errors.Is(err, tt.err) {
				t.Fatalf("Split(%q) error = %v, want %v", tt.in, err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Split(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		words []string
		want  string
	}{
		{"nothing", nil, ""},
		{"empty word", []string{"a", ""}, "a ''"},
		{"bare", []string{"aZ0+-./:@]_"}, "aZ0+-./:@]_"},
		{"glob", []string{"ls", "-I", "*.test.js"}, "ls -I '*.test.js'"},
		{"one odd character quotes the whole word", []string{"--time-style=long-iso"}, "'--time-style=long-iso'"},
		{"backslashes", []string{"cat", `a\b\c.rs`}, `cat "a\\b\\c.rs"`},
		{"two chunks", []string{"echo", "a'b$c"}, `echo "a'b"'$c'`},
		{"caret", []string{"^a", "a^b", "'^", "^^", "a b^c", "HEAD^"}, `'^a' a'^b' "'"'^' '^''^' 'a b''^c' HEAD'^'`},
		{"double quote", []string{`"`, `'"`}, `'"' "'\""`},
		{"non-ASCII", []string{"é", "x é"}, "'é' 'x é'"},
		{"opening bracket", []string{"[a]"}, "'[a]'"},
		{"newline", []string{"a\nb"}, "'a\nb'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Join(tt.words)
			if err != nil || got != tt.want {
				t.Errorf("Join(%q) = %s, %v, want %s", tt.words, got, err, tt.want)
			}
		})
	}
	if got, err := Join([]string{"a\x00b"}); !errors.Is(err, ErrNUL) {
		t.Errorf("Join of a NUL byte = %q, %v", got, err)
	}
}

func FuzzSplitJoin(f *testing.F) {
	for _, s := range []string{"", "a b", "a'b$c", `"\`, "\x01", "^", "é\xff", "a\x02b", "\n\r\t", "#x", "!`"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = Split(s) // must not panic
		words := strings.Split(s, "\x01")
		line, err := Join(words)
		if strings.Contains(s, "\x00") {
			if !errors.Is(err, ErrNUL) {
				t.Fatalf("Join(%q) error = %v", words, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("Join(%q): %v", words, err)
		}
		back, err := Split(line)
		if err != nil {
			t.Fatalf("Split(%q): %v", line, err)
		}
		if diff := cmp.Diff(words, back); diff != "" {
			t.Errorf("Split(Join(%q)) via %q (-want +got):\n%s", words, line, diff)
		}
	})
}
