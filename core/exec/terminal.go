package exec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/codex-go/codex/protocol"
)

// Size of a new terminal in characters.
//
// spec: exec-and-tools, exec_command
const (
	TerminalRows = 24
	TerminalCols = 80
)

// DefaultTerminalLimit bounds what a terminal keeps of its output, in bytes,
// once for [Terminal.Collect] and once for [Terminal.Result]: half of it from
// the beginning, half from the end.
const DefaultTerminalLimit = 1 << 20

var (
	// ErrEnded is the error of [Terminal.Write] when the process has ended.
	ErrEnded = errors.New("the process has ended")
	// ErrTerminalClosed is in the error of [Terminal.Result] when
	// [Terminal.Close] ended the process.
	ErrTerminalClosed = errors.New("the terminal was closed")
)

// TerminalOptions are what a terminal needs beside its command. Each zero field
// is useful.
type TerminalOptions struct {
	// OnOutput gets the output as it comes, as [Options.OnOutput] does. All of
	// it counts as standard output.
	OnOutput func(ctx context.Context, stream protocol.ExecOutputStream, chunk []byte)
	// CaptureLimit bounds what [Terminal.Result] has of the output, in bytes:
	// [DefaultTerminalLimit].
	CaptureLimit int
	// BacklogLimit bounds what is kept for [Terminal.Collect], in bytes:
	// [DefaultTerminalLimit].
	BacklogLimit int
}

// Terminal is a process on a terminal of its own, which goes on running while
// others look at its output and type for it. Make one with
// [Runner.StartTerminal]; it is over when its process has ended, which
// [Terminal.Close] and [Runner.Close] bring about. All methods may be called
// from several goroutines at once.
type Terminal struct {
	run     *run
	backlog *backlog
	cancel  context.CancelCauseFunc
	// writing holds a token while nobody writes.
	writing chan struct{}
	done    chan struct{} // closed when result and err are set
	result  *Result
	err     error
}

// StartTerminal starts a command on a new terminal of [TerminalRows] and
// [TerminalCols] and returns without waiting for it. The process leads a session
// of its own, whose controlling terminal is the new one, and runs until it ends
// or ctx does. [Command.Timeout] does not count; Stdin and Stdio must be nil.
//
// The error is a [*StartError], which matches [ErrUnsupported] where there are
// no terminals, see [TerminalsSupported]; or it matches the cause of ctx, or
// [ErrClosed]. (spec: exec-and-tools, exec_command)
func (r *Runner) StartTerminal(ctx context.Context, cmd Command, opts *TerminalOptions) (*Terminal, error) {
	var o TerminalOptions
	if opts != nil {
		o = *opts
	}
	if !TerminalsSupported || cmd.Stdin != nil || cmd.Stdio != nil {
		return nil, startError(cmd.program(), ErrUnsupported)
	}
	cmd.Timeout = NoTimeout
	x := &run{runner: r, cmd: &cmd}
	ctx, cancel := context.WithCancelCause(ctx)
	ctx, leave, err := r.enter(ctx, x)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	t := &Terminal{
		run:     x,
		backlog: newBacklog(cmp.Or(o.BacklogLimit, DefaultTerminalLimit)),
		cancel:  cancel,
		writing: make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	t.writing <- struct{}{}
	if err = context.Cause(ctx); err != nil {
		err = x.interrupted(err)
	} else {
		err = t.begin(ctx, &o)
	}
	if err != nil {
		leave()
		cancel(nil)
		return nil, err
	}
	go func() {
		defer leave()
		defer cancel(nil)
		t.result, t.err = x.finish(ctx)
		close(t.done)
	}()
	return t, nil
}

// begin opens the terminal, starts the command and the goroutines that serve
// it.
func (t *Terminal) begin(ctx context.Context, o *TerminalOptions) error {
	x := t.run
	img, err := prepare(x.cmd)
	if err != nil {
		return err
	}
	img.terminal, img.kept = true, true
	program := x.cmd.program()
	master, slave, err := openTerminal()
	if err != nil {
		return startError(program, fmt.Errorf("open a terminal: %w", err))
	}
	child := []*os.File{slave, slave, slave}
	var far *os.File
	if x.cmd.Report != nil {
		if x.report, far, err = os.Pipe(); err != nil {
			closeAll(master, slave)
			return startError(program, err)
		}
		child = append(child, far)
	}
	x.stdout = master
	x.started = time.Now()
	pid, c, err := x.runner.start.start(img, child)
	closeAll(far)
	if err != nil {
		closeAll(master, slave, x.report)
		return classifyStart(program, img.path, err)
	}
	x.output = newCollector(ctx, &Options{
		OnOutput:     o.OnOutput,
		CaptureLimit: cmp.Or(o.CaptureLimit, DefaultTerminalLimit),
	})
	x.output.single(t.backlog.write)
	x.serve(pid, c, img)
	x.runner.tasks.Go(func() {
		// The terminal is there for as long as the process, whatever that does
		// with its streams: the other end of a terminal that nobody has open
		// reports an error, and closing it would end the process.
		<-x.process.exited
		_ = slave.Close()
		// Whoever writes has nobody left to write to.
		_ = master.SetWriteDeadline(past)
	})
	return nil
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// Write types p, which may hold control characters: "\x03" is Ctrl-C. It waits
// while the process does not read and the terminal is full, until ctx ends, and
// returns how much was taken. The error matches [ErrEnded] when the process has
// ended, or the cause of ctx. Writes do not mix.
//
// A terminal hands over whole lines until the process says otherwise, and drops
// what goes beyond 4095 bytes of a line then.
func (t *Terminal) Write(ctx context.Context, p []byte) (int, error) {
	select {
	case <-t.writing:
		defer func() { t.writing <- struct{}{} }()
	case <-t.run.process.exited:
		return 0, ErrEnded
	case <-ctx.Done():
		return 0, fmt.Errorf("write to the terminal: %w", context.Cause(ctx))
	}
	master := t.run.stdout
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		_ = master.SetWriteDeadline(past)
	})
	n, err := master.Write(p)
	if !stop() {
		<-stopped
		_ = master.SetWriteDeadline(time.Time{})
		if t.run.process.hasExited() {
			_ = master.SetWriteDeadline(past)
		}
	}
	switch {
	case err == nil:
		return n, nil
	case t.run.process.hasExited():
		return n, ErrEnded
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	return n, fmt.Errorf("write to the terminal: %w", err)
}

// Collect waits, as long as given, for the end of the process, and returns what
// it wrote since Collect was called last. It returns early when ctx ends.
// Ended tells that the process has ended and that this is the rest of its
// output: [Terminal.Result] has more to say then.
func (t *Terminal) Collect(ctx context.Context, wait time.Duration) (out Output, ended bool) {
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-t.done:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	select {
	case <-t.done:
		ended = true
	default:
	}
	return t.backlog.take(), ended
}

// Done is closed when the process has ended and its output was read to the end.
func (t *Terminal) Done() <-chan struct{} { return t.done }

// Result waits for the end of the process and returns what [Runner.Run] would.
// Both streams are one here, which counts as standard output.
func (t *Terminal) Result() (*Result, error) {
	<-t.done
	return t.result, t.err
}

// Close ends the process, and all others of its session, as the end of a
// context would, and waits for that. A process that has ended by itself is left
// alone; the package says what becomes of what it has started. Close may be
// called several times.
func (t *Terminal) Close() {
	t.cancel(ErrTerminalClosed)
	<-t.done
}
