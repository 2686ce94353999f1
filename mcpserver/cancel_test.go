package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// hanging is an answer that begins and does not end.
func hanging() modeltest.Response {
	return modeltest.Reply(modeltest.Event(`{"type":"response.output_text.delta","delta":"part"}`), modeltest.Hang())
}

// cancelCall cancels a call and waits for the end of its turn.
func (p *peer) cancelCall(id string) {
	p.t.Helper()
	p.send(`{"method":"notifications/cancelled","params":{"requestId":%s,"reason":"changed my mind"}}`, id)
	aborted := p.event("turn_aborted")
	if aborted.at("params", "_meta", "requestId") != id || aborted.str("params", "msg", "reason") != "interrupted" {
		p.t.Errorf("the turn ended with %s", aborted.text)
	}
}

// TestCancel cancels calls in every state. The conversation can be continued,
// and the next call gets its own events and its response.
// (spec: mcp, notifications/cancelled)
func TestCancel(t *testing.T) {
	t.Parallel()
	needShell(t)
	tests := []struct {
		name   string
		script func(t *testing.T) []modeltest.Response
		ready  func(p *peer)
	}{
		{
			"while the model speaks",
			func(*testing.T) []modeltest.Response { return []modeltest.Response{hanging()} },
			func(p *peer) { p.event("agent_message_delta") },
		},
		{
			"while a question is open",
			func(t *testing.T) []modeltest.Response {
				return []modeltest.Response{modeltest.Reply(shellCall(t, "c", "/bin/sh", "-c", "exit 3"))}
			},
			func(p *peer) { p.request("elicitation/create") },
		},
		{
			"while a command runs",
			func(t *testing.T) []modeltest.Response {
				return []modeltest.Response{modeltest.Reply(shellCall(t, "c", "/bin/sh", "-c", "echo started; sleep 600"))}
			},
			func(p *peer) {
				p.answer(p.request("elicitation/create"), `{"decision":"approved"}`)
				p.event("exec_command_output_delta")
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil, test.script(t)...)
			f.model.Add(modeltest.Reply(modeltest.Text("back")))
			p := f.connect()
			p.call(`"slow"`, "codex", `{"prompt":"go"}`)
			id := p.event("session_configured").str("params", "msg", "session_id")
			test.ready(p)
			p.cancelCall(`"slow"`)
			p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"again"}`, id))
			m, before := p.response("2")
			if m.resultText(t) != "back" {
				t.Errorf("result %s", m.text)
			}
			for _, e := range before {
				if e.eventType() != "" && e.at("params", "_meta", "requestId") != "2" {
					t.Errorf("an event of the next call: %s", e.text)
				}
			}
			for _, e := range p.hangUp() {
				t.Errorf("after the response: %s", e.text)
			}
		})
	}
}

// TestCancelTakesQuestionsBack tells the client that its answer is of no use.
func TestCancelTakesQuestionsBack(t *testing.T) {
	t.Parallel()
	needShell(t)
	f := newFixture(t, nil, modeltest.Reply(shellCall(t, "c", "/bin/sh", "-c", "exit 3")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	ask := p.request("elicitation/create")
	p.send(`{"method":"notifications/cancelled","params":{"requestId":1}}`)
	m, _ := p.until("cancellation", func(m message) bool { return m.Method == "notifications/cancelled" })
	sameJSON(t, fmt.Sprintf(`{"requestId":%s,"reason":"the question is settled"}`, ask.ID), string(m.Params))
	p.answer(ask, `{"decision":"approved"}`) // too late
	p.send(`{"id":2,"method":"ping"}`)
	p.response("2")
}

// TestCancelOthers ignores cancellations that are not meant for a call.
func TestCancelOthers(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	f := newFixture(t, nil, modeltest.Reply(modeltest.Until(gate), modeltest.Text("done")))
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	if _, err := f.model.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	p.send(`{"method":"notifications/cancelled","params":{"requestId":"1"}}`) // another id
	p.send(`{"method":"notifications/cancelled","params":{"requestId":2}}`)
	p.send(`{"id":3,"method":"ping"}`)
	p.response("3")
	close(gate)
	m, _ := p.response("1")
	if m.resultText(t) != "done" {
		t.Errorf("result %s", m.text)
	}
}

// TestCancelAtOnce cancels a call that has hardly begun.
func TestCancelAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for range 20 {
		f.model.Add(hanging())
	}
	p := f.connect()
	for i := range 20 {
		p.call(fmt.Sprint(i), "codex", `{"prompt":"go"}`)
		p.send(`{"method":"notifications/cancelled","params":{"requestId":%d}}`, i)
	}
	for _, m := range p.hangUp() {
		if m.Result != nil || m.Error != nil {
			t.Errorf("a cancelled call was answered: %s", m.text)
		}
	}
}

// TestEndOfInput ends in every state: what was asked is answered, and nothing is
// left behind. (spec: mcp, shutdown)
func TestEndOfInput(t *testing.T) {
	t.Parallel()
	needShell(t)
	tests := []struct {
		name   string
		script func(t *testing.T) modeltest.Response
		ready  func(p *peer)
	}{
		{"while the model speaks", func(*testing.T) modeltest.Response { return hanging() }, func(p *peer) { p.event("agent_message_delta") }},
		{
			"while a question is open",
			func(t *testing.T) modeltest.Response {
				return modeltest.Reply(shellCall(t, "c", "/bin/sh", "-c", "exit 3"))
			},
			func(p *peer) { p.request("elicitation/create") },
		},
		{
			"while a command runs",
			func(t *testing.T) modeltest.Response {
				return modeltest.Reply(shellCall(t, "c", "/bin/sh", "-c", "echo started; sleep 600"))
			},
			func(p *peer) {
				p.answer(p.request("elicitation/create"), `{"decision":"approved"}`)
				p.event("exec_command_output_delta")
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil, test.script(t))
			p := f.connect()
			p.call("1", "codex", `{"prompt":"go"}`)
			id := p.event("session_configured").str("params", "msg", "session_id")
			test.ready(p)
			p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"in line"}`, id))
			p.send(`{"id":3,"method":"ping"}`)
			p.response("3")
			answered := map[string]string{}
			for _, m := range p.hangUp() {
				if m.Result != nil {
					answered[string(m.ID)] = m.resultText(t)
				}
			}
			if len(answered) != 2 || answered["1"] != "The turn was aborted: the server is shutting down" ||
				!strings.HasSuffix(answered["2"], "the server is shutting down") {
				t.Errorf("answers %v", answered)
			}
			if live := f.server.agent.Conversations.Live(); len(live) != 0 {
				t.Errorf("%d conversations are left", len(live))
			}
		})
	}
}

