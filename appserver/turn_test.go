package appserver

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// outline reduces messages to what matters of their order: the types of events,
// and the ids of responses and questions.
func outline(lines []string) []string {
	out := []string{}
	for _, line := range lines {
		switch {
		case strings.Contains(line, `"method":"codex/event/token_count"`):
		case strings.Contains(line, `"method":"codex/event/`):
			_, kind, _ := strings.Cut(line, `"method":"codex/event/`)
			kind, _, _ = strings.Cut(kind, `"`)
			out = append(out, kind)
		default:
			_, id, _ := strings.Cut(line, `"id":`)
			id, rest, _ := strings.Cut(id, ",")
			what, _, _ := strings.Cut(strings.TrimPrefix(rest, `"`), `"`)
			out = append(out, what+" "+id)
		}
	}
	return out
}

func TestInterruptWithoutListener(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{model: []modeltest.Response{modeltest.Reply(modeltest.Deltas("Hel"), modeltest.Hang())}})
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	var started struct{ ConversationID string }
	w.call(1, "newConversation", `{}`, &started)
	w.send(message(2, started.ConversationID, "hello"))
	if _, err := s.model.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	w.send(interrupt(3, started.ConversationID))
	if diff := cmp.Diff([]string{"result 2", "result 3"}, outline(w.until(`"id":3,`))); diff != "" {
		t.Error(diff)
	}
	w.send(fmt.Sprintf(`{"id":4,"method":"addConversationListener","params":{"conversationId":%q}}`, started.ConversationID))
	got := outline(w.until("turn_aborted"))
	if got[0] != "result 4" || got[1] != "task_started" {
		t.Errorf("the listener got %v", got)
	}
}

// TestSettledIsNotAsked settles a question before anybody listens. The
// notification is shown, the question is not.
func TestSettledIsNotAsked(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{
		config: "approval_policy = \"untrusted\"\n",
		model:  []modeltest.Response{modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`))},
	})
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	var started struct{ ConversationID string }
	w.call(1, "newConversation", `{}`, &started)
	w.send(message(2, started.ConversationID, "hello"))
	c, err := s.server.backend.Conversations.Get(protocol.ConversationID(started.ConversationID))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the question is open", func() bool { return len(c.Approvals().Open()) > 0 })
	w.send(interrupt(3, started.ConversationID))
	w.until(`"id":3,`)
	w.send(fmt.Sprintf(`{"id":4,"method":"addConversationListener","params":{"conversationId":%q}}`, started.ConversationID))
	want := []string{"result 4", "task_started", "exec_approval_request", "turn_aborted"}
	if diff := cmp.Diff(want, outline(w.until("turn_aborted"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"shutdown_complete"}, outline(w.end())); diff != "" {
		t.Error(diff)
	}
}

// TestQuestionOutlivesConnection ends the connection that was asked without an
// answer. The next one is asked, behind the notification.
func TestQuestionOutlivesConnection(t *testing.T) {
	t.Parallel()
	o := stageOptions{
		config: "approval_policy = \"untrusted\"\n",
		model: []modeltest.Response{
			modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`)),
			modeltest.Reply(modeltest.Text("Done")),
		},
	}
	o.server.KeepRunning = true
	s := newStage(t, o)
	first := s.dial()
	conversation := first.open()
	first.send(message(1, conversation, "go"))
	first.until("execCommandApproval")
	first.end()

	second := s.dial()
	second.send(initialize)
	second.until(`"id":0,`)
	listen := fmt.Sprintf(`{"id":1,"method":"addConversationListener","params":{"conversationId":%q}}`, conversation)
	second.send(listen)
	want := []string{"result 1", "exec_approval_request", "method 1"}
	if diff := cmp.Diff(want, outline(second.until("execCommandApproval"))); diff != "" {
		t.Error(diff)
	}
	// A third one is asked, too: the notification has been seen by the second.
	third := s.dial()
	third.send(initialize)
	third.until(`"id":0,`)
	third.send(listen)
	want = []string{"result 1", "exec_approval_request", "method 2"}
	if diff := cmp.Diff(want, outline(third.until("execCommandApproval"))); diff != "" {
		t.Error(diff)
	}
	third.send(`{"id":2,"result":{"decision":"denied"}}`)
	for _, w := range []*wire{second, third} {
		if diff := cmp.Diff([]string{"agent_message", "task_complete"}, outline(w.until("task_complete"))); diff != "" {
			t.Error(diff)
		}
	}
}

