package mcpserver

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// touch is a command that nobody trusts and that leaves a trace.
func touch(t *testing.T, f *fixture) (step modeltest.Step, path string) {
	t.Helper()
	needShell(t)
	path = filepath.Join(f.work, "made.txt")
	return shellCall(t, "call-1", "/bin/sh", "-c", "echo made > "+path), path
}

func exists(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Stat(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return err == nil
}

// TestApprovals answers a question in every way. (spec: mcp, approvals as
// elicitations; do better, approvals)
func TestApprovals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		reply   string // result, or error when it begins with "error "
		runs    bool
		aborted bool
	}{
		{name: "approved", reply: `{"decision":"approved"}`, runs: true},
		{name: "approved for the session", reply: `{"decision":"approved_for_session"}`, runs: true},
		{name: "denied", reply: `{"decision":"denied"}`},
		{name: "abort", reply: `{"decision":"abort"}`, aborted: true},
		{name: "decision beside an action", reply: `{"action":"decline","decision":"approved"}`, runs: true},
		{name: "accept", reply: `{"action":"accept"}`, runs: true},
		{name: "accept with content", reply: `{"action":"accept","content":{}}`, runs: true},
		{name: "accept with a decision", reply: `{"action":"accept","content":{"decision":"denied"}}`},
		{name: "decline", reply: `{"action":"decline"}`},
		{name: "cancel", reply: `{"action":"cancel"}`},
		{name: "unknown decision", reply: `{"decision":"maybe"}`},
		{name: "unknown action", reply: `{"action":"maybe"}`},
		{name: "garbage", reply: `7`},
		{name: "null", reply: `null`},
		{name: "error", reply: `error {"code":-32601,"message":"no elicitations here"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			step, path := touch(t, f)
			f.model.Add(modeltest.Reply(step), modeltest.Reply(modeltest.Text("done")))
			p := f.connect()
			p.call("1", "codex", `{"prompt":"p"}`)
			ask := p.request("elicitation/create")
			if text, ok := strings.CutPrefix(test.reply, "error "); ok {
				p.send(`{"id":%s,"error":%s}`, ask.ID, text)
			} else {
				p.answer(ask, test.reply)
			}
			m, _ := p.response("1")
			switch {
			case test.aborted && (m.at("result", "isError") != "true" || m.resultText(t) != "The turn was aborted: interrupted"):
				t.Errorf("result %s", m.text)
			case !test.aborted && m.resultText(t) != "done":
				t.Errorf("result %s", m.text)
			}
			if exists(t, path) != test.runs {
				t.Errorf("the command ran: %t, want %t", !test.runs, test.runs)
			}
			if rest := p.hangUp(); len(rest) > 0 {
				t.Errorf("after the response: %v", labels(rest))
			}
		})
	}
}

// TestElicitations holds the form of the questions. (spec: mcp, exec approval
// params; patch approval params)
func TestElicitations(t *testing.T) {
	t.Parallel()
	needShell(t)
	tests := []struct {
		name, id string
		form     bool
		step     func(f *fixture) modeltest.Step
		want     string // with WORK for the working directory
	}{
		{
			name: "command", id: `7`,
			step: func(f *fixture) modeltest.Step {
				return shellCall(f.t, "call-1", "/bin/sh", "-c", "echo 'it''s' > x; rm x")
			},
			want: `{"message":"Allow Codex to run ` + "`" + `/bin/sh -c \"echo 'it''s' > x; rm x\"` + "`" + ` in WORK?","requestedSchema":{"type":"object","properties":{}},` +
				`"codex_elicitation":"exec-approval","codex_mcp_tool_call_id":"7","codex_event_id":"7","codex_call_id":"call-1",` +
				`"codex_command":["/bin/sh","-c","echo 'it''s' > x; rm x"],"codex_cwd":"WORK"}`,
		},
		{
			name: "patch", id: `"s"`, form: true,
			step: func(f *fixture) modeltest.Step {
				return shellCall(f.t, "call-p", "apply_patch", "*** Begin Patch\n*** Add File: new.txt\n+hello\n*** Update File: f.txt\n@@\n-a\n+A\n*** Delete File: old.txt\n*** End Patch\n")
			},
			want: `{"message":"Allow Codex to apply the proposed changes?\nupdate WORK/f.txt\nadd WORK/new.txt\ndelete WORK/old.txt","requestedSchema":` + decisionForm + `,` +
				`"codex_elicitation":"patch-approval","codex_mcp_tool_call_id":"s","codex_event_id":"s","codex_call_id":"call-p",` +
				`"codex_changes":{"WORK/f.txt":{"update":{"unified_diff":"@@ -1 +1 @@\n-a\n+A\n","move_path":null}},"WORK/new.txt":{"add":{"content":"hello\n"}},"WORK/old.txt":{"delete":{"content":"o\n"}}}}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *Options) { o.DecisionForm = test.form })
			f.model.Add(modeltest.Reply(test.step(f)), modeltest.Reply(modeltest.Text("done")))
			for name, text := range map[string]string{"f.txt": "a\n", "old.txt": "o\n"} {
				if err := os.WriteFile(filepath.Join(f.work, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			p := f.connect()
			p.call(test.id, "codex", `{"prompt":"p"}`)
			ask, before := p.until("question", func(m message) bool { return m.Method == "elicitation/create" })
			if last := before[len(before)-1].label(); !strings.HasSuffix(last, "_approval_request") {
				t.Errorf("the question came after %s", last)
			}
			sameJSON(t, strings.ReplaceAll(test.want, "WORK", f.work), string(ask.Params))
			p.answer(ask, `{"action":"decline"}`)
			p.response(test.id)
		})
	}
}

// TestQuestionsAreNumbered counts the questions of all connections together.
func TestQuestionsAreNumbered(t *testing.T) {
	t.Parallel()
	needShell(t)
	f := newFixture(t, nil, modeltest.Reply(shellCall(t, "c1", "/bin/sh", "-c", "exit 3")), modeltest.Reply(modeltest.Text("a")),
		modeltest.Reply(shellCall(t, "c2", "/bin/sh", "-c", "exit 3")), modeltest.Reply(modeltest.Text("b")))
	for i := range 2 {
		p := f.connect()
		p.call("1", "codex", `{"prompt":"p"}`)
		ask := p.request("elicitation/create")
		if string(ask.ID) != fmt.Sprint(i) {
			t.Errorf("id %s, want %d", ask.ID, i)
		}
		p.answer(ask, `{"decision":"approved"}`)
		p.response("1")
	}
}

// TestNeverAnswered denies when the time is up, and takes the question back.
func TestNeverAnswered(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *Options) { o.ApprovalTimeout = 50 * time.Millisecond })
	step, path := touch(t, f)
	f.model.Add(modeltest.Reply(step), modeltest.Reply(modeltest.Text("done")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"p"}`)
	ask := p.request("elicitation/create")
	cancelled, _ := p.until("cancellation", func(m message) bool { return m.Method == "notifications/cancelled" })
	sameJSON(t, fmt.Sprintf(`{"requestId":%s,"reason":"the question was not answered in time"}`, ask.ID), string(cancelled.Params))
	if m, _ := p.response("1"); m.resultText(t) != "done" || exists(t, path) {
		t.Errorf("result %s", m.text)
	}
}

// TestDenyWithoutElicitation does not ask clients that cannot answer.
func TestDenyWithoutElicitation(t *testing.T) {
	t.Parallel()
	for _, able := range []bool{true, false} {
		t.Run(fmt.Sprint(able), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *Options) { o.DenyWithoutElicitation = true })
			step, path := touch(t, f)
			f.model.Add(modeltest.Reply(step), modeltest.Reply(modeltest.Text("done")))
			p := f.dial()
			capabilities := `{}`
			if able {
				capabilities = `{"elicitation":{}}`
			}
			p.initialize(capabilities)
			p.call("1", "codex", `{"prompt":"p"}`)
			if able {
				p.answer(p.request("elicitation/create"), `{"action":"accept"}`)
			}
			m, before := p.response("1")
			for _, b := range before {
				if b.Method == "elicitation/create" {
					t.Errorf("asked: %s", b.text)
				}
			}
			if m.resultText(t) != "done" || exists(t, path) != able {
				t.Errorf("result %s, ran %t", m.text, exists(t, path))
			}
		})
	}
}

