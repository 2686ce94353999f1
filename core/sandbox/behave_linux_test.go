package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/protocol"
)

// eachMachine runs a test on every kind of machine.
func eachMachine(t *testing.T, test func(t *testing.T, m machine)) {
	for _, m := range machines() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			test(t, m)
		})
	}
}

// TestEnd runs commands that end in every way and compares with the same
// outside of the sandbox.
func TestEnd(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		dir := m.dir(t)
		for _, code := range []int{0, 1, 2, 99, 101, 126, 127, 128, 255} {
			got := m.run(t, inWorkspace(dir, "sh", "-c", fmt.Sprintf("exit %d", code)))
			if got.status.ExitStatus() != code || got.report != nil || got.stderr != "" {
				t.Errorf("exit %d: %+v", code, got)
			}
		}
		for _, sig := range []unix.Signal{
			unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGILL, unix.SIGABRT, unix.SIGBUS, unix.SIGFPE, unix.SIGKILL,
			unix.SIGUSR1, unix.SIGSEGV, unix.SIGPIPE, unix.SIGTERM, unix.SIGSYS, 40,
		} {
			got := m.run(t, inWorkspace(dir, "sh", "-c", fmt.Sprintf("kill -%d $$", sig)))
			if !got.status.Signaled() || got.status.Signal() != sig || got.report != nil {
				t.Errorf("signal %d: %+v", sig, got)
			}
		}
	})
}

// TestSurroundings compares what a command finds around it with what it would
// find outside.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		dir := m.dir(t)
		sub := filepath.Join(dir, "sub")
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		m.own(t, sub)
		script := `
			echo "arg0 $0"; echo "args $*"; pwd -P; echo "umask $(umask)"; echo "files $(ulimit -n)"
			id -u; id -g
			grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status
			[ -t 0 ] && echo tty; cat
			ls /proc/self/fd | wc -l
			/usr/bin/env`
		r := inWorkspace(dir, "/bin/sh", "-c", script, "name", "a b", "", "*")
		env := []string{"PATH=/usr/bin:/bin", "EMPTY=", "LD_KEPT=/nowhere", "TMPDIR=/somewhere", "SAME=1", "NEWLINE=a\nb"}

		inside := m.command(t, r, env, nil)
		inside.Dir = sub
		inside.Stdin = strings.NewReader("through the pipe\n")
		got, err := inside.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, got)
		}
		outside := m.command(t, r, env, nil)
		outside.Path, outside.Args, outside.Env = r.Argv[0], r.Argv, hasty(env)
		outside.Dir = sub
		outside.Stdin = strings.NewReader("through the pipe\n")
		want, err := outside.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, want)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("inside differs (-outside +inside):\n%s", diff)
		}
	})
}

// TestWrites checks that what a policy allows works.
func TestWrites(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		dir := m.dir(t)
		extra := m.dir(t)
		script := `set -e
			echo data > file; echo more >> file; mkdir -p a/b; mv file a/b/; ln -s a/b link; ln a/b/file hard
			chmod 700 a/b/file; touch -d '2001-02-03' a/b/file; rm link; cp a/b/file c; truncate -s 1 c
			echo x > "$EXTRA/x"; mv "$EXTRA/x" ./x; mkfifo fifo; rm -r a; echo null > /dev/null
			(sleep 0 & wait); echo ok | cat`
		r := Request{
			Argv:   []string{"sh", "-c", script},
			Policy: &protocol.WorkspaceWritePolicy{WritableRoots: []string{extra, filepath.Join(dir, "missing")}},
			Cwd:    dir,
		}
		got := m.run(t, r, "PATH=/usr/bin:/bin", "EXTRA="+extra)
		if got.stdout != "ok\n" || got.stderr != "" || got.status != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// TestInheritedFiles has a command write to a file that was open when it was
// started.
func TestInheritedFiles(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		for _, closed := range []bool{true, false} {
			dir := m.dir(t)
			path := filepath.Join(dir, "file")
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			r := Request{
				Argv: []string{"sh", "-c", "echo written >&3"}, Policy: &protocol.ReadOnlyPolicy{}, Cwd: dir, CloseOthers: closed,
			}
			cmd := m.command(t, r, []string{"PATH=/usr/bin:/bin"}, nil)
			cmd.ExtraFiles = []*os.File{f}
			out, _ := cmd.CombinedOutput() // the file shows how it went
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if written := string(text) == "written\n"; written == closed {
				t.Errorf("others closed %v: the file holds %q\n%s", closed, text, out)
			}
		}
	})
}
