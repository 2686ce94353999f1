package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/seccomp"
	"github.com/codex-go/codex/protocol"
)

// machine is a kind of machine, and of user on it, that a test runs a helper on.
type machine struct {
	name string
	// user runs the helper as somebody without privileges.
	user bool
	// missing names the calls that this machine answers with errno.
	missing string
	errno   unix.Errno
	// options are those of the sandbox.
	options Options
	// namespaces and pid tell what the helper is to make of it.
	namespaces, pid bool
}

// thorough tells to try every kind of machine. Programs that are watched for races
// take long to start, and what is tried happens in programs.
var thorough = !raceDetector || os.Getenv("CODEX_LONG") != ""

// machines returns those that this one can pass for. The first of each user lacks
// nothing.
func machines() []machine {
	var all []machine
	for _, user := range []bool{false, true} {
		name := "root"
		if user {
			name = "user"
		}
		if !user && os.Geteuid() != 0 {
			continue
		}
		kinds := []machine{
			{name: name, user: user, namespaces: true, pid: true},
			{name: name + " without namespaces", user: user, missing: "namespaces", errno: unix.EPERM},
			{name: name + " of a kernel without namespaces", user: user, missing: "namespaces", errno: unix.ENOSYS},
			{name: name + " that may not mount", user: user, missing: "mount", errno: unix.EPERM},
			{name: name + " that may not mount proc", user: user, missing: "proc", errno: unix.EPERM, namespaces: true},
			{name: name + " with namespaces switched off", user: user, options: Options{NoNamespaces: true}},
		}
		if !thorough {
			kinds = []machine{kinds[0], kinds[len(kinds)-1]}
		}
		all = append(all, kinds...)
	}
	return all
}

// filters are the rules that make a machine lack something.
func filters(missing string, errno unix.Errno) []seccomp.Rule {
	const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWIPC
	switch missing {
	case "namespaces":
		when := seccomp.Condition{AnyBit: namespaces}
		return []seccomp.Rule{
			{Name: "clone", Nr: unix.SYS_CLONE, Errno: errno, When: when},
			{Name: "unshare", Nr: unix.SYS_UNSHARE, Errno: errno, When: when},
		}
	case "mount":
		return []seccomp.Rule{{Name: "mount", Nr: unix.SYS_MOUNT, Errno: errno}}
	case "proc": // the flags of the call for /proc, and of no other
		when := seccomp.Condition{Arg: 3, OneOf: []uint32{unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC}}
		return []seccomp.Rule{{Name: "mount", Nr: unix.SYS_MOUNT, Errno: errno, When: when}}
	case "landlock":
		return []seccomp.Rule{{Name: "landlock_create_ruleset", Nr: unix.SYS_LANDLOCK_CREATE_RULESET, Errno: errno}}
	case "seccomp":
		return []seccomp.Rule{{Name: "seccomp", Nr: unix.SYS_SECCOMP, Errno: errno}}
	}
	return nil
}

// ordinary is the user and the group of machines without privileges.
const ordinary = 54321

// launch is the role that makes a machine: it installs a filter and executes
// the rest of its arguments. They are what is missing, the error, the file and
// its argv. The environment of that is what begins with nextPrefix.
func launch(args []string) int {
	runtime.LockOSThread()
	errno, err := strconv.Atoi(args[1])
	if err != nil {
		return fail(err)
	}
	if err := installFilter(filters(args[0], unix.Errno(errno))); err != nil {
		return fail(err)
	}
	env := []string{}
	for _, v := range os.Environ() {
		if next, ok := strings.CutPrefix(v, nextPrefix); ok {
			env = append(env, next)
		}
	}
	return fail(unix.Exec(args[2], args[3:], env))
}

const nextPrefix = "NEXT_"

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "test role:", err)
	return 99
}

// installFilter restricts this thread.
func installFilter(rules []seccomp.Rule) error {
	filter, err := seccomp.Assemble(rules)
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	prog := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(prog)))
	if errno != 0 {
		return errno
	}
	return nil
}

// program returns the test program as a file that everybody may execute. It is
// removed after the tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("/tmp", filepath.Base(programPrefix))
	if err != nil {
		return "", err
	}
	programDir = dir
	path := filepath.Join(dir, "program")
	in, err := os.Open("/proc/self/exe")
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, in)
	return path, errors.Join(os.Chmod(dir, 0o755), err, out.Close())
})

// programDir is written by program and read after all tests.
var programDir string

func removeProgram() {
	if programDir != "" {
		_ = os.RemoveAll(programDir)
	}
}

// mustProgram is program for tests.
func mustProgram(tb testing.TB) string {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// dir returns a folder below /tmp that belongs to the user of the machine, and
// that others can reach.
func (m machine) dir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/tmp", "sandbox-test-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	m.own(tb, dir)
	return dir
}

// own gives path, and what is below it, to the user of the machine.
func (m machine) own(tb testing.TB, path string) {
	tb.Helper()
	if !m.drops() {
		return
	}
	err := filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, ordinary, ordinary))
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// drops reports whether privileges are given up.
func (m machine) drops() bool { return m.user && os.Geteuid() == 0 }

// attr returns what makes a process one of the machine's user, leading a session
// as commands do.
func (m machine) attr() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if m.drops() {
		attr.Credential = &syscall.Credential{Uid: ordinary, Gid: ordinary}
	}
	return attr
}

// command returns a process that runs a confined command on the machine, with
// the environment env. It finds its report at descriptor 3, if report is not
// nil.
func (m machine) command(tb testing.TB, r Request, env []string, report *os.File) *exec.Cmd {
	tb.Helper()
	options := m.options
	options.Executable = mustProgram(tb)
	box, err := New(&options)
	if err != nil {
		tb.Fatal(err)
	}
	if report != nil {
		r.ReportFD = 3
	}
	inv, err := box.Wrap(r)
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(tb.Context(), inv.Path)
	cmd.Args = append([]string{inv.Arg0}, inv.Args...)
	env = hasty(env)
	cmd.Env = env
	if m.missing != "" {
		cmd.Args = append([]string{"launch", m.missing, strconv.Itoa(int(m.errno)), inv.Path}, cmd.Args...)
		cmd.Env = []string{roleVariable + "=launch"}
		for _, v := range env {
			cmd.Env = append(cmd.Env, nextPrefix+v)
		}
	}
	if report != nil {
		cmd.ExtraFiles = []*os.File{report}
	}
	cmd.SysProcAttr = m.attr()
	cmd.Dir = r.Cwd
	return cmd
}

// hasty returns an environment in which programs that are watched for races
// end at once, if the tests were told to.
func hasty(env []string) []string {
	return append(slices.Clone(env), "GORACE="+os.Getenv("GORACE"))
}

// outcome is how a command ended.
type outcome struct {
	stdout, stderr string
	status         syscall.WaitStatus
	report         error // what ParseReport made of the report
}

// run runs a confined command to its end.
func (m machine) run(tb testing.TB, r Request, env ...string) outcome {
	tb.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	defer reader.Close()
	cmd := m.command(tb, r, env, writer)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	writer.Close()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatal(err)
	}
	report, err := io.ReadAll(reader)
	if err != nil {
		tb.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.Sys().(syscall.WaitStatus), ParseReport(report)}
}

// inWorkspace returns a request that may write in dir, and neither in /tmp nor
// anywhere else.
func inWorkspace(dir string, argv ...string) Request {
	return Request{
		Argv:   argv,
		Policy: &protocol.WorkspaceWritePolicy{ExcludeSlashTmp: true, ExcludeTmpdirEnvVar: true},
		Cwd:    dir,
	}
}
