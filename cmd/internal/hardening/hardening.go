package hardening

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Step is a part of the hardening. Its value is the exit code for its failure.
type Step int

// The steps that can fail.
const (
	// NotDumpable keeps others of the same user from looking into the process.
	NotDumpable Step = 5
	// DenyAttach does so on macOS.
	DenyAttach Step = 6
	// NoCore limits core dumps to nothing.
	NoCore Step = 7
)

// String says what the step does.
func (s Step) String() string {
	switch s {
	case NotDumpable:
		return "make the process not dumpable"
	case DenyAttach:
		return "deny debuggers"
	case NoCore:
		return "switch core dumps off"
	}
	return fmt.Sprintf("step %d", int(s))
}

// Error is the failure of a step. The process must not go on.
type Error struct {
	Step Step
	Err  error
}

// Error names the step and its cause.
func (e *Error) Error() string {
	return "harden the process: " + e.Step.String() + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns the exit code for an error of [Apply]: 5, 6 or 7 for that of
// a step.
func ExitCode(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return int(e.Step)
	}
	return 1
}

// Apply hardens this process. Where the system has nothing of the kind it does
// nothing. The error is an [*Error].
func Apply() error {
	for _, s := range steps() {
		if err := s.apply(); err != nil {
			return &Error{Step: s.step, Err: err}
		}
	}
	for _, name := range names(os.Environ(), loaderPrefix) {
		if err := os.Unsetenv(name); err != nil {
			return fmt.Errorf("harden the process: unset %s: %w", name, err)
		}
	}
	return nil
}

// step is a step of this system.
type step struct {
	step  Step
	apply func() error
}

// names returns the names of variables that begin with prefix, or nothing if
// that is empty.
func names(environ []string, prefix string) []string {
	var found []string
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		if prefix != "" && strings.HasPrefix(name, prefix) {
			found = append(found, name)
		}
	}
	return found
}
