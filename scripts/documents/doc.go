// Package documents holds the tests of what the repository's documents say:
// that their programs run, their links lead somewhere and the commands that
// they name exist.
package documents
