// Package session runs one conversation: it takes submissions in order, runs
// at most one task at a time (a turn, a review, a compaction), keeps the
// history that the model sees and the token account, records everything in the
// rollout and publishes events.
//
// A [Session] is created by [New] and ended by [Session.Close]. Two kinds of
// goroutines belong to it: the loop, which handles submissions strictly in
// order and never waits for a task, and the running task. Close waits for
// both. (spec: agent-loop, session lifecycle; tasks; the turn loop)
//
// Rules that the rest of the package keeps:
//   - Items enter the history and the rollout as they complete. Every call is
//     followed by its output, also when the turn was aborted.
//   - The rollout is flushed before an event that ends a turn is published.
//   - Input that arrives during a turn is delivered once and never lost.
//   - A task that produces in volume waits for its followers before it reads
//     on (see package event).
//
// All exported methods are safe for concurrent use.
package session
