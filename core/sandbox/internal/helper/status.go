package helper

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
)

// Stage says how far a command came.
type Stage string

// The stages at which a command may fail to start.
const (
	StageUsage Stage = "usage" // the command line of the helper is wrong
	StageSetup Stage = "setup" // the policy cannot be enforced
	StageExec  Stage = "exec"  // the command cannot be executed
)

// Exit codes for a command that cannot be started, and the base for signals.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128
)

// Status is what the helper writes to its report descriptor when it did not
// start the command. It writes nothing otherwise.
type Status struct {
	Stage Stage
	// Code is the exit code that stands for the failure: 127 for a command that
	// does not exist, 126 for one that cannot be executed, and otherwise that
	// of the helper.
	Code int
	// Errno is the error of the operating system behind it, or 0.
	Errno syscall.Errno
	// Message is a line for people.
	Message string
}

// String returns the form in which a status is written.
func (s *Status) String() string {
	message := strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s.Message)
	return fmt.Sprintf("%s %d %d %s\n", s.Stage, s.Code, int(s.Errno), message)
}

// ParseStatus reads what a helper has written. It returns nil if that is
// nothing, which means that the command was started.
func ParseStatus(data []byte) (*Status, error) {
	if len(data) == 0 {
		return nil, nil
	}
	line, ok := strings.CutSuffix(string(data), "\n")
	parts := strings.SplitN(line, " ", 4)
	if !ok || len(parts) != 4 || strings.Contains(line, "\n") {
		return nil, fmt.Errorf("the sandbox helper has written %q", data)
	}
	code, err1 := strconv.Atoi(parts[1])
	errno, err2 := strconv.ParseUint(parts[2], 10, 16)
	s := &Status{Stage: Stage(parts[0]), Code: code, Errno: syscall.Errno(errno), Message: parts[3]}
	switch s.Stage {
	case StageUsage, StageSetup, StageExec:
	default:
		err1 = fmt.Errorf("stage %q", parts[0])
	}
	if err1 != nil || err2 != nil || code <= 0 || code > 255 {
		return nil, fmt.Errorf("the sandbox helper has written %q", data)
	}
	return s, nil
}
