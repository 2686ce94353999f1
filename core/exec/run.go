package exec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

// pipeSize is more than a pipe holds by default, in bytes.
const pipeSize = 128 << 10

// run is one call of [Runner.Run].
type run struct {
	runner *Runner
	cmd    *Command

	started time.Time
	process *process
	output  *collector

	// The ends of pipes that this process holds, nil for those that the command
	// does not have. On a terminal stdout is its end for this process.
	stdout, stderr, stdin, report *os.File

	reported    []byte        // complete when reportEnded is closed
	reportEnded chan struct{} // closed when the report was read to its end
	ended       chan struct{} // closed when that and both streams were
}

// begin starts the command and the goroutines that serve it.
func (x *run) begin(ctx context.Context, opts *Options) (err error) {
	img, err := prepare(x.cmd)
	if err != nil {
		return err
	}
	if x.cmd.Report != nil && runtime.GOOS == "windows" {
		return startError(x.cmd.program(), ErrUnsupported)
	}
	pipes, err := x.openPipes()
	if err != nil {
		return startError(x.cmd.program(), err)
	}
	x.started = time.Now()
	img.kept = x.cmd.Stdio == nil
	pid, c, err := x.runner.start.start(img, pipes.child)
	closeAll(pipes.opened...)
	if err != nil {
		closeAll(x.stdout, x.stderr, x.stdin, x.report)
		return classifyStart(x.cmd.program(), img.path, err)
	}
	x.output = newCollector(ctx, opts)
	x.serve(pid, c, img)
	return nil
}

// childPipes are the files of a child.
type childPipes struct {
	child  []*os.File // standard streams and, if asked for, the report
	opened []*os.File // those that were opened here, to close after the start
}

// openPipes opens the files of the child and keeps the other ends of pipes.
func (x *run) openPipes() (p childPipes, err error) {
	defer func() {
		if err != nil {
			closeAll(p.opened...)
			closeAll(x.stdout, x.stderr, x.stdin, x.report)
		}
	}()
	open := func(f *os.File, err error) *os.File {
		if err == nil {
			p.opened = append(p.opened, f)
		}
		return f
	}
	// pipe opens a pipe; near is the end for this process.
	pipe := func(childWrites bool) (near, far *os.File, err error) {
		near, far, err = newPipe(childWrites)
		return near, open(far, err), err
	}
	p.child = make([]*os.File, 3, 4)
	if files := x.cmd.Stdio; files != nil {
		p.child[0], p.child[1], p.child[2] = files.Stdin, files.Stdout, files.Stderr
	} else {
		if x.stdout, p.child[1], err = pipe(true); err != nil {
			return p, err
		}
		if x.stderr, p.child[2], err = pipe(true); err != nil {
			return p, err
		}
	}
	if x.cmd.Stdin != nil {
		if x.stdin, p.child[0], err = pipe(false); err != nil {
			return p, err
		}
	}
	for i, f := range p.child {
		if f == nil {
			null, err := openNull()
			if p.child[i] = open(null, err); err != nil {
				return p, err
			}
		}
	}
	if x.cmd.Report != nil {
		var far *os.File
		if x.report, far, err = pipe(true); err != nil {
			return p, err
		}
		p.child = append(p.child, far)
	}
	return p, nil
}

// serve starts the goroutines of a started command, whose output is set.
func (x *run) serve(pid int, c child, img *image) {
	tasks := &x.runner.tasks
	tasks.Add(1)
	x.process = watch(pid, c, img.own, x.runner.start.guard.ended, tasks.Done)
	x.process.terminal = img.terminal
	x.ended = make(chan struct{})
	x.reportEnded = make(chan struct{})

	var streams sync.WaitGroup
	if x.stdout != nil {
		streams.Go(func() { x.output.drain(x.stdout, protocol.StreamStdout) })
	}
	if x.stderr != nil {
		streams.Go(func() { x.output.drain(x.stderr, protocol.StreamStderr) })
	}
	if x.report != nil {
		streams.Go(func() {
			x.reported = readReport(x.report)
			close(x.reportEnded)
		})
	} else {
		close(x.reportEnded)
	}
	tasks.Go(func() {
		streams.Wait()
		close(x.ended)
	})
	if x.stdin != nil {
		tasks.Go(func() {
			// The command may end without reading everything.
			_, _ = x.stdin.Write(x.cmd.Stdin)
			_ = x.stdin.Close()
		})
	}
}

