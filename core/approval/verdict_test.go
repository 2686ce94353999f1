package approval_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/protocol"
)

var (
	policies  = []protocol.AskForApproval{protocol.AskUntrusted, protocol.AskOnFailure, protocol.AskOnRequest, protocol.AskNever}
	sandboxes = []protocol.SandboxPolicy{&protocol.DangerFullAccessPolicy{}, &protocol.ReadOnlyPolicy{}, &protocol.WorkspaceWritePolicy{}}
	kinds     = []string{"trusted", "plain", "dangerous"}
)

// brief names a verdict in a table: run, box (run in the sandbox), ask, rej
// (reject), cmd (ask about the internal command).
func brief(v approval.Verdict) string {
	switch {
	case v.Action == approval.Run && v.Sandboxed:
		return "box"
	case v.Action == approval.Ask && v.AsCommand:
		return "cmd"
	case v.Action == approval.Reject:
		return "rej"
	}
	return v.Action.String()
}

// decide is what happens to a command: the guard against escalation comes
// first.
func decide(f approval.CommandFacts) string {
	if approval.Escalation(f.Policy, f.Escalated) != "" {
		return "ref" // refused
	}
	return brief(approval.Command(f))
}

// All 72 combinations of policy, sandbox, kind of command and escalation, with
// a sandbox and without one. (spec: exec-and-tools, commands)
func TestCommandTable(t *testing.T) {
	t.Parallel()
	const header = "full-access        | read-only          | workspace-write\n"
	for _, c := range []struct {
		name      string
		available bool
		want      string
	}{
		{"with a sandbox", true, header + `
untrusted  trusted   | run ref | box ref | box ref
untrusted  plain     | ask ref | ask ref | ask ref
untrusted  dangerous | ask ref | ask ref | ask ref
on-failure trusted   | run ref | box ref | box ref
on-failure plain     | run ref | box ref | box ref
on-failure dangerous | ask ref | ask ref | ask ref
on-request trusted   | run run | box box | box box
on-request plain     | run run | box ask | box ask
on-request dangerous | ask ask | ask ask | ask ask
never      trusted   | run ref | box ref | box ref
never      plain     | run ref | box ref | box ref
never      dangerous | rej ref | rej ref | rej ref
`},
		{"without a sandbox", false, header + `
untrusted  trusted   | run ref | run ref | run ref
untrusted  plain     | ask ref | ask ref | ask ref
untrusted  dangerous | ask ref | ask ref | ask ref
on-failure trusted   | run ref | run ref | run ref
on-failure plain     | run ref | ask ref | ask ref
on-failure dangerous | ask ref | ask ref | ask ref
on-request trusted   | run run | run run | run run
on-request plain     | run run | ask ask | ask ask
on-request dangerous | ask ask | ask ask | ask ask
never      trusted   | run ref | run ref | run ref
never      plain     | run ref | rej ref | rej ref
never      dangerous | rej ref | rej ref | rej ref
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			got.WriteString(header + "\n")
			for _, policy := range policies {
				for _, kind := range kinds {
					fmt.Fprintf(&got, "%-10s %-9s", policy, kind)
					for _, sandbox := range sandboxes {
						f := approval.CommandFacts{
							Policy: policy, Sandbox: sandbox, Trusted: kind == "trusted",
							Dangerous: kind == "dangerous", SandboxAvailable: c.available,
						}
						escalated := f
						escalated.Escalated = true
						fmt.Fprintf(&got, " | %s %s", decide(f), decide(escalated))
					}
					got.WriteString("\n")
				}
			}
			if diff := cmp.Diff(c.want, got.String()); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

// What the user granted runs without a question and without a sandbox, also
// when it is dangerous. (spec: exec-and-tools, session-approved set)
func TestGrantedCommandRuns(t *testing.T) {
	t.Parallel()
	for _, policy := range policies {
		for _, sandbox := range sandboxes {
			for _, dangerous := range []bool{false, true} {
				v := approval.Command(approval.CommandFacts{
					Policy: policy, Sandbox: sandbox, Dangerous: dangerous, Granted: true, SandboxAvailable: true,
				})
				if got := brief(v); got != "run" {
					t.Errorf("%s, %s, dangerous %v: %s, want run", policy, sandbox.Mode(), dangerous, got)
				}
			}
		}
	}
}

// A patch inside of what may be written, outside of it, replacing a file that
// it says to add, and with escalation. (spec: exec-and-tools, patches)
func TestPatchTable(t *testing.T) {
	t.Parallel()
	const header = "                      full | read-only | workspace-write\n" +
		"                    in out | in out    | in  out over escalated\n"
	for _, c := range []struct {
		name      string
		available bool
		want      string
	}{
		{"with a sandbox", true, header + `
untrusted  | ask ask | ask ask | ask ask ask ask
on-failure | run run | box box | box box ask box
on-request | run run | ask ask | box ask ask cmd
never      | run run | rej rej | box rej rej box
`},
		{"without a sandbox", false, header + `
untrusted  | ask ask | ask ask | ask ask ask ask
on-failure | run run | ask ask | ask ask ask ask
on-request | run run | ask ask | ask ask ask ask
never      | run run | rej rej | rej rej rej rej
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			got.WriteString(header + "\n")
			for _, policy := range policies {
				facts := func(sandbox protocol.SandboxPolicy, inside bool) approval.PatchFacts {
					// Nothing is inside where nothing may be written.
					inside = inside && sandbox.Mode() != protocol.SandboxReadOnly || sandbox.Mode() == protocol.SandboxDangerFullAccess
					return approval.PatchFacts{Policy: policy, Sandbox: sandbox, Inside: inside, SandboxAvailable: c.available}
				}
				fmt.Fprintf(&got, "%-10s", policy)
				for _, sandbox := range sandboxes {
					fmt.Fprintf(&got, " | %s %s", brief(approval.Patch(facts(sandbox, true))), brief(approval.Patch(facts(sandbox, false))))
				}
				over, escalated := facts(sandboxes[2], true), facts(sandboxes[2], true)
				over.Overwrites, escalated.Escalated = true, true
				fmt.Fprintf(&got, " %s %s\n", brief(approval.Patch(over)), brief(approval.Patch(escalated)))
			}
			if diff := cmp.Diff(c.want, got.String()); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPatchCorners(t *testing.T) {
	t.Parallel()
	full, write := sandboxes[0], sandboxes[2]
	for _, c := range []struct {
		name string
		f    approval.PatchFacts
		want string
	}{
		{"empty", approval.PatchFacts{Policy: protocol.AskNever, Sandbox: full, Empty: true}, "rej"},
		{"empty under untrusted", approval.PatchFacts{Policy: protocol.AskUntrusted, Sandbox: full, Empty: true}, "rej"},
		{"replaces a file with full access", approval.PatchFacts{Policy: protocol.AskNever, Sandbox: full, Inside: true, Overwrites: true}, "run"},
		{"replaces a file outside, sandboxed", approval.PatchFacts{Policy: protocol.AskOnFailure, Sandbox: write, Overwrites: true, SandboxAvailable: true}, "box"},
		{"escalated with full access", approval.PatchFacts{Policy: protocol.AskOnRequest, Sandbox: full, Inside: true, Escalated: true}, "run"},
		{"escalated outside", approval.PatchFacts{Policy: protocol.AskOnRequest, Sandbox: write, Escalated: true, SandboxAvailable: true}, "ask"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := approval.Patch(c.f)
			if got := brief(v); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if (v.Action == approval.Reject) != (v.Reason != "") {
				t.Errorf("action %s with reason %q", v.Action, v.Reason)
			}
		})
	}
}

func TestEscalationNamesThePolicy(t *testing.T) {
	t.Parallel()
	for _, policy := range policies {
		text := approval.Escalation(policy, true)
		if policy == protocol.AskOnRequest {
			if text != "" {
				t.Errorf("%s: refused: %s", policy, text)
			}
			continue
		}
		if !strings.Contains(text, string(policy)) {
			t.Errorf("%s: the refusal %q does not name the policy", policy, text)
		}
	}
	if text := approval.Escalation(protocol.AskNever, false); text != "" {
		t.Errorf("without escalation: %q", text)
	}
}

func TestActionNames(t *testing.T) {
	t.Parallel()
	for a, want := range map[approval.Action]string{
		approval.Run: "run", approval.Ask: "ask", approval.Reject: "reject", approval.Action(9): "Action(9)",
	} {
		if got := a.String(); got != want {
			t.Errorf("String of %d = %q, want %q", int(a), got, want)
		}
	}
}
