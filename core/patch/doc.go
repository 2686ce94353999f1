// Package patch reads the patch language that models write, checks a patch
// against the files and applies it.
//
//	p, err := patch.Parse(text)                           // the text is a patch
//	plan, err := patch.NewPlan(ctx, patch.OS(), dir, p)   // it fits the files
//	changes := plan.Changes()                             // what to ask the user about
//	err = plan.Apply(ctx, patch.OS())                     // all of it or nothing
//
// The steps are apart because an approval stands between the second and the
// last one, which usually runs in another process, under a sandbox: that
// process is the program itself, started with [RunFlag], and [Main] is all it
// does. Its text is [Patch.Text].
//
// # Language
//
//	*** Begin Patch
//	*** Add File: new.txt
//	+every line of the new file
//	*** Delete File: old.txt
//	*** Update File: some.go
//	*** Move to: other.go
//	@@ func main() {
//	 	a line of context
//	-	a line that goes
//	+	a line that comes
//	*** End of File
//	*** End Patch
//
// The place of a chunk is where its context and removed lines are found, after
// the chunk before it and after the lines named by @@. Blanks at the ends of
// lines and typographic characters do not keep a line from being found; what
// is not changed stays in the file byte for byte, line endings and a missing
// last line feed included.
//
// # Guarantees
//
// Sections are evaluated one after the other, so that a patch may add a file
// and then update it. A plan is computed in full before anything is written,
// files are replaced by renames, and a failure or a cancelled context undoes
// what was done. Everything is deterministic: results are in patch order.
//
// Errors are [*ParseError] and [*ApplyError]; their texts are written for the
// model, which gets to read them. Nothing here asks anybody: whether a patch
// may be applied is for the approval rules, to which [Plan.Files] gives the
// real paths of all files and [Plan.Overwrites] those that would be lost.
//
// All functions are safe for concurrent use. A [Plan] can be read by many
// goroutines, but applied once only.
package patch
