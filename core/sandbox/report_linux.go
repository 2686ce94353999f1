package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/helper"
	"github.com/codex-go/codex/protocol"
)

// probeTime is more than enough for a probe.
const probeTime = 10 * time.Second

// Versions of Landlock's interface that a report depends on.
const scopeABI = 6

// probe asks the helper what it can enforce.
func (s *Sandbox) probe(ctx context.Context, r *Report) error {
	var name unix.Utsname
	if err := unix.Uname(&name); err == nil {
		r.Kernel = unix.ByteSliceToString(name.Release[:])
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.o.Executable, helper.OptProbe)
	cmd.Args[0] = HelperName
	cmd.Env = []string{}
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
		}
		return err
	}
	if err := r.read(string(out)); err != nil {
		return err
	}
	if s.o.NoNamespaces {
		r.Namespaces = []string{}
		r.Limits = append(r.Limits, "namespaces are switched off")
	}
	r.Available = r.LandlockABI > 0 && r.Seccomp
	for _, p := range []protocol.SandboxPolicy{
		&protocol.ReadOnlyPolicy{},
		&protocol.WorkspaceWritePolicy{},
		&protocol.WorkspaceWritePolicy{NetworkAccess: true},
		&protocol.DangerFullAccessPolicy{},
	} {
		r.Policies = append(r.Policies, r.enforcement(p))
	}
	return nil
}

// read reads what a probe has written.
func (r *Report) read(text string) error {
	seen := false
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case helper.ProbeLandlock:
			abi, err := strconv.Atoi(value)
			if err != nil {
				return fmt.Errorf("the helper has written %q", line)
			}
			r.LandlockABI, seen = abi, true
		case helper.ProbeFilter:
			r.Seccomp = value == "yes"
			if !r.Seccomp {
				r.Limits = append(r.Limits, value)
			}
		case helper.ProbeNamespaces:
			r.Namespaces = strings.Split(value, ",")
			slices.Sort(r.Namespaces)
		case helper.ProbeLimit:
			r.Limits = append(r.Limits, value)
		default:
			return fmt.Errorf("the helper has written %q", line)
		}
	}
	if !seen {
		return fmt.Errorf("the helper has written %q", text)
	}
	return nil
}

// enforcement derives what a policy amounts to.
func (r *Report) enforcement(p protocol.SandboxPolicy) Enforcement {
	e := Enforcement{Policy: string(p.Mode()), Enforced: true, Processes: ByKeeper}
	if protocol.FullDiskWrite(p) {
		return e
	}
	workspace := p.Mode() == protocol.SandboxWorkspaceWrite
	if protocol.FullNetwork(p) {
		e.Policy += "+network"
		e.Enforced = r.LandlockABI > 0
	} else {
		e.Enforced = r.Available
		e.Network = "seccomp"
	}
	if !e.Enforced {
		return Enforcement{Policy: e.Policy}
	}
	mounts := slices.Contains(r.Namespaces, "mount")
	e.Files = "landlock"
	if mounts && workspace {
		e.Files = "landlock and mounts"
	}
	e.Metadata = mounts || !workspace
	e.Repositories = mounts || !workspace
	if slices.Contains(r.Namespaces, "pid") {
		e.Processes = ByPIDNamespace
	}
	e.Signals = e.Processes == ByPIDNamespace || r.LandlockABI >= scopeABI
	return e
}
