package filesearch

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		rules   string
		ignored string // files and, with a slash at the end, folders
		kept    string
	}{
		{"name", "a", "a x/a a/ x/a/", "b ab x/ab"},
		{"ending", "*.o\n*.tar.gz", "a.o x/.o a.tar.gz", "a.go a.gz"},
		{"beginning", "a*", "a ab x/ab", "ba"},
		{"folder", "a/", "a/ x/a/", "a x/a"},
		{"anchored", "/a", "a", "x/a"},
		{"path", "x/a", "x/a", "y/x/a a"},
		{"star stays in its folder", "x/*", "x/a x/b", "x/y/a x"},
		{"any folders", "**/a", "a x/a x/y/a", "ab"},
		{"anything below", "x/**", "x/a x/y/b", "x y/x/a"},
		{"folders between", "x/**/a", "x/a x/y/a x/y/z/a", "a y/a"},
		{"two stars without slashes", "x**", "x xyz", "y"},
		{"two stars within a path", "x/a**b/c", "x/ab/c x/azb/c", "x/a/b/c"},
		{"one character", "a?c", "abc", "ac abbc"},
		{"set", "[abc]", "a b c", "d ab"},
		{"range", "[a-c1]", "a b 1", "d -"},
		{"not in a set", "[!a]", "b", "a"},
		{"not in a set, other form", "[^a]", "b", "a"},
		{"bracket in a set", "[]a]", "] a", "b"},
		{"class", "[[:digit:]x]", "1 x", "a"},
		{"unknown class", "[[:nothing:]]", "", "a :"},
		{"open set", "[a", "", "a [a"},
		{"a set has no slash", "x[/]a", "", "x/a"},
		{"escape", `\*a`, "*a", "ba"},
		{"escape at the end", `a\`, "", `a a\`},
		{"comment", "#a", "", "#a"},
		{"escaped comment", `\#a`, "#a", "a"},
		{"negation", "*\n!a", "b", "a"},
		{"last one wins", "!a\na", "a", ""},
		{"negation of an ending", "*.o\n!b.o\n", "a.o", "b.o"},
		{"name after general", "a*\n!ab\nab*", "ab a", ""},
		{"negated folder", "a\n!a/", "a", "a/"},
		{"escaped negation", `\!a`, "!a", "a"},
		{"blanks at the end", "a  \nb\\ ", "a b\u00a0", "b"},
		{"carriage return", "a\r\nb\r", "a b", ""},
		{"byte order mark", "\ufeffa", "a", ""},
		{"empty lines", "\n\n  \n/\n!\n!/\n", "", "a"},
		{"bytes", "?", "a", "é"},
		{"not ASCII", "é*", "é éa", "e"},
		{"many stars", "*a*a*a*a*a*a*b", "", strings.Repeat("a", 40)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newLevel(nil, 0, [sourceCount]*ruleSet{sourceGitignore: compileRules([]byte(test.rules))})
			check := func(list string, want bool) {
				for path := range strings.SplitSeq(list, " ") {
					if path == "" {
						continue
					}
					path = strings.ReplaceAll(path, "\u00a0", " ") // a blank in a name
					file, dir := strings.CutSuffix(path, "/")
					if got := l.ignores([]byte(file), []byte(filepath.Base(file)), dir); got != want {
						t.Errorf("%q: ignored %v, want %v", path, got, want)
					}
				}
			}
			check(test.ignored, true)
			check(test.kept, false)
		})
	}
}

