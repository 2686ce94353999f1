package execrun

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
	m "github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// world is an agent with a scripted model and a folder to work in.
type world struct {
	agent *agent.Agent
	model *m.Server
	dir   string
}

func newWorld(t *testing.T, script ...m.Response) *world {
	t.Helper()
	w := &world{model: m.Start(script...), dir: t.TempDir()}
	t.Cleanup(w.model.Close)
	home := t.TempDir()
	settings := fmt.Sprintf("model = \"m\"\nmodel_provider = \"mock\"\nsandbox_mode = \"danger-full-access\"\n"+
		"[model_providers.mock]\nname = \"mock\"\nbase_url = %q\nwire_api = \"responses\"\n"+
		"request_max_retries = 0\nstream_max_retries = 0\n", w.model.BaseURL())
	if err := os.WriteFile(filepath.Join(home, config.FileName), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	planTool := true
	a, err := agent.New(t.Context(), &agent.Options{
		Home: home, Cwd: w.dir, Environ: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}, Source: protocol.SourceExec,
		Startup: config.Overrides{ApprovalPolicy: protocol.AskNever, IncludePlanTool: &planTool},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	w.agent = a
	return w
}

// run runs a turn and returns what it printed, without what varies.
func (w *world) run(t *testing.T, o Options) (out string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	o.SkipGitCheck, o.Out, o.Err = true, &stdout, &stderr
	code, err := Run(t.Context(), w.agent, o)
	if err != nil {
		t.Fatal(err)
	}
	return w.mask(stdout.String()), code
}

var varying = []struct {
	pattern *regexp.Regexp
	mask    string
}{
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "ID"},
	{regexp.MustCompile(`\b(\d+ms|\d+\.\d+s)\b`), "TIME"},
	{regexp.MustCompile(`(?m)^index .*$`), "index HASHES"},
}

func (w *world) mask(text string) string {
	real, err := filepath.EvalSymlinks(w.dir)
	if err == nil {
		text = strings.ReplaceAll(text, real, "WORK")
	}
	text = strings.ReplaceAll(text, w.dir, "WORK")
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.mask)
	}
	return text
}

// everything is one turn with an item of every kind.
func everything() []m.Response {
	call := func(id string, argv string) m.Response {
		return m.Reply(m.Call("shell", id, `{"command":`+argv+`}`))
	}
	return []m.Response{
		m.Reply(m.Reasoning(m.Thought{Summary: []string{"**Look** first"}}), m.Call("update_plan", "plan-1",
			`{"explanation":"Because","plan":[{"step":"look","status":"completed"},{"step":"go","status":"in_progress"},{"step":"rest","status":"pending"}]}`)),
		call("c1", `["sh","-c","echo out; echo \"a b\""]`),
		call("c2", `["sh","-c","printf no; exit 3"]`),
		call("c3", `["apply_patch","*** Begin Patch\n*** Add File: new.txt\n+one\n+two\n*** Update File: old.txt\n@@\n-a\n+b\n*** Delete File: gone.txt\n*** End Patch\n"]`),
		m.Reply(m.Call("update_plan", "plan-2", `{"plan":[{"step":"look","status":"completed"},{"step":"go","status":"completed"}]}`)),
		m.Reply(m.WebSearch("w1", "golang toml"), m.Text("All done")),
	}
}

func (w *world) prepare(t *testing.T) {
	t.Helper()
	for name, text := range map[string]string{"old.txt": "a\n", "gone.txt": "x\ny\n"} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the turn runs sh")
	}
}

