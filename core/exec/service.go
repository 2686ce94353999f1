package exec

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"
)

// Service is a process that goes on running while this one talks to it over its
// standard streams, such as a server of a protocol that is spoken over pipes.
// Make one with [Runner.Start] and end it with [Service.Stop], also when it has
// ended by itself: only then is nothing left of it. All methods may be called
// from several goroutines at once.
type Service struct {
	runner  *Runner
	process *process
	stdin   *os.File
	stdout  *os.File
	stderr  *os.File
	watcher bool
	report  func([]byte) error // nil for none
	written *os.File           // what the report is read from; nil for none
	failed  error              // what the report said; set before reaped is closed

	stop    sync.Once
	stopErr error
}

// Start starts a command and returns without waiting for it. The time-out of
// the command does not count. Its Stdin and Stdio must be nil; all three streams
// are pipes, see [Service.Stdin]. What Report says becomes the status. The error
// is a [*StartError], or [ErrClosed].
//
// The process is the leader of a session of its own and ends with this one, as
// the package says. (spec: mcp, spawning stdio servers)
func (r *Runner) Start(cmd Command) (*Service, error) {
	if cmd.Stdin != nil || cmd.Stdio != nil || cmd.Report != nil && runtime.GOOS == "windows" {
		return nil, startError(cmd.program(), ErrUnsupported)
	}
	img, err := prepare(&cmd)
	if err != nil {
		return nil, err
	}
	// Registered before it is started, so that Close waits.
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil, ErrClosed
	}
	r.runs.Add(1)
	r.mu.Unlock()
	defer r.runs.Done()

	s := &Service{runner: r, watcher: cmd.Watcher, report: cmd.Report}
	files, err := s.openPipes()
	if err != nil {
		return nil, startError(cmd.program(), err)
	}
	pid, c, err := r.start.start(img, files)
	closeAll(files...)
	if err != nil {
		closeAll(s.stdin, s.stdout, s.stderr, s.written)
		return nil, classifyStart(cmd.program(), img.path, err)
	}
	r.tasks.Add(1)
	s.process = watch(pid, c, true, r.start.guard.ended, r.tasks.Done)

	r.mu.Lock()
	closed := r.closed
	r.services[s] = struct{}{}
	r.mu.Unlock()
	if closed { // meanwhile, so that Close has not seen it
		_ = s.Stop(0)
		return nil, ErrClosed
	}
	return s, nil
}

// openPipes makes the streams and returns the ends of the child.
func (s *Service) openPipes() (child []*os.File, err error) {
	var ends [8]*os.File
	pipes := 3
	if s.report != nil {
		pipes++
	}
	for i := range pipes {
		if ends[2*i], ends[2*i+1], err = os.Pipe(); err != nil {
			closeAll(ends[:]...)
			return nil, err
		}
	}
	s.stdin, s.stdout, s.stderr, s.written = ends[1], ends[2], ends[4], ends[6]
	return []*os.File{ends[0], ends[3], ends[5], ends[7]}[:pipes], nil
}

// Stdin is the standard input of the process. Closing it is how most services
// are told to end.
func (s *Service) Stdin() io.WriteCloser { return s.stdin }

// Stdout is the standard output of the process. It must be read, or the process
// blocks. Stop closes it, which ends a Read.
func (s *Service) Stdout() io.Reader { return s.stdout }

// Stderr is the standard error of the process. It must be read, or the process
// blocks. Stop closes it, which ends a Read.
func (s *Service) Stderr() io.Reader { return s.stderr }

// Exited is closed when the process has ended. What it has started may go on.
func (s *Service) Exited() <-chan struct{} { return s.process.exited }

// Pid returns the id of the process, which on Unix is also that of its process
// group.
func (s *Service) Pid() int { return s.process.pid }

// Stop ends the process and its process group and waits until they are gone: it
// closes standard input, gives the process the grace to end by itself, and then
// ends what is left as [Runner.Run] does at the end of a context. Without a
// grace it does that at once. The error says that processes could not be ended.
// Every call waits for the first one and returns its error.
func (s *Service) Stop(grace time.Duration) error {
	s.stop.Do(func() { s.stopErr = s.end(grace) })
	return s.stopErr
}

func (s *Service) end(grace time.Duration) error {
	opts := &s.runner.opts
	_ = s.stdin.Close()
	ask := s.process.terminate
	if s.watcher {
		ask = s.process.askWatcher
	}
	ended := s.exitedWithin(grace) && !s.process.groupAlive() ||
		s.process.endWithin(opts.TermGrace, ask) ||
		s.watcher && s.process.endWithin(opts.KillWait, s.process.endAll) ||
		s.process.endWithin(opts.KillWait, s.process.kill)
	if ended {
		s.readReport()
	}
	close(s.process.release)
	if ended {
		<-s.process.reaped
	}
	closeAll(s.stdout, s.stderr, s.written)
	s.runner.mu.Lock()
	delete(s.runner.services, s)
	s.runner.mu.Unlock()
	if !ended {
		return fmt.Errorf("process %d does not end", s.Pid())
	}
	return nil
}

// readReport reads what a process that has ended has written about its start.
func (s *Service) readReport() {
	if s.report != nil {
		_ = s.written.SetReadDeadline(time.Now().Add(s.runner.opts.KillWait)) // nobody should have it open
		s.failed = s.report(readReport(s.written))
	}
}

// exitedWithin waits for the process alone. What it leaves behind when it ends
// gets no grace.
func (s *Service) exitedWithin(grace time.Duration) bool {
	if grace <= 0 {
		return s.process.hasExited()
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-s.process.exited:
		return true
	case <-timer.C:
		return false
	}
}

// Status says in words how the process has ended, such as "exit status 1" or
// "signal: killed", or why the command was not started. It is known after Stop only and empty until then.
func (s *Service) Status() string {
	select {
	case <-s.process.reaped:
	default:
		return ""
	}
	if s.failed != nil {
		return s.failed.Error()
	}
	return s.process.ending.text
}