// TestSources checks which ignore files count and which outranks which.
func TestSources(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		files    map[string]string
		excludes string
		root     string // below the folder
		want     []string
	}{
		{"no repository is needed", map[string]string{".gitignore": "*.log", "al.log": "", "al.txt": ""}, "", "", []string{"al.txt"}},
		{".ignore outranks a deeper .gitignore", map[string]string{".ignore": "*.log", "s/.gitignore": "!al.log", "s/al.log": "", "s/al.txt": ""}, "", "", []string{"s/al.txt"}},
		{"deeper .ignore outranks .gitignore", map[string]string{".gitignore": "*.log", "s/.ignore": "!al.log", "s/al.log": "", "s/all.log": ""}, "", "", []string{"s/al.log"}},
		{"deeper .gitignore outranks the one above", map[string]string{".gitignore": "*.log", "s/.gitignore": "!al.log", "s/al.log": "", "al.log": ""}, "", "", []string{"s/al.log"}},
		{"folder left out cannot be entered", map[string]string{".gitignore": "s/", "s/.gitignore": "!al", "s/al": "", "al": ""}, "", "", []string{"al"}},
		{"exclude file", map[string]string{".git/info/exclude": "*.log\n/only", "al.log": "", "s/al": "", "s/alonly": "", "alonly": "", "only": ""}, "", "", []string{"alonly", "s/al", "s/alonly"}},
		{".gitignore outranks the exclude file", map[string]string{".git/info/exclude": "*.log", ".gitignore": "!al.log", "al.log": "", "all.log": ""}, "", "", []string{"al.log"}},
		{"user's excludes have the lowest rank", map[string]string{".git/info/exclude": "!al.log", "al.log": "", "all.log": ""}, "*.log", "", []string{"al.log"}},
		{"user's anchored excludes refer to the repository", map[string]string{"r/.git/": "", "r/al": "", "r/s/al": ""}, "/al", "", []string{"r/s/al"}},
		{"and to the root without one", map[string]string{"al": "", "s/al": ""}, "/al", "", []string{"s/al"}},
		{"above the root", map[string]string{".gitignore": "/r/al\n*.log", "r/al": "", "r/al.log": "", "r/all": ""}, "", "r", []string{"all"}},
		{"exclude file above the root", map[string]string{".git/info/exclude": "al", "r/al": "", "r/all": ""}, "", "r", []string{"all"}},
		{"beyond the top of a repository", map[string]string{".gitignore": "al", "r/.git/": "", "r/al": "", "r/all": ""}, "", "r", []string{"all"}},
		{"root that is ignored itself", map[string]string{".gitignore": "r/", "r/al": ""}, "", "r", []string{"al"}},
		{"linked work tree", map[string]string{
			"main/.git/info/exclude": "al", "main/.git/worktrees/w/commondir": "../..\n",
			"w/.git": "gitdir: ../main/.git/worktrees/w\n", "w/al": "", "w/all": "",
		}, "", "w", []string{"all"}},
		{"a folder named .gitignore", map[string]string{".gitignore/al": "", ".ignore/al": ""}, "", "", []string{".gitignore/al", ".ignore/al"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, test.files)
			got := find(t, "al", &Options{Excludes: []byte(test.excludes)}, filepath.Join(dir, test.root))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAgainstGit holds random ignore files in random trees against git.
func TestAgainstGit(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git")
	}
	rounds := 60
	if testing.Short() {
		rounds = 5
	}
	for seed := range rounds {
		random := rand.New(rand.NewPCG(uint64(seed), 3))
		pick := func(list []string) string { return list[random.IntN(len(list))] }
		parts := []string{"f", "fa", "fb", "f.o", "fa.o", "f b", "fé", "f[a", "f*", "#f", "!f", "f]", ".f", "f-1"}
		files := make(map[string]string)
		var folders []string
		for range 60 {
			path := pick(parts)
			for range random.IntN(4) {
				folder := pick(parts)
				if len(folders) > 0 {
					folder = pick(folders)
				}
				path = folder + "/" + pick(parts)
			}
			files[path] = ""
			for at := strings.LastIndexByte(path, '/'); at > 0; at = strings.LastIndexByte(path[:at], '/') {
				folders = append(folders, path[:at])
				delete(files, path[:at])
			}
		}
		for path := range files { // a file cannot be a folder, too
			if slices.Contains(folders, path) {
				delete(files, path)
			}
		}
		pieces := append([]string{"*", "**", "?", "f*", "*.o", "[fa]*", "[!f]*", "f?", `\#f`, `\!f`, "*a*", "[[:alpha:]]", "f\\[a"}, parts...)
		rules := func() string {
			var text strings.Builder
			for range 1 + random.IntN(5) {
				line := pick(pieces)
				for range random.IntN(3) {
					line += "/" + pick(pieces)
				}
				if random.IntN(4) == 0 {
					line = "/" + line
				}
				if random.IntN(4) == 0 {
					line += "/"
				}
				if random.IntN(3) == 0 {
					line = "!" + line
				}
				line += strings.Repeat(" ", random.IntN(2)) + strings.Repeat("\r", random.IntN(2))
				fmt.Fprintln(&text, line)
			}
			return text.String()
		}
		files[".gitignore"] = rules()
		for _, folder := range folders {
			if random.IntN(6) == 0 {
				files[folder+"/.gitignore"] = rules()
			}
		}
		files[".git/info/exclude"] = rules()
		excludes := rules()

		dir := tree(t, files)
		user := filepath.Join(t.TempDir(), "excludes")
		if err := os.WriteFile(user, []byte(excludes), 0o644); err != nil {
			t.Fatal(err)
		}
		run := func(args ...string) string {
			cmd := exec.Command(git, append([]string{"-C", dir, "-c", "core.excludesFile=" + user, "-c", "core.ignoreCase=false", "-c", "core.precomposeUnicode=false"}, args...)...)
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "HOME=" + dir}
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("git %v: %v", args, err)
			}
			return string(out)
		}
		run("init", "-q", "--template=")
		want := []string{}
		for path := range strings.SplitSeq(run("ls-files", "-z", "--others", "--exclude-standard"), "\x00") {
			if path != "" && strings.Contains(path, "f") {
				want = append(want, path)
			}
		}
		got := find(t, "f", &Options{Limit: 10_000, Excludes: []byte(excludes)}, dir)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			for path, content := range files {
				if strings.HasSuffix(path, ".gitignore") || strings.HasSuffix(path, "exclude") {
					t.Logf("%s:\n%s", path, content)
				}
			}
			t.Fatalf("seed %d, excludes:\n%s\n(-git +ours)\n%s", seed, excludes, diff)
		}
	}
}

