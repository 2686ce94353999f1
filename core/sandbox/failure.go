package sandbox

import (
	"syscall"

	"github.com/codex-go/codex/core/sandbox/internal/helper"
)

// Failure says why a command was not started.
type Failure struct {
	// Setup tells that the policy could not be enforced, or that the helper was
	// called in a wrong way. Otherwise the command itself could not be executed.
	Setup bool
	// ExitCode stands for the failure: 127 for a command that does not exist,
	// 126 for one that cannot be executed, and otherwise that of the helper.
	ExitCode int
	// Errno is the error of the operating system behind it, or 0.
	Errno syscall.Errno
	// Message is a line for people.
	Message string
}

// Error returns the message.
func (f *Failure) Error() string {
	if f.Setup {
		return "sandbox: " + f.Message
	}
	return f.Message
}

// Unwrap returns the error of the operating system, or nil.
func (f *Failure) Unwrap() error {
	if f.Errno == 0 {
		return nil
	}
	return f.Errno
}

// ParseReport reads what a process has written to [Request.ReportFD]. Nothing
// means that the command was started, whatever became of it. Otherwise the error
// is a [*Failure], or another one for what no helper writes.
func ParseReport(written []byte) error {
	status, err := helper.ParseStatus(written)
	if err != nil || status == nil {
		return err
	}
	return &Failure{
		Setup:    status.Stage != helper.StageExec,
		ExitCode: status.Code,
		Errno:    status.Errno,
		Message:  status.Message,
	}
}
