package sandbox

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/codex-go/codex/protocol"
)

// ErrUnsupported means that there is no sandbox for this system.
var ErrUnsupported = errors.New("commands cannot be confined on this system")

// ErrNoHelper means that this program does not call [Init], so that it cannot be
// its own helper, and has named no other one.
var ErrNoHelper = errors.New("no sandbox helper: the program does not call sandbox.Init and names no other one")

// ErrUnavailable means that this machine lacks what confining commands takes.
// [Sandbox.Report] tells what.
var ErrUnavailable = errors.New("this machine cannot confine commands")

// Options say how commands are confined. Each zero field is useful.
type Options struct {
	// Executable is the program to start as the helper; it must call [Init].
	// Empty is this program itself, also when its file has been replaced. Only
	// Linux needs a helper.
	Executable string
	// TempDir is the $TMPDIR that policies refer to, "" for none.
	TempDir string
	// Protect lists more paths that no command may write, although they lie in
	// a writable root.
	Protect []string
	// NoNamespaces does without namespaces on Linux.
	NoNamespaces bool
}

// Sandbox confines commands. Make one with [New].
type Sandbox struct {
	o Options

	// guarded says that somebody has asked for a guard.
	guarded atomic.Bool

	mu     sync.Mutex
	report *Report // nil until it was made
}

// New returns a sandbox; nil options are the defaults. The error matches
// [ErrUnsupported] or [ErrNoHelper]. Whether the machine can enforce policies is
// a question for [Sandbox.Report].
func New(o *Options) (*Sandbox, error) {
	s := &Sandbox{}
	if o != nil {
		s.o = *o
		s.o.Protect = slices.Clone(o.Protect)
	}
	if err := s.o.complete(); err != nil {
		return nil, err
	}
	return s, nil
}

// Kind names what confines commands, for messages: "landlock" or "seatbelt".
func (s *Sandbox) Kind() string { return kind }

// Roots returns where commands may write under a policy; see [WritableRoots].
func (s *Sandbox) Roots(p protocol.SandboxPolicy, cwd string) Roots {
	return WritableRoots(p, cwd, s.o.TempDir, s.o.Protect...)
}

// Obstacle returns why no command can be confined on this machine; nil is no
// promise that all can. It starts no process, unlike [Sandbox.Report]. The error
// matches [ErrUnavailable].
func (s *Sandbox) Obstacle() error {
	if err := s.obstacle(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

// Request is a command to confine.
type Request struct {
	// Argv is the program and its arguments.
	Argv []string
	// Policy is what the command may do.
	Policy protocol.SandboxPolicy
	// Cwd is the directory of the policy, which need not be the one that the
	// command runs in.
	Cwd string
	// ReportFD is the descriptor on which the started process finds a pipe for
	// what [ParseReport] reads, at least 3; 0 for none.
	ReportFD int
	// CloseOthers keeps descriptors that this process has inherited, beside the
	// standard ones, from the command, which could write through them. Seatbelt
	// judges opening alone and has no such choice.
	CloseOthers bool
}

// Invocation is what to start so that a command runs confined.
type Invocation struct {
	// Path is the file to execute, absolute.
	Path string
	// Arg0 is what the process is to see as its name.
	Arg0 string
	// Args are the arguments after the name.
	Args []string
	// Env are variables to set, as "NAME=value".
	Env []string
	// Reports tells that the process writes to [Request.ReportFD] when the
	// command could not be started. It is open for reading then until the
	// process has ended.
	Reports bool
	// KeptOption is an argument to add behind the name when a keeper starts the
	// process, see [Sandbox.Keeper], "" for none. What the command leaves may go on
	// until the keeper ends it then.
	KeptOption string
}

// Wrap returns what to start in place of a command. The environment, the working
// directory and the standard streams of the command are those of what is
// started, and it ends as the command does, by exit code or signal.
//
// The error matches [ErrUnavailable] if a report has shown that nothing can be
// enforced; the command must not run then.
func (s *Sandbox) Wrap(r Request) (*Invocation, error) {
	if len(r.Argv) == 0 {
		return nil, errors.New("confine command: the command is empty")
	}
	if r.Policy == nil {
		return nil, errors.New("confine command: there is no policy")
	}
	s.mu.Lock()
	report := s.report
	s.mu.Unlock()
	if report != nil && !report.Available {
		return nil, fmt.Errorf("confine command: %w: %s", ErrUnavailable, report)
	}
	cwd, err := filepath.Abs(r.Cwd)
	if err != nil {
		return nil, fmt.Errorf("confine command: %w", err)
	}
	r.Cwd = cwd
	inv, err := s.wrap(r)
	if err != nil {
		return nil, fmt.Errorf("confine command: %w", err)
	}
	return inv, nil
}
