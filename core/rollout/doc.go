// Package rollout keeps conversations on disk: one file of JSON lines for each,
// written as the conversation goes and read to list, resume, fork and archive.
//
// A [Store] owns all of it; [NewFileStore] returns the one that keeps the
// files under a CODEX_HOME, in the layout that every release of the program
// reads:
//
//	store := rollout.NewFileStore(home, nil)
//	w, err := store.Create(ctx, rollout.Meta{ID: id, Cwd: cwd, Source: protocol.SourceVSCode}, rollout.WriterOptions{})
//	if err != nil {
//		return err
//	}
//	defer w.Close(ctx)
//	w.Record(&protocol.ResponseItemLine{Item: item}) // queued
//	err = w.Flush(ctx)                               // now the operating system has it
//
// # Who owns what
//
// Whoever holds a [Writer] owns the conversation: no other writer, in this
// process or another that knows the lock, is given out for the same id until
// it is closed. Readers need no permission. A writer only ever appends whole
// lines; what a crash left half written is closed off by the next writer and
// passed over by every reader. A file that somebody removes under its writer is
// put back with all that it held, and one that somebody shortens gets its first
// line again.
//
// # Memory
//
// Files are read and written as streams. Reading holds one line at a time, of
// at most [MaxLineBytes]; [Store.Load] holds what the model would be sent, and
// nothing that came before the last compaction but the newest of the user's
// messages; [Store.List] reads the first few kilobytes of the files on a page.
//
// # Index
//
// A page out of ten thousand conversations takes a few milliseconds that way,
// unless most of them are not wanted: a list of those that a person held would
// look into all that programs held. What lists pass over is therefore
// remembered, in sessions.cache in the home directory, by the state of each
// file that had nothing to show or came in by another door. The index tells
// nothing else: the directories say which files there are, what is shown is
// read from the files, and a file that was written to in any way is looked
// into again, no matter by whom. It holds no words of anybody, may be removed
// at any time, and is written again by itself; where it cannot be written, or
// files have no inode and no time of change to compare, lists take longer and
// are the same.
//
// # Damage
//
// Readers pass over lines that they cannot read, and count them.
// [FileStore.Verify] tells what is wrong with a file, and [FileStore.Repair]
// puts a sound one in its place.
//
// # Newer releases
//
// Lines and members that this release does not know are kept. A fork that
// begins in another file is read with its beginning. Files that are compressed
// are refused with [ErrCompressed].
//
// All methods of a [Store] and of a [Writer] are safe for concurrent use.
package rollout
