package exec

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

// RunnerOptions are the patience of a [Runner]. Each zero field has the default
// that stands with it.
type RunnerOptions struct {
	// TermGrace is how long processes that were asked to end may take before
	// they are killed: 500 ms.
	TermGrace time.Duration
	// KillWait is how long Run waits for processes that were killed, and again
	// for the end of their output: 2 s.
	KillWait time.Duration
	// Quiet is how long no output must have come, after a command has ended,
	// for what it left in the background to count as silent: 2 s. Run then
	// returns although a stream is still open.
	Quiet time.Duration
	// Linger bounds the wait after a command has ended when the streams are
	// open and output goes on: 10 s. The time of the command bounds it too.
	Linger time.Duration
	// MaxBackground is how many commands may have left processes in the
	// background whose output is still read. The output of the oldest is closed
	// when there are more: 64.
	MaxBackground int
	// Guard is a program that ends what commands have left when this process
	// dies, or [Runner.Close] is called, such as the guard of package sandbox;
	// nil for none. It is started before the first command and reads from its
	// standard input a line for each of them: "+" and its process id when it
	// was started, "-" and the id when it has ended, or "~" in place of that if
	// it has left others in its process group. It acts when the input ends.
	// [Command.Argv], Arg0, Path, Dir and Env count.
	Guard *Command
	// Keeper is a program that starts commands for this one and ends what they
	// leave, such as the keeper of package sandbox; nil for none. Some of it run,
	// as many as there are commands at once, from the first command on. Commands
	// that it starts need no guard; it starts all but those with
	// [Command.Stdio], and services. A system without keepers passes over it.
	// The same fields count.
	Keeper *Command
}

// Runner runs commands. Make one with [NewRunner]; it is meant to live as long
// as the program, or at least as long as the commands that it runs.
type Runner struct {
	opts  RunnerOptions
	start *starter

	mu         sync.Mutex
	closed     bool
	active     map[*run]context.CancelCauseFunc // commands in Run
	background []*run                           // commands whose output is still read, oldest first
	services   map[*Service]struct{}            // those that were not stopped

	runs  sync.WaitGroup // calls of Run
	tasks sync.WaitGroup // goroutines that may outlive their Run
}

// NewRunner returns a runner. Nil options are the defaults. Nothing is started
// before the first command.
func NewRunner(opts *RunnerOptions) *Runner {
	var o RunnerOptions
	if opts != nil {
		o = *opts
	}
	o.TermGrace = cmp.Or(o.TermGrace, 500*time.Millisecond)
	o.KillWait = cmp.Or(o.KillWait, 2*time.Second)
	o.Quiet = cmp.Or(o.Quiet, 2*time.Second)
	o.Linger = cmp.Or(o.Linger, 10*time.Second)
	o.MaxBackground = cmp.Or(o.MaxBackground, 64)
	return &Runner{opts: o, start: newStarter(newGuard(o.Guard), newKeepers(o.Keeper)), active: map[*run]context.CancelCauseFunc{},
		services: map[*Service]struct{}{}}
}

// Options are what one run needs beside its command. Each zero field is useful.
type Options struct {
	// OnOutput gets the output as it comes, in chunks of at most [MaxChunk]
	// bytes and at most [MaxChunks] of each stream. Calls come one by one, in
	// the order in which output arrived, and never after Run has returned. The
	// bytes are valid during the call only. OnOutput may block, which in the end
	// blocks the command; Run waits for it, so that it must return when ctx
	// ends.
	OnOutput func(ctx context.Context, stream protocol.ExecOutputStream, chunk []byte)
	// CaptureLimit bounds what is kept of each stream and of both together, in
	// bytes: [DefaultCaptureLimit].
	CaptureLimit int
}

// Run runs a command to its end and returns how it ended.
//
// The error is a [*StartError] when the command was not started; there is no
// Result then. It matches the cause of ctx, or [ErrClosed], when that ended the
// command before it had ended by itself; there is a Result too if the command had
// been started. Every other end of a command, also the one of its time, is a
// Result without an error.
func (r *Runner) Run(ctx context.Context, cmd Command, opts *Options) (*Result, error) {
	if opts == nil {
		opts = &Options{}
	}
	x := &run{runner: r, cmd: &cmd}
	ctx, leave, err := r.enter(ctx, x)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := context.Cause(ctx); err != nil {
		return nil, x.interrupted(err)
	}
	if err := x.begin(ctx, opts); err != nil {
		return nil, err
	}
	return x.finish(ctx)
}

// enter registers a run, so that Close ends it and waits for it.
func (r *Runner) enter(ctx context.Context, x *run) (context.Context, func(), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, ErrClosed
	}
	ctx, cancel := context.WithCancelCause(ctx)
	r.active[x] = cancel
	r.runs.Add(1)
	return ctx, func() {
		cancel(nil)
		r.mu.Lock()
		delete(r.active, x)
		r.mu.Unlock()
		r.runs.Done()
	}, nil
}

// keepReading lets the goroutines of a run read on for background processes.
func (r *Runner) keepReading(x *run) {
	r.mu.Lock()
	r.background = slices.DeleteFunc(r.background, (*run).outputEnded)
	r.background = append(r.background, x)
	var oldest *run
	if len(r.background) > r.opts.MaxBackground {
		oldest = r.background[0]
		r.background = slices.Delete(r.background, 0, 1)
	}
	r.mu.Unlock()
	if oldest != nil {
		oldest.closeOutput()
	}
}

// Close ends the commands that are running, as the end of their context would,
// waits for their Run, stops services, and stops reading for background
// processes. Run and Start fail with [ErrClosed] from then on. Close may be called several times; each call
// waits. The error tells of processes that could not be ended.
func (r *Runner) Close() error {
	r.mu.Lock()
	first := !r.closed
	r.closed = true
	for _, cancel := range r.active {
		cancel(ErrClosed)
	}
	services := slices.Collect(maps.Keys(r.services))
	r.mu.Unlock()
	var stops sync.WaitGroup
	for _, s := range services {
		stops.Go(func() { _ = s.Stop(0) }) // what does not end shows below
	}
	stops.Wait()
	r.runs.Wait()
	if first {
		r.start.close()
	}
	r.mu.Lock()
	background := r.background
	r.background = nil
	r.mu.Unlock()
	for _, x := range background {
		x.closeOutput()
	}

	ended := make(chan struct{})
	go func() {
		r.tasks.Wait()
		close(ended)
	}()
	timer := time.NewTimer(r.opts.KillWait)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
		return errors.New("close runner: a killed process has not ended")
	}
}

// closeAll closes files; nil ones are passed over.
func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}