// TestApprovedForSession is not asked again for the same command.
func TestApprovedForSession(t *testing.T) {
	t.Parallel()
	needShell(t)
	command := []string{"/bin/sh", "-c", "exit 3"}
	f := newFixture(t, nil, modeltest.Reply(shellCall(t, "c1", command...)), modeltest.Reply(shellCall(t, "c2", command...)), modeltest.Reply(modeltest.Text("done")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"p"}`)
	p.answer(p.request("elicitation/create"), `{"decision":"approved_for_session"}`)
	_, before := p.response("1")
	ended := 0
	for _, m := range before {
		if m.Method == "elicitation/create" {
			t.Errorf("asked again: %s", m.text)
		}
		if m.eventType() == "exec_command_end" {
			ended++
		}
	}
	if ended != 2 {
		t.Errorf("%d commands ran", ended)
	}
}

// TestAnswerWithAnotherID leaves a question open when the answer has the text of
// its number for an id, which is another id. (spec: mcp, IDs)
func TestAnswerWithAnotherID(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	step, path := touch(t, f)
	f.model.Add(modeltest.Reply(step), modeltest.Reply(modeltest.Text("done")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"p"}`)
	ask := p.request("elicitation/create")
	p.send(`{"id":"%s","result":{"decision":"approved"}}`, ask.ID)
	p.answer(ask, `{"decision":"denied"}`)
	if m, _ := p.response("1"); m.resultText(t) != "done" {
		t.Errorf("result %s", m.text)
	}
	if exists(t, path) {
		t.Error("the command ran")
	}
}

