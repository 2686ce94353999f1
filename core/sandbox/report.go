package sandbox

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Report says what is enforced on a machine. It is written as JSON by the debug
// command.
type Report struct {
	// OS and Arch are the system, as Go names it.
	OS   string `json:"os"`
	Arch string `json:"arch"`
	// Kernel is the release of the kernel, "" if it is not known.
	Kernel string `json:"kernel"`
	// Kind is that of the sandbox, see [Sandbox.Kind].
	Kind string `json:"kind"`
	// Available tells whether commands can be confined at all.
	Available bool `json:"available"`
	// LandlockABI is the version of Landlock's interface, 0 without it.
	LandlockABI int `json:"landlock_abi"`
	// Seccomp tells whether system call filters can be installed.
	Seccomp bool `json:"seccomp"`
	// Namespaces are the kinds that a command gets for itself, sorted.
	Namespaces []string `json:"namespaces"`
	// Limits are the reasons why something is not enforced, for people.
	Limits []string `json:"limits"`
	// Policies tell what each policy amounts to.
	Policies []Enforcement `json:"policies"`
}

// Enforcement is what a policy amounts to on a machine.
type Enforcement struct {
	// Policy is the mode of the policy, with "+network" if it allows that.
	Policy string `json:"policy"`
	// Enforced tells whether commands run under this policy. The other fields
	// hold only then.
	Enforced bool `json:"enforced"`
	// Files names what keeps commands from writing elsewhere, "" where they may.
	Files string `json:"files"`
	// Metadata tells that modes, owners and times of files elsewhere cannot be
	// changed either.
	Metadata bool `json:"metadata"`
	// Repositories tells that the .git of a writable root cannot be written.
	Repositories bool `json:"repositories"`
	// Network names what keeps commands from the network, "" where they may use
	// it.
	Network string `json:"network"`
	// Signals tells that no signal reaches a process outside.
	Signals bool `json:"signals"`
	// Processes names what ends the processes that a command has started. A
	// "pid namespace" ends all of them with the command and with the server.
	// Without one a keeper, see [Sandbox.Keeper], does, which is their
	// "subreaper"; the command itself gets a "parent-death signal" when the keeper
	// dies. Where there are no keepers, a guard, see [Sandbox.Guard], ends the
	// "process group" of the command and what that has started.
	Processes string `json:"processes"`
}

// Values of [Enforcement.Processes].
const (
	ByPIDNamespace = "pid namespace"
	ByKeeper       = "subreaper, parent-death signal and process group"
	ByGroup        = "process group" // where there is neither of the others
	ByNothing      = ""              // what the system does by itself
)

// Report tries out what this machine enforces. It starts a process the first
// time, and returns the same report from then on. The error tells that the
// attempt itself failed; a machine that can do nothing has a report.
func (s *Sandbox) Report(ctx context.Context) (*Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.report == nil {
		r := &Report{OS: runtime.GOOS, Arch: runtime.GOARCH, Kind: kind, Namespaces: []string{}, Limits: []string{}}
		if err := s.probe(ctx, r); err != nil {
			return nil, fmt.Errorf("find out what the sandbox enforces: %w", err)
		}
		s.report = r
	}
	return s.report.clone(), nil
}

func (r *Report) clone() *Report {
	c := *r
	c.Namespaces, c.Limits, c.Policies = slices.Clone(r.Namespaces), slices.Clone(r.Limits), slices.Clone(r.Policies)
	return &c
}

// String returns the report as a line for people.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s", r.OS, r.Arch)
	if r.Kernel != "" {
		fmt.Fprintf(&b, " %s", r.Kernel)
	}
	if !r.Available {
		b.WriteString(": commands cannot be confined")
	} else {
		b.WriteString(": " + r.Kind)
		if r.LandlockABI > 0 {
			fmt.Fprintf(&b, " (ABI %d)", r.LandlockABI)
		}
		if r.Seccomp {
			b.WriteString(", seccomp")
		}
		if len(r.Namespaces) > 0 {
			fmt.Fprintf(&b, ", namespaces: %s", strings.Join(r.Namespaces, " "))
		} else if r.OS == "linux" {
			b.WriteString(", no namespaces: .git is not protected")
		}
	}
	for _, limit := range r.Limits {
		b.WriteString("; " + limit)
	}
	return b.String()
}
