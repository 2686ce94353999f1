package exec

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// image is a command made ready for the operating system.
type image struct {
	path string // absolute
	argv []string
	dir  string
	env  []string
	own  bool // lead a process group of its own
	// guarded means that the guard ends the process after the death of this
	// one, before it leaves its children to nobody.
	guarded bool
	// kept has a keeper start the process, if there are any.
	kept bool
	// keptOption goes behind the name then, if not empty.
	keptOption string
	// terminal makes the standard input the controlling terminal.
	terminal bool
}

// prepare checks a command and finds its program. The error is a *StartError.
func prepare(cmd *Command) (*image, error) {
	if len(cmd.Argv) == 0 {
		return nil, startError("", ErrEmptyCommand)
	}
	program := cmd.program()
	hasNUL := func(s string) bool { return strings.IndexByte(s, 0) >= 0 }
	if slices.ContainsFunc(cmd.Argv, hasNUL) || slices.ContainsFunc(cmd.Env, hasNUL) ||
		hasNUL(cmd.Arg0) || hasNUL(cmd.Path) || hasNUL(cmd.Dir) || hasNUL(cmd.KeptOption) {
		return nil, startError(program, ErrNUL)
	}
	dir, err := filepath.Abs(cmd.Dir)
	if err != nil {
		return nil, startError(program, &causedError{ErrBadDir, err})
	}
	if err := CheckDir(program, dir); err != nil {
		return nil, err
	}
	path := cmd.Path
	if path == "" {
		if path, err = lookPath(cmd.Argv[0], dir, cmd.Env); err != nil {
			return nil, startError(program, err)
		}
	} else if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	argv := slices.Clone(cmd.Argv)
	if cmd.Arg0 != "" {
		argv[0] = cmd.Arg0
	}
	return &image{path: path, argv: argv, dir: dir, env: append(make([]string, 0, len(cmd.Env)), cmd.Env...), own: cmd.Stdio == nil, keptOption: cmd.KeptOption}, nil
}

// CheckDir returns the [*StartError] that a program gets whose working
// directory does not exist or cannot be entered, and nil otherwise.
func CheckDir(program, dir string) error {
	switch info, err := os.Stat(dir); {
	case err != nil:
		return startError(program, &causedError{ErrBadDir, err})
	case !info.IsDir():
		return startError(program, &causedError{ErrBadDir, &os.PathError{Op: "chdir", Path: dir, Err: syscall.ENOTDIR}})
	}
	if err := enterable(dir); err != nil {
		return startError(program, &causedError{ErrBadDir, &os.PathError{Op: "chdir", Path: dir, Err: err}})
	}
	return nil
}

// causedError is a cause of a StartError with the error of the operating
// system that shows it. It matches both.
type causedError struct{ cause, detail error }

func (e *causedError) Error() string   { return e.cause.Error() + ": " + e.detail.Error() }
func (e *causedError) Unwrap() []error { return []error{e.cause, e.detail} }

// starter starts processes from one thread. Linux ties the signal for the
// death of a parent to the thread that started the child, and the runtime may
// end any thread that a goroutine had locked; this one lives until close.
type starter struct {
	guard    *guard
	keepers  *keepers
	requests chan startRequest
	once     sync.Once
	done     chan struct{}
}

type startRequest struct {
	image *image
	files []*os.File
	reply chan<- startReply
}

type startReply struct {
	pid   int
	child child
	err   error
}

func newStarter(guard *guard, keepers *keepers) *starter {
	return &starter{guard: guard, keepers: keepers, requests: make(chan startRequest), done: make(chan struct{})}
}

// start starts a process. Close must not have been called.
func (s *starter) start(img *image, files []*os.File) (pid int, c child, err error) {
	if img.kept {
		if pid, c, ok, err := s.keepers.start(img, files); ok {
			return pid, c, err
		}
	}
	s.once.Do(func() { go s.loop() })
	reply := make(chan startReply, 1)
	s.requests <- startRequest{img, files, reply}
	answer := <-reply
	return answer.pid, answer.child, answer.err
}

func (s *starter) loop() {
	defer close(s.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for req := range s.requests {
		req.image.guarded = req.image.own && s.guard.ready()
		proc, err := startProcess(req.image, req.files)
		if err != nil {
			req.reply <- startReply{err: err}
			continue
		}
		if req.image.own {
			s.guard.started(proc.Pid)
		}
		req.reply <- startReply{pid: proc.Pid, child: newChild(proc)}
	}
}

// close ends the thread, the guard and the keepers.
func (s *starter) close() {
	close(s.requests)
	s.once.Do(func() { close(s.done) })
	<-s.done
	s.guard.close()
	s.keepers.close()
}

// startProcess starts an image as a child of this process.
func startProcess(img *image, files []*os.File) (proc *os.Process, err error) {
	attr := &os.ProcAttr{Dir: img.dir, Env: img.env, Files: files, Sys: processAttr(img.own)}
	if img.guarded {
		outlive(attr.Sys)
	}
	if img.terminal {
		controlTerminal(attr.Sys)
	}
	err = img.attempt(func(path string, argv []string) error {
		proc, err = os.StartProcess(path, argv, attr)
		return err
	})
	return proc, err
}

// busyRetries limits the attempts to execute a file that somebody holds open
// for writing. Often that is a child which another goroutine has just started
// and which has not yet closed what it inherited.
const busyRetries = 6

// attempt starts an image with a function that starts programs.
func (img *image) attempt(start func(path string, argv []string) error) error {
	for try := 0; ; try++ {
		err := start(img.path, img.argv)
		if try < busyRetries && isTextBusy(err) {
			time.Sleep(time.Millisecond << try)
			continue
		}
		if isNoExec(err) && isScript(img.path) {
			return start(scriptInterpreter(img))
		}
		return err
	}
}

// classifyStart turns an error of the operating system into a StartError.
func classifyStart(program, path string, err error) *StartError {
	switch {
	case errors.Is(err, os.ErrNotExist):
		if _, statErr := os.Stat(path); statErr != nil {
			return startError(program, &causedError{ErrNotFound, err})
		}
		// The file is there, so that it is its interpreter that is not.
		return startError(program, &causedError{ErrNotExecutable, err})
	case errors.Is(err, os.ErrPermission), isNoExec(err), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return startError(program, &causedError{ErrNotExecutable, err})
	}
	return startError(program, err)
}
