package session

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// abortTimeout bounds how long an abort waits for the processes of a task.
const abortTimeout = 10 * time.Second

// taskKind says what a task does.
type taskKind uint8

const (
	regularTask    taskKind = iota // a turn
	reviewTask                     // a turn with a history of its own
	compactionTask                 // takes no input
)

// taskState says who ends a task.
type taskState uint8

const (
	taskRunning  taskState = iota // takes input
	taskEnding                    // ends by itself; its last events are on their way
	taskAborting                  // is ended by the loop
)

// task is a unit of work that a submission started. (spec: agent-loop, tasks)
//
// A task is either ended by itself or aborted by the loop, and exactly one of
// both reports its end: whoever changes its state from running. It stays the
// session's active task until its last event is published, so that nothing of
// the next one can come before that.
type task struct {
	kind         taskKind
	submissionID string
	turnID       string
	settings     *settings
	history      *history // the session's, or its own
	ctx          context.Context
	cancel       context.CancelFunc
	done         chan struct{} // closed when the goroutine has ended
	// run does the work. It returns the last message of the agent, or nil.
	run func(t *task) *string
	// outer is the task that this one is a part of, or nil.
	outer *task
	// exit is called when the task has ended, before its last event, with the
	// last message of the agent, or nil when it failed or was aborted.
	exit func(t *task, last *string)
	// diff follows the files that the task's patches touch.
	diff *turndiff.Tracker

	// Guarded by the session's mu.
	state       taskState
	interrupted bool // the user ended the task instead of answering
	pending     []pendingInput
	call        protocol.ResponseItem // recorded and without an output so far

	// emitting is held while an event of the task is published.
	emitting sync.Mutex
	detached bool        // did not end in time and is not heard any more
	begun    event.Event // a begin event without an end so far
	open     []string    // ids of items that were opened and not closed

	// Used by the goroutine of the task alone.
	texts        []string // what the user said, for the notify hook
	complete     bool     // the turn came to its end: the hook may fire
	offered      []modelclient.Tool
	instructions string
}

// pendingInput is a message that waits for the next model call.
type pendingInput struct {
	item *protocol.MessageItem
	user bool // the user said it; otherwise the program did
}

// start runs a task. A task that runs is replaced.
func (s *Session) start(sub submission, t *task) {
	s.abort(protocol.AbortReplaced)
	t.submissionID, t.turnID = sub.id, sub.turnID
	t.done = make(chan struct{})
	t.diff = turndiff.New()
	if t.turnID == "" {
		t.turnID = protocol.NewTurnID(s.o.Now())
	}
	if t.history == nil {
		t.history = &s.history
	}
	t.ctx, t.cancel = context.WithCancel(s.ctx)
	s.mu.Lock()
	s.active = t
	s.mu.Unlock()
	s.tasks.Go(func() {
		defer close(t.done)
		defer t.cancel()
		s.finish(t, s.work(t))
	})
}

// work does the work of a task. A panic ends the task as an error does.
func (s *Session) work(t *task) (last *string) {
	defer func() {
		if p := recover(); p != nil {
			s.zlog.Error().Str("submission", t.submissionID).Str("stack", string(debug.Stack())).Msgf("a task failed: %v", p)
			last = nil
			s.fail(t, errInternal)
		}
	}()
	return t.run(t)
}

// errInternal is what the user reads when the program itself failed.
var errInternal = errors.New("the turn failed because of an internal error")

// running returns the task that takes input, after waiting for the last events
// of one that ends. Only the loop calls it.
func (s *Session) running() *task {
	s.mu.Lock()
	t := s.active
	ending := t != nil && t.state == taskEnding
	s.mu.Unlock()
	if ending {
		<-t.done
		return nil
	}
	return t
}

// offer adds input to a task, if it still takes some.
func (s *Session) offer(t *task, p pendingInput) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.state != taskRunning {
		return false
	}
	t.pending = append(t.pending, p)
	return true
}

// tryEnd ends a task unless input of the user waits for it, in one step, so
// that no input falls between two turns.
func (s *Session) tryEnd(t *task) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(t.pending, func(p pendingInput) bool { return p.user }) {
		return false
	}
	if t.state == taskRunning {
		t.state = taskEnding
	}
	return true
}

// takePending records the input that arrived since the last model call.
func (s *Session) takePending(t *task) {
	s.mu.Lock()
	pending := t.pending
	t.pending = nil
	s.mu.Unlock()
	for _, p := range pending {
		if p.user {
			t.texts = append(t.texts, userTexts(p.item)...)
			s.recordInput(t, p.item)
		} else {
			s.record(t, p.item)
		}
	}
}

