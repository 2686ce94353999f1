package tools

import (
	"regexp"
	"sync"

	"github.com/codex-go/codex/core/exec"
)

// What programs print when the operating system refuses what a sandbox
// forbids, whatever the case of the letters; and the names of such errors,
// which are words of their own.
var (
	fileDenial = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i:permission denied|operation not permitted|read-only file ?system)|\b(?:EACCES|EPERM|EROFS)\b`)
	})
	networkDenial = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i:network is unreachable|could not resolve host|temporary failure in name resolution|name or service not known)|\b(?:ENETUNREACH|EAI_AGAIN|ENOTFOUND)\b`)
	})
)

// looksDenied reports whether the result of a confined command shows that the
// sandbox stood in its way: it failed, and its output says that something was
// refused, or a system call that is not allowed ended it. noNetwork says that
// the sandbox forbids the network. A failure alone is no evidence; a search
// without a match fails too. It is a guess, on which a question to the user may
// rest and nothing else. (spec: exec-and-tools, result classification; do
// better)
func looksDenied(r *exec.Result, noNetwork bool) bool {
	const sigsys = 31
	switch {
	case r.ExitCode == 0 || r.TimedOut:
		return false
	case r.Signal == sigsys:
		return true
	}
	for _, o := range []exec.Output{r.Stderr, r.Stdout} {
		for _, part := range [][]byte{o.Head, o.Tail} {
			if fileDenial().Match(part) || noNetwork && networkDenial().Match(part) {
				return true
			}
		}
	}
	return false
}
