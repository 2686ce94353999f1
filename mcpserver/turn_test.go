package mcpserver

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// TestCodex runs one turn and holds every message of it. (spec: mcp, a running
// call)
func TestCodex(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(modeltest.Text("done")))
	p := f.connect()
	p.call("7", "codex", `{"prompt":"go"}`)
	m, before := p.response("7")
	want := []string{"session_configured", "task_started", "token_count", "agent_message", "token_count", "task_complete"}
	if diff := cmp.Diff(want, labels(before)); diff != "" {
		t.Fatalf("messages before the response (-want +got):\n%s", diff)
	}
	id := before[0].str("params", "msg", "session_id")
	for i, e := range before {
		wantID := `"7"`
		if i == 0 {
			wantID = `""`
		}
		if e.at("params", "_meta", "requestId") != "7" || e.at("params", "id") != wantID {
			t.Errorf("envelope of %s: %s", want[i], e.text)
		}
	}
	sameJSON(t, fmt.Sprintf(`{"content":[{"type":"text","text":"done"}],"structuredContent":{"conversationId":%q}}`, id), string(m.Result))
	if agent := f.model.Requests()[0].Header.Get("User-Agent"); !strings.HasSuffix(agent, "(test; 1)") {
		t.Errorf("the provider was told %q", agent)
	}
}

// TestCodexArguments holds what the arguments of a call do.
// (spec: mcp, codex arguments)
func TestCodexArguments(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *Options) {
		override, err := config.ParseOverride("model_reasoning_effort=low")
		if err != nil {
			t.Fatal(err)
		}
		o.Agent.Overrides = []config.Override{override}
	})
	if err := os.Mkdir(filepath.Join(f.work, "wd"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := f.connect()
	tests := []struct{ name, arguments, member, want string }{
		{"default model", `{"prompt":"p"}`, "model", `"mock-model"`},
		{"model", `{"prompt":"p","model":"gpt-5","config":{"model":"other"}}`, "model", `"gpt-5"`},
		{"config", `{"prompt":"p","config":{"model":"other"}}`, "model", `"other"`},
		{"dotted config", `{"prompt":"p","config":{"model_providers.mock.query_params":{"q":"1"}}}`, "model", `"mock-model"`},
		{"null counts as absent", `{"prompt":"p","model":null,"config":null,"sandbox":null}`, "model", `"mock-model"`},
		{"unknown arguments are ignored", `{"prompt":"p","approvalPolicy":"never"}`, "model", `"mock-model"`},
		{"instructions", `{"prompt":"p","base-instructions":"Be a pirate."}`, "instructions", `"Be a pirate."`},
		{"effort of the command line", `{"prompt":"p","model":"gpt-5"}`, "reasoning", `{"effort":"low","summary":"auto"}`},
		{"effort of the call", `{"prompt":"p","model":"gpt-5","config":{"model_reasoning_effort":"high"}}`, "reasoning", `{"effort":"high","summary":"auto"}`},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f.model.Add(modeltest.Reply(modeltest.Text("ok")))
			p.call(fmt.Sprint(i), "codex", test.arguments)
			m, _ := p.response(fmt.Sprint(i))
			if m.at("result", "isError") != "" {
				t.Fatal(m.text)
			}
			requests := f.model.Requests()
			var body map[string]json.RawMessage
			if err := json.Unmarshal(requests[len(requests)-1].Body, &body); err != nil {
				t.Fatal(err)
			}
			sameJSON(t, test.want, string(body[test.member]))
		})
	}
}

func TestEmptyPromptAndAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply())
	p := f.connect()
	p.call(`"x"`, "codex", `{"prompt":""}`)
	m, before := p.response(`"x"`)
	if got := m.resultText(t); got != "" || m.at("result", "isError") != "" {
		t.Errorf("result %s", m.text)
	}
	if e := before[1]; e.at("params", "_meta", "requestId") != `"x"` || e.at("params", "id") != `"x"` {
		t.Errorf("envelope %s", e.text)
	}
}

// TestReply goes on with a conversation. (spec: mcp, sequence for codex)
func TestReply(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(modeltest.Text("one")), modeltest.Reply(modeltest.Text("two")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"first"}`)
	first, _ := p.response("1")
	id := first.str("result", "structuredContent", "conversationId")
	p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"second"}`, id))
	second, before := p.response("2")
	if got := second.resultText(t); got != "two" {
		t.Errorf("text %q", got)
	}
	if diff := cmp.Diff([]string{"task_started", "token_count", "agent_message", "token_count", "task_complete"}, labels(before)); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	for _, e := range before {
		if e.at("params", "_meta", "requestId") != "2" || e.at("params", "id") != `"0"` {
			t.Errorf("envelope %s", e.text)
		}
	}
	if body := string(f.model.Requests()[1].Body); !strings.Contains(body, `"first"`) || !strings.Contains(body, `"one"`) || !strings.Contains(body, `"second"`) {
		t.Errorf("the second request lacks the history: %s", body)
	}
}

