package shellenv

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnviron(t *testing.T) {
	t.Parallel()
	base := []string{
		"PATH=/bin", "HOME=/home/u", "FOO=1", "AWS_X=2", "AWS_YZ=3", "monkey=4", "API_KEY=5", "Secret_Word=6",
		"GITHUB_TOKEN=7", "TMPDIR=/t", "path=lower",
	}
	without := func(drop ...string) []string {
		return slices.DeleteFunc(slices.Clone(base), func(e string) bool { return slices.Contains(drop, e) })
	}
	secrets := []string{"monkey=4", "API_KEY=5", "Secret_Word=6", "GITHUB_TOKEN=7"}
	tests := []struct {
		name   string
		policy Policy
		base   []string // base when nil
		want   []string
	}{
		{"default", Policy{}, nil, without(secrets...)},
		{"no default excludes", Policy{IgnoreDefaultExcludes: true}, nil, base},
		{"core", Policy{Inherit: InheritCore}, nil, []string{"PATH=/bin", "HOME=/home/u", "TMPDIR=/t"}},
		{
			"core has nine names", Policy{Inherit: InheritCore, IgnoreDefaultExcludes: true},
			[]string{"HOME=1", "LOGNAME=2", "PATH=3", "SHELL=4", "USER=5", "USERNAME=6", "TMPDIR=7", "TEMP=8", "TMP=9", "LANG=10", "home=11"},
			[]string{"HOME=1", "LOGNAME=2", "PATH=3", "SHELL=4", "USER=5", "USERNAME=6", "TMPDIR=7", "TEMP=8", "TMP=9"},
		},
		{"none", Policy{Inherit: InheritNone}, nil, []string{}},
		{
			"none with set", Policy{Inherit: InheritNone, Set: map[string]string{"NEW": "n", "MY_KEY": "k", "FOO": "f"}}, nil,
			[]string{"FOO=f", "MY_KEY=k", "NEW=n"},
		},
		{"exclude with ?", Policy{IgnoreDefaultExcludes: true, Exclude: []string{"aws_?"}}, nil, without("AWS_X=2")},
		{"exclude with *", Policy{IgnoreDefaultExcludes: true, Exclude: []string{"aws_*"}}, nil, without("AWS_X=2", "AWS_YZ=3")},
		{"exclude without star", Policy{IgnoreDefaultExcludes: true, Exclude: []string{"?OO"}}, nil, without("FOO=1")},
		{"exclude is no class", Policy{IgnoreDefaultExcludes: true, Exclude: []string{"[FA]*"}}, nil, base},
		{"exclude is no expression", Policy{IgnoreDefaultExcludes: true, Exclude: []string{"^FOO$", "FOO.*"}}, nil, base},
		{"exclude is whole names", Policy{IgnoreDefaultExcludes: true, Exclude: []string{"FO", "OO", ""}}, nil, base},
		{"exclude ignores case", Policy{IgnoreDefaultExcludes: true, Exclude: []string{"path"}}, nil, without("PATH=/bin", "path=lower")},
		{"set replaces in place", Policy{IgnoreDefaultExcludes: true, Set: map[string]string{"HOME": "/other"}}, []string{"HOME=/h", "A=1"}, []string{"HOME=/other", "A=1"}},
		{"set brings back what was excluded", Policy{Exclude: []string{"FOO"}, Set: map[string]string{"FOO": "again", "MY_TOKEN": "t"}}, []string{"A=1", "FOO=1"}, []string{"A=1", "FOO=again", "MY_TOKEN=t"}},
		{"set passes over the impossible", Policy{Set: map[string]string{"": "a", "A=B": "b", "C": "c\x00", "D\x00": "d", "E": ""}}, []string{}, []string{"E="}},
		{"include only", Policy{IncludeOnly: []string{"path"}, Set: map[string]string{"NEW": "n"}}, nil, []string{"PATH=/bin", "path=lower"}},
		{"include only keeps set ones", Policy{Inherit: InheritNone, IncludeOnly: []string{"N?W"}, Set: map[string]string{"NEW": "n", "OLD": "o"}}, nil, []string{"NEW=n"}},
		{"include only brings nothing back", Policy{IncludeOnly: []string{"*KEY*", "FOO"}}, nil, []string{"FOO=1"}},
		{"profile changes nothing", Policy{UseProfile: true}, nil, without(secrets...)},
		{"last of several", Policy{}, []string{"A=1", "B=2", "A=3"}, []string{"A=3", "B=2"}},
		{"entries without a name", Policy{}, []string{"", "x", "=", "A=", "=C:=C:\\dir"}, []string{"A=", "=C:=C:\\dir"}},
		{"bytes", Policy{}, []string{"A=\xff\xfe", "\xffB=1"}, []string{"A=\xff\xfe", "\xffB=1"}},
		{"value with =", Policy{}, []string{"A=b=c"}, []string{"A=b=c"}},
		{"nothing", Policy{}, []string{}, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from := tt.base
			if from == nil {
				from = base
			}
			before := slices.Clone(from)
			if diff := cmp.Diff(tt.want, tt.policy.environ(from, false)); diff != "" {
				t.Errorf("environ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, from); diff != "" {
				t.Errorf("the base was changed:\n%s", diff)
			}
		})
	}
}

