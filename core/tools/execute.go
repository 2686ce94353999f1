package tools

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/shellcmd"
	"github.com/codex-go/codex/protocol"
)

// running is a process about to run, and how its events look.
type running struct {
	command   exec.Command
	sandboxed bool
	// begin and end make the events around the run.
	begin func() protocol.EventMsg
	end   func(o *outcome) protocol.EventMsg
	// deltas says that output is shown as it comes.
	deltas bool
	// final says that a failure is not the sandbox's doing.
	final bool
	// after is called when the end event was sent, or nil.
	after func()
}

// outcome is how a process ended, whatever happened.
type outcome struct {
	exitCode                   int
	stdout, stderr, aggregated string
	formatted                  string // for the model
	duration                   time.Duration
	timedOut                   bool
	denied                     bool // the sandbox seems to have stopped it
	// notStarted is set when there was no process.
	notStarted error
}

// running prepares a command of the shell tool.
func (s *Set) running(h Host, c *command, sandboxed bool) *running {
	return &running{
		command: exec.Command{
			Argv:    s.o.Shell.Rewrite(c.argv, s.o.UseProfile, shellcmd.Join),
			Dir:     c.dir,
			Env:     Environ(s.o.Environ, h.SandboxPolicy()),
			Timeout: c.timeout,
		},
		sandboxed: sandboxed,
		deltas:    true,
		begin: func() protocol.EventMsg {
			return &protocol.ExecCommandBeginEvent{CallID: c.callID, Command: c.argv, Cwd: c.dir, ParsedCmd: shellcmd.Parse(c.known())}
		},
		end: func(o *outcome) protocol.EventMsg {
			return &protocol.ExecCommandEndEvent{
				CallID: c.callID, Stdout: o.stdout, Stderr: o.stderr, AggregatedOutput: o.aggregated,
				ExitCode: int32(o.exitCode), Duration: protocol.DurationOf(o.duration), FormattedOutput: o.formatted,
			}
		},
	}
}

// execute runs a process with its events, asks whether to go on outside of the
// sandbox when that seems to have stopped it, and returns what the model reads.
// (spec: exec-and-tools, retry after a sandbox error)
func (s *Set) execute(ctx context.Context, h Host, c *command, r *running) (Result, error) {
	o, err := s.run(ctx, h, c, r)
	if err != nil {
		return Result{}, err
	}
	if !s.mayRetry(h, r, o) {
		return o.result(r.denied(o), s.sandboxKind()), nil
	}
	if ok, err := s.askRetry(ctx, h, c, o); !ok {
		return Result{Text: rejectedByUser}, err
	}
	r.sandboxed = false
	if o, err = s.run(ctx, h, c, r); err != nil {
		return Result{}, err
	}
	return o.result(false, ""), nil
}

// denied reports whether the sandbox seems to have stopped the process.
func (r *running) denied(o *outcome) bool { return r.sandboxed && !r.final && o.denied }

// mayRetry reports whether the user is asked to try again outside of the
// sandbox.
func (s *Set) mayRetry(h Host, r *running, o *outcome) bool {
	policy := h.ApprovalPolicy()
	return r.denied(o) && policy != protocol.AskNever && policy != protocol.AskOnRequest
}

// askRetry asks whether to try again outside of the sandbox. The error is that
// of [Host.Ask].
func (s *Set) askRetry(ctx context.Context, h Host, c *command, o *outcome) (bool, error) {
	h.Emit(c.callID, &protocol.BackgroundEvent{Message: fmt.Sprintf("Execution failed in the sandbox with exit code %d", o.exitCode)})
	d, err := s.ask(ctx, h, c, "The command failed inside the sandbox. Retry it outside of the sandbox?")
	if err != nil || !approved(d) {
		return false, err
	}
	h.Emit(c.callID, &protocol.BackgroundEvent{Message: "Retrying the command outside of the sandbox"})
	return true, nil
}

func (s *Set) sandboxKind() string {
	if s.o.Sandbox == nil {
		return "none"
	}
	return s.o.Sandbox.Kind()
}

// run runs a process between its begin and end events. The error is that of
// the context; the end event is sent in any case, also when something panics.
func (s *Set) run(ctx context.Context, h Host, c *command, r *running) (o *outcome, err error) {
	h.Emit(c.callID, r.begin())
	o = newOutcome(nil, errNotRun)
	defer func() {
		h.Emit(c.callID, r.end(o))
		if r.after != nil {
			r.after()
		}
	}()
	cmd := r.command
	var result *exec.Result
	if r.sandboxed {
		err = s.o.Sandbox.Confine(&cmd, h.SandboxPolicy(), h.Cwd())
	}
	if err == nil {
		result, err = s.o.Runner.Run(ctx, cmd, s.outputOptions(h, c, r))
	}
	o = newOutcome(result, err)
	if result != nil {
		o.denied = looksDenied(result, !protocol.FullNetwork(h.SandboxPolicy()))
	}
	return o, ctx.Err()
}

// errNotRun stands for the outcome of a process until there is one.
var errNotRun = errors.New("the command was not run to its end")

// outputOptions streams output to the followers. A follower that does not read
// holds the process up through its pipes.
func (s *Set) outputOptions(h Host, c *command, r *running) *exec.Options {
	if !r.deltas {
		return nil
	}
	return &exec.Options{OnOutput: func(ctx context.Context, stream protocol.ExecOutputStream, chunk []byte) {
		if h.Room(ctx) != nil {
			return // the turn is over
		}
		h.Emit(c.callID, &protocol.ExecCommandOutputDeltaEvent{
			CallID: c.callID, Stream: stream, Chunk: append([]byte(nil), chunk...),
		})
	}}
}

// newOutcome sums up what the runner returned. result may be nil when err is
// not.
func newOutcome(result *exec.Result, err error) *outcome {
	o := &outcome{}
	if result != nil {
		o.exitCode = result.ExitCode
		o.stdout, o.stderr, o.aggregated = result.Stdout.String(), result.Stderr.String(), result.Aggregated.String()
		o.duration = result.Duration
		o.timedOut = result.TimedOut
		o.formatted = result.ModelText()
		return o
	}
	o.notStarted = err
	o.exitCode = exec.ExitNone
	var start *exec.StartError
	if errors.As(err, &start) {
		o.exitCode = start.ExitCode
	}
	o.stderr = err.Error()
	o.aggregated, o.formatted = o.stderr, o.stderr
	return o
}

// deniedNote tells the model that the sandbox, of a kind, was in the way.
const deniedNote = "[the command seems to have been stopped by the sandbox (%s)]"

// result is what the model reads. Where nothing ran and nothing stands in for an
// exit code there is no output either, but a sentence.
// (spec: exec-and-tools, output string for the model)
func (o *outcome) result(denied bool, sandbox string) Result {
	if o.notStarted != nil && o.exitCode == exec.ExitNone {
		return Result{Text: "execution error: " + o.notStarted.Error()}
	}
	text := o.formatted
	if denied {
		text += fmt.Sprintf("\n"+deniedNote, sandbox)
	}
	return Result{Text: exec.OutputJSON(text, o.exitCode, o.duration), Success: o.exitCode == 0}
}
