package helper

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/policy"
	"github.com/codex-go/codex/core/sandbox/keeper"
)

// Main is the helper. It does not return. args are the arguments of the process
// with its name.
func Main(args []string) {
	if len(args) == 2 && args[1] == OptKeeper {
		keeper.Main()
	}
	// Restrictions and the signal for the parent's death belong to a thread. The
	// one that has them must be the one that becomes the command.
	runtime.LockOSThread()
	inv, err := parseArgs(args[1:])
	if err != nil {
		refuse(exitUsage, fmt.Errorf("%w; usage: %s <policy cwd> <policy JSON> -- <command> [argument...]", err, Name))
	}
	if inv.probe {
		os.Exit(probe(os.Stdout))
	}
	status := openStatus(inv.reportFD)
	if inv.watch != "" {
		f := watch(inv)
		status.write(f)
		refuse(f.code, f.err)
	}
	p, err := policy.Parse([]byte(inv.policy))
	if err != nil {
		status.write(&failure{StageUsage, exitUsage, err})
		refuse(exitUsage, err)
	}
	f := run(inv, p)
	status.write(f)
	refuse(exitFailed, f.err)
}

// refuse ends the helper with a message.
func refuse(code int, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", Name, err)
	os.Exit(code)
}

// failure says why a command did not run.
type failure struct {
	stage Stage
	code  int // exit code that stands for it
	err   error
}

func setupFailure(err error) *failure { return &failure{StageSetup, exitFailed, err} }

// run runs the command of an invocation under a policy. It returns only when
// the command was not started.
func run(inv *invocation, p *policy.Policy) *failure {
	if len(inv.command) == 0 {
		return &failure{StageUsage, exitFailed, errors.New("no command to run")}
	}
	image, err := newImage(inv.command, os.Environ())
	if err != nil {
		return &failure{StageExec, exitNotExecutable, err}
	}
	if inv.closeOthers {
		if err := keepStandardFiles(); err != nil {
			return setupFailure(err)
		}
	}
	endings := newEndings(inv)
	endings.choose(false)
	if p.FullWrite() && p.FullNetwork() {
		return image.failure(image.exec())
	}

	tempDir := os.Getenv("TMPDIR")
	if inv.tempDir != nil {
		tempDir = *inv.tempDir
	}
	c, err := newConfinement(p, policy.Roots(p, inv.cwd, tempDir, inv.protect))
	if err != nil {
		return setupFailure(err)
	}
	if !inv.noNamespaces {
		for _, mode := range modes(c.have) {
			endings.choose(mode.pid)
			s := supervisor{confinement: c, mode: mode, image: image, kept: inv.kept}
			if f := s.run(); !errors.Is(f.err, errNotAllowed) {
				return f
			}
		}
	}
	endings.choose(false)
	return c.become(image)
}

// become restricts this process and makes it the command.
func (c *confinement) become(image *image) *failure {
	var p program
	c.addRestrictions(&p, c.have)
	if i, errno := p.run(); errno != 0 {
		return setupFailure(fmt.Errorf("%s: %w", p.ops[i].what, errno))
	}
	return image.failure(image.exec())
}

// endings says how this process ends when its parent dies.
type endings struct {
	// asked means that the parent wants it to end with itself.
	asked bool
	// guarded means that there is a guard.
	guarded bool
}

// newEndings asks the kernel beside the command line, which is not written by
// servers alone. What the kernel says holds for the thread that was there first,
// which need not be this one.
func newEndings(inv *invocation) endings {
	var sig int32
	err := unix.Prctl(unix.PR_GET_PDEATHSIG, uintptr(unsafe.Pointer(&sig)), 0, 0, 0)
	return endings{asked: inv.withParent || err == nil && sig != 0, guarded: inv.guarded}
}

// choose makes the parent's death deadly at once: SIGKILL, since another signal
// could be ignored. A parent that relies on a guard has asked for no signal. That
// finds what a living process has started, so that a dead one would not do,
// unless it takes all processes of a PID namespace with it.
func (e endings) choose(pidNamespace bool) {
	var sig unix.Signal
	switch {
	case e.asked, e.guarded && pidNamespace:
		sig = unix.SIGKILL
	case !e.guarded:
		return
	}
	_ = unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(sig), 0, 0, 0)
}

// mode is a set of namespaces that a command runs in.
type mode struct {
	user bool // the others are made by virtue of a user namespace
	pid  bool // beside those for mounts and IPC
	// watch is for a command that is not confined: there is no namespace but
	// that for processes, if it has one, and that for the mount that shows them.
	watch bool
}

// modes returns what to try, best first.
func modes(have capSet) []mode {
	user := !have.has(unix.CAP_SYS_ADMIN)
	return []mode{{user: user, pid: true}, {user: user}}
}

func (m mode) flags() uintptr {
	switch {
	case m.watch && m.pid:
		return unix.CLONE_NEWNS | unix.CLONE_NEWPID
	case m.watch:
		return 0
	}
	flags := uintptr(unix.CLONE_NEWNS | unix.CLONE_NEWIPC)
	if m.user {
		flags |= unix.CLONE_NEWUSER
	}
	if m.pid {
		flags |= unix.CLONE_NEWPID
	}
	return flags
}
