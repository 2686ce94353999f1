package exec

import (
	"fmt"
	"math"
	"strconv"
	"syscall"
	"time"

	"github.com/codex-go/codex/core/internal/lossy"
	"github.com/codex-go/codex/mcptypes/wire"
)

// Result is how a command ended and what it wrote.
type Result struct {
	// ExitCode is the exit code of the command: its own, [ExitTimeout] when it
	// ran out of time, or [ExitSignalBase] plus the number of the signal that
	// ended it. [ExitNone] if it is not known.
	ExitCode int
	// Signal is the signal that ended the process, or 0.
	Signal syscall.Signal
	// TimedOut tells that the command was killed because its time was over.
	TimedOut bool
	// StillRunning tells that processes were killed and had not ended when Run
	// returned: they hang in the kernel.
	StillRunning bool
	// Stdout and Stderr are the streams, and Aggregated is both in the order
	// in which they arrived.
	Stdout, Stderr, Aggregated Output
	// Duration is the time from the start to the end of the output.
	Duration time.Duration
}

// ModelText returns what the model gets to see of the output: both streams in
// the order in which they arrived, cut by the rules of [Truncate]. A line that
// tells of a command that ran out of time stands in front.
//
// spec: exec-and-tools, model text
func (r *Result) ModelText() string {
	prefix := ""
	if r.TimedOut {
		prefix = fmt.Sprintf("command timed out after %d milliseconds\n", r.Duration.Milliseconds())
	}
	o := r.Aggregated
	if o.Dropped == 0 {
		return Truncate(prefix + o.String())
	}
	head, tail := o.trimmed()
	dropped := o.Len() - int64(len(head)) - int64(len(tail))
	return truncate(prefix+lossy.Text(head), lossy.Text(tail), dropped, o.DroppedLines)
}

// OutputJSON returns the output of a shell-like tool as the model gets it: a
// compact JSON object of a text, usually [Result.ModelText], an exit code and a
// duration in seconds with one decimal.
//
// spec: exec-and-tools, output string for the model
func OutputJSON(text string, exitCode int, duration time.Duration) string {
	b := make([]byte, 0, len(text)+len(text)/8+96)
	b = wire.AppendString(append(b, `{"output":`...), text)
	b = strconv.AppendInt(append(b, `,"metadata":{"exit_code":`...), int64(exitCode), 10)
	seconds := math.Round(duration.Seconds()*10) / 10
	b = strconv.AppendFloat(append(b, `,"duration_seconds":`...), seconds, 'f', 1, 64)
	return string(append(b, "}}"...))
}
