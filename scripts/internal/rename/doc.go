// Package rename changes the prefix that the paths of all modules of the
// repository share, wherever it is written: module files, imports, documents
// and workflows.
//
//	changed, err := rename.Prefix(ctx, root, "example.org/agents/codex")
//
// Files are changed in place, one after the other; whoever calls keeps others
// away from them. Nothing else may be written at the same time.
package rename
