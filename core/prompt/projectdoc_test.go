package prompt_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/prompt"
)

// tree writes files below a new folder. A name that ends in / is a folder, a
// content that begins with -> a link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if target, link := strings.CutPrefix(content, "->"); link {
			if runtime.GOOS == "windows" {
				t.Skip("links need rights on Windows")
			}
			if err := os.Symlink(target, path); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestProjectDocs(t *testing.T) {
	t.Parallel()
	const plenty = 32 << 10
	for _, c := range []struct {
		name      string
		files     map[string]string
		cwd       string
		max       int
		fallbacks []string
		want      string
	}{
		{"from the root of the repository down", map[string]string{
			"AGENTS.md": "outside", "repo/.git/": "", "repo/AGENTS.md": "root\n", "repo/a/AGENTS.md": "a", "repo/a/b/AGENTS.md": "b", "repo/a/b/c/AGENTS.md": "below",
		}, "repo/a/b", plenty, nil, "root\n\n\na\n\nb"},
		{"a .git file is a root too", map[string]string{
			"AGENTS.md": "outside", "repo/.git": "gitdir: x", "repo/AGENTS.md": "root", "repo/a/": "",
		}, "repo/a", plenty, nil, "root"},
		{"outside a repository only the folder", map[string]string{"AGENTS.md": "parent", "a/AGENTS.md": "here"}, "a", plenty, nil, "here"},
		{"outside a repository nothing of the parent", map[string]string{"AGENTS.md": "parent", "a/": ""}, "a", plenty, nil, ""},
		{"the inner repository", map[string]string{".git/": "", "AGENTS.md": "outer", "in/.git/": "", "in/AGENTS.md": "inner"}, "in", plenty, nil, "inner"},
		{"other names are not read", map[string]string{"agents.md": "x", "AGENTS.override.md": "x", "CLAUDE.md": "x"}, ".", plenty, nil, ""},
		{"a fallback", map[string]string{"CLAUDE.md": "claude", "README.md": "readme"}, ".", plenty, []string{"", "NONE.md", "CLAUDE.md", "README.md"}, "claude"},
		{"one file a folder", map[string]string{"AGENTS.md": "agents", "CLAUDE.md": "claude"}, ".", plenty, []string{"CLAUDE.md"}, "agents"},
		{"a fallback in some folders", map[string]string{".git/": "", "CLAUDE.md": "root", "a/AGENTS.md": "a"}, "a", plenty, []string{"CLAUDE.md"}, "root\n\na"},
		{"a fallback in a folder", map[string]string{".github/": "", ".github/copilot.md": "c"}, ".", plenty, []string{".github", ".github/copilot.md"}, "c"},
		{"a fallback cannot leave the folder", map[string]string{"secret": "s", "a/": ""}, "a", plenty, []string{"../secret"}, ""},
		{"a folder of that name", map[string]string{"AGENTS.md/": ""}, ".", plenty, nil, ""},
		{"a link", map[string]string{"real.md": "linked", "AGENTS.md": "->real.md"}, ".", plenty, nil, "linked"},
		{"a link that leads nowhere", map[string]string{".git/": "", "AGENTS.md": "->gone", "a/AGENTS.md": "a"}, "a", plenty, nil, "a"},
		{"a link to a folder", map[string]string{"d/": "", "AGENTS.md": "->d"}, ".", plenty, nil, ""},
		{"a working directory behind a link", map[string]string{"repo/.git/": "", "repo/AGENTS.md": "root", "repo/a/AGENTS.md": "a", "link": "->repo/a"}, "link", plenty, nil, "root\n\na"},
		{"a working directory that is gone", nil, "gone", plenty, nil, ""},
		{"the budget cuts bytes", map[string]string{"AGENTS.md": "abcdé"}, ".", 5, nil, "abcd\uFFFD"},
		{"the budget is for all together", map[string]string{".git/": "", "AGENTS.md": "12345", "a/AGENTS.md": "67890", "a/b/AGENTS.md": "no"}, "a/b", 8, nil, "12345\n\n678"},
		{"white space costs nothing", map[string]string{".git/": "", "AGENTS.md": " \n\t ", "a/AGENTS.md": "12345678"}, "a", 8, nil, "12345678"},
		{"texts are not trimmed", map[string]string{"AGENTS.md": "\n text \n"}, ".", plenty, nil, "\n text \n"},
		{"invalid text", map[string]string{"AGENTS.md": "a\xff\xfeb"}, ".", plenty, nil, "a\uFFFD\uFFFDb"},
		{"switched off", map[string]string{"AGENTS.md": "x"}, ".", 0, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, c.files)
			o := prompt.DocOptions{Cwd: filepath.Join(root, filepath.FromSlash(c.cwd)), MaxBytes: c.max, Fallbacks: c.fallbacks}
			got, err := prompt.ProjectDocs(o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("docs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUserInstructions(t *testing.T) {
	t.Parallel()
	here := tree(t, map[string]string{"AGENTS.md": "project"})
	for _, c := range []struct {
		name, home, want string
		max              int
	}{
		{"both", "home", "home\n\n--- project-doc ---\n\nproject", 100},
		{"project alone", "", "project", 100},
		{"home alone", "home", "home", 0},
		{"none", "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := prompt.UserInstructions(c.home, prompt.DocOptions{Cwd: here, MaxBytes: c.max})
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// A file that cannot be read costs the project's instructions, not the home's.
func TestUnreadableInstructions(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("this user may read everything")
	}
	here := tree(t, map[string]string{".git/": "", "AGENTS.md": "root", "a/AGENTS.md": "secret"})
	if err := os.Chmod(filepath.Join(here, "a", "AGENTS.md"), 0); err != nil {
		t.Fatal(err)
	}
	got, err := prompt.UserInstructions("home", prompt.DocOptions{Cwd: filepath.Join(here, "a"), MaxBytes: 100})
	if err == nil || !strings.Contains(err.Error(), "AGENTS.md") {
		t.Errorf("error %v, want one that names the file", err)
	}
	if got != "home" {
		t.Errorf("instructions %q, want home", got)
	}
}

func TestProjectRoot(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"repo/.git/": "", "repo/a/b/": "", "plain/c/": ""})
	for _, c := range []struct{ name, cwd, want string }{
		{"the root", "repo", "repo"},
		{"below", "repo/a/b", "repo"},
		{"outside", "plain/c", "plain/c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := prompt.ProjectRoot(filepath.Join(root, filepath.FromSlash(c.cwd)))
			if want := filepath.Join(root, filepath.FromSlash(c.want)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	if got := prompt.ProjectRoot(string(filepath.Separator)); got != string(filepath.Separator) {
		t.Errorf("the root of the file system: %s", got)
	}
}