func TestEnvironFoldsNames(t *testing.T) {
	t.Parallel()
	policy := Policy{Inherit: InheritCore, Set: map[string]string{"PATH": `C:\bin`}}
	got := policy.environ([]string{`Path=C:\Windows`, "Temp=t", "ComSpec=c"}, true)
	if diff := cmp.Diff([]string{`PATH=C:\bin`, "Temp=t"}, got); diff != "" {
		t.Errorf("environ (-want +got):\n%s", diff)
	}
}

func TestInherit(t *testing.T) {
	t.Parallel()
	for _, want := range []Inherit{InheritAll, InheritCore, InheritNone} {
		if got, err := ParseInherit(want.String()); err != nil || got != want {
			t.Errorf("%v: got %v, %v", want, got, err)
		}
	}
	for _, name := range []string{"", "All", "some"} {
		if _, err := ParseInherit(name); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
	if got := Inherit(9).String(); got != "Inherit(9)" {
		t.Errorf("got %q", got)
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, pattern, text string
		want                bool
	}{
		{"same", "FOO", "FOO", true},
		{"case", "foo", "FoO", true},
		{"case beyond ASCII", "Ä", "ä", true},
		{"shorter", "FO", "FOO", false},
		{"longer", "FOOO", "FOO", false},
		{"empty", "", "A", false},
		{"star", "*", "anything", true},
		{"stars", "**", "a", true},
		{"star is also nothing", "A*", "A", true},
		{"star inside", "A*Z", "ABCZ", true},
		{"star comes back", "*AB*C", "AABABXC", true},
		{"star fails", "*AB*C", "AABABX", false},
		{"question mark", "A?C", "ABC", true},
		{"question mark is not nothing", "A?", "A", false},
		{"question mark is a character", "A?C", "AäC", true},
		{"question mark is a byte where no character is", "A?C", "A\xffC", true},
		{"backslash is literal", `\*`, "*", false},
		{"dot is literal", "A.C", "ABC", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := matchAny(compile([]string{tt.pattern}), tt.text); got != tt.want {
				t.Errorf("%q on %q: %v", tt.pattern, tt.text, got)
			}
		})
	}
}

// FuzzPattern compares the matcher with the plain definition.
func FuzzPattern(f *testing.F) {
	f.Add("*A?B*", "xxaybz")
	f.Add("a*a*a*b", "aaaaaaaaa")
	var define func(p, s []rune) bool
	define = func(p, s []rune) bool {
		switch {
		case len(p) == 0:
			return len(s) == 0
		case p[0] == '*':
			return define(p[1:], s) || len(s) > 0 && define(p, s[1:])
		}
		return len(s) > 0 && (p[0] == '?' || p[0] == s[0]) && define(p[1:], s[1:])
	}
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 10 || len(s) > 12 {
			return
		}
		if got, want := pattern(lower(p)).match(lower(s)), define(lower(p), lower(s)); got != want {
			t.Errorf("%q on %q: got %v", p, s, got)
		}
	})
}

func TestWithAndLookup(t *testing.T) {
	t.Parallel()
	env := []string{"A=1", "B=2", "A=3"}
	tests := []struct {
		name, variable string
		want           []string
	}{
		{"new", NetworkDisabled, []string{"A=1", "B=2", "A=3", NetworkDisabled + "=v"}},
		{"replaced", "B", []string{"A=1", "B=v", "A=3"}},
		{"once", "A", []string{"A=v", "B=2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := With(env, tt.variable, "v")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("With (-want +got):\n%s", diff)
			}
			if value, ok := Lookup(got, tt.variable); value != "v" || !ok {
				t.Errorf("Lookup: %q, %v", value, ok)
			}
		})
	}
	if value, ok := Lookup(env, "A"); value != "3" || !ok {
		t.Errorf("the last counts: %q, %v", value, ok)
	}
	if value, ok := Lookup(env, "C"); value != "" || ok {
		t.Errorf("missing: %q, %v", value, ok)
	}
}

func ExamplePolicy_Environ() {
	policy := Policy{Set: map[string]string{"CI": "1"}}
	env := policy.Environ([]string{"PATH=/bin", "OPENAI_API_KEY=secret"})
	fmt.Println(With(env, NetworkDisabled, "1"))
	// Output: [PATH=/bin CI=1 CODEX_SANDBOX_NETWORK_DISABLED=1]
}

func BenchmarkEnviron(b *testing.B) {
	base := make([]string, 100)
	for i := range base {
		base[i] = fmt.Sprintf("VARIABLE_NUMBER_%d=some value", i)
	}
	policy := Policy{Exclude: []string{"AWS_*", "AZURE_*"}, Set: map[string]string{"CI": "1"}}
	b.ReportAllocs()
	for b.Loop() {
		_ = policy.Environ(base)
	}
}
