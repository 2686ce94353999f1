package helper

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/landlock"
	"github.com/codex-go/codex/core/sandbox/internal/policy"
	"github.com/codex-go/codex/core/sandbox/internal/seccomp"
)

// confinement is what a policy means on this machine.
type confinement struct {
	policy *policy.Policy
	roots  []policy.Root
	// ruleset is what the command may do with files.
	ruleset *landlock.Ruleset
	// filter is the system call filter, empty where the network is allowed.
	filter []unix.SockFilter
	// have are the capabilities of this process.
	have capSet
}

// newConfinement prepares everything that can fail for lack of support, so that
// nothing runs with less than the policy asks for.
func newConfinement(p *policy.Policy, roots []policy.Root) (*confinement, error) {
	c := &confinement{policy: p, roots: roots, have: permittedCaps()}
	var err error
	if c.ruleset, err = fileRules(p, roots); err != nil {
		return nil, err
	}
	if !p.FullNetwork() {
		rules := seccomp.Rules(seccomp.Options{Metadata: p.Mode == policy.ReadOnly})
		if c.filter, err = seccomp.Assemble(rules); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// fileRules returns what the command may do with files. (spec: exec-and-tools,
// Landlock rules)
func fileRules(p *policy.Policy, roots []policy.Root) (*landlock.Ruleset, error) {
	rules, err := landlock.New(p.FullNetwork())
	if err != nil {
		return nil, err
	}
	if err := rules.Allow("/", landlock.Read); err != nil {
		return nil, fmt.Errorf("allow reading: %w", err)
	}
	if err := rules.Allow("/dev/null", landlock.All); err != nil && !cannotOpen(err) {
		return nil, fmt.Errorf("allow /dev/null: %w", err)
	}
	for _, root := range roots {
		if err := rules.Allow(root.Path, landlock.All); err != nil && !cannotOpen(err) {
			return nil, fmt.Errorf("allow writing: %w", err)
		}
	}
	return rules, nil
}

// cannotOpen reports whether a path is not there for this user. Nothing is
// allowed for it then.
func cannotOpen(err error) bool {
	var pathErr *fs.PathError
	return errors.As(err, &pathErr)
}

// addRestrictions appends the calls by which a process restricts itself and
// what it will start, for good. have are the capabilities that it has by then.
func (c *confinement) addRestrictions(p *program, have capSet) {
	keepCaps := ownerCaps
	if c.policy.FullNetwork() {
		keepCaps |= networkCaps
	}
	addDropCaps(p, have, keepCaps)
	p.add("set no_new_privs", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	p.add("enforce landlock rules", unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(c.ruleset.FD()), 0)
	if len(c.filter) > 0 {
		prog := &unix.SockFprog{Len: uint16(len(c.filter)), Filter: &c.filter[0]}
		p.add("install the system call filter", unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0,
			keep(p, prog))
	}
}
