package sandbox

// Keeper returns what to start as a keeper of commands, confined or not: a process
// that starts commands one after another, and ends what each of them has left when
// the command is done with, and when this process dies, by SIGKILL too. That holds
// for what has left the process group and session of its command and has lost its
// parent as well, which the guard of [Sandbox.Guard] does not find. What it reads
// from standard input is what package exec tells the keepers of a runner.
//
// ok is false where there is no such thing, as on systems other than Linux. A
// guard is the next best there.
func (s *Sandbox) Keeper() (inv *Invocation, ok bool) { return s.keeper() }
