// Package budget holds the rules of who may import whom, as data, and the tests
// that hold the repository to them. ARCHITECTURE.md explains the rules; when a
// wall has to move, it moves there and here in one commit.
//
// The tests read the imports of every Go file, for all systems and with tests,
// so that no build tag hides one. They look at files of other modules, which
// the go command does not watch: run them with -count=1 after a change there, as
// CI does.
package budget