// TestJSON pins the lines of a turn with every kind of item.
func TestJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything()...)
	w.prepare(t)
	last := filepath.Join(t.TempDir(), "last.txt")
	got, code := w.run(t, Options{Prompt: "go", JSON: true, LastMessageFile: last})
	want := `{"type":"thread.started","thread_id":"ID"}
{"type":"turn.started"}
{"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"**Look** first"}}
{"type":"item.started","item":{"id":"item_1","type":"todo_list","items":[{"text":"look","completed":true},{"text":"go","completed":false},{"text":"rest","completed":false}]}}
{"type":"item.started","item":{"id":"item_2","type":"command_execution","command":"sh -c 'echo out; echo \"a b\"'","aggregated_output":"","status":"in_progress"}}
{"type":"item.completed","item":{"id":"item_2","type":"command_execution","command":"sh -c 'echo out; echo \"a b\"'","aggregated_output":"out\na b\n","exit_code":0,"status":"completed"}}
{"type":"item.started","item":{"id":"item_3","type":"command_execution","command":"sh -c 'printf no; exit 3'","aggregated_output":"","status":"in_progress"}}
{"type":"item.completed","item":{"id":"item_3","type":"command_execution","command":"sh -c 'printf no; exit 3'","aggregated_output":"no","exit_code":3,"status":"failed"}}
{"type":"item.completed","item":{"id":"item_4","type":"file_change","changes":[{"path":"WORK/gone.txt","kind":"delete"},{"path":"WORK/new.txt","kind":"add"},{"path":"WORK/old.txt","kind":"update"}],"status":"completed"}}
{"type":"item.updated","item":{"id":"item_1","type":"todo_list","items":[{"text":"look","completed":true},{"text":"go","completed":true}]}}
{"type":"item.completed","item":{"id":"item_5","type":"web_search","query":"golang toml"}}
{"type":"item.completed","item":{"id":"item_6","type":"agent_message","text":"All done"}}
{"type":"item.completed","item":{"id":"item_1","type":"todo_list","items":[{"text":"look","completed":true},{"text":"go","completed":true}]}}
{"type":"turn.completed","usage":{"input_tokens":600,"cached_input_tokens":120,"output_tokens":180}}
`
	if diff := cmp.Diff(want, got); diff != "" || code != 0 {
		t.Errorf("exit code %d; the lines differ (-want +got):\n%s", code, diff)
	}
	if text, err := os.ReadFile(last); err != nil || string(text) != "All done" {
		t.Errorf("the last message is %q, %v", text, err)
	}
}

// TestHuman pins the same turn as a person sees it, and its colours.
func TestHuman(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everything()...)
	w.prepare(t)
	got, code := w.run(t, Options{Prompt: "go"})
	header, got, _ := strings.Cut(got, "session id: ID\n")
	if want := "OpenAI Codex v0.44.0 (research preview)\n--------\nworkdir: WORK\nmodel: m\nprovider: mock\n" +
		"approval: never\nsandbox: danger-full-access\n"; header != want || code != 0 {
		t.Errorf("exit code %d, header %q", code, header)
	}
	want := `--------
user
go
thinking
**Look** first
Plan update
Because
  ✓ look
  → go
  • rest
exec
sh -c 'echo out; echo "a b"' in WORK succeeded in TIME:
out
a b
exec
sh -c 'printf no; exit 3' in WORK exited 3 in TIME:
no
file update
D WORK/gone.txt
x
y
A WORK/new.txt
one
two
M WORK/old.txt
@@ -1 +1 @@
-a
+b
apply_patch(auto_approved=true) exited 0 in TIME:
Success. Updated the following files:
A new.txt
M old.txt
D gone.txt
Plan update
  ✓ look
  ✓ go
🌐 Searched: golang toml
codex
All done
file update:
`
	got, diff, _ := strings.Cut(got, "diff --git")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the output differs (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(diff, "\ntokens used\n660\n") || strings.Count(diff, "+two\n") != 1 {
		t.Errorf("the turn diff and the end are %q", diff)
	}
}

// TestResumedUsage wants the tokens of a run alone, whatever was used before.
func TestResumedUsage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, m.Reply(m.Text("one")), m.Reply(m.Text("two")), m.Reply(m.Text("three")))
	for _, o := range []Options{{JSON: true}, {JSON: true, Resume: ResumeLast}} {
		o.Prompt = "go"
		got, _ := w.run(t, o)
		if !strings.Contains(got, `"usage":{"input_tokens":100,"cached_input_tokens":20,"output_tokens":30}`) {
			t.Errorf("resume %q: the usage is wrong in\n%s", o.Resume, got)
		}
	}
	if got, _ := w.run(t, Options{Prompt: "go", Resume: ResumeLast}); !strings.HasSuffix(got, "tokens used\n110\n") {
		t.Errorf("the text ends with %q", got[max(0, len(got)-60):])
	}
}

