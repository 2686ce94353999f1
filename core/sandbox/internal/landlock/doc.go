// Package landlock speaks to the Linux security module of that name: it makes
// rulesets, which a thread then enforces upon itself and its descendants.
//
// It uses the system calls themselves. The helper prepares a ruleset, and a
// child that it has forked enforces it; a library that restricts all threads of
// the calling process cannot be used for that, nor one that hides how much the
// kernel understands.
//
// On other systems the package is empty.
package landlock
