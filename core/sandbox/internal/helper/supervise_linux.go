package helper

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/reap"
)

// errNotAllowed means that the machine does not let the helper make the
// namespaces of a mode. Nothing was started.
var errNotAllowed = errors.New("namespaces are not allowed")

// supervisor runs a command in namespaces and watches over it.
type supervisor struct {
	confinement *confinement // nil for a watcher
	mode        mode
	image       *image           // nil for a probe
	kept        bool             // what the command leaves is for a keeper to end
	ends        <-chan os.Signal // makes a watcher end everything; nil for others

	child child

	pid int // of the child

	mu   sync.Mutex
	gone bool // the id of the child may belong to somebody else
}

// run runs the command and ends this process as the command ended. It returns
// only when the command was not started, with an error that matches
// errNotAllowed if another mode may do.
func (s *supervisor) run() *failure {
	s.child = child{image: s.image, init: s.mode.pid, session: s.mode.pid && leadsSession(), probe: s.image == nil, kept: s.kept}
	if s.mode.watch {
		s.prepareWatched(&s.child.setup)
	} else {
		s.prepare(&s.child.setup)
	}
	if f := s.start(); f != nil {
		return f
	}
	defer unix.Close(int(s.child.status[0]))
	// It takes the runtime a while to listen for signals. The child makes use of
	// that time, and waits for the rest of it before the command is started.
	release := func() {
		_, _ = unix.Write(int(s.child.sync[1]), []byte{2})
		_ = unix.Close(int(s.child.sync[1]))
	}
	stop := s.forward(release)
	defer stop()
	return s.follow()
}

// leadsSession reports whether this process leads a session without a terminal,
// as the command would. The terminal of a session cannot be had in another one.
func leadsSession() bool {
	if sid, err := unix.Getsid(0); err != nil || sid != os.Getpid() {
		return false
	}
	fd, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return true
	}
	_ = unix.Close(fd)
	return false
}

// prepare lays out what the child does before the command runs.
func (s *supervisor) prepare(p *program) {
	c := s.confinement
	addPrivate(p)
	plan := planMounts(c.roots)
	plan.add(p)
	if s.mode.pid {
		addProc(p)
		// Processes of the namespace see init; it is none of their business.
		p.add("hide init", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0)
	}
	addChdir(p)
	have := c.have
	if s.mode.user {
		have = ^capSet(0) // the first process of a user namespace has them all
	}
	c.addRestrictions(p, have)
}

// start forks the child and lets it go on once its ids are set up.
func (s *supervisor) start() *failure {
	c := &s.child
	for _, ends := range []*[2]uintptr{&c.sync, &c.status, &c.started} {
		var fds [2]int
		if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
			return setupFailure(fmt.Errorf("make a pipe: %w", err))
		}
		ends[0], ends[1] = uintptr(fds[0]), uintptr(fds[1])
	}
	pid, errno := c.fork(s.mode.flags())
	for _, fd := range []uintptr{c.sync[0], c.status[1], c.started[0], c.started[1]} {
		_ = unix.Close(int(fd))
	}
	if errno != 0 {
		_ = unix.Close(int(c.sync[1]))
		return setupFailure(fmt.Errorf("%w: make them: %w", errNotAllowed, errno))
	}
	s.pid = pid
	var err error
	if s.mode.user {
		if err = s.mapIDs(); err != nil {
			err = fmt.Errorf("%w: %w", errNotAllowed, err)
		}
	}
	if err == nil {
		_, err = unix.Write(int(c.sync[1]), []byte{1})
	}
	if err != nil {
		_ = unix.Close(int(c.sync[1])) // the child ends
		s.wait()
		return setupFailure(err)
	}
	return nil
}

// mapIDs gives the child's user namespace its users and groups: all of ours if
// we may, so that root goes on owning what others own, and else our own only.
func (s *supervisor) mapIDs() error {
	dir := "/proc/" + strconv.Itoa(s.pid) + "/"
	have := s.confinement.have
	uids, gids := ownID(os.Geteuid()), ownID(os.Getegid())
	if have.has(unix.CAP_SETUID) && have.has(unix.CAP_SETGID) {
		var err1, err2 error
		uids, err1 = sameIDs("/proc/self/uid_map")
		gids, err2 = sameIDs("/proc/self/gid_map")
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
	} else if err := writeProc(dir+"setgroups", "deny"); err != nil {
		return err
	}
	if err := writeProc(dir+"uid_map", uids); err != nil {
		return err
	}
	return writeProc(dir+"gid_map", gids)
}

func ownID(id int) string { return fmt.Sprintf("%d %d 1\n", id, id) }

