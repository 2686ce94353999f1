package exec

import (
	"os"
	"syscall"
)

// TerminalsSupported tells whether [Runner.StartTerminal] works on this system.
const TerminalsSupported = false

func openTerminal() (master, slave *os.File, err error) { return nil, nil, ErrUnsupported }

func controlTerminal(*syscall.SysProcAttr) {}
