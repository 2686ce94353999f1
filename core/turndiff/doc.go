// Package turndiff tells what the patches of one task changed, as a diff in
// the form of git.
//
//	tracker := turndiff.New()
//	...
//	err := tracker.Begin(ctx, changes)        // before each patch is applied
//	...
//	text, changed, err := tracker.Diff(ctx)   // after it, and after each response
//	if changed {
//		// send a turn diff event with text, which is empty after a revert
//	}
//
// A [Tracker] remembers how each file was when a patch of the task first
// touched it, and compares that with the disk whenever it is asked. Changes by
// other commands show up in files that a patch touched too, and in no others.
// It runs no program: repositories are found by their .git entry and blob ids
// are computed here.
//
// # Bounds
//
// The content of a file is looked at up to [MaxFileBytes]; the contents kept by
// one tracker take at most [MaxBaselineBytes], and one diff at most about
// [MaxDiffBytes]. A file past a bound appears with its headers and blob ids, and
// the line that stands for binary content instead of hunks.
//
// A tracker belongs to one task. Its methods may be called concurrently.
package turndiff
