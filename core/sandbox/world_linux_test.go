package sandbox

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/protocol"
)

// world is what surrounds a sandbox that attempts try to get out of. The
// permissions of everything in it would let them.
type world struct {
	// Base is the folder of everything else. Work is the workspace, with a
	// repository; Outside may not be written.
	Base, Work, Outside string
	// Tree is a writable linked work tree of Main, which is writable too. Big is
	// a writable root that contains the root Inner, which has a repository.
	Tree, Main, Big, Inner string
	// Alias is a writable root whose .git is a link, through another one in it,
	// to a repository outside.
	Alias string
	// Victim is a process outside.
	Victim int
	// TCP is the port of a listener, Stream and Datagram are the paths of
	// sockets, Abstract is the name of one.
	TCP                        int
	Stream, Datagram, Abstract string
	// Memory is the id of shared memory, Queue the name of a message queue.
	Memory int
	Queue  string
	// Handle is a file handle of a file in the repository of Work, with its
	// type.
	Handle     []byte
	HandleType int32
}

// readWorld reads the description that a role gets.
func readWorld(path string) (*world, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	w := &world{}
	return w, json.Unmarshal(data, w)
}

// newWorld makes a world for a machine. check fails the test if something
// outside has changed.
func newWorld(t *testing.T, m machine) (w *world, check func()) {
	t.Helper()
	base := m.dir(t)
	in := func(name string) string { return filepath.Join(base, name) }
	w = &world{
		Base: base, Work: in("work"), Outside: in("outside"), Tree: in("tree"), Main: in("main"),
		Big: in("big"), Inner: in("big/a/inner"), Alias: in("alias"),
		Stream: in("outside/stream"), Datagram: in("outside/datagram"), Abstract: "@sandbox-test" + base,
	}
	files := map[string]string{
		"outside/file":                    "outside\n",
		"outside/dir/file":                "outside\n",
		"work/file":                       "inside\n",
		"work/.git/config":                "[core]\n",
		"work/.git/hooks/sample":          "sample\n",
		"main/.git/config":                "[core]\n",
		"main/.git/worktrees/t/x":         "x\n",
		"tree/file":                       "inside\n",
		"big/file":                        "inside\n",
		"big/a/inner/.git/config":         "[core]\n",
		"alias/file":                      "inside\n",
		"elsewhere/.git/config":           "[core]\n",
		"tree/.git":                       "gitdir: " + in("main/.git/worktrees/t") + "\n",
		"main/.git/worktrees/t/commondir": "../..\n",
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(in(name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(in(name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"work/link": in("outside/file"), "work/linkdir": in("outside"),
		"alias/hop": "../elsewhere", "alias/.git": "hop/.git",
	} {
		if err := os.Symlink(target, in(link)); err != nil {
			t.Fatal(err)
		}
	}
	handle, _, err := unix.NameToHandleAt(unix.AT_FDCWD, in("work/.git/hooks"), 0)
	if err == nil {
		w.Handle, w.HandleType = handle.Bytes(), handle.Type()
	}
	w.listen(t)
	w.share(t)
	victim := w.startVictim(t, m)
	m.own(t, base)
	data, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in("world.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}

	kept := []string{"outside", "work/.git", "main/.git", "tree/.git", "big/a/inner/.git", "elsewhere", "alias/.git", "alias/hop"}
	before := snapshot(t, base, kept)
	return w, func() {
		t.Helper()
		compare(t, before, snapshot(t, base, kept))
		if memory := w.memory(t); memory != [4]byte{'k', 'e', 'p', 't'} {
			t.Errorf("shared memory has changed to %q", memory)
		}
		victim()
	}
}

// policy is the policy of the attempts.
func (w *world) policy() protocol.SandboxPolicy {
	return &protocol.WorkspaceWritePolicy{
		WritableRoots:       []string{w.Tree, w.Main, w.Big, w.Inner, w.Alias},
		ExcludeSlashTmp:     true,
		ExcludeTmpdirEnvVar: true,
	}
}

// listen opens sockets that attempts may reach. What arrives there shows as a
// failure of the attempt, which says that it worked.
func (w *world) listen(t *testing.T) {
	t.Helper()
	tcp, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tcp.Close() })
	w.TCP = tcp.Addr().(*net.TCPAddr).Port
	for _, name := range []string{w.Stream, w.Abstract} {
		l, err := net.Listen("unix", name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
	}
	d, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: w.Datagram})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	for _, name := range []string{w.Stream, w.Datagram} {
		if err := os.Chmod(name, 0o777); err != nil {
			t.Fatal(err)
		}
	}
}

// share makes memory and a message queue that everybody may write.
func (w *world) share(t *testing.T) {
	t.Helper()
	id, err := unix.SysvShmGet(unix.IPC_PRIVATE, 4096, unix.IPC_CREAT|0o666)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = unix.SysvShmCtl(id, unix.IPC_RMID, nil) })
	w.Memory = id
	memory, err := unix.SysvShmAttach(id, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	copy(memory, "kept")
	if err := unix.SysvShmDetach(memory); err != nil {
		t.Fatal(err)
	}
	w.Queue = filepath.Base(w.Base)
	name := append([]byte(w.Queue), 0)
	fd, _, errno := unix.Syscall6(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(&name[0])), unix.O_CREAT|unix.O_RDWR, 0o666, 0, 0, 0)
	if errno != 0 {
		w.Queue = "" // a kernel without them
		return
	}
	_, _, _ = unix.Syscall(unix.SYS_FCHMOD, fd, 0o666, 0)
	_ = unix.Close(int(fd))
	t.Cleanup(func() { _, _, _ = unix.Syscall(unix.SYS_MQ_UNLINK, uintptr(unsafe.Pointer(&name[0])), 0, 0) })
}

// memory returns how the shared memory begins.
func (w *world) memory(t *testing.T) (begin [4]byte) {
	t.Helper()
	memory, err := unix.SysvShmAttach(w.Memory, 0, unix.SHM_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	copy(begin[:], memory)
	if err := unix.SysvShmDetach(memory); err != nil {
		t.Fatal(err)
	}
	return begin
}

// startVictim starts a process outside, which lives until alive is called and
// must live so long.
func (w *world) startVictim(t *testing.T, m machine) (alive func()) {
	t.Helper()
	cmd := exec.Command(mustProgram(t))
	cmd.Env = []string{roleVariable + "=victim"}
	cmd.SysProcAttr = m.attr()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	w.Victim = cmd.Process.Pid
	return func() {
		t.Helper()
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the process outside has ended with %v", err)
		}
	}
}

// victim is the role of the process outside.
func victim() int {
	if _, err := os.Stdout.Write([]byte{'.'}); err != nil {
		return 1
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	if p := os.Getpid(); p <= 1 {
		return 1
	}
	return 0
}

// state is what must not change about a file.
type state struct {
	Mode     os.FileMode
	Text     string
	Time     time.Time
	User     uint32
	Attr     string
	Identity uint64
}

// snapshot returns the state of everything at and below some paths.
func snapshot(t *testing.T, base string, paths []string) map[string]state {
	t.Helper()
	all := map[string]state{}
	for _, path := range paths {
		err := filepath.WalkDir(filepath.Join(base, path), func(path string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			st := info.Sys().(*syscall.Stat_t)
			s := state{Mode: info.Mode(), Time: info.ModTime(), User: st.Uid, Identity: st.Ino}
			if info.Mode().IsRegular() {
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				s.Text = string(text)
			}
			attr := make([]byte, 256)
			if n, err := unix.Llistxattr(path, attr); err == nil {
				s.Attr = string(attr[:n])
			}
			all[path] = s
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	return all
}
