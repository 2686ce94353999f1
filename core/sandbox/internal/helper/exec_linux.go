package helper

import (
	"fmt"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/nofile"
)

// defaultPath is searched for programs when the environment has no PATH.
const defaultPath = "/usr/local/bin:/bin:/usr/bin"

// shell runs scripts that do not say what runs them.
const shell = "/bin/sh"

// image is a command laid out for execve.
type image struct {
	program string
	paths   []string // where to look
	tries   []try
	env     uintptr
	shell   uintptr // the path of the interpreter of scripts
	// nofile is the limit of open files to restore, which the runtime has
	// raised for this process; 0 for none.
	nofile uintptr
	head   [256]byte // room for the beginning of a file
	kept   program   // holds what the rest points to
}

// try is a file to execute, and how to run it as a script when the kernel does
// not know its format.
type try struct{ path, argv, script uintptr }

// newImage lays out a command, which is looked up as execvp would: each element
// of PATH in turn, an empty one being the working directory.
func newImage(command, env []string) (*image, error) {
	return newImageAt(candidates(command[0], env), command, env)
}

// newImageAt lays out a command that lies at the first of paths that can be
// executed.
func newImageAt(paths, command, env []string) (*image, error) {
	m := &image{program: command[0]}
	for _, list := range [][]string{command, env} {
		for _, s := range list {
			if strings.IndexByte(s, 0) >= 0 {
				return nil, fmt.Errorf("an argument or a variable holds a NUL byte: %w", unix.EINVAL)
			}
		}
	}
	m.env = m.kept.list(env)
	argv := m.kept.list(command)
	m.shell = m.kept.text(shell)
	m.paths = paths
	for _, path := range m.paths {
		script := append([]string{shell, path}, command[1:]...)
		m.tries = append(m.tries, try{path: m.kept.text(path), argv: argv, script: m.kept.list(script)})
	}
	if nofile.Original != (syscall.Rlimit{}) {
		limit := nofile.Original
		m.nofile = keep(&m.kept, &limit)
	}
	return m, nil
}

// candidates returns the paths under which a program may be found.
func candidates(program string, env []string) []string {
	if program == "" || strings.Contains(program, "/") {
		return []string{program}
	}
	list := defaultPath
	for _, v := range env {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			list = path
			break
		}
	}
	var paths []string
	for dir := range strings.SplitSeq(list, ":") {
		if dir == "" {
			dir = "."
		}
		paths = append(paths, strings.TrimSuffix(dir, "/")+"/"+program)
	}
	return paths
}

// list returns the address of a list of strings that a null pointer ends.
func (p *program) list(texts []string) uintptr {
	list := make([]unsafe.Pointer, len(texts)+1)
	for i, s := range texts {
		b := make([]byte, len(s)+1)
		copy(b, s)
		list[i] = unsafe.Pointer(&b[0])
	}
	return keep(p, &list[0])
}

// exec becomes the command, and returns why it could not.
//
//go:nosplit
//go:norace
func (m *image) exec() syscall.Errno {
	if m.nofile != 0 {
		_, _, _ = syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, m.nofile, 0, 0, 0)
	}
	result := syscall.Errno(unix.ENOENT)
	for i := range m.tries {
		t := &m.tries[i]
		_, _, errno := syscall.RawSyscall(unix.SYS_EXECVE, t.path, t.argv, m.env)
		if errno == unix.ENOEXEC && m.isScript(t.path) {
			_, _, errno = syscall.RawSyscall(unix.SYS_EXECVE, m.shell, t.script, m.env)
		}
		switch errno {
		case unix.ENOENT, unix.ENOTDIR, unix.ELOOP, unix.ENAMETOOLONG:
		case unix.EACCES:
			result = errno // a later one may do
		default:
			return errno
		}
	}
	return result
}

// isScript reports whether a file that the kernel cannot execute may be a script:
// its first line, as far as it is looked at, holds no zero byte.
//
//go:nosplit
//go:norace
func (m *image) isScript(path uintptr) bool {
	at := unix.AT_FDCWD
	fd, _, errno := syscall.RawSyscall6(unix.SYS_OPENAT, uintptr(at), path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0, 0, 0)
	if errno != 0 {
		return false
	}
	n, _, errno := syscall.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(&m.head)), unsafe.Sizeof(m.head))
	_, _, _ = syscall.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
	if errno != 0 || n > unsafe.Sizeof(m.head) {
		return false
	}
	for _, b := range m.head[:n] {
		if b == 0 {
			return false
		}
		if b == '\n' {
			break
		}
	}
	return true
}
