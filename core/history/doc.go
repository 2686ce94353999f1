// Package history keeps the messages that a user sent, across conversations,
// in history.jsonl: one JSON line for each, oldest first. Front ends let the
// user leaf through them.
//
//	log := history.New(home, nil)
//	err := log.Append(ctx, conversationID, "Fix the build")
//	id, entries := log.Metadata()
//	entry, err := log.Lookup(ctx, id, entries-1)
//
// Programs share the file: whoever appends holds an advisory lock on it, and
// adds whole lines only. An entry is named by the identity of the file and the
// number of its line, so that a position is never mistaken for one in another
// file. (spec: events-and-rollouts, message history)
//
// A [Log] is safe for concurrent use. It keeps no file open between calls, and
// remembers of the file no more than where every 64th line begins.
package history