// finish ends a task that has done its work, unless the loop does that.
func (s *Session) finish(t *task, last *string) {
	s.mu.Lock()
	if t.state == taskAborting {
		s.mu.Unlock()
		return
	}
	t.state = taskEnding
	interrupted := t.interrupted
	s.mu.Unlock()
	if !interrupted {
		s.conclude(t, last, "")
		return
	}
	s.conclude(t, nil, protocol.AbortInterrupted)
}

// abort ends the running task, waits until it and its processes are gone and
// reports whether there was one. A task that is at its end already comes to
// it. Only the loop calls it. (spec: agent-loop, tasks)
func (s *Session) abort(reason protocol.TurnAbortReason) bool {
	s.mu.Lock()
	t := s.active
	switch {
	case t == nil:
		s.mu.Unlock()
		return false
	case t.state == taskEnding:
		s.mu.Unlock()
		<-t.done
		return false
	}
	t.state = taskAborting
	s.mu.Unlock()
	t.cancel()
	timer := time.NewTimer(abortTimeout)
	defer timer.Stop()
	select {
	case <-t.done:
	case <-timer.C:
		s.zlog.Error().Str("submission", t.submissionID).Msg("an aborted task does not end")
		s.detach(t)
	}
	s.conclude(t, nil, reason)
	return true
}

// detach stops listening to a task that does not end, and ends for it what it
// has begun.
func (s *Session) detach(t *task) {
	t.emitting.Lock()
	t.detached = true
	begun := t.begun
	t.emitting.Unlock()
	if end := endOf(begun.Msg); end != nil {
		s.publishFor(t, event.Event{ItemID: begun.ItemID, Msg: end})
	}
	s.mu.Lock()
	call := t.call
	t.call = nil
	s.mu.Unlock()
	if call != nil {
		s.append(t.history, output(call, abortedOutput, false))
	}
}

// conclude reports the end of a task: it is over, and either its own goroutine
// is here or the loop. What is recorded is with the operating system before
// the last event is published. (spec: events-and-rollouts, do better)
func (s *Session) conclude(t *task, last *string, aborted protocol.TurnAbortReason) {
	s.mu.Lock()
	rest := t.pending
	t.pending = nil
	s.mu.Unlock()
	// What came too late for a model call is not forgotten, also when the task
	// has a history of its own.
	for _, p := range rest {
		if p.user {
			s.recordLateInput(t, p.item)
		} else {
			s.record(nil, p.item)
		}
	}
	s.asks.EndTurn(t.turnID)
	s.closeItems(t)
	if t.exit != nil {
		t.exit(t, last)
	}
	var end protocol.EventMsg = &protocol.TaskCompleteEvent{LastAgentMessage: last}
	if aborted != "" {
		end = &protocol.TurnAbortedEvent{Reason: aborted}
	}
	s.publishDurably(event.Event{SubmissionID: t.submissionID, TurnID: t.turnID, Msg: end}, func() {
		if aborted == "" && t.complete {
			s.notify(t, last)
		}
	})
	if t.interrupted {
		s.forgetPostponed()
	}
	s.mu.Lock()
	s.active = nil
	s.mu.Unlock()
	select {
	case s.kick <- struct{}{}: // the loop looks for what waited for the end
	default:
	}
}

// fail reports what ended a task. An abort is reported by whoever aborted.
func (s *Session) fail(t *task, err error) {
	if t.ctx.Err() != nil || errors.Is(err, approval.ErrAborted) {
		return
	}
	s.emitItem(t, "", &protocol.ErrorEvent{Message: err.Error()}, &event.TurnFailed{Err: err})
}

// endOf returns the end event for a begin event whose end never came, or nil.
func endOf(begun protocol.EventMsg) protocol.EventMsg {
	const reason = "it was interrupted and has not ended yet"
	switch b := begun.(type) {
	case *protocol.ExecCommandBeginEvent:
		return &protocol.ExecCommandEndEvent{CallID: b.CallID, ExitCode: -1, Stderr: reason, AggregatedOutput: reason, FormattedOutput: reason}
	case *protocol.PatchApplyBeginEvent:
		return &protocol.PatchApplyEndEvent{CallID: b.CallID, Stderr: reason}
	case *protocol.McpToolCallBeginEvent:
		return &protocol.McpToolCallEndEvent{CallID: b.CallID, Invocation: b.Invocation, Result: protocol.McpCallResult{Err: reason}}
	}
	return nil
}
