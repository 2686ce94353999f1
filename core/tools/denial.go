package tools

import (
	"bytes"

	"github.com/codex-go/codex/core/exec"
)

// denials are what programs print, in lower case, when the operating system
// refuses what a sandbox forbids.
var denials = [][]byte{
	[]byte("permission denied"), []byte("operation not permitted"), []byte("read-only file system"),
	[]byte("network is unreachable"), []byte("could not resolve host"),
	[]byte("temporary failure in name resolution"), []byte("name or service not known"),
	[]byte("eacces"), []byte("eperm"), []byte("erofs"), []byte("enetunreach"), []byte("eai_again"),
}

// looksDenied reports whether the result of a confined command shows that the
// sandbox stood in its way: it failed, and its output says that something was
// refused, or a system call that is not allowed ended it. A failure alone is no
// evidence; a search without a match fails too. It is a guess, on which a
// question to the user may rest and nothing else. (spec: exec-and-tools, result
// classification; do better)
func looksDenied(r *exec.Result) bool {
	const sigsys = 31
	switch {
	case r.ExitCode == 0 || r.TimedOut:
		return false
	case r.Signal == sigsys:
		return true
	}
	for _, o := range []exec.Output{r.Stderr, r.Stdout} {
		for _, part := range [][]byte{o.Head, o.Tail} {
			part = bytes.ToLower(part)
			for _, d := range denials {
				if bytes.Contains(part, d) {
					return true
				}
			}
		}
	}
	return false
}
