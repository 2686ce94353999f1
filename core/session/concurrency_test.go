package session_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/protocol"
)

// follow reads a subscription to its end in the background. The result is
// there when done is closed.
type follow struct {
	events []event.Event
	done   chan struct{}
}

func startFollow(t testing.TB, sub *event.Subscription) *follow {
	f := &follow{done: make(chan struct{})}
	go func() {
		defer close(f.done)
		for {
			e, err := sub.Next(context.WithoutCancel(t.Context()))
			if err != nil {
				if err != io.EOF {
					t.Error(err)
				}
				return
			}
			f.events = append(f.events, e)
		}
	}()
	return f
}

// kinds returns the types of the events, details apart.
func kinds(events []event.Event) []string {
	var list []string
	for _, e := range events {
		if e.Msg != nil {
			list = append(list, e.Msg.EventType())
		}
	}
	return list
}

// checkTurns checks that every turn has one beginning and one end, and that
// nothing of one turn stands between those of another. It returns how each
// ended, by submission.
func checkTurns(t testing.TB, events []event.Event) map[string]string {
	t.Helper()
	ends := make(map[string]string)
	open := ""
	var last uint64
	for _, e := range events {
		if e.Seq != last+1 && last != 0 {
			t.Errorf("event %d behind %d", e.Seq, last)
		}
		last = e.Seq
		if e.TurnID == "" {
			continue
		}
		switch e.Msg.(type) {
		case *protocol.EnteredReviewModeEvent, *protocol.TaskStartedEvent:
			if open != "" && open != e.TurnID {
				t.Errorf("a turn begins before the one before it has ended: %v", kinds(events))
			}
			open = e.TurnID
			continue
		case *protocol.TaskCompleteEvent, *protocol.TurnAbortedEvent:
			if how, ended := ends[e.SubmissionID]; ended {
				t.Errorf("turn %s ended twice: %s, %s", e.SubmissionID, how, e.Msg.EventType())
			}
			ends[e.SubmissionID] = e.Msg.EventType()
			if open == e.TurnID {
				open = ""
			}
			continue
		}
		if _, input := e.Detail.(*event.UserInputRecorded); input && open == "" {
			continue // of a turn that never began
		}
		if e.TurnID != open {
			t.Errorf("an event of another turn than the open one: %+v", e)
		}
	}
	if open != "" {
		t.Errorf("a turn has no end: %v", kinds(events))
	}
	return ends
}

