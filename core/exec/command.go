package exec

import (
	"math"
	"os"
	"time"
)

// DefaultTimeout is how long a command may run when nothing else is said.
//
// spec: exec-and-tools, timeout
const DefaultTimeout = 10 * time.Second

// Special values of [Command.Timeout].
const (
	// AtOnce kills the command as soon as it has started.
	AtOnce time.Duration = -1
	// NoTimeout lets the command run until it ends.
	NoTimeout time.Duration = math.MaxInt64
)

// TimeoutFromMillis converts a time-out as it stands on the wire: nil is the
// default, 0 is [AtOnce], and what no [time.Duration] can hold is [NoTimeout].
func TimeoutFromMillis(ms *uint64) time.Duration {
	switch {
	case ms == nil:
		return DefaultTimeout
	case *ms == 0:
		return AtOnce
	case *ms > uint64(NoTimeout/time.Millisecond):
		return NoTimeout
	}
	return time.Duration(*ms) * time.Millisecond
}

// Command describes one process to run.
type Command struct {
	// Argv is the program and its arguments. No shell is involved. The program
	// is looked up in the PATH of Env; one with a slash that is relative
	// resolves against Dir.
	Argv []string
	// Arg0 is what the process sees as its name instead of Argv[0], if not
	// empty.
	Arg0 string
	// Program is what errors call the program, Argv[0] when empty: for commands
	// that another program starts, such as a sandbox helper.
	Program string
	// Path is the file to execute, if not empty. Argv[0] is not looked up then.
	// A relative one resolves against Dir.
	Path string
	// Dir is the working directory, which must exist. Empty is the working
	// directory of this process.
	Dir string
	// Env is the whole environment, as "NAME=value". Nothing is added to it;
	// nil is an empty one.
	Env []string
	// Timeout limits the time until the process ends, [DefaultTimeout] when 0.
	// See [AtOnce] and [NoTimeout].
	Timeout time.Duration
	// Stdin is written to the standard input of the process, which is then
	// closed. Nil is the null device.
	Stdin []byte
	// Stdio makes the process use these files instead of having its output
	// captured, for commands that a user runs at a terminal.
	Stdio *Stdio
	// Report, if not nil, is for programs that prepare something and then
	// execute another one in their place, such as a sandbox helper. The
	// process gets a pipe as descriptor [ReportFD], which the helper must close
	// on exec. After the process has ended, Report gets what was written to it,
	// at most [ReportLimit] bytes and usually nothing. An error that it returns
	// says that the command itself was never started, so that a failure of the
	// helper is not taken for one of the command: Run returns no result then,
	// and the error as a [*StartError], or as the cause of one. Not available
	// on Windows.
	Report func(written []byte) error
	// KeptOption is an argument that is put behind the name when a keeper starts
	// the process, see [RunnerOptions.Keeper], if not empty. It tells a helper
	// that somebody else ends what the command leaves.
	KeptOption string
	// Watcher tells a [Service] that the process watches over others: SIGUSR1
	// makes it end everything below it, more than killing it would.
	Watcher bool
}

// program is what errors call the program.
func (c *Command) program() string {
	if c.Program == "" && len(c.Argv) > 0 {
		return c.Argv[0]
	}
	return c.Program
}

// ReportFD is the descriptor of the pipe of [Command.Report].
const ReportFD = 3

// ReportLimit bounds what [Command.Report] gets, in bytes.
const ReportLimit = 64 << 10

// Stdio holds the files of a command that is not captured. Nil is the null
// device. The process stays in the process group of this one, so that keys
// such as Ctrl-C reach it; at the end of its time only it is killed, not what it
// started.
type Stdio struct {
	Stdin, Stdout, Stderr *os.File
}
