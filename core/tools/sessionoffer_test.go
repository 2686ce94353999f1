package tools_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// terminalBench is a bench that could start terminals, and starts none.
type terminalBench struct{ *bench }

func (terminalBench) StartTerminal(context.Context, exec.Command, *exec.TerminalOptions) (*exec.Terminal, error) {
	return nil, exec.ErrUnsupported
}

// What takes the place of the shell, and when.
func TestOfferedSessions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		exec, unified bool
		noTerminals   bool
		review        bool
		slug          string
		want          string
	}{
		{"neither", false, false, false, false, "gpt-5", "shell"},
		{"exec_command", true, false, false, false, "gpt-5", "exec_command write_stdin"},
		{"unified_exec", false, true, false, false, "gpt-5", "unified_exec"},
		{"both", true, true, false, false, "gpt-5", "unified_exec"},
		{"in place of the local shell", true, false, false, false, "codex-mini-latest", "exec_command write_stdin"},
		{"no terminals", true, true, true, false, "gpt-5", "shell"},
		{"review", true, false, false, true, "gpt-5", "shell"},
		{"review with unified_exec", true, true, false, true, "gpt-5", "unified_exec"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, protocol.AskNever, full)
			s := b.set(func(o *tools.Options) {
				o.ExecCommandTool, o.UnifiedExecTool = c.exec, c.unified
				if !c.noTerminals {
					o.Runner = terminalBench{b}
				}
			})
			var names []string
			for _, tool := range s.Offered(tools.Offer{Family: models.FamilyFor(c.slug), Review: c.review}) {
				names = append(names, tool.(*modelclient.FunctionTool).Name)
			}
			want := c.want
			if !exec.TerminalsSupported {
				want = "shell"
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("offered %s, want %s", got, want)
			}
		})
	}
}

// The descriptions and schemas that models see. A change here changes how well
// they work.
func TestSessionToolDescriptions(t *testing.T) {
	t.Parallel()
	if !exec.TerminalsSupported {
		t.Skip("no terminals")
	}
	var got strings.Builder
	for _, unified := range []bool{false, true} {
		b := newBench(t, protocol.AskNever, full)
		s := b.set(func(o *tools.Options) {
			o.ExecCommandTool, o.UnifiedExecTool, o.Runner = true, unified, terminalBench{b}
		})
		for _, tool := range s.Offered(tools.Offer{}) {
			f := tool.(*modelclient.FunctionTool)
			fmt.Fprintf(&got, "-- function %s, strict %v --\n%s\n%s\n", f.Name, f.Strict, f.Description, f.Parameters)
		}
	}
	path := filepath.Join("testdata", "sessiontools.golden")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
	}
}

// Whatever a model sends, the call has a result and nothing starts unasked.
func FuzzSessionArguments(f *testing.F) {
	for _, name := range []string{"exec_command", "write_stdin", "unified_exec"} {
		f.Add(name, `{"cmd":"ls","input":["ls"],"session_id":0,"chars":""}`)
		f.Add(name, `{"cmd":"apply_patch <<E\n*** Begin Patch\n*** Add File: a\n+b\n*** End Patch\nE","shell":"bash"}`)
		f.Add(name, `{"input":[],"session_id":"4294967296","timeout_ms":18446744073709551615}`)
		f.Add(name, `{"cmd":"\u0000","max_output_tokens":18446744073709551615,"yield_time_ms":0,"login":false}`)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, name, arguments string) {
		b := newBench(t, protocol.AskUntrusted, readOnly)
		b.cwd = dir
		// Everything is denied: there may be any number of questions.
		b.answers = []protocol.ReviewDecision{denied, denied}
		s := b.set(func(o *tools.Options) { o.Environ, o.Runner = nil, terminalBench{b} })
		result, err := s.Call(t.Context(), b, &protocol.FunctionCallItem{Name: name, CallID: "c1", Arguments: arguments})
		if err != nil || result.Text == "" {
			t.Errorf("result %+v, %v", result, err)
		}
		if len(b.warnings) > 0 {
			t.Errorf("panic: %v", b.warnings)
		}
	})
}