// naive is the plain form of [glob.match].
func (g glob) naive(text string) bool {
	if len(g) == 0 {
		return text == ""
	}
	k, rest := g[0], g[1:]
	switch k.kind {
	case tokenLiteral:
		after, ok := strings.CutPrefix(text, string(k.text))
		return ok && rest.naive(after)
	case tokenAny:
		return text != "" && text[0] != '/' && rest.naive(text[1:])
	case tokenSet:
		return text != "" && k.set[text[0]>>6]&(1<<(text[0]&63)) != 0 && rest.naive(text[1:])
	case tokenStar:
		for i := 0; ; i++ {
			if rest.naive(text[i:]) {
				return true
			}
			if i == len(text) || text[i] == '/' {
				return false
			}
		}
	case tokenDirs:
		for {
			if rest.naive(text) {
				return true
			}
			slash := strings.IndexByte(text, '/')
			if slash < 0 {
				return false
			}
			text = text[slash+1:]
		}
	}
	return true
}

func FuzzGlob(f *testing.F) {
	for _, pattern := range []string{"a*b", "**/a", "a/**/b", "[a-c]?", `\*`, "*/a*b/**/c*", "[^]x]*"} {
		f.Add(pattern, "a/b/ab/x/c")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 12 || len(text) > 20 {
			return
		}
		g, ok := compileGlob(pattern)
		if !ok {
			return
		}
		if got, want := g.match([]byte(text)), g.naive(text); got != want {
			t.Errorf("%q on %q: %v, want %v", pattern, text, got, want)
		}
	})
}

func FuzzRules(f *testing.F) {
	f.Add([]byte("*.o\n!a/\n/b/**\n[[:alpha:]]\\ \r\n"), []byte("a/b.o"))
	f.Fuzz(func(t *testing.T, text, path []byte) {
		if len(text) > 200 || len(path) > 50 {
			return
		}
		rules := compileRules(text)
		if rules == nil {
			return
		}
		name := path[bytes.LastIndexByte(path, '/')+1:]
		// Looking rules up gives what going through them would.
		want := silent
		for _, r := range rules.rules {
			subject := name
			if r.path {
				subject = path
			}
			if !r.dirOnly && r.glob.match(subject) {
				want = r.verdict
			}
		}
		if got := rules.match(path, name, false); got != want {
			t.Errorf("%q on %q: %v, want %v", text, path, got, want)
		}
	})
}