// TestAnswerWithTextID settles a question whose id comes back as text.
// (spec: app-server, do better, approvals)
func TestAnswerWithTextID(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{
		config: "approval_policy = \"untrusted\"\n",
		model: []modeltest.Response{
			modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["touch","made"]}`)),
			modeltest.Reply(modeltest.Text("Done")),
		},
	})
	w := s.dial()
	w.send(message(1, w.open(), "go"))
	w.until("execCommandApproval")
	w.send(`{"id":"0","result":{"decision":"denied"}}`)
	if diff := cmp.Diff([]string{"agent_message", "task_complete"}, outline(w.until("task_complete"))); diff != "" {
		t.Error(diff)
	}
}

// TestInterruptRace interrupts turns at all kinds of moments, also when they are
// about to end. Every turn ends once; the response to the message comes before
// its first event, and that to the interrupt behind its last.
func TestInterruptRace(t *testing.T) {
	t.Parallel()
	runs := 300
	if testing.Short() {
		runs = 30
	}
	s := newStage(t, stageOptions{handler: func(*modeltest.Request) modeltest.Response {
		return modeltest.Reply(modeltest.Deltas("A", "B"), modeltest.Text("C"))
	}})
	w := s.dial()
	conversation := w.open()
	ends := map[string]int{}
	for run := range runs {
		random := rand.New(rand.NewPCG(uint64(run), 0))
		message, first, second := 10*run, 10*run+1, 10*run+2
		w.send(message1(message, conversation))
		for range random.IntN(1 + run*20) {
			runtime.Gosched()
		}
		w.send(interrupt(first, conversation), interrupt(second, conversation))
		got := outline(w.until(fmt.Sprintf(`"id":%d,`, second)))
		n := len(got)
		if got[0] != fmt.Sprint("result ", message) || got[n-2] != fmt.Sprint("result ", first) || got[n-1] != fmt.Sprint("result ", second) {
			t.Fatalf("run %d: %v", run, got)
		}
		end := got[n-3]
		ends[end]++
		if end != "turn_aborted" && end != "task_complete" || n > 4 && got[1] != "task_started" {
			t.Fatalf("run %d: %v", run, got)
		}
		for _, kind := range got[1 : n-3] {
			if kind == "turn_aborted" || kind == "task_complete" {
				t.Fatalf("run %d: the turn ended twice: %v", run, got)
			}
		}
	}
	t.Logf("ends: %v", ends)
	if rest := outline(w.end()); !cmp.Equal(rest, []string{"shutdown_complete"}) {
		t.Errorf("behind everything: %v", rest)
	}
	s.checkRollouts()
}

func message1(id int, conversation string) string { return message(id, conversation, "hello") }

// TestManyConversations holds 100 conversations on one connection at a time.
func TestManyConversations(t *testing.T) {
	t.Parallel()
	const count = 100
	s := newStage(t, stageOptions{handler: func(r *modeltest.Request) modeltest.Response {
		return modeltest.Reply(modeltest.Deltas("A", "B", "C"))
	}})
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	for i := range count {
		w.send(fmt.Sprintf(`{"id":%d,"method":"newConversation","params":{}}`, i+1))
	}
	var ids []string
	for range count {
		line, _ := w.next()
		id := uuidPattern.FindString(line)
		if id == "" {
			t.Fatalf("no conversation: %s", line)
		}
		ids = append(ids, id)
	}
	for i, id := range ids {
		w.send(fmt.Sprintf(`{"id":%d,"method":"addConversationListener","params":{"conversationId":%q}}`, 1000+i, id), message(2000+i, id, "go"))
	}
	of := make(map[string][]string) // messages of each conversation
	for range count * (2 + 8) {
		line, ok := w.next()
		if !ok {
			t.Fatal("the output ended")
		}
		if _, rest, isEvent := strings.Cut(line, `"conversationId":"`); isEvent {
			id, _, _ := strings.Cut(rest, `"`)
			of[id] = append(of[id], line)
		}
	}
	want := []string{"task_started", "agent_message_delta", "agent_message_delta", "agent_message_delta", "agent_message", "task_complete"}
	for _, id := range ids {
		if diff := cmp.Diff(want, outline(of[id])); diff != "" {
			t.Errorf("conversation %s: %s", id, diff)
		}
	}
	if rest := outline(w.end()); len(rest) != count {
		t.Errorf("%d messages at the end", len(rest))
	}
}
