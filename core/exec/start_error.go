package exec

import (
	"errors"
	"fmt"
)

// Exit codes that stand for the end of a command in place of its own.
//
// spec: exec-and-tools, result classification
const (
	// ExitTimeout is the exit code of a command that ran out of time.
	ExitTimeout = 124
	// ExitNotExecutable is the exit code for a program that cannot be started.
	ExitNotExecutable = 126
	// ExitNotFound is the exit code for a program that does not exist.
	ExitNotFound = 127
	// ExitSignalBase plus the number of a signal is the exit code of a command
	// that the signal ended.
	ExitSignalBase = 128
	// ExitNone is the exit code where there was no command at all.
	ExitNone = -1
)

// Causes of a [*StartError], for [errors.Is]. Other causes come from the
// operating system.
var (
	// ErrEmptyCommand means that there was no program to run.
	ErrEmptyCommand = errors.New("command is empty")
	// ErrNUL means that an argument, a path or a variable held a NUL byte.
	ErrNUL = errors.New("argument contains a NUL byte")
	// ErrNotFound means that the program does not exist.
	ErrNotFound = errors.New("program not found")
	// ErrNotExecutable means that the program exists and cannot be executed.
	ErrNotExecutable = errors.New("program is not executable")
	// ErrBadDir means that the working directory does not exist or cannot be
	// entered.
	ErrBadDir = errors.New("working directory is not usable")
	// ErrUnsupported means that this system lacks what the command asks for.
	ErrUnsupported = errors.New("not supported on this system")
)

// ErrClosed is the error of [Runner.Run] after, or because of, [Runner.Close].
var ErrClosed = errors.New("runner is closed")

// StartError says why a command was not started.
type StartError struct {
	// Program is the program, as the command named it.
	Program string
	// ExitCode is the exit code to report in place of the command's own:
	// [ExitNotFound], [ExitNone] for an empty command, and otherwise
	// [ExitNotExecutable].
	ExitCode int
	// Err is the cause. It matches one of the causes of this package, or is an
	// error of the operating system.
	Err error
}

// Error names the program and the cause.
func (e *StartError) Error() string {
	if e.Program == "" {
		return "start command: " + e.Err.Error()
	}
	return fmt.Sprintf("start %q: %s", e.Program, e.Err.Error())
}

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// startError makes the error of a start with the exit code that belongs to the
// cause.
func startError(program string, err error) *StartError {
	code := ExitNotExecutable
	switch {
	case errors.Is(err, ErrEmptyCommand):
		code = ExitNone
	case errors.Is(err, ErrNotFound):
		code = ExitNotFound
	}
	return &StartError{Program: program, ExitCode: code, Err: err}
}
