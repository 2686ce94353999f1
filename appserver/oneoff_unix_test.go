//go:build unix

package appserver

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/protocol"
)

// fakeSandbox notes what it is asked to confine, and where. It marks the
// environment of the command instead of confining it.
type fakeSandbox struct {
	fails error

	mu       sync.Mutex
	confined []string
}

func (*fakeSandbox) Kind() string { return "fake" }

func (*fakeSandbox) Obstacle() error { return nil }

func (s *fakeSandbox) Confine(c *exec.Command, policy protocol.SandboxPolicy, cwd string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.confined = append(s.confined, fmt.Sprintf("%s in %s", policy.Mode(), cwd))
	if s.fails != nil {
		return s.fails
	}
	c.Env = append(slices.Clone(c.Env), "CONFINED=yes")
	return nil
}

// TestOneOffSandbox runs one-off commands under a sandbox: the startup policy
// holds unless the request has its own, roots refer to the command's directory,
// and what cannot be confined does not run.
func TestOneOffSandbox(t *testing.T) {
	t.Parallel()
	const show = `echo $CONFINED $CODEX_SANDBOX_NETWORK_DISABLED $PLAIN $MY_TOKEN; pwd; exit 7`
	for _, test := range []struct {
		name, config, params string
		fails                error
		confined             []string
		want                 protocol.ExecOneOffCommandResponse
		wantErr              string
	}{
		{
			"startup policy", `sandbox_mode = "workspace-write"`, `"cwd":"sub"`, nil,
			[]string{"workspace-write in <work>/sub"}, protocol.ExecOneOffCommandResponse{ExitCode: 7, Stdout: "yes 1 3\n<work>/sub\n"}, "",
		},
		{
			"default", `sandbox_mode = "read-only"`, `"cwd":null,"sandboxPolicy":null,"timeoutMs":null`, nil,
			[]string{"read-only in <work>"}, protocol.ExecOneOffCommandResponse{ExitCode: 7, Stdout: "yes 1 3\n<work>\n"}, "",
		},
		{
			"own policy", `sandbox_mode = "read-only"`, `"sandboxPolicy":{"mode":"workspace-write","network_access":true}`, nil,
			[]string{"workspace-write in <work>"}, protocol.ExecOneOffCommandResponse{ExitCode: 7, Stdout: "yes 3\n<work>\n"}, "",
		},
		{
			"names in the other spelling", `sandbox_mode = "read-only"`, `"sandboxPolicy":{"mode":"workspace-write","networkAccess":true}`, nil,
			[]string{"workspace-write in <work>"}, protocol.ExecOneOffCommandResponse{ExitCode: 7, Stdout: "yes 1 3\n<work>\n"}, "",
		},
		{
			"full access", `sandbox_mode = "read-only"`, `"sandboxPolicy":{"mode":"danger-full-access"}`, nil,
			nil, protocol.ExecOneOffCommandResponse{ExitCode: 7, Stdout: "3\n<work>\n"}, "",
		},
		{
			"not enforceable", `sandbox_mode = "read-only"`, `"cwd":"sub"`, errors.New("no such kernel"),
			[]string{"read-only in <work>/sub"}, protocol.ExecOneOffCommandResponse{}, `{"code":-32603,"message":"exec failed: no such kernel"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sandbox := &fakeSandbox{fails: test.fails}
			o := stageOptions{config: test.config + "\n"}
			o.server.Agent.Sandbox = sandbox
			o.server.Agent.Environ = []string{"PATH=/usr/bin:/bin", "PLAIN=3", "MY_TOKEN=4"}
			s := newStage(t, o)
			s.write(s.work+"/sub/file", "x")
			w := s.dial()
			w.send(initialize)
			w.until(`"id":0,`)
			var got protocol.ExecOneOffCommandResponse
			err := w.call(1, "execOneOffCommand", fmt.Sprintf(`{"command":["sh","-c",%q],%s}`, show, test.params), &got)
			if err != test.wantErr {
				t.Errorf("error %s, want %s", err, test.wantErr)
			}
			got.Stdout = strings.ReplaceAll(got.Stdout, s.work, "<work>")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			for i := range sandbox.confined {
				sandbox.confined[i] = strings.ReplaceAll(sandbox.confined[i], s.work, "<work>")
			}
			if diff := cmp.Diff(test.confined, sandbox.confined); diff != "" {
				t.Error(diff)
			}
		})
	}
}