// finish waits for the end of the command, or brings it about.
func (x *run) finish(ctx context.Context) (*Result, error) {
	timedOut := x.waitTime(ctx)
	// A command that has ended by itself has a result, also when ctx ended at the
	// same time: then only what it has left is stopped.
	itself := !timedOut && x.process.hasExited()
	ended, rest := true, min(x.runner.opts.Linger, x.limit()-time.Since(x.started))
	switch {
	case timedOut || ctx.Err() != nil:
		ended = x.stop(timedOut && x.cmd.Timeout < 0)
		close(x.process.release)
	case x.process.terminal && x.process.child.endsRest():
		// What it has left in another session holds the terminal open, and may be
		// silent for good.
		close(x.process.release)
		x.settle(nil, rest)
	default:
		if !x.settle(ctx.Done(), rest) && ctx.Err() != nil {
			ended = x.stop(false)
		}
		close(x.process.release)
	}
	cause := context.Cause(ctx)
	if itself {
		cause = nil
	}
	return x.result(timedOut, ended, cause)
}

// waitTime waits for the process, its time or the end of ctx, and reports
// whether its time is over.
func (x *run) waitTime(ctx context.Context) (timedOut bool) {
	if x.cmd.Timeout < 0 {
		return context.Cause(ctx) == nil
	}
	timer := time.NewTimer(x.limit())
	defer timer.Stop()
	select {
	case <-x.process.exited:
		return false
	case <-ctx.Done():
		return false
	case <-timer.C:
		return !x.process.hasExited()
	}
}

// limit is the time that the command has.
func (x *run) limit() time.Duration { return cmp.Or(x.cmd.Timeout, DefaultTimeout) }

// settle waits, after the process has ended or was killed, for the rest of its
// output: to the end of all pipes, or until what it left in the background
// is silent, has had the most of time, or done is closed. The output of a
// terminal ends with its process, so that silence there is that of a reader who
// has no processor. It reports whether the end was reached.
func (x *run) settle(done <-chan struct{}, most time.Duration) bool {
	quiet := min(x.runner.opts.Quiet, max(most, 0))
	began := time.Now()
	readBefore, _, _ := x.output.state()
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	for {
		select {
		case <-x.ended:
			return true
		case <-done:
			return false
		case <-timer.C:
		}
		read, idle, calling := x.output.state()
		idle = min(idle, time.Since(began))
		left := most - time.Since(began)
		slow := calling || pending(x.stdout) || pending(x.stderr)
		switch {
		case slow && (left > 0 || read-readBefore < 2*pipeSize):
			// A reader that is slow is not a command that is silent. It
			// gets what the command itself wrote, which fits into the pipes.
			timer.Reset(quiet)
		case left <= 0 || idle >= quiet && !x.process.terminal:
			return false
		case idle >= quiet:
			timer.Reset(left)
		default:
			timer.Reset(min(quiet-idle, left))
		}
	}
}

// stop ends the process and its group, waits for that and for the end of the
// output, all within bounds. It reports whether the processes have ended.
func (x *run) stop(atOnce bool) bool {
	opts := &x.runner.opts
	ended := !atOnce && x.process.endWithin(opts.TermGrace, x.process.terminate) ||
		x.process.endWithin(opts.KillWait, x.process.kill) ||
		x.process.child.giveUp() && x.process.endWithin(opts.KillWait, x.process.kill)
	x.settle(nil, opts.KillWait)
	return ended
}

// result gathers the outcome. The goroutines of the run end, unless they read
// for background processes.
func (x *run) result(timedOut, ended bool, cause error) (*Result, error) {
	res := &Result{ExitCode: ExitNone, TimedOut: timedOut, StillRunning: !ended}
	if x.process.hasExited() {
		<-x.process.reaped
		res.ExitCode, res.Signal = x.process.ending.code, x.process.ending.signal
	}
	if timedOut {
		res.ExitCode = ExitTimeout
	}
	res.Stdout, res.Stderr, res.Aggregated = x.output.detach()
	res.Duration = time.Since(x.started)
	closeAll(x.stdin, x.report)
	<-x.reportEnded
	switch {
	case x.outputEnded():
	case timedOut || cause != nil:
		x.closeOutput()
	default:
		x.runner.keepReading(x)
	}
	if x.cmd.Report != nil {
		if err := x.cmd.Report(x.reported); err != nil {
			var start *StartError
			if !errors.As(err, &start) {
				err = startError(x.cmd.program(), err)
			}
			return nil, err
		}
	}
	if cause != nil {
		return res, x.interrupted(cause)
	}
	return res, nil
}

// interrupted is the error for a command that did not come to its end.
func (x *run) interrupted(cause error) error {
	if x.cmd.program() == "" {
		return fmt.Errorf("run command: %w", cause)
	}
	return fmt.Errorf("run %q: %w", x.cmd.program(), cause)
}

// outputEnded reports whether all pipes were read to their end.
func (x *run) outputEnded() bool {
	select {
	case <-x.ended:
		return true
	default:
		return false
	}
}

// closeOutput ends the goroutines that read.
func (x *run) closeOutput() {
	closeAll(x.stdout, x.stderr)
	<-x.ended
}
