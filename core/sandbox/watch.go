package sandbox

// Watched is a program to start under a watcher.
type Watched struct {
	// Path is the file to execute, absolute. The Argv[0] of what runs may be
	// another.
	Path string
	Argv []string
	// ReportFD is as in [Request].
	ReportFD int
}

// Watch returns what to start in place of a program that is to run unconfined, so
// that nothing that it starts outlives it or this process, however that ends:
// also what has left its process group or session and has lost its parent, which
// the guard of [Sandbox.Guard] does not find. What is started ends as the program
// does. SIGUSR1 makes it end everything at once; killing it might leave something
// behind.
//
// ok is false where there is no such thing, as on systems other than Linux. The
// program is to be started by itself then. (spec: mcp, do better, client)
func (s *Sandbox) Watch(w Watched) (inv *Invocation, ok bool) { return s.watch(w) }