// TestFailures pins the ends of turns that fail.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		reply m.Response
		want  string
	}{
		{"status", m.Status(400, `{"error":{"message":"bad request"}}`),
			`unexpected status 400 Bad Request: {\"error\":{\"message\":\"bad request\"}}`},
		{"failed", m.Reply(m.Failed("server_error", "boom")), "boom"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, code := newWorld(t, test.reply).run(t, Options{Prompt: "go", JSON: true})
			lines := strings.Split(strings.TrimSpace(got), "\n")
			if code != 1 || len(lines) != 4 || lines[1] != `{"type":"turn.started"}` ||
				!strings.HasPrefix(lines[2], `{"type":"error","message":"`) || !strings.Contains(lines[2], test.want) ||
				!strings.HasPrefix(lines[3], `{"type":"turn.failed","error":{"message":"`) || !strings.Contains(lines[3], test.want) {
				t.Errorf("exit code %d\n%s", code, got)
			}
		})
	}
}

// TestStartUpFails wants a turn to complete without a server that did not start,
// which the exit code tells.
func TestStartUpFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, m.Reply(m.Text("done")))
	cfg := *w.agent.Startup
	cfg.McpServers = map[string]config.McpServer{"broken": {Transport: &config.McpStdio{Command: "no-such-server"}}}
	w.agent.Startup = &cfg
	got, code := w.run(t, Options{Prompt: "go", JSON: true})
	if code != 1 || !strings.Contains(got, `{"type":"error","message":"MCP server \"broken\" failed to start`) ||
		!strings.Contains(got, `{"type":"turn.completed","usage":`) || strings.Contains(got, "turn.failed") {
		t.Errorf("exit code %d\n%s", code, got)
	}
}

// hangUp is an output that fails after some lines.
type hangUp struct {
	left  int
	cause error
}

func (h *hangUp) Write(p []byte) (int, error) {
	if h.left--; h.left < 0 {
		return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: h.cause}
	}
	return len(p), nil
}

// TestEndsEarly ends runs whose model hangs: by the user, who sees how the turn
// ended, and because nobody reads the output any more.
func TestEndsEarly(t *testing.T) {
	t.Parallel()
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, m.Reply(m.Hang()))
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			if _, err := w.model.Wait(ctx, 1); err == nil {
				stop()
			}
		}()
		var out bytes.Buffer
		code, err := Run(ctx, w.agent, Options{Prompt: "go", JSON: true, SkipGitCheck: true, Out: &out, Err: &out})
		if code != exitInterrupted || err != nil || !strings.HasSuffix(out.String(),
			`{"type":"turn.failed","error":{"message":"the turn was interrupted"}}`+"\n") {
			t.Errorf("exit code %d, %v\n%s", code, err, out.String())
		}
	})
	for i := range 6 {
		left, cause := i/2, []error{syscall.EPIPE, syscall.ENOSPC}[i%2]
		t.Run(fmt.Sprintf("%v after %d lines", cause, left), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, m.Reply(m.Text("hello"), m.Hang()))
			var complaints bytes.Buffer
			code, err := Run(t.Context(), w.agent, Options{
				Prompt: "go", JSON: true, SkipGitCheck: true, Out: &hangUp{left, cause}, Err: &complaints,
			})
			told := errors.Is(err, syscall.ENOSPC) && strings.HasPrefix(err.Error(), "write the output: ")
			if code != 1 || told != (cause == syscall.ENOSPC) || !told && err != nil || complaints.Len() > 0 {
				t.Errorf("exit code %d, %v, complaints %q", code, err, complaints.String())
			}
		})
	}
}

// TestRefuses wants an error for what cannot be run, before a model is asked.
func TestRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for want, o := range map[string]Options{
		"not inside a git repository":            {},
		"read image: open nosuch.png":            {Images: []string{"nosuch.png"}, SkipGitCheck: true},
		"there is no conversation to resume":     {Resume: ResumeLast, SkipGitCheck: true},
		`resume conversation: "nonsense" is not`: {Resume: "nonsense", SkipGitCheck: true},
		"no rollout found":                       {Resume: "0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee", SkipGitCheck: true},
	} {
		var out bytes.Buffer
		o.Prompt, o.Out, o.Err = "go", &out, &out
		if code, err := Run(t.Context(), w.agent, o); code != 1 || err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0 {
			t.Errorf("exit code %d, error %v, want %q; output %q", code, err, want, out.String())
		}
	}
}