// An interrupt at the very end of a turn: the turn either ends by itself or is
// aborted, the caller learns which, and nothing of it comes after that.
func TestInterruptRacesWithTheEnd(t *testing.T) {
	t.Parallel()
	outcomes := map[bool]int{}
	for i := range 300 {
		l := newLab(t, nil)
		f := startFollow(t, l.Events().Subscribe())
		asked, gate := make(chan struct{}), make(chan struct{})
		l.model.add(reply(signal(asked), text("first"), until(gate))...)
		l.model.add(reply(text("second"))...)
		id := l.user(t, "one")
		<-asked
		var wg sync.WaitGroup
		var end session.Interruption
		wg.Go(func() {
			for range i % 5 * 10 {
				runtime.Gosched() // at another moment each time
			}
			close(gate)
		})
		wg.Go(func() {
			for range i % 7 {
				runtime.Gosched()
			}
			done, err := l.Interrupt(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			end = <-done
		})
		wg.Wait()
		l.user(t, "two")
		l.close(t)
		<-f.done
		ends := checkTurns(t, f.events)
		want := "task_complete"
		if end.Aborted {
			want = "turn_aborted"
		}
		if ends[id] != want {
			t.Fatalf("aborted %v, but the turn ended with %q", end.Aborted, ends[id])
		}
		for _, e := range f.events {
			if e.SubmissionID == id && e.Seq > end.Seq {
				t.Fatalf("event %s of the turn comes after the interrupt was answered", e.Msg.EventType())
			}
		}
		outcomes[end.Aborted]++
	}
	t.Logf("aborted %d times, ended by itself %d times", outcomes[true], outcomes[false])
}

// Input that is sent while turns end is delivered, once, and in its order.
func TestInputRacesWithTheEnd(t *testing.T) {
	t.Parallel()
	for range 60 {
		l := newLab(t, nil)
		f := startFollow(t, l.Events().Subscribe())
		requests := make(chan *modelclient.Request, 100)
		l.model.handler = func(r *modelclient.Request) []step {
			requests <- r
			return reply(text("ok"))
		}
		const total = 30
		var want []string
		for i := range total {
			want = append(want, fmt.Sprintf("input %d", i))
			l.user(t, want[i])
			for range i % 7 {
				runtime.Gosched()
			}
		}
		// What was sent last must have been answered too: the last model call
		// saw everything.
		var got []string
		for len(got) < total {
			got = nil
			for _, i := range (<-requests).Input {
				if m, ok := i.(*protocol.MessageItem); ok && m.Role == "user" {
					if s := m.Content[0].(*protocol.InputTextContent).Text; strings.HasPrefix(s, "input ") {
						got = append(got, s)
					}
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("what the model saw (-want +got):\n%s", diff)
		}
		l.close(t)
		<-f.done
		checkTurns(t, f.events)
		recorded := 0
		for _, line := range l.tape.recorded() {
			if e, ok := line.(*protocol.EventMsgLine); ok {
				if _, ok := e.Msg.(*protocol.UserMessageEvent); ok {
					recorded++
				}
			}
		}
		if recorded != total {
			t.Fatalf("%d of %d inputs are in the record", recorded, total)
		}
	}
}

// Many at once: turns, approvals answered by two, interrupts, compactions,
// reviews, settings. Whatever happens, turns have one end each, followers see
// the same, and everything comes to its end.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		l := newLab(t, func(s *setup) { s.config.ApprovalPolicy = protocol.AskUntrusted })
		n := 0
		l.model.handler = func(*modelclient.Request) []step {
			n++
			switch n % 4 {
			case 0:
				return reply(call("shell", fmt.Sprintf("c%d", n), `{"command":["make"]}`))
			case 1:
				return []step{broken(&modelclient.StatusError{Status: 400})}
			}
			return reply(text("ok"))
		}
		first := startFollow(t, l.Events().Subscribe())
		second := startFollow(t, l.Events().Subscribe())
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						runtime.Gosched()
					}
					for i, r := range l.Approvals().Open() {
						d := []protocol.ReviewDecision{protocol.ReviewApproved, protocol.ReviewDenied, protocol.ReviewAbort}[i%3]
						l.Approvals().AnswerCall(r.TurnID, r.CallID, d)
					}
				}
			})
		}
		var senders sync.WaitGroup
		for k := range 3 {
			senders.Go(func() {
				for i := range 20 {
					var op protocol.Op = input(fmt.Sprint(k, i))
					switch (i + k) % 7 {
					case 1:
						op = &protocol.InterruptOp{}
					case 3:
						op = &protocol.CompactOp{}
					case 5:
						op = &protocol.ReviewOp{}
					case 6:
						op = &protocol.OverrideTurnContextOp{SandboxPolicy: &protocol.ReadOnlyPolicy{}}
					}
					if _, err := l.Submit(t.Context(), op); err != nil {
						t.Error(err)
					}
				}
			})
		}
		senders.Wait()
		l.close(t)
		close(stop)
		wg.Wait()
		<-first.done
		<-second.done
		checkTurns(t, first.events)
		if len(second.events) == 0 {
			t.Fatal("the second follower saw nothing")
		}
		i := slices.IndexFunc(first.events, func(e event.Event) bool { return e.Seq == second.events[0].Seq })
		if i < 0 || len(first.events)-i != len(second.events) {
			t.Errorf("the followers saw %d and %d events, from %d on", len(first.events), len(second.events), i)
		}
		checkHistory(t, l.tape.recorded())
	}
}

