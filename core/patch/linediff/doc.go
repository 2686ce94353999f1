// Package linediff compares two texts line by line and writes the result as
// the hunks of a unified diff.
//
// It is the one diff of the program: package patch uses it with one line of
// context for the changes that a client is shown before an approval, package
// turndiff with three lines for the diff of a whole turn.
//
//	hunks := linediff.Unified("a\nb\n", "a\nB\n", 1)
//	// @@ -1,2 +1,2 @@
//	//  a
//	// -b
//	// +B
//
// The algorithm is Myers' in linear space, after lines that occur on one side
// only have been set aside. The work is bounded: texts that differ so much
// that the shortest script would take too long get a longer but correct one.
// The same two texts always give the same diff.
//
// A line ends with a line feed, which belongs to it; a last line without one
// differs from the same line with one, as in git. Everything in the package is
// a pure function and safe for concurrent use.
package linediff
