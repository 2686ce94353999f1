package mcpserver

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

func extra(o *Options) { o.ExtraTools = true }

// list calls codex-list and returns the conversations and the next cursor.
func (p *peer) list(arguments string) (all []listed, next string) {
	p.t.Helper()
	p.call(`"list"`, "codex-list", arguments)
	m, _ := p.response(`"list"`)
	var content struct {
		Conversations []listed
		NextCursor    string
	}
	if err := json.Unmarshal([]byte(m.at("result", "structuredContent")), &content); err != nil {
		p.t.Fatalf("%s: %v", m.text, err)
	}
	sameJSON(p.t, m.at("result", "structuredContent"), m.resultText(p.t))
	return content.Conversations, content.NextCursor
}

// TestList lists open and recorded conversations, page by page.
func TestList(t *testing.T) {
	t.Parallel()
	f := newFixture(t, extra)
	p := f.connect()
	if all, next := p.list(`{}`); len(all) != 0 || next != "" {
		t.Errorf("a fresh home has %v", all)
	}
	var ids []string
	for i := range 3 {
		f.model.Add(modeltest.Reply(modeltest.Text("ok")))
		p.call("1", "codex", fmt.Sprintf(`{"prompt":"prompt %d"}`, i))
		m, _ := p.response("1")
		ids = append(ids, m.str("result", "structuredContent", "conversationId"))
	}
	f.model.Add(hanging())
	p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"more"}`, ids[1]))
	p.event("agent_message_delta")
	p.call("3", "codex-close", fmt.Sprintf(`{"conversationId":%q}`, ids[0]))
	p.response("3")

	page, next := p.list(`{"limit":2}`)
	rest, last := p.list(fmt.Sprintf(`{"cursor":%q}`, next))
	got := map[string]listed{}
	for _, l := range append(page, rest...) {
		got[string(l.ConversationID)] = listed{Preview: l.Preview, Cwd: l.Cwd, Open: l.Open, Running: l.Running}
	}
	want := map[string]listed{
		ids[0]: {Preview: "prompt 0", Cwd: f.work},
		ids[1]: {Preview: "prompt 1", Cwd: f.work, Open: true, Running: true},
		ids[2]: {Preview: "prompt 2", Cwd: f.work, Open: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conversations (-want +got):\n%s", diff)
	}
	if len(page) != 2 || last != "" {
		t.Errorf("pages of %d and %d, then %q", len(page), len(rest), last)
	}
	p.cancelCall("2")
}

// TestListStarting lists a conversation of which nothing is recorded yet, as it
// waits for a tool server.
func TestListStarting(t *testing.T) {
	t.Parallel()
	f := newFixture(t, extra)
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go","config":{"mcp_servers.slow":{"command":"sleep","args":["600"],"startup_timeout_sec":600}}}`)
	m := p.event("session_configured")
	id := m.str("params", "msg", "session_id")
	all, _ := p.list(`{}`)
	if len(all) != 1 || string(all[0].ConversationID) != id || all[0].Cwd != f.work || !all[0].Open || !all[0].Running {
		t.Errorf("conversations %+v, want %s", all, id)
	}
	p.cancelCall("1")
}

// TestInterrupt ends a turn from beside.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	f := newFixture(t, extra, hanging())
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	id := p.event("session_configured").str("params", "msg", "session_id")
	p.event("agent_message_delta")
	arguments := fmt.Sprintf(`{"conversationId":%q}`, id)
	p.call("2", "codex-interrupt", arguments)
	results := map[string]string{}
	for len(results) < 2 {
		m, _ := p.until("responses", func(m message) bool { return m.Result != nil })
		results[string(m.ID)] = m.resultText(t)
	}
	want := map[string]string{"1": "The turn was aborted: interrupted", "2": "The turn was interrupted."}
	if diff := cmp.Diff(want, results); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	p.call("3", "codex-interrupt", arguments)
	if m, _ := p.response("3"); m.resultText(t) != "No turn was running." {
		t.Errorf("result %s", m.text)
	}
}

// TestClose ends conversations with and without a turn; a reply opens them
// again.
func TestClose(t *testing.T) {
	t.Parallel()
	f := newFixture(t, extra, hanging(), modeltest.Reply(modeltest.Text("back")), modeltest.Reply(modeltest.Text("again")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	id := p.event("session_configured").str("params", "msg", "session_id")
	p.event("agent_message_delta")
	arguments := fmt.Sprintf(`{"conversationId":%q}`, id)
	reply := fmt.Sprintf(`{"conversationId":%q,"prompt":"p"}`, id)
	p.call("2", "codex-close", arguments)
	results := map[string]string{}
	for len(results) < 2 {
		m, _ := p.until("responses", func(m message) bool { return m.Result != nil })
		results[string(m.ID)] = m.resultText(t)
	}
	want := map[string]string{"1": "The turn was aborted: interrupted", "2": "The Codex session was closed."}
	if diff := cmp.Diff(want, results); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	for i, text := range []string{"back", "again"} {
		p.call("3", "codex-reply", reply)
		m, before := p.response("3")
		if m.resultText(t) != text || before[0].label() != "session_configured" {
			t.Errorf("reply %d: %s after %v", i, m.text, labels(before))
		}
		p.call("4", "codex-close", arguments)
		if m, _ := p.response("4"); m.resultText(t) != "The Codex session was closed." {
			t.Errorf("result %s", m.text)
		}
	}
}

// TestIdle closes the conversations used longest ago and opens them again with
// what they were started with.
func TestIdle(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(o *Options) { o.MaxIdle = 2 })
	p := f.connect()
	var ids []string
	for i := range 4 {
		f.model.Add(modeltest.Reply(modeltest.Text("ok")))
		p.call("1", "codex", fmt.Sprintf(`{"prompt":"p","base-instructions":"number %d"}`, i))
		m, _ := p.response("1")
		ids = append(ids, m.str("result", "structuredContent", "conversationId"))
	}
	if live := f.server.agent.Conversations.Live(); len(live) != 2 {
		t.Errorf("%d conversations are open", len(live))
	}
	f.model.Add(modeltest.Reply(modeltest.Text("back")))
	p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"again"}`, ids[0]))
	if m, _ := p.response("2"); m.resultText(t) != "back" {
		t.Errorf("result %s", m.text)
	}
	var body struct{ Instructions string }
	if err := json.Unmarshal(f.model.Requests()[4].Body, &body); err != nil {
		t.Fatal(err)
	}
	if body.Instructions != "number 0" {
		t.Errorf("opened again with the instructions %q", body.Instructions)
	}
}