// checkHistory checks that every call in a record has its output right behind
// it, and every output its call right before it.
func checkHistory(t testing.TB, lines []protocol.RolloutItem) {
	t.Helper()
	call := ""
	for _, line := range lines {
		r, ok := line.(*protocol.ResponseItemLine)
		if !ok {
			continue
		}
		out, isOutput := r.Item.(*protocol.FunctionCallOutputItem)
		switch {
		case call == "" && isOutput:
			t.Errorf("output %s without a call before it", out.CallID)
		case call != "" && !isOutput:
			t.Errorf("%s between call %s and its output", r.Item.ItemType(), call)
		case isOutput && out.CallID != call:
			t.Errorf("output %s behind call %s", out.CallID, call)
		}
		call = ""
		if c, ok := r.Item.(*protocol.FunctionCallItem); ok {
			call = c.CallID
		}
	}
	if call != "" {
		t.Errorf("call %s has no output", call)
	}
}

// read returns the events that can be read without waiting.
func read(sub *event.Subscription) []event.Event {
	var events []event.Event
	for {
		e, ok := sub.TryNext()
		if !ok {
			return events
		}
		events = append(events, e)
	}
}

func deltas(n int) []step {
	steps := make([]step, n)
	e := modelclient.Event{Kind: modelclient.TextDelta, Delta: "token", ItemID: "msg"}
	for i := range steps {
		steps[i] = say(e)
	}
	return steps
}

// A client that stops reading stops its own model stream; interrupts and other
// questions go on. (spec: events-and-rollouts, queues)
func TestSlowClientStopsItsModel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		sub := l.Events().Subscribe()
		l.model.add(append(reply(deltas(50_000)...), text("end"))...)
		l.user(t, "go")
		synctest.Wait()
		l.model.mu.Lock()
		stalled := l.model.taken
		l.model.mu.Unlock()
		if stalled < 1000 || stalled > 10_000 {
			t.Errorf("the model was read %d steps ahead of its client", stalled)
		}
		if done, err := l.Interrupt(t.Context()); err != nil || !(<-done).Aborted {
			t.Errorf("the interrupt did not go through: %v", err)
		}
		synctest.Wait()
		got := read(sub)
		if last := got[len(got)-1]; last.Msg == nil || last.Msg.EventType() != "turn_aborted" {
			t.Errorf("the last event is %+v", last)
		}
		l.close(t)
	})
}

// Without anybody who listens a turn goes on to its end. Whoever comes later
// gets what is whole.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		steps := append(deltas(50_000), text("the whole text"))
		l.model.add(reply(steps...)...)
		l.user(t, "go")
		synctest.Wait()
		got := kinds(read(l.Events().Subscribe()))
		count := 0
		for _, k := range got {
			if k == "agent_message_delta" {
				count++
			}
		}
		if count == 0 || count > 10_000 {
			t.Errorf("%d deltas were kept", count)
		}
		rest := slices.DeleteFunc(got, func(k string) bool { return k == "agent_message_delta" })
		want := []string{"session_configured", "task_started", "token_count", "agent_message", "token_count", "task_complete"}
		if diff := cmp.Diff(want, rest); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		l.close(t)
	})
}

// A panic in the middle of a turn ends the turn as an error does.
func TestPanicInATurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		sub := l.Events().Subscribe()
		l.model.add(func(context.Context) (*modelclient.Event, error) { panic("boom") })
		l.model.add(reply(text("hi"))...)
		l.user(t, "one")
		l.user(t, "two")
		synctest.Wait()
		got := kinds(read(sub))
		want := []string{
			"session_configured", "task_started", "error", "task_complete",
			"task_started", "token_count", "agent_message", "token_count", "task_complete",
		}
		if slices.Contains(got, "agent_message") {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		} else if got[len(got)-1] != "task_complete" {
			t.Errorf("events %v", got) // both inputs went to the turn that failed
		}
		l.close(t)
	})
}

// A session that cannot start says why.
func TestRelativeCwd(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	defer l.close(t)
	cfg := *labConfig(l)
	cfg.Cwd = "relative"
	if _, err := session.New(session.Options{Config: &cfg}); err == nil || !strings.Contains(err.Error(), "relative") {
		t.Errorf("New = %v", err)
	}
}