// TestStoppedBehindAnother lets no turn begin in the room that the end of the
// connection has made, although the call itself is not cancelled yet.
func TestStoppedBehindAnother(t *testing.T) {
	t.Parallel()
	c := &call{connection: new(connection)}
	c.ctx, c.cancel = context.WithCancelCause(t.Context())
	if !c.mayBegin() {
		t.Error("a call that nothing has stopped may not begin")
	}
	c.stopped = errShutdown
	if c.mayBegin() {
		t.Error("a turn may begin at the end of the connection")
	}
	if cause := context.Cause(c.ctx); !errors.Is(cause, errShutdown) {
		t.Errorf("the call ends because of %v", cause)
	}
}

// TestEndOfInputAtOnce answers what was sent before the end.
func TestEndOfInputAtOnce(t *testing.T) {
	t.Parallel()
	p := newFixture(t, nil).dial()
	p.send(`{"id":1,"method":"ping"}`)
	p.send(`{"id":2,"method":"tools/list"}`)
	got := map[string]bool{}
	for _, m := range p.hangUp() {
		got[string(m.ID)] = m.Result != nil
	}
	if !got["1"] || !got["2"] || len(got) != 2 {
		t.Errorf("answers %v", got)
	}
}

// TestSignal ends the server like the end of the input.
func TestSignal(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, hanging())
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	p.event("agent_message_delta")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := f.server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	m, _ := p.response("1")
	if m.resultText(t) != "The turn was aborted: the server is shutting down" {
		t.Errorf("result %s", m.text)
	}
	if err := f.server.Serve(ctx, nopTransport{}); err == nil {
		t.Error("a closed server serves")
	}
}

type nopTransport struct{}

func (nopTransport) ReadMessage() ([]byte, error) { return nil, context.Canceled }
func (nopTransport) WriteBatch([]byte) error      { return nil }
func (nopTransport) WriteStream(io.Reader) error {
	return nil
}
func (nopTransport) Close() error { return nil }

// TestClientGone interrupts the turns of a client that does not read any more.
func TestClientGone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, hanging())
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	p.event("agent_message_delta")
	p.in.Close()
	p.send(`{"id":2,"method":"ping"}`) // writing the answer shows that nobody reads
	for range p.messages {
	}
	if err := <-p.served; err != nil {
		t.Errorf("serve: %v", err)
	}
	if live := f.server.agent.Conversations.Live(); len(live) != 0 {
		t.Errorf("%d conversations are left", len(live))
	}
}
