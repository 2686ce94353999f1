package mcpclient

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// Command is a server to be started.
type Command struct {
	// Argv is the program and its arguments.
	Argv []string
	// Dir is the working directory.
	Dir string
	// Env is the whole environment of the server, as "NAME=value".
	Env []string
	// Search is the environment whose PATH the program is looked up in first;
	// that of Env comes second.
	Search []string
}

// Process is a server that runs.
type Process interface {
	// Stdin is the standard input of the server. Close may be called while a
	// Write is blocked, which ends it.
	Stdin() io.WriteCloser
	Stdout() io.Reader
	Stderr() io.Reader
	// Exited is closed when the server has ended, even if something that it
	// started goes on.
	Exited() <-chan struct{}
	// Stop closes standard input, waits for the server to end by itself, at most
	// for the grace, and ends it and what it started. It then closes the output,
	// so that a blocked Read ends. It may be called several times; each call
	// waits.
	Stop(grace time.Duration) error
	// Status says in words how the server has ended, once Stop has returned.
	Status() string
}

// StartFunc starts a server. It must not wait for it.
type StartFunc func(Command) (Process, error)

// errNoProcesses is the error for a stdio server where none can be started.
var errNoProcesses = errors.New("servers that are started as processes are not available here")

// maxLogLine bounds a line of a server's standard error in the log, in bytes.
const maxLogLine = 4 << 10

// logLines writes the lines of a server's standard error to the log, until its
// end. mask goes over them.
func logLines(r io.Reader, mask *strings.Replacer, log *zerolog.Logger) {
	lines := bufio.NewReaderSize(r, maxLogLine)
	for {
		line, err := lines.ReadSlice('\n')
		cut := errors.Is(err, bufio.ErrBufferFull)
		if text := strings.TrimRight(string(line), "\r\n"); text != "" {
			log.Info().Str("stderr", strings.ToValidUTF8(mask.Replace(text), "\uFFFD")).Bool("cut", cut).Msg("MCP server says")
		}
		for cut { // the rest of an overlong line
			_, err = lines.ReadSlice('\n')
			cut = errors.Is(err, bufio.ErrBufferFull)
		}
		if err != nil {
			return
		}
	}
}
