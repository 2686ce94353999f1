package tools

import (
	"context"
	"errors"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/patch"
	"github.com/codex-go/codex/core/shellcmd"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

// rejectedByUser is what the model reads when the user said no.
const rejectedByUser = "the user rejected the command"

// localShell carries out a call of the provider's shell tool.
func (s *Set) localShell(ctx context.Context, h Host, call *protocol.LocalShellCallItem) (Result, error) {
	c, err := localCommand(call, h.Cwd())
	if err != nil {
		return failed("%v", err), nil
	}
	return s.shell(ctx, h, c)
}

// shell runs a command as the policies of the turn allow, or applies the patch
// that it holds. (spec: exec-and-tools, flow)
func (s *Set) shell(ctx context.Context, h Host, c *command) (Result, error) {
	return s.permitted(ctx, h, c, func(r *running) (Result, error) { return s.execute(ctx, h, c, r) })
}

// permitted lets execute carry out a command as the policies of the turn allow,
// unless they do not or the command is a patch.
func (s *Set) permitted(ctx context.Context, h Host, c *command, execute func(*running) (Result, error)) (Result, error) {
	if refusal := approval.Escalation(h.ApprovalPolicy(), c.escalated); refusal != "" {
		return failed("the command was not run: %s", refusal), nil
	}
	switch call, kind := shellcmd.PatchCall(c.argv, isPatch); kind {
	case shellcmd.PatchIntercepted:
		if call.Dir != "" {
			c.dir = joined(c.dir, call.Dir)
		}
		return s.patch(ctx, h, c, call.Patch)
	case shellcmd.PatchBare:
		return failed("the command is a patch: call apply_patch with it explicitly"), nil
	}

	facts := s.facts(h, c)
	verdict := approval.Command(facts)
	switch verdict.Action {
	case approval.Reject:
		return failed("the command was rejected: %q", verdict.Reason), nil
	case approval.Ask:
		d, err := s.ask(ctx, h, c, c.justification)
		if err != nil || !approved(d) {
			return Result{Text: rejectedByUser}, err
		}
		verdict = approval.Verdict{Action: approval.Run}
	}
	r := s.running(h, c, verdict.Sandboxed)
	// What only reads is refused nothing by a sandbox.
	r.final = facts.Trusted
	return execute(r)
}

func isPatch(text string) bool {
	_, err := patch.Parse(text)
	return err == nil
}

// facts gathers what the decision about a command depends on.
func (s *Set) facts(h Host, c *command) approval.CommandFacts {
	f := approval.CommandFacts{
		Policy:           h.ApprovalPolicy(),
		Sandbox:          h.SandboxPolicy(),
		Escalated:        c.escalated,
		Granted:          h.Granted().Has(c.argv, c.dir, c.escalated),
		SandboxAvailable: s.o.Sandbox != nil,
	}
	if f.Granted {
		return f
	}
	if _, f.Dangerous = shellcmd.Dangerous(c.argv); f.Dangerous {
		return f
	}
	f.Trusted = s.trusted(h, c)
	return f
}

// trusted reports whether a command is known to do no harm, judged by what
// would really be executed: a program that the model could have put into the
// PATH is not what its name says.
func (s *Set) trusted(h Host, c *command) bool {
	v := shellcmd.Trusted(c.known())
	if !v.Trusted {
		return false
	}
	// A profile runs everything through a shell.
	v.LoginShell = v.LoginShell || s.o.UseProfile
	path, _ := shellenv.Lookup(s.o.Environ, "PATH")
	home, _ := shellenv.Lookup(s.o.Environ, "HOME")
	bashEnv, _ := shellenv.Lookup(s.o.Environ, "BASH_ENV")
	policy := h.SandboxPolicy()
	if policy.Mode() != protocol.SandboxWorkspaceWrite {
		// Where everything may be written, or nothing at the moment, what lies
		// in the workspace is the model's all the same.
		policy = &protocol.WorkspaceWritePolicy{}
	}
	_, err := shellcmd.ResolveTrusted(v, shellcmd.Lookup{
		Path:     path,
		Home:     home,
		BashEnv:  bashEnv,
		Writable: s.roots(policy, h.Cwd()).Writable,
	})
	// A program that is not there does nothing.
	return err == nil || errors.Is(err, shellcmd.ErrProgramNotFound)
}

// ask puts a command to the user.
func (s *Set) ask(ctx context.Context, h Host, c *command, reason string) (protocol.ReviewDecision, error) {
	d, err := h.Ask(ctx, c.callID, &protocol.ExecApprovalRequestEvent{
		CallID: c.callID, Command: c.argv, Cwd: c.dir, Reason: reason,
	})
	if err == nil && d == protocol.ReviewApprovedForSession {
		h.Granted().Add(c.argv, c.dir, c.escalated)
	}
	return d, err
}

func approved(d protocol.ReviewDecision) bool {
	return d == protocol.ReviewApproved || d == protocol.ReviewApprovedForSession
}
