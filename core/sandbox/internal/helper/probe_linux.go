package helper

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/landlock"
	"github.com/codex-go/codex/core/sandbox/internal/policy"
	"github.com/codex-go/codex/core/sandbox/internal/seccomp"
)

// The lines that a probe writes: one of these words, a space, and a value.
const (
	ProbeLandlock   = "landlock"   // the version of its interface, 0 without it
	ProbeFilter     = "seccomp"    // yes, or why not
	ProbeNamespaces = "namespaces" // the kinds in use, separated by commas
	ProbeLimit      = "limit"      // why something is missing; any number of lines
)

// probe tries out what this machine can enforce, writes it to w and returns an
// exit code.
func probe(w io.Writer) int {
	var b strings.Builder
	line := func(key, value string) { fmt.Fprintf(&b, "%s %s\n", key, strings.ReplaceAll(value, "\n", " ")) }
	abi, err := landlock.ABI()
	line(ProbeLandlock, fmt.Sprint(abi))
	if err != nil {
		line(ProbeLimit, err.Error())
	}
	filter := "yes"
	if err := probeFilter(); err != nil {
		filter = err.Error()
	}
	line(ProbeFilter, filter)
	if abi > 0 && filter == "yes" {
		probeNamespaces(line)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return exitFailed
	}
	return 0
}

// probeFilter returns why a filter cannot be installed.
func probeFilter() error {
	if _, err := seccomp.Assemble(nil); err != nil {
		return err
	}
	action := uint32(unix.SECCOMP_RET_KILL_PROCESS)
	var p program
	p.add("", unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, keep(&p, &action))
	if _, errno := p.run(); errno != 0 {
		return fmt.Errorf("system call filters are not available: %w", errno)
	}
	return nil
}

// probeNamespaces makes the namespaces that commands would run in, with all
// that comes before a command.
func probeNamespaces(line func(key, value string)) {
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	workspace := &policy.Policy{Mode: policy.WorkspaceWrite}
	c, err := newConfinement(workspace, policy.Roots(workspace, dir, "", nil))
	if err != nil {
		line(ProbeLimit, err.Error())
		return
	}
	for _, m := range modes(c.have) {
		s := supervisor{confinement: c, mode: m}
		f := s.run()
		if f.err == nil {
			line(ProbeNamespaces, strings.Join(m.names(), ","))
			return
		}
		line(ProbeLimit, "without "+strings.Join(m.names(), ", ")+" namespaces: "+f.err.Error())
		if !errors.Is(f.err, errNotAllowed) {
			return
		}
	}
}

// names returns the kinds of namespaces of a mode.
func (m mode) names() []string {
	names := []string{"mount", "ipc"}
	if m.user {
		names = append(names, "user")
	}
	if m.pid {
		names = append(names, "pid")
	}
	return names
}
