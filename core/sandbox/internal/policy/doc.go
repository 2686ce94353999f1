// Package policy knows what a sandbox policy allows: where commands may write,
// which paths below that stay as they are, and whether there is a network. The
// sandbox helper uses it before the rest of the program is initialized, so it
// depends on little; [Parse] reads a policy without the types of the protocol.
//
// Everything here may be used from several goroutines at once. Nothing reads
// the environment; the file system is looked at where a comment says so.
package policy
