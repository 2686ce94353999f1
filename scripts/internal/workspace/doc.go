// Package workspace reads the Go workspace of this repository: its modules,
// what they require of each other, and its files.
//
//	w, err := workspace.Find(".")
//	if err != nil {
//		return err
//	}
//	for _, m := range w.Modules { // what a module needs comes before it
//		fmt.Println(m.Path, m.Needs)
//	}
//
// The checks, the release and the tests of this module share it. It changes
// nothing. A [Workspace] is plain data and may be read from several goroutines.
package workspace
