package tools_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/sandbox"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) {
	sandbox.Init() // confines the commands of some tests
	goleak.VerifyTestMain(m)
}

// bench is a turn that writes down everything its tools do: it is their host,
// their runner and their sandbox.
type bench struct {
	t       *testing.T
	cwd     string
	policy  protocol.AskForApproval
	sandbox protocol.SandboxPolicy
	granted approval.Granted
	diff    *turndiff.Tracker

	// answers are the decisions of the user, in order.
	answers []protocol.ReviewDecision
	// outcomes are how the commands end, in order; without one a command
	// succeeds.
	outcomes []outcome
	// unconfinable is the error of the sandbox.
	unconfinable error

	lines    []string
	attached []protocol.InputItem
	warnings []error
	envs     [][]string
}

type outcome struct {
	stdout, stderr string
	code           int
	signal         syscall.Signal
	timedOut       bool
	err            error
	panics         string
	run            func(ctx context.Context) // called while the command runs
}

func newBench(t *testing.T, policy protocol.AskForApproval, sandbox protocol.SandboxPolicy) *bench {
	t.Helper()
	cwd, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, cwd: cwd, policy: policy, sandbox: sandbox, diff: turndiff.New()}
}

func (b *bench) note(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	b.lines = append(b.lines, strings.ReplaceAll(line, b.cwd, "$CWD"))
}

func (b *bench) Cwd() string                             { return b.cwd }
func (b *bench) ApprovalPolicy() protocol.AskForApproval { return b.policy }
func (b *bench) SandboxPolicy() protocol.SandboxPolicy   { return b.sandbox }
func (b *bench) Granted() *approval.Granted              { return &b.granted }
func (b *bench) Diff() *turndiff.Tracker                 { return b.diff }
func (b *bench) Room(ctx context.Context) error          { return ctx.Err() }
func (b *bench) Attach(items []protocol.InputItem)       { b.attached = append(b.attached, items...) }
func (b *bench) Warn(err error, msg string)              { b.warnings = append(b.warnings, err) }
func (b *bench) ShowDiff()                               { b.note("diff") }

func (b *bench) Emit(callID string, msg protocol.EventMsg) {
	switch m := msg.(type) {
	case *protocol.ExecCommandBeginEvent:
		b.note("begin %s %q in %s", callID, m.Command, m.Cwd)
	case *protocol.ExecCommandOutputDeltaEvent:
		b.note("%s %q", m.Stream, m.Chunk)
	case *protocol.ExecCommandEndEvent:
		b.note("end %s %d out=%q err=%q both=%q model=%q", callID, m.ExitCode, m.Stdout, m.Stderr, m.AggregatedOutput, m.FormattedOutput)
	case *protocol.PatchApplyBeginEvent:
		b.note("patch begin %s auto=%v %s", callID, m.AutoApproved, changes(b.cwd, m.Changes))
	case *protocol.PatchApplyEndEvent:
		b.note("patch end %s success=%v out=%q err=%q", callID, m.Success, m.Stdout, m.Stderr)
	case *protocol.BackgroundEvent:
		b.note("background: %s", m.Message)
	case *protocol.PlanUpdateEvent:
		b.note("plan %s", planText(m.Plan))
	case *protocol.ViewImageToolCallEvent:
		b.note("image %s", m.Path)
	default:
		b.note("%s %T", callID, msg)
	}
}

