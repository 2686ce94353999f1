package shellcmd

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// runTrusted runs trusted commands made of a first argument and random words
// of a program's vocabulary, and holds that none changes the folder it runs in.
func runTrusted(t *testing.T, dir string, env []string, program string, runs int, first, more []string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("no %s here", program)
	}
	before := snapshot(t, dir)
	random := rand.New(rand.NewPCG(1, 2))
	for done, tries := 0, 0; done < runs; tries++ {
		if tries > 1000*runs {
			t.Fatalf("only %d of %d commands are trusted", done, tries)
		}
		argv := []string{program, first[random.IntN(len(first))]}
		for range random.IntN(5) {
			argv = append(argv, more[random.IntN(len(more))])
		}
		if !Trusted(argv).Trusted {
			continue
		}
		done++
		cmd := exec.CommandContext(t.Context(), path, argv[1:]...)
		cmd.Dir, cmd.Env = dir, env
		_ = cmd.Run() // many make no sense to the program
		if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
			t.Fatalf("%q is trusted and writes (-before +after):\n%s", argv, diff)
		}
	}
}

// snapshot lists the files of a folder with their contents, except for the
// index of git, whose time stamps any report may refresh.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) == "index" {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			files[rel] = "folder"
			return nil
		}
		data, err := os.ReadFile(path)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTrustedGitChangesNothing(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git here")
	}
	dir := t.TempDir()
	env := []string{"HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir), "LC_ALL=C",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b", "PATH=" + filepath.Dir(git)}
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"init -q -b main", "add f", "commit -q -m first", "branch old", "commit -q --allow-empty -m second"} {
		cmd := exec.CommandContext(t.Context(), git, fields(line)...)
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v: %s", line, err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("two\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runTrusted(t, dir, env, "git", 200,
		fields("branch branch branch log diff show status"),
		fields(`x old main HEAD f o -- - --list --list --no-list -l -D -d -m -M -c -C -f -u -t -a -r -v -vv -q -i --sort --sort=refname
			--format --format=%H --contains --no-contains --merged --no-merged --points-at --show-current --abbrev --column --color
			--quiet --delete --move --copy --force --track --edit-description --create-reflog --set-upstream-to=main
			-p -5 -n -S -Gx -L1,1:f -O -Of -po --output --output=o --outp=o -U3 -z -w --stat --no-index --cached --raw -s -b --short
			--ext-diff --textconv --all --oneline --no-patch -1 -pSone -Io -R`),
	)
}

func TestTrustedFindChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 3 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runTrusted(t, dir, []string{"LC_ALL=C"}, "find", 150,
		fields(". . f1 -L -O1 ./"),
		fields(`f2 -name -path f* -type f -perm -u+x -size -1k -mtime -1 -delete -exec -execdir -ok rm {} ; + touch o
			-fprint -fprint0 -fls -fprintf -print -print0 -printf %p -ls -o -a -not ! ( ) , -prune -quit -newer -maxdepth 1 -depth -d`),
	)
}
