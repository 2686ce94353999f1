package session

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// task is a unit of work that a submission started. (spec: agent-loop, tasks)
type task struct {
	submissionID string
	turnID       string
	settings     *settings
	ctx          context.Context
	cancel       context.CancelFunc
	done         chan struct{} // closed when run has returned
	// run does the work. It returns the last message of the agent, or nil.
	run func(t *task) *string
	// private is the history of a task that does not add to the
	// conversation's, or nil. Guarded by the session's mu.
	private *[]protocol.ResponseItem
	// compaction says that the task is a compaction and takes no input.
	compaction bool
	// aborted is called after a task was aborted and before its last event.
	aborted func(t *task)
	// diff follows the files that the task's patches touch.
	diff *turndiff.Tracker
	// detached is set when an aborted task did not end in time: it is not
	// heard any more.
	detached atomic.Bool

	// pending is the input that arrived during the task. Guarded by the
	// session's mu.
	pending []pendingInput
	// ended is set when the task ended by itself, under the session's mu and
	// read by its own goroutine.
	ended bool
	// texts are what the user said, for the notify hook. Only run uses them.
	texts []string
}

// pendingInput is a message that waits for the next model call.
type pendingInput struct {
	item *protocol.MessageItem
	user bool // the user said it, so that it gets a user_message record
}

// abortTimeout bounds how long an abort waits for the processes of a task.
const abortTimeout = 10 * time.Second

// userInput starts a turn with items, or adds them to the running one. Input
// for a compaction waits for its end.
func (s *Session) userInput(sub submission, items []protocol.InputItem) {
	if s.postpone(sub, func(t *task) bool { return t.compaction }) || s.inject(items, true) {
		return
	}
	s.mu.Lock()
	set := s.settings
	if set.outputSchema != nil {
		plain := *set
		plain.outputSchema = nil
		s.settings = &plain
	}
	s.mu.Unlock()
	s.start(sub, &task{settings: set, run: func(t *task) *string { return s.runTurn(t, items) }})
}

// postpone keeps a submission for the end of the running task, if the task is
// one that it must wait for, and reports whether it did.
func (s *Session) postpone(sub submission, must func(*task) bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active == nil || !must(s.active) {
		return false
	}
	s.postponed = append(s.postponed, sub)
	return true
}

// resume handles what was postponed, as far as nothing runs again.
func (s *Session) resume() {
	for {
		s.mu.Lock()
		if s.active != nil || len(s.postponed) == 0 {
			s.mu.Unlock()
			return
		}
		sub := s.postponed[0]
		s.postponed = s.postponed[1:]
		s.mu.Unlock()
		s.handle(sub)
	}
}

// forgetPostponed drops what waits for the end of a task that the user
// interrupted. What the user said stays in the history.
func (s *Session) forgetPostponed() {
	s.mu.Lock()
	postponed := s.postponed
	s.postponed = nil
	s.mu.Unlock()
	for _, sub := range postponed {
		var items []protocol.InputItem
		switch op := sub.op.(type) {
		case *protocol.UserInputOp:
			items = op.Items
		case *protocol.UserTurnOp:
			items = op.Items
		}
		if len(items) > 0 {
			item := s.message(items)
			s.record(nil, item)
			s.persist(&protocol.EventMsgLine{Msg: userMessage(item)})
		}
	}
}

// inject adds input to the running task and reports whether there is one.
func (s *Session) inject(items []protocol.InputItem, user bool) bool {
	item := s.message(items)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active == nil {
		return false
	}
	if len(items) > 0 {
		s.active.pending = append(s.active.pending, pendingInput{item: item, user: user})
	}
	return true
}

// message makes one message of a user's input. What cannot be read is left out
// with a warning.
func (s *Session) message(items []protocol.InputItem) *protocol.MessageItem {
	item, skipped := prompt.UserMessage(items)
	for _, err := range skipped {
		s.zlog.Warn().Err(err).Msg("an image was left out")
	}
	return item
}

// takePending returns the input that arrived since it was called last.
func (s *Session) takePending(t *task) []pendingInput {
	s.mu.Lock()
	defer s.mu.Unlock()
	pending := t.pending
	t.pending = nil
	return pending
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
	t.ctx, t.cancel = context.WithCancel(s.ctx)
	s.mu.Lock()
	s.active = t
	s.mu.Unlock()
	go func() {
		defer close(t.done)
		defer t.cancel()
		last := t.run(t)
		s.finish(t, last)
	}()
}

// tryEnd takes the task out of its place unless input is waiting for it, in one
// step, so that no input falls between two turns.
func (s *Session) tryEnd(t *task) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(t.pending) > 0 {
		return false
	}
	if s.active == t {
		s.active = nil
		t.ended = true
	}
	return true
}

// finish reports the end of a task that was not aborted.
func (s *Session) finish(t *task, last *string) {
	s.mu.Lock()
	if s.active == t {
		s.active = nil
		t.ended = true
	}
	rest := t.pending
	t.pending = nil
	s.mu.Unlock()
	if !t.ended {
		return // aborted: whoever did it says so
	}
	// After a failure what came too late for a model call is not forgotten.
	for _, p := range rest {
		s.recordPending(t, p)
	}
	s.flush()
	s.emit(t, &protocol.TaskCompleteEvent{LastAgentMessage: last})
	select {
	case s.kick <- struct{}{}: // the loop looks for what waited for the end
	default:
	}
}

// recordPending records input that arrived during a task.
func (s *Session) recordPending(t *task, p pendingInput) {
	if p.user {
		s.recordInput(t, p.item)
	} else {
		s.record(t, p.item)
	}
}

// abort ends the running task, waits until it is gone and reports whether there
// was one. Only the loop calls it.
func (s *Session) abort(reason protocol.TurnAbortReason) bool {
	s.mu.Lock()
	t := s.active
	s.active = nil
	s.mu.Unlock()
	if t == nil {
		return false
	}
	t.cancel()
	timer := time.NewTimer(abortTimeout)
	defer timer.Stop()
	select {
	case <-t.done:
	case <-timer.C:
		t.detached.Store(true)
		s.zlog.Error().Str("submission", t.submissionID).Msg("an aborted task does not end")
	}
	for _, p := range s.takePending(t) {
		s.recordPending(t, p)
	}
	if t.aborted != nil {
		t.aborted(t)
	}
	abort := &protocol.TurnAbortedEvent{Reason: reason}
	s.persist(&protocol.EventMsgLine{Msg: abort})
	s.flush()
	s.log.Publish(event.Event{SubmissionID: t.submissionID, TurnID: t.turnID, Msg: abort})
	return true
}
