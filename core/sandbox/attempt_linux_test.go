package sandbox

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/sandbox/internal/landlock"
	"github.com/codex-go/codex/protocol"
)

// attempt is one way out of a sandbox.
type attempt struct {
	name string
	// needs says what must be there to stop it.
	needs need
	// works says for whom it works outside of a sandbox.
	works works
	// try returns nil if it worked, and otherwise why not.
	try func(w *world) error
}

// need is what it takes to stop an attempt.
type need int

const (
	// always is stopped wherever commands can be confined.
	always need = iota
	// mounts takes a mount namespace.
	mounts
	// ownIPC takes an IPC namespace, which comes with that.
	ownIPC
	// scope takes a PID namespace, or a kernel that scopes signals.
	scope
	// pids takes a PID namespace.
	pids
)

// works says who could do something without a sandbox, which shows that it is
// the sandbox which stops it.
type works int

const (
	// anybody can.
	anybody works = iota
	// rootOnly: it takes privileges.
	rootOnly
	// nobody: it takes what not every machine has, would harm it, or works by
	// chance only.
	nobody
)

func (n need) met(m machine) bool {
	switch n {
	case mounts, ownIPC:
		return m.namespaces
	case pids:
		return m.pid
	case scope:
		abi, _ := landlock.ABI()
		return m.pid || landlock.HasScope(abi)
	}
	return true
}

// attempts returns all of them, in order.
func attempts() []attempt {
	return slices.Concat(fileAttempts, repositoryAttempts, networkAttempts, processAttempts, namespaceAttempts)
}

// errNothing is the result of an attempt that found nothing to try it with.
var errNothing = errors.New("nothing to try it with")

// escape is the role inside of the sandbox: it makes the attempts with the names
// args[1:] in the world args[0], and writes a line for each.
func escape(args []string) int {
	w, err := readWorld(args[0])
	if err != nil {
		return fail(err)
	}
	for _, a := range attempts() {
		if slices.Contains(args[1:], a.name) {
			fmt.Printf("%s\t%s\n", a.name, strings.ReplaceAll(fmt.Sprint(a.try(w)), "\n", " "))
		}
	}
	return 0
}

// TestEscape makes every attempt that a policy is to stop on a machine, on every
// machine.
func TestEscape(t *testing.T) {
	t.Parallel()
	policies := []struct {
		name   string
		policy func(w *world) protocol.SandboxPolicy
		stops  func(a *attempt, m machine) bool
	}{
		{"workspace-write", (*world).policy, func(a *attempt, m machine) bool { return a.needs.met(m) }},
		{
			"read-only",
			func(*world) protocol.SandboxPolicy { return &protocol.ReadOnlyPolicy{} },
			func(a *attempt, m machine) bool { return a.needs == mounts || a.needs.met(m) },
		},
		{
			"workspace-write with network",
			func(w *world) protocol.SandboxPolicy {
				p := *w.policy().(*protocol.WorkspaceWritePolicy)
				p.NetworkAccess = true
				return &p
			},
			func(a *attempt, m machine) bool {
				files := slices.Concat(fileAttempts, repositoryAttempts)
				same := func(b attempt) bool { return a.name == b.name }
				return a.needs.met(m) && slices.ContainsFunc(files, same) && a.name != "write with a ring"
			},
		},
	}
	eachMachine(t, func(t *testing.T, m machine) {
		for _, p := range policies {
			t.Run(p.name, func(t *testing.T) {
				var names []string
				for _, a := range attempts() {
					if p.stops(&a, m) {
						names = append(names, a.name)
					}
				}
				w, check := newWorld(t, m)
				tryEscapes(t, m, w, p.policy(w), names)
				check()
			})
		}
	})
}

// tryEscapes makes attempts in a sandbox, and fails the test if one works.
func tryEscapes(t *testing.T, m machine, w *world, policy protocol.SandboxPolicy, names []string) {
	t.Helper()
	r := Request{Argv: append([]string{mustProgram(t), w.Base + "/world.json"}, names...), Policy: policy, Cwd: w.Work}
	got := m.run(t, r, roleVariable+"=escape")
	if got.status != 0 || got.stderr != "" {
		t.Errorf("the attempts ended with %v: %v\n%s", got.status, got.report, got.stderr)
	}
	results := map[string]string{}
	for line := range strings.Lines(got.stdout) {
		name, result, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		results[name] = result
	}
	for _, name := range names {
		switch result, ok := results[name]; {
		case !ok:
			t.Errorf("%s: no result", name)
		case result == "<nil>":
			t.Errorf("%s: it worked", name)
		case testing.Verbose():
			t.Logf("%s: stopped: %s", name, result)
		}
	}
}

// TestAttemptsAreReal makes the attempts outside of any sandbox, so that one that
// could never work shows.
func TestAttemptsAreReal(t *testing.T) {
	t.Parallel()
	if testing.Short() || !thorough {
		t.Skip("takes a while")
	}
	all := machines()
	for _, a := range attempts() {
		m := all[len(all)-1] // an ordinary user's
		if a.works == rootOnly {
			m = all[0]
		}
		if a.works == nobody || a.works == rootOnly && m.user {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			w, _ := newWorld(t, m)
			cmd := exec.CommandContext(t.Context(), mustProgram(t), w.Base+"/world.json", a.name)
			cmd.Env = []string{roleVariable + "=escape"}
			cmd.Dir = w.Work
			cmd.SysProcAttr = m.attr()
			out, err := cmd.CombinedOutput()
			if result := a.name + "\t<nil>\n"; err != nil || string(out) != result && string(out) != a.name+"\t"+errNothing.Error()+"\n" {
				t.Errorf("it does not work outside either: %v\n%s", err, out)
			}
		})
	}
}

func compare(t *testing.T, before, after map[string]state) {
	t.Helper()
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("something outside has changed (-before +after):\n%s", diff)
	}
}
