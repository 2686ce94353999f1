package session

import (
	"context"

	"github.com/codex-go/codex/core/customprompt"
	"github.com/codex-go/codex/protocol"
)

// asideSize is how many jobs may wait for the worker.
const asideSize = 256

// worker does what needs the disk and no turn, one job after the other, so
// that the loop goes on meanwhile.
type worker struct {
	jobs chan func()
	done chan struct{}
}

func newWorker() *worker {
	w := &worker{jobs: make(chan func(), asideSize), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for job := range w.jobs {
			job()
		}
	}()
	return w
}

// try hands a job over and reports whether there was room. Only the loop calls
// it and stop.
func (w *worker) try(job func()) bool {
	select {
	case w.jobs <- job:
		return true
	default:
		return false
	}
}

// stop lets the worker finish what waits, as long as ctx allows.
func (w *worker) stop(ctx context.Context) {
	close(w.jobs)
	select {
	case <-w.done:
	case <-ctx.Done():
	}
}

// addToHistory appends to the message history. A failure is only logged.
// (spec: agent-loop, message history)
func (s *Session) addToHistory(op *protocol.AddToHistoryOp) {
	queued := s.aside.try(func() {
		if err := s.o.History.Append(s.ctx, s.o.ID, op.Text); err != nil {
			s.zlog.Warn().Err(err).Msg("the message history was not written")
		}
	})
	if !queued {
		s.zlog.Warn().Msg("the message history was not written: too much waits for it")
	}
}

// historyEntry answers with an entry of the message history, or without.
func (s *Session) historyEntry(sub submission, op *protocol.GetHistoryEntryRequestOp) {
	answer := &protocol.GetHistoryEntryResponseEvent{Offset: op.Offset, LogID: op.LogID}
	queued := s.aside.try(func() {
		entry, err := s.o.History.Lookup(s.ctx, op.LogID, op.Offset)
		if err != nil {
			s.zlog.Debug().Err(err).Msg("no such entry in the message history")
		}
		answer.Entry = entry
		s.reply(sub, answer)
	})
	if !queued {
		s.reply(sub, answer)
	}
}

// listCustomPrompts answers with the user's prompt files.
func (s *Session) listCustomPrompts(sub submission) {
	queued := s.aside.try(func() {
		s.reply(sub, &protocol.ListCustomPromptsResponseEvent{CustomPrompts: customprompt.List(s.o.Config.Home)})
	})
	if !queued {
		s.reply(sub, &protocol.ListCustomPromptsResponseEvent{CustomPrompts: []protocol.CustomPrompt{}})
	}
}
