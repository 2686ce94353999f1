// Package filesearch finds files by parts of their paths, for a picker that
// searches with every key the user presses.
//
//	matches, err := filesearch.Search(ctx, "main rs", []string{"/home/ada/project"}, nil)
//	for _, m := range matches {
//		fmt.Println(m.Score, m.Path, m.Indices)
//	}
//
// A query is a list of atoms, separated by blanks. A path matches when the
// characters of every atom occur in it in order; the closer they stand together
// and the more of them begin a word, the higher the score. Directories are walked
// by several goroutines at a time and only listed, never asked about single
// files; what .gitignore and .ignore files leave out is not searched, and neither
// is what version control keeps for itself. (spec: app-server, fuzzyFileSearch)
//
// Search keeps no state between calls, waits for all its goroutines, and is safe
// for concurrent use. It reads the names of files and the texts of ignore files,
// and nothing else.
package filesearch
