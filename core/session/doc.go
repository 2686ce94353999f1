// Package session runs one conversation: it takes submissions in order, runs
// at most one task at a time (a turn, a review, a compaction), keeps the
// history that the model sees and the token account, records everything in the
// rollout and publishes events.
//
//	s, err := session.New(session.Options{ID: id, Config: cfg, Model: model, ...})
//	if err != nil {
//		return err
//	}
//	defer s.Close(ctx)
//	events := s.Events().Subscribe()
//	id, err := s.Submit(ctx, &protocol.UserInputOp{Items: items})
//
// A [Session] is created by [New] and ended by [Session.Close]. These
// goroutines belong to it, and Close waits for them: the loop, which handles
// submissions strictly in order and never waits for a task; the running task;
// and a worker for what needs the disk and no turn.
// (spec: agent-loop, session lifecycle; tasks; the turn loop)
//
// Rules that the rest of the package keeps:
//   - Items enter the history and the rollout as they complete. Every call is
//     followed by its output, also when the turn was aborted.
//   - A task is ended by itself or by the loop, never by both: whoever changes
//     its state from running reports its end, once. It stays the active task
//     until its last event is published, so that nothing of the next one comes
//     before that.
//   - The rollout is flushed before an event that ends a turn is published.
//   - Input that arrives during a turn is delivered once and never lost: the
//     decision to end a turn and the one to take its input are made under one
//     lock.
//   - A task that produces in volume waits for its followers before it reads
//     on (see package event).
//   - What a client that joins is told is derived from the events, under the
//     lock of their log.
//
// Locks are taken in this order: the registry of approvals, a task's emitting,
// the session's mu, the event log. None is held while a recorder, a model or a
// tool is waited for, but for emitting, which is held while an event of the
// task is recorded.
//
// All exported methods are safe for concurrent use.
package session