// TestReplyAfterRestart goes on with a conversation of an earlier process, with
// the settings of its last turn.
func TestReplyAfterRestart(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(modeltest.Text("one")), modeltest.Reply(modeltest.Text("two")))
	dir := t.TempDir()
	p := f.connect()
	p.call("1", "codex", fmt.Sprintf(`{"prompt":"first","cwd":%q,"sandbox":"read-only","approval-policy":"never","model":"gpt-5","config":{"model_reasoning_effort":"low"}}`, dir))
	first, _ := p.response("1")
	id := first.str("result", "structuredContent", "conversationId")
	p.hangUp()

	f.start(nil)
	p = f.connect()
	p.call("1", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"second"}`, id))
	second, before := p.response("1")
	if got := second.resultText(t); got != "two" {
		t.Fatalf("result %s", second.text)
	}
	if before[0].label() != "session_configured" || before[0].str("params", "msg", "session_id") != id {
		t.Errorf("first message %s", before[0].text)
	}
	body := string(f.model.Requests()[1].Body)
	for _, part := range []string{`"first"`, `"one"`, `"second"`, `"model":"gpt-5"`, `"effort":"low"`, "<sandbox_mode>read-only"} {
		if !strings.Contains(body, part) {
			t.Errorf("the request lacks %s: %s", part, body)
		}
	}
	if strings.Contains(body, "<sandbox_mode>danger-full-access") {
		t.Errorf("the model was told of other rights: %s", body)
	}
}

// TestRightsAfterRestart gives a conversation of an earlier process the sandbox
// that it had, not the one that the configuration has.
func TestRightsAfterRestart(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.configure("sandbox_workspace_write.network_access = true\n")
	f.start(nil)
	f.model.Add(modeltest.Reply(modeltest.Text("one")), modeltest.Reply(modeltest.Text("two")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"first","sandbox":"workspace-write","config":{"model_reasoning_summary":"detailed",`+
		`"sandbox_workspace_write":{"writable_roots":["/far"],"exclude_slash_tmp":true}}}`)
	first, _ := p.response("1")
	id := first.str("result", "structuredContent", "conversationId")
	p.hangUp()

	f.start(nil)
	p = f.connect()
	p.call("1", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"second"}`, id))
	p.response("1")
	p.hangUp()
	paths, err := filepath.Glob(filepath.Join(f.home, "sessions", "*", "*", "*", "*.jsonl"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("files %v, %v", paths, err)
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	const rights = `"sandbox_policy":{"mode":"workspace-write","writable_roots":["/far"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":true}`
	if n := strings.Count(string(text), rights); n != 2 {
		t.Errorf("%d of 2 turns have the rights of the first: %s", n, text)
	}
	if n := strings.Count(string(text), `"summary":"detailed"`); n != 2 {
		t.Errorf("%d of 2 turns sum up as the first: %s", n, text)
	}
}

// TestModelError answers when the turn has ended, and leaves nothing for the
// next call. (spec: mcp, error results)
func TestModelError(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Status(400, "no"), modeltest.Reply(modeltest.Text("better")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"p"}`)
	m, before := p.response("1")
	if last := before[len(before)-1]; last.label() != "task_complete" {
		t.Errorf("the response came after %s", last.label())
	}
	text := m.resultText(t)
	if m.at("result", "isError") != "true" || text == "" || m.str("result", "error") != text {
		t.Errorf("result %s", m.text)
	}
	id := m.str("result", "structuredContent", "conversationId")
	p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"again"}`, id))
	if m, _ = p.response("2"); m.resultText(t) != "better" {
		t.Errorf("result of the next call: %s", m.text)
	}
}

// TestBrokenToolServer loses a tool server and not the turn: its failure is an
// event that ends nothing. (spec: mcp, error results)
func TestBrokenToolServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(modeltest.Text("done all the same")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go","config":{"mcp_servers.broken":{"command":"/nonexistent/program"}}}`)
	m, before := p.response("1")
	if m.resultText(t) != "done all the same" || m.at("result", "isError") != "" {
		t.Errorf("result %s", m.text)
	}
	if !slices.Contains(labels(before), "error") {
		t.Errorf("the failure was not told: %v", labels(before))
	}
}