// sameIDs returns the map that keeps the ids of our own namespace as they are.
func sameIDs(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) != 3 {
			return "", fmt.Errorf("read %s: unexpected line %q", file, line)
		}
		fmt.Fprintf(&b, "%s %s %s\n", f[0], f[0], f[2])
	}
	return b.String(), nil
}

func writeProc(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// follow reads the child's records until it ends. It returns only when the
// command was not started.
func (s *supervisor) follow() *failure {
	var ended *unix.WaitStatus
	started := false
	for {
		r, ok := s.receive()
		if !ok {
			break // the child has ended, or become the command
		}
		switch r.kind {
		case setupFailed:
			s.wait()
			errno := unix.Errno(r.value)
			err := fmt.Errorf("%s: %w", s.child.setup.ops[r.index].what, errno)
			if s.child.setup.isSoft(int(r.index), errno) {
				err = fmt.Errorf("%w: %w", errNotAllowed, err)
			}
			return setupFailure(err)
		case execFailed:
			s.wait()
			return s.image.failure(unix.Errno(r.value))
		case probeEnded:
			s.wait()
			return &failure{}
		case commandStarted:
			started = true
			letGo()
		case commandEnded:
			status := unix.WaitStatus(r.value)
			if s.kept {
				endAs(status) // init is the keeper's from now on
			}
			ended = &status
		}
	}
	switch {
	case !s.child.init:
		letGo() // it has become the command
	case !started:
		return setupFailure(fmt.Errorf("init has ended: %v", s.wait()))
	}
	if s.mode.watch {
		reap.Collect(s.pid)
	}
	status := s.wait()
	if s.mode.watch {
		reap.Kill()
	}
	if ended != nil {
		status = *ended
	}
	endAs(status)
	return nil
}

// receive reads a record. The kernel keeps those apart.
func (s *supervisor) receive() (r record, ok bool) {
	for {
		n, err := unix.Read(int(s.child.status[0]), unsafe.Slice((*byte)(unsafe.Pointer(&r)), recordSize))
		if err != unix.EINTR {
			return r, err == nil && n == int(recordSize)
		}
	}
}

// wait waits for the end of the child. No signal is sent to it from then on.
func (s *supervisor) wait() unix.WaitStatus {
	for unix.Waitid(unix.P_PID, s.pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
	s.mu.Lock()
	s.gone = true
	s.mu.Unlock()
	var status unix.WaitStatus
	for {
		if _, err := unix.Wait4(s.pid, &status, 0, nil); err != unix.EINTR {
			return status
		}
	}
}

// forward hands signals for this process on to the child, until the function
// that it returns is called. One that comes before ready is called ends us, and
// the child with us.
//
// A command that leads a session gets all of them, to its process group. One
// that shares our process group gets what is sent to the group by itself: the
// keys of a terminal are only kept from ending us before it.
func (s *supervisor) forward(ready func()) (stop func()) {
	pass := []os.Signal{unix.SIGTERM, unix.SIGHUP, unix.SIGUSR2}
	swallow := []os.Signal{unix.SIGINT, unix.SIGQUIT}
	if s.child.session || s.mode.watch {
		pass = append(pass, unix.SIGINT, unix.SIGQUIT, unix.SIGCONT, unix.SIGWINCH)
		swallow = nil
	}
	if s.ends == nil {
		pass = append(pass, endSignal)
	}
	done := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		signals := make(chan os.Signal, 16)
		defer signal.Stop(signals)
		for _, sig := range slices.Concat(pass, swallow) {
			if !signal.Ignored(sig) { // then the command ignores it as well
				signal.Notify(signals, sig)
			}
		}
		ready()
		for {
			select {
			case sig := <-signals:
				if slices.Contains(pass, sig) {
					s.send(sig.(unix.Signal))
				}
			case <-s.ends:
				s.kill()
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		running.Wait()
	}
}

// send sends a signal to the child if that runs. Init recognizes a queued one.
func (s *supervisor) send(sig unix.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.gone:
	case s.child.init:
		info := [32]int32{0: int32(sig), 2: siQueue, 4: int32(os.Getpid()), 5: int32(os.Getuid())}
		_, _, _ = unix.RawSyscall(unix.SYS_RT_SIGQUEUEINFO, uintptr(s.pid), uintptr(sig), uintptr(unsafe.Pointer(&info)))
	case s.mode.watch:
		_ = unix.Kill(-s.pid, sig) // its process group
	default:
		_ = unix.Kill(s.pid, sig)
	}
}

// kill ends the child at once.
func (s *supervisor) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		_ = unix.Kill(s.pid, unix.SIGKILL)
	}
}
