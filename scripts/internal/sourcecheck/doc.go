// Package sourcecheck finds what no file of this repository may hold: too many
// lines, marks of unfinished work, paths of the machine it was written on, and
// regular expressions that do not compile, or do so whenever the program starts.
//
//	for _, p := range sourcecheck.File("core/exec/run.go", text, rules) {
//		fmt.Println(p)
//	}
//
// [Repository] looks at all files. Everything is a pure function but for that
// one, which reads files, and safe for concurrent use.
package sourcecheck