// changes lists what a patch does to which file.
func changes(cwd string, all protocol.FileChanges) string {
	var list []string
	for path, change := range all {
		kind := "?"
		switch change.(type) {
		case *protocol.AddFileChange:
			kind = "add"
		case *protocol.DeleteFileChange:
			kind = "delete"
		case *protocol.UpdateFileChange:
			kind = "update"
		}
		list = append(list, kind+" "+strings.TrimPrefix(path, cwd+string(filepath.Separator)))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func (b *bench) Ask(ctx context.Context, callID string, question protocol.EventMsg) (protocol.ReviewDecision, error) {
	switch q := question.(type) {
	case *protocol.ExecApprovalRequestEvent:
		argv := q.Command
		if len(argv) == 3 && argv[0] == "/codex" {
			argv = argv[:2] // the patch itself is long
		}
		b.note("ask %s %q in %s: %s", callID, argv, q.Cwd, q.Reason)
	case *protocol.ApplyPatchApprovalRequestEvent:
		b.note("ask %s for the patch: %s", callID, changes(b.cwd, q.Changes))
	}
	if len(b.answers) == 0 {
		b.t.Error("nobody expected a question")
		return protocol.ReviewDenied, nil
	}
	d := b.answers[0]
	b.answers = b.answers[1:]
	if d == protocol.ReviewAbort {
		return d, approval.ErrAborted
	}
	return d, ctx.Err()
}

func (b *bench) Kind() string { return "fake sandbox" }

func (*bench) Obstacle() error { return nil }

func (b *bench) Confine(c *exec.Command, policy protocol.SandboxPolicy, cwd string) error {
	if b.unconfinable != nil {
		return b.unconfinable
	}
	c.Arg0 = "confined by " + string(policy.Mode())
	if cwd != b.cwd {
		b.t.Errorf("confined with cwd %s", cwd)
	}
	return nil
}

func (b *bench) Run(ctx context.Context, c exec.Command, o *exec.Options) (*exec.Result, error) {
	argv := c.Argv
	if len(argv) == 3 && argv[0] == "/codex" {
		argv = argv[:2]
	}
	where := "outside the sandbox"
	if c.Arg0 != "" {
		where = c.Arg0
	}
	b.note("run %q in %s, %v, %s", argv, c.Dir, c.Timeout, where)
	b.envs = append(b.envs, c.Env)
	var oc outcome
	if len(b.outcomes) > 0 {
		oc = b.outcomes[0]
		b.outcomes = b.outcomes[1:]
	}
	if oc.panics != "" {
		panic(oc.panics)
	}
	if oc.run != nil {
		oc.run(ctx)
	}
	if oc.err != nil {
		return nil, oc.err
	}
	if o != nil {
		if oc.stdout != "" {
			o.OnOutput(ctx, protocol.StreamStdout, []byte(oc.stdout))
		}
		if oc.stderr != "" {
			o.OnOutput(ctx, protocol.StreamStderr, []byte(oc.stderr))
		}
	}
	return &exec.Result{
		ExitCode: oc.code, Signal: oc.signal, TimedOut: oc.timedOut, Duration: 1200 * time.Millisecond,
		Stdout: exec.Output{Head: []byte(oc.stdout)}, Stderr: exec.Output{Head: []byte(oc.stderr)},
		Aggregated: exec.Output{Head: []byte(oc.stdout + oc.stderr)},
	}, ctx.Err()
}

// set returns tools that work on b; change, if not nil, changes their options.
func (b *bench) set(change func(*tools.Options)) *tools.Set {
	o := tools.Options{
		Runner: b, Sandbox: b, Executable: "/codex", TempDir: "",
		Environ: []string{"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LANG=C"},
	}
	if change != nil {
		change(&o)
	}
	return tools.NewSet(o)
}

// call carries out a call and writes down its result.
func (b *bench) call(ctx context.Context, s *tools.Set, item protocol.ResponseItem) {
	result, err := s.Call(ctx, b, item)
	if err != nil {
		b.note("error %v", err)
		return
	}
	// Patches take the time that they take, and commands that of an outcome.
	text := duration.ReplaceAllStringFunc(result.Text, func(found string) string {
		if found == `"duration_seconds":1.2` {
			return found
		}
		return `"duration_seconds":0.0`
	})
	b.note("result %v %s", result.Success, text)
}

var duration = regexp.MustCompile(`"duration_seconds":[0-9]+\.[0-9]`)

func (b *bench) expect(want string) {
	b.t.Helper()
	want = strings.TrimSpace(want)
	if diff := cmp.Diff(want, strings.Join(b.lines, "\n")); diff != "" {
		b.t.Errorf("transcript (-want +got):\n%s", diff)
	}
	if len(b.answers) > 0 || len(b.outcomes) > 0 {
		b.t.Errorf("%d answers and %d outcomes were not used", len(b.answers), len(b.outcomes))
	}
}

// write writes a file below the working directory.
func (b *bench) write(name, content string) {
	b.t.Helper()
	path := filepath.Join(b.cwd, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// read returns the content of a file below the working directory, or what is
// wrong with it.
func (b *bench) read(name string) string {
	data, err := os.ReadFile(filepath.Join(b.cwd, name))
	if errors.Is(err, os.ErrNotExist) {
		return "(none)"
	}
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func shell(arguments string) *protocol.FunctionCallItem {
	return &protocol.FunctionCallItem{Name: "shell", CallID: "c1", Arguments: arguments}
}

var (
	full      = &protocol.DangerFullAccessPolicy{}
	readOnly  = &protocol.ReadOnlyPolicy{}
	workspace = &protocol.WorkspaceWritePolicy{ExcludeSlashTmp: true}
)

func planText(p protocol.Plan) string {
	text, err := protocol.Append(nil, &p)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
