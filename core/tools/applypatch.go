package tools

import (
	"context"
	"slices"
	"time"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/patch"
	"github.com/codex-go/codex/protocol"
)

// applyPatch carries out a call of the apply_patch tool.
func (s *Set) applyPatch(ctx context.Context, h Host, callID, text string) (Result, error) {
	c := &command{callID: callID, argv: []string{applyPatchName, text}, dir: h.Cwd()}
	return s.patch(ctx, h, c, text)
}

// patch verifies a patch, asks who must be asked, and applies it. The model is
// told what is wrong before anybody is asked. (spec: exec-and-tools,
// verification; execution)
func (s *Set) patch(ctx context.Context, h Host, c *command, text string) (Result, error) {
	parsed, err := patch.Parse(text)
	if err != nil {
		return failed("the patch was not applied: %v", err), nil
	}
	plan, err := patch.NewPlan(ctx, patch.OS(), c.dir, parsed)
	if err != nil {
		return failed("the patch was not applied: %v", err), ctx.Err()
	}
	changes := plan.Changes()
	verdict := approval.Patch(approval.PatchFacts{
		Policy:           h.ApprovalPolicy(),
		Sandbox:          h.SandboxPolicy(),
		Empty:            len(changes) == 0,
		Inside:           s.inside(h, plan),
		Overwrites:       len(plan.Overwrites()) > 0,
		Escalated:        c.escalated,
		SandboxAvailable: s.confinesPatches(),
	})
	auto := true
	switch {
	case verdict.Action == approval.Reject:
		return failed("the patch was rejected: %s", verdict.Reason), nil
	case verdict.AsCommand:
		// The path is not in question but the escalation.
		d, err := s.ask(ctx, h, s.patchCommand(c, plan), c.justification)
		if err != nil || !approved(d) {
			return failed("the user rejected the patch"), err
		}
	case verdict.Action == approval.Ask:
		d, err := h.Ask(ctx, c.callID, &protocol.ApplyPatchApprovalRequestEvent{CallID: c.callID, Changes: changes})
		if err != nil || !approved(d) {
			return failed("the user rejected the patch"), err
		}
		auto = false
	}
	return s.executePatch(ctx, h, c, plan, changes, auto, verdict.Sandboxed)
}

// inside reports whether everything that a plan touches may be written under
// the turn's policy. Links are judged by what they lead to.
func (s *Set) inside(h Host, plan *patch.Plan) bool {
	if protocol.FullDiskWrite(h.SandboxPolicy()) {
		return true
	}
	roots := s.roots(h.SandboxPolicy(), h.Cwd())
	return !slices.ContainsFunc(plan.Files(), func(f patch.File) bool {
		return !roots.Writable(f.Target) || f.MoveTarget != "" && !roots.Writable(f.MoveTarget)
	})
}

// follow lets the turn diff remember the files as they are now. What cannot be
// read is missing from the diff and from nothing else.
func (s *Set) follow(ctx context.Context, h Host, changes protocol.FileChanges) {
	if err := h.Diff().Begin(ctx, changes); err != nil {
		h.Warn(err, "a file is missing from the turn diff")
	}
}

// executePatch applies a plan: in this process when nothing confines it, and
// otherwise in a helper inside the sandbox, so that a link which was changed
// since the plan was made leads nowhere.
func (s *Set) executePatch(ctx context.Context, h Host, c *command, plan *patch.Plan, changes protocol.FileChanges, auto, sandboxed bool) (Result, error) {
	r := &running{
		sandboxed: sandboxed,
		begin: func() protocol.EventMsg {
			s.follow(ctx, h, changes)
			return &protocol.PatchApplyBeginEvent{CallID: c.callID, AutoApproved: auto, Changes: changes}
		},
		end: func(o *outcome) protocol.EventMsg {
			return &protocol.PatchApplyEndEvent{CallID: c.callID, Stdout: o.stdout, Stderr: o.stderr, Success: o.exitCode == 0 && o.notStarted == nil}
		},
		after: h.ShowDiff,
	}
	if sandboxed {
		inner := s.patchCommand(c, plan)
		r.command = exec.Command{Argv: inner.argv, Dir: c.dir, Env: Environ(nil, h.SandboxPolicy()), Timeout: c.timeout}
		if text := plan.Patch().Text; len(text) > maxPatchArgument {
			r.command.Argv = []string{s.o.Executable, patch.RunFlag, patch.FromStdin}
			r.command.Stdin = []byte(text)
		}
		return s.execute(ctx, h, inner, r)
	}
	o, err := s.applyHere(ctx, h, c, plan, r)
	if err != nil {
		return Result{}, err
	}
	return o.result(false, ""), nil
}

// maxPatchArgument bounds a patch that is an argument of a process, in bytes.
// Linux has arguments of at most 128 KiB.
const maxPatchArgument = 64 << 10

// patchCommand is the command that applies the patch of c in a process of its
// own.
func (s *Set) patchCommand(c *command, plan *patch.Plan) *command {
	inner := *c
	inner.argv = []string{s.o.Executable, patch.RunFlag, plan.Patch().Text}
	return &inner
}

// applyHere applies a plan in this process, between its events. The error is
// that of the context; the end event is sent in any case.
func (s *Set) applyHere(ctx context.Context, h Host, c *command, plan *patch.Plan, r *running) (o *outcome, err error) {
	h.Emit(c.callID, r.begin())
	o = newOutcome(nil, errNotRun)
	defer func() {
		h.Emit(c.callID, r.end(o))
		r.after()
	}()
	if err := exec.CheckDir(applyPatchName, c.dir); err != nil {
		// A process would not have started there, and nobody asked for the
		// folder to be made.
		o = newOutcome(nil, err)
		return o, ctx.Err()
	}
	began := time.Now()
	if err := plan.Apply(ctx, patch.OS()); err != nil {
		o = &outcome{exitCode: 1, stderr: err.Error() + "\n"}
		o.formatted = o.stderr
	} else {
		o = &outcome{stdout: plan.Summary()}
		o.formatted = o.stdout
	}
	o.duration = time.Since(began)
	return o, ctx.Err()
}
