// Command repotool keeps the repository in order:
//
//	repotool check              what no file may hold: see package sourcecheck
//	repotool rename PREFIX      give all modules another prefix, in place
//	repotool release VERSION    make and try a release in a clone
//
// It works on the repository that the current folder is in. The scripts
// rename-module and release call it.
package main
