package startup

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDotenv(t *testing.T) {
	t.Parallel()
	lookup := func(name string) (string, bool) { return "/home/me", name == "HOME" }
	for _, tt := range []struct {
		name, text string
		want       map[string]string
	}{
		{"plain", "A=1\nB = 2 \nexport C=3\nD=", map[string]string{"A": "1", "B": "2", "C": "3", "D": ""}},
		{"comments", "# A=1\n  # B=2\nC=a # why\nD=a#b\nE= # none\nF=x", map[string]string{"C": "a", "D": "a#b", "E": "", "F": "x"}},
		{"quotes", `A="x # y" # z` + "\nB='$HOME \\n'\nC=a\"b c\"'d'\nD=\" \"", map[string]string{"A": "x # y", "B": `$HOME \n`, "C": "ab cd", "D": " "}},
		{"escapes", `A="a\nb\t\"\$HOME\\"` + "\nB=a\\ \\$HOME\\n", map[string]string{"A": "a\nb\t\"$HOME\\", "B": "a $HOMEn"}},
		{"variables", "A=1\nB=${A}x\nC=\"$HOME/y\"\nD=$NOBODY.\nHOME=/other\nE=$HOME\nF=$ ${ ${A $1",
			map[string]string{"A": "1", "B": "1x", "C": "/home/me/y", "D": ".", "HOME": "/other", "E": "/home/me", "F": "$ ${ ${A $1"}},
		{"several lines", "A=\"1\n2\" # c\nB='3\n4'\nC=5", map[string]string{"A": "1\n2", "B": "3\n4", "C": "5"}},
		{"what cannot be read", "no line\n=x\n1A=x\nA B=x\nA=1\nB=\"open\nC='open\nD=${A}", map[string]string{"A": "1", "D": "1"}},
		{"line ends of Windows and a byte order mark", "\uFEFFA=1\r\nB=\"2\"\r\n", map[string]string{"A": "1", "B": "2"}},
		{"a backslash at the end", "A=a\\\nB=\"b\\", map[string]string{"A": "a\\"}},
		{"empty", "", map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, parseDotenv(tt.text, lookup)); diff != "" {
				t.Errorf("variables (-want +got):\n%s", diff)
			}
		})
	}
}
