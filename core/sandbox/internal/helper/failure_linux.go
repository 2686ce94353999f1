package helper

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// statusWriter writes a status to the report descriptor, if there is one.
type statusWriter struct{ file *os.File }

// openStatus takes the report descriptor, so that the command does not get it.
func openStatus(fd int) statusWriter {
	if fd < 0 {
		return statusWriter{}
	}
	unix.CloseOnExec(fd)
	return statusWriter{os.NewFile(uintptr(fd), "report")}
}

// write writes a status. The server may be gone; nobody else needs to know.
func (w statusWriter) write(f *failure) {
	if w.file == nil {
		return
	}
	s := Status{Stage: f.stage, Code: f.code, Message: f.err.Error()}
	errors.As(f.err, &s.Errno)
	_, _ = w.file.WriteString(s.String())
}

// failure says why the command could not be executed.
func (m *image) failure(errno syscall.Errno) *failure {
	f := &failure{stage: StageExec, code: exitNotExecutable, err: fmt.Errorf("run %q: %w", m.program, errno)}
	if errno != unix.ENOENT {
		return f
	}
	for _, path := range m.paths {
		if _, err := os.Stat(path); err == nil {
			// The file is there, so that it is its interpreter that is not.
			f.err = fmt.Errorf("run %q: the interpreter of %s is missing: %w", m.program, path, errno)
			return f
		}
	}
	f.code = exitNotFound
	return f
}