// TestTwoConversations runs two calls at the same time.
func TestTwoConversations(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	f := newFixture(t, nil)
	f.model.Add(modeltest.Reply(modeltest.Until(gate), modeltest.Text("slow")), modeltest.Reply(modeltest.Text("fast")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"a"}`)
	if _, err := f.model.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	p.call("2", "codex", `{"prompt":"b"}`)
	fast, before := p.response("2")
	close(gate)
	slow, more := p.response("1")
	if fast.resultText(t) != "fast" || slow.resultText(t) != "slow" {
		t.Errorf("results %s and %s", fast.text, slow.text)
	}
	for _, e := range append(before, more...) {
		if id, own := e.at("params", "id"), e.at("params", "_meta", "requestId"); id != `""` && id != `"`+own+`"` {
			t.Errorf("an event under a foreign request: %s", e.text)
		}
	}
}

// TestRepliesQueue sends two replies to one conversation: each gets a turn of
// its own. (spec: mcp, do better, server correctness)
func TestRepliesQueue(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	f := newFixture(t, nil, modeltest.Reply(modeltest.Text("one")),
		modeltest.Reply(modeltest.Until(gate), modeltest.Text("two")), modeltest.Reply(modeltest.Text("three")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"first"}`)
	first, _ := p.response("1")
	id := first.str("result", "structuredContent", "conversationId")
	p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"second"}`, id))
	p.call("3", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"third"}`, id))
	p.call("4", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"fourth"}`, id))
	p.send(`{"method":"notifications/cancelled","params":{"requestId":4}}`)
	p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"again"}`, id))
	if m, _ := p.response("2"); m.Error == nil || m.Error.Code != -32600 {
		t.Errorf("a request with the id of one in progress: %s", m.text)
	}
	close(gate)
	second, before := p.response("2")
	third, after := p.response("3")
	if second.resultText(t) != "two" || third.resultText(t) != "three" {
		t.Errorf("results %s and %s", second.text, third.text)
	}
	for _, e := range before {
		if e.at("params", "_meta", "requestId") != "2" {
			t.Errorf("before the second response: %s", e.text)
		}
	}
	for _, e := range after {
		if e.at("params", "_meta", "requestId") != "3" {
			t.Errorf("after the second response: %s", e.text)
		}
	}
	if rest := p.hangUp(); len(rest) > 0 {
		t.Errorf("the cancelled call in the line was carried out: %v", labels(rest))
	}
}

// TestTooManyReplies refuses calls beyond the bound of a line.
func TestTooManyReplies(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(modeltest.Text("one")), modeltest.Reply(modeltest.Hang()))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"first"}`)
	first, _ := p.response("1")
	id := first.str("result", "structuredContent", "conversationId")
	for i := range maxWaiting + 2 {
		p.call(fmt.Sprint(10+i), "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"p"}`, id))
	}
	last := fmt.Sprint(10 + maxWaiting + 1)
	m, _ := p.response(last)
	if m.at("result", "isError") != "true" || m.resultText(t) != errBusy.Error() {
		t.Errorf("result %s", m.text)
	}
}

// TestProgress sends progress to a client that gave a token.
func TestProgress(t *testing.T) {
	t.Parallel()
	for _, token := range []string{`"tok"`, `7`} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil, modeltest.Reply(modeltest.Deltas("a", "b", "c")))
			p := f.connect()
			p.send(`{"id":1,"method":"tools/call","params":{"name":"codex","arguments":{"prompt":"p"},"_meta":{"progressToken":%s}}}`, token)
			_, before := p.response("1")
			last := 0.0
			for _, m := range before {
				if m.Method != "notifications/progress" {
					continue
				}
				var params struct {
					ProgressToken json.RawMessage
					Progress      float64
				}
				if err := json.Unmarshal(m.Params, &params); err != nil {
					t.Fatal(err)
				}
				if string(params.ProgressToken) != token || params.Progress <= last {
					t.Errorf("progress %s after %v", m.Params, last)
				}
				last = params.Progress
			}
			if last < 3 {
				t.Errorf("progress up to %v in %v", last, labels(before))
			}
			if rest := p.hangUp(); len(rest) > 0 {
				t.Errorf("after the response: %v", labels(rest))
			}
		})
	}
}

// TestHeartbeat sends progress while the model says nothing.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	f := newFixture(t, nil, modeltest.Reply(modeltest.Until(gate), modeltest.Text("done")))
	f.server.times.heartbeat = time.Millisecond
	p := f.connect()
	p.send(`{"id":1,"method":"tools/call","params":{"name":"codex","arguments":{"prompt":"p"},"_meta":{"progressToken":1}}}`)
	if _, err := f.model.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for range 50 {
		p.until("progress", func(m message) bool { return m.Method == "notifications/progress" })
	}
	close(gate)
	if m, _ := p.response("1"); m.resultText(t) != "done" {
		t.Errorf("result %s", m.text)
	}
}

// TestBadMetadata costs progress and nothing else.
func TestBadMetadata(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(modeltest.Text("done")))
	p := f.connect()
	p.send(`{"id":1,"method":"tools/call","params":{"name":"codex","arguments":{"prompt":"p"},"_meta":{"progressToken":1.5}}}`)
	m, before := p.response("1")
	if m.resultText(t) != "done" {
		t.Errorf("result %s", m.text)
	}
	for _, b := range before {
		if b.Method == "notifications/progress" {
			t.Errorf("progress without a token: %s", b.text)
		}
	}
}
