package exec

import (
	"bytes"
	"runtime"
	"slices"
	"syscall"
)

// denialWords are what programs print, in lower case, when the operating system
// refuses what a sandbox forbids: files, processes and the network, and what
// programs make of a name server that cannot be reached.
var denialWords = [][]byte{
	[]byte("permission denied"),
	[]byte("operation not permitted"),
	[]byte("read-only file system"),
	[]byte("network is unreachable"),
	[]byte("could not resolve host"),
	[]byte("temporary failure in name resolution"),
	[]byte("name or service not known"),
}

// denialCodes are the names under which runtimes print the same errors.
var denialCodes = [][]byte{[]byte("EACCES"), []byte("EPERM"), []byte("EROFS"), []byte("ENETUNREACH"), []byte("EAI_AGAIN")}

// LooksDenied reports whether the result of a command that ran in a sandbox
// shows that the sandbox stood in its way: the command failed, and its output
// says that something was refused, or a system call ended it. An exit code alone
// proves nothing; a search without a match fails too. It is a guess, on which a
// question to the user may rest and nothing else.
//
// spec: exec-and-tools, result classification
func (r *Result) LooksDenied() bool {
	if r.ExitCode == 0 || r.TimedOut || r.ExitCode == ExitNotFound {
		return false
	}
	if runtime.GOOS == "linux" && r.ExitCode == ExitSignalBase+int(sigsys) {
		return true
	}
	for _, part := range [][]byte{r.Aggregated.Head, r.Aggregated.Tail} {
		if containsAny(part, denialCodes) || containsAny(bytes.ToLower(part), denialWords) {
			return true
		}
	}
	return false
}

func containsAny(text []byte, words [][]byte) bool {
	return slices.ContainsFunc(words, func(word []byte) bool { return bytes.Contains(text, word) })
}

// sigsys is the signal that a seccomp filter ends a process with, as Linux
// numbers it.
const sigsys = syscall.Signal(31)
