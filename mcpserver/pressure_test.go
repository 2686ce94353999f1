package mcpserver

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// flood is more text than everything between the model and a client can hold.
func flood() modeltest.Step {
	piece := strings.Repeat("x", 16<<10)
	return modeltest.Deltas(slices.Repeat([]string{piece}, 2000)...)
}

// TestCancelWhileNobodyReads interrupts the turn of a client that sends and does
// not read.
func TestCancelWhileNobodyReads(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(flood()), modeltest.Reply(modeltest.Text("back")))
	f.buffer = 0
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	id := p.event("session_configured").str("params", "msg", "session_id")
	p.event("agent_message_delta")
	conv, err := f.server.agent.Conversations.Get(protocol.ConversationID(id))
	if err != nil {
		t.Fatal(err)
	}
	events := conv.Subscribe()
	p.send(`{"method":"notifications/cancelled","params":{"requestId":1}}`)
	for aborted := false; !aborted; {
		e, err := events.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, aborted = e.Msg.(*protocol.TurnAbortedEvent)
	}
	events.Close()
	p.event("turn_aborted")
	p.call("2", "codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"again"}`, id))
	if m, _ := p.response("2"); m.resultText(t) != "back" {
		t.Errorf("result %s", m.text)
	}
}

// TestEndWhileNobodyReads ends the server in bounded time although its client
// does not read.
func TestEndWhileNobodyReads(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, modeltest.Reply(flood()))
	f.server.times.drain, f.server.times.shutdown = 50*time.Millisecond, 200*time.Millisecond
	f.buffer = 0
	p := f.connect()
	p.call("1", "codex", `{"prompt":"go"}`)
	p.event("agent_message_delta")
	p.out.Close()
	if err := <-p.served; err == nil {
		t.Error("the server ended in order, although nobody read what it had to say")
	}
	for range p.messages {
	}
}