// TestDecisionOf reads answers of every form.
func TestDecisionOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in         string
		want       protocol.ReviewDecision
		understood bool
	}{
		{`{"decision":"approved"}`, protocol.ReviewApproved, true},
		{`{"decision":"abort","action":"accept"}`, protocol.ReviewAbort, true},
		{`{"decision":"x","action":"accept"}`, protocol.ReviewApproved, true},
		{`{"action":"accept","content":{"decision":"approved_for_session"}}`, protocol.ReviewApprovedForSession, true},
		{`{"action":"accept","content":null}`, protocol.ReviewApproved, true},
		{`{"action":"decline","content":{"decision":"approved"}}`, protocol.ReviewDenied, true},
		{`{"Decision":"approved"}`, protocol.ReviewDenied, false},
		{`{"content":{"decision":"approved"}}`, protocol.ReviewDenied, false},
		{`[]`, protocol.ReviewDenied, false},
		{``, protocol.ReviewDenied, false},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			t.Parallel()
			d, understood := decisionOf([]byte(test.in))
			if d != test.want || understood != test.understood {
				t.Errorf("got %s, %t, want %s, %t", d, understood, test.want, test.understood)
			}
		})
	}
}

// FuzzDecisionOf never approves what does not say so.
func FuzzDecisionOf(f *testing.F) {
	f.Add([]byte(`{"decision":"approved"}`))
	f.Add([]byte(`{"action":"accept","content":{"decision":"abort"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, understood := decisionOf(data)
		if !understood && d != protocol.ReviewDenied {
			t.Errorf("%q is %s", data, d)
		}
		text := string(data)
		if d == protocol.ReviewApproved && !strings.Contains(text, `\u`) && !strings.Contains(text, "approved") && !strings.Contains(text, "accept") {
			t.Errorf("%q is approved", data)
		}
	})
}

// TestShown holds what a person sees of a text that a model chose.
func TestShown(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"plain", "ls -la äöü 漢字", "ls -la äöü 漢字"},
		{"control characters", "a\x1b[31mb\x00\x7f\u009b", `a\u{1b}[31mb\u{0}\u{7f}\u{9b}`},
		{"line breaks", "a\nb\tc\r", `a\nb\tc\u{d}`},
		{"direction of text", "a\u202eb\u2066c\u200f", `a\u{202e}b\u{2066}c\u{200f}`},
		{"invisible", "a\u200bb\ufeff\u2028", `a\u{200b}b\u{feff}\u{2028}`},
		{"long", strings.Repeat("ä", maxShown), strings.Repeat("ä", maxShown/2) + " [4096 bytes more]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := shown(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestPatchMessage(t *testing.T) {
	t.Parallel()
	changes := protocol.FileChanges{}
	for i := range maxShownFiles + 3 {
		changes[fmt.Sprintf("/w/f%02d", i)] = &protocol.AddFileChange{}
	}
	to := "/w/to"
	changes["/w/a"] = &protocol.UpdateFileChange{MovePath: &to}
	got := patchMessage(&protocol.ApplyPatchApprovalRequestEvent{Reason: "because", GrantRoot: "/w", Changes: changes})
	for _, part := range []string{"because\nAllow Codex to apply", "\nupdate /w/a and move it to /w/to\n", "\nadd /w/f18\nand 4 more\n", "writing below /w for"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q lacks %q", got, part)
		}
	}
}
