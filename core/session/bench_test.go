package session_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/protocol"
)

// sink is a recorder that keeps nothing.
type sink struct{}

func (sink) Record(...protocol.RolloutItem) error { return nil }
func (sink) Flush(context.Context) error          { return nil }
func (sink) Close(context.Context) error          { return nil }
func (sink) Path() string                         { return "/rollout.jsonl" }

// benchLab is a lab that keeps neither requests nor records.
func benchLab(b *testing.B, initial *rollout.History, answer []step) (*lab, *event.Subscription) {
	b.Helper()
	l := newLab(b, func(s *setup) {
		s.options.Recorder = sink{}
		s.options.Initial = initial
		s.options.Notify = nil
		s.options.Model = forgetful{answer}
	})
	return l, l.Events().Subscribe()
}

// forgetful answers everything in the same way and keeps nothing.
type forgetful struct{ answer []step }

func (f forgetful) Stream(_ context.Context, _ *modelclient.Request) (session.Stream, error) {
	return &plainStream{steps: f.answer}, nil
}

type plainStream struct{ steps []step }

func (s *plainStream) Next(ctx context.Context) (modelclient.Event, error) {
	if len(s.steps) == 0 {
		return modelclient.Event{}, io.EOF
	}
	e, err := s.steps[0](ctx)
	s.steps = s.steps[1:]
	if err != nil {
		return modelclient.Event{}, err
	}
	return *e, nil
}

func (s *plainStream) Close() error { return nil }

// turn runs a turn to its end and returns how many events it had.
func turn(b *testing.B, l *lab, sub *event.Subscription, op protocol.Op) int {
	if _, err := l.Submit(b.Context(), op); err != nil {
		b.Fatal(err)
	}
	for n := 1; ; n++ {
		e, err := sub.Next(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		switch e.Msg.(type) {
		case *protocol.TaskCompleteEvent:
			return n
		case *protocol.ErrorEvent:
			b.Fatalf("%+v", e.Msg)
		}
	}
}

// A message and its answer.
func BenchmarkPlainTurn(b *testing.B) {
	l, sub := benchLab(b, nil, reply(text("hello")))
	op := input("hi")
	b.ReportAllocs()
	for b.Loop() {
		turn(b, l, sub, op)
	}
	l.close(b)
}

// An answer of 50,000 deltas, all of which are read.
func BenchmarkDeltas(b *testing.B) {
	const count = 50_000
	l, sub := benchLab(b, nil, reply(deltas(count)...))
	op := input("hi")
	b.ReportAllocs()
	for b.Loop() {
		if n := turn(b, l, sub, op); n < count {
			b.Fatalf("%d events", n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*count), "ns/delta")
	l.close(b)
}

// A turn at the end of a long conversation costs what it costs at its
// beginning, apart from sending the history.
func BenchmarkLongConversation(b *testing.B) {
	for _, items := range []int{0, 1_000, 20_000} {
		b.Run(fmt.Sprintf("items=%d", items), func(b *testing.B) {
			h := &rollout.History{}
			for i := range items {
				h.Items = append(h.Items, &protocol.MessageItem{
					Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: fmt.Sprint(i)}},
				})
			}
			l, sub := benchLab(b, h, reply(text("hello")))
			op := input("hi")
			b.ReportAllocs()
			for b.Loop() {
				turn(b, l, sub, op)
			}
			l.close(b)
		})
	}
}

// What a conversation keeps of its turns: their history, and nothing for what
// was streamed.
func BenchmarkMemory(b *testing.B) {
	const turns = 2_000
	for _, pieces := range []int{1, 200} {
		b.Run(fmt.Sprintf("deltas=%d", pieces), func(b *testing.B) {
			steps := append(deltas(pieces), text("hello"))
			op := input("hi")
			for b.Loop() {
				l, sub := benchLab(b, nil, reply(steps...))
				turn(b, l, sub, op)
				before := heapInUse()
				for range turns {
					turn(b, l, sub, op)
				}
				b.ReportMetric(float64(heapInUse()-before)/turns, "bytes/turn")
				l.close(b)
			}
		})
	}
}

// heapInUse returns how many bytes of the heap are in use.
func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Bringing a long history into the form that models accept, once at a resume.
func BenchmarkResume(b *testing.B) {
	h := &rollout.History{}
	for i := range 5_000 {
		id := fmt.Sprint(i)
		h.Items = append(h.Items,
			&protocol.FunctionCallItem{Name: "shell", CallID: id, Arguments: "{}"},
			&protocol.FunctionCallOutputItem{CallID: id, Output: "ok"})
	}
	b.ReportAllocs()
	for b.Loop() {
		l, _ := benchLab(b, h, nil)
		l.close(b)
	}
}
