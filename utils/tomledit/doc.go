// Package tomledit changes single keys of TOML files that people write by
// hand. Comments, order, spacing, quotes, line endings and everything else that
// an edit does not have to touch stay as they are, byte for byte.
//
//	err := tomledit.Edit(ctx, path, func(doc *tomledit.Document) error {
//		return doc.Set([]string{"profiles", "work", "model"}, tomledit.String("gpt-5"))
//	})
//
// A key is found wherever it is written: below a [table] header, as a dotted
// key, or in an inline table. A new key goes to the other keys of its table, a
// new table behind its relatives or at the end of the file. Keys are given as
// segments, so that names with dots and blanks are safe.
//
// After every edit the new text is parsed, and the edit is refused, with the
// document as it was, unless exactly the addressed key has changed. So a form
// of TOML that the package does not foresee costs an error, never a setting.
//
// A [Document] is for one goroutine. [Edit] may be called from several, and by
// several programs, at once: writers of one file wait for each other.
package tomledit
