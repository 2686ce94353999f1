package event_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/protocol"
)

func delta(text string) event.Event {
	return event.Event{SubmissionID: "0", Msg: &protocol.AgentMessageDeltaEvent{Delta: text}}
}

func whole(text string) event.Event {
	return event.Event{SubmissionID: "0", Msg: &protocol.AgentMessageEvent{Message: text}}
}

// show renders an event as "seq text", deltas with a leading +.
func show(e event.Event) string {
	switch m := e.Msg.(type) {
	case *protocol.AgentMessageDeltaEvent:
		return fmt.Sprintf("%d +%s", e.Seq, m.Delta)
	case *protocol.AgentMessageEvent:
		return fmt.Sprintf("%d %s", e.Seq, m.Message)
	}
	return fmt.Sprintf("%d %T", e.Seq, e.Msg)
}

// drain returns what can be read without waiting.
func drain(s *event.Subscription) []string {
	got := []string{}
	for {
		e, ok := s.TryNext()
		if !ok {
			return got
		}
		got = append(got, show(e))
	}
}

func want(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestFirstFollowerSeesWhatNobodySaw(t *testing.T) {
	t.Parallel()
	l := event.NewLog(nil)
	l.Publish(whole("a"))
	l.Publish(whole("b"))
	first := l.Subscribe()
	second := l.Subscribe()
	l.Publish(whole("c"))
	want(t, "first", []string{"1 a", "2 b", "3 c"}, drain(first))
	want(t, "second", []string{"3 c"}, drain(second))
}

func TestLastListenerLeavesWhatItHasNotRead(t *testing.T) {
	t.Parallel()
	l := event.NewLog(nil)
	first, second := l.Subscribe(), l.Subscribe()
	l.Publish(whole("a"))
	l.Publish(whole("b"))
	first.Close()
	first.Close()
	want(t, "closed", []string{}, drain(first))
	if _, err := first.Next(t.Context()); err != io.EOF {
		t.Errorf("Next after Close: %v, want io.EOF", err)
	}
	second.TryNext()
	second.Close()
	l.Publish(whole("c"))
	third := l.Subscribe()
	want(t, "third", []string{"2 b", "3 c"}, drain(third))
	third.Close()
	first.Close() // closing again takes nothing from the next one
	l.Publish(whole("d"))
	want(t, "fourth", []string{"4 d"}, drain(l.Subscribe()))
}

func TestCloseEndsFollowers(t *testing.T) {
	t.Parallel()
	l := event.NewLog(nil)
	a, b := l.Subscribe(), l.Subscribe()
	l.Publish(whole("a"))
	l.Publish(whole("b"))
	want(t, "a before the end", []string{"1 a", "2 b"}, drain(a))
	l.Close()
	l.Close()
	if seq := l.Publish(whole("late")); seq != 0 {
		t.Errorf("Publish after Close = %d, want 0", seq)
	}
	if err := l.Room(t.Context()); err != nil {
		t.Errorf("Room after Close: %v", err)
	}
	a.Close()
	e, err := b.Next(t.Context())
	if err != nil || show(e) != "1 a" {
		t.Errorf("Next = %s, %v, want 1 a", show(e), err)
	}
	// b has not read the last event and was the last to leave: nobody has seen
	// it through b, but nothing that a read comes again through a.
	b.Close()
	late := l.Subscribe()
	want(t, "late", []string{"2 b"}, drain(late))
	for range 2 {
		if _, err := late.Next(t.Context()); err != io.EOF {
			t.Errorf("Next at the end: %v, want io.EOF", err)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	l := event.NewLog(&event.Options{Bound: 4 << 10})
	kept := 0
	for range 1000 {
		if l.Publish(delta(strings.Repeat("x", 100))) != 0 {
			kept++
		}
	}
	if kept == 0 || kept > 40 {
		t.Errorf("%d deltas of 100 bytes kept within 4 KiB", kept)
	}
	if err := l.Room(t.Context()); err != nil {
		t.Errorf("Room with nobody listening: %v", err)
	}
	for i := range 100 {
		if l.Publish(whole(fmt.Sprint(i))) == 0 {
			t.Fatalf("event %d, not a delta, was dropped", i)
		}
	}
	s := l.Subscribe()
	var last uint64
	count := 0
	for {
		e, ok := s.TryNext()
		if !ok {
			break
		}
		if e.Seq != last+1 {
			t.Fatalf("sequence number %d after %d", e.Seq, last)
		}
		last = e.Seq
		count++
	}
	if count != kept+100 || last != l.Seq() {
		t.Errorf("read %d events up to %d, want %d up to %d", count, last, kept+100, l.Seq())
	}
}

// A sole follower that does not read stops its producer, and only by Room.
func TestSoleSlowFollower(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := event.NewLog(&event.Options{Bound: 4 << 10})
		s := l.Subscribe()
		produced := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 200 {
				if l.Room(t.Context()) != nil {
					return
				}
				l.Publish(delta(strings.Repeat("x", 100)))
				produced++
			}
		}()
		synctest.Wait()
		if produced == 0 || produced > 40 {
			t.Errorf("%d deltas of 100 bytes went into a bound of 4 KiB", produced)
		}
		stalled := produced
		s.TryNext()
		synctest.Wait()
		if produced <= stalled {
			t.Error("reading did not let the producer go on")
		}
		got := 0
		for got < 199 {
			e, err := s.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n := len(e.Msg.(*protocol.AgentMessageDeltaEvent).Delta); n%100 != 0 {
				t.Fatalf("a delta of %d bytes", n)
			}
			got += len(e.Msg.(*protocol.AgentMessageDeltaEvent).Delta) / 100
		}
		<-done
		want(t, "rest", []string{}, drain(s))
	})
}

func TestRoomEndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := event.NewLog(&event.Options{Bound: 1})
		l.Subscribe()
		l.Publish(whole("a"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := l.Room(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Room = %v, want the context's error", err)
		}
	})
}

func TestRoomIsFreedBy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(l *event.Log, s *event.Subscription)
	}{
		{"reading", func(l *event.Log, s *event.Subscription) { s.TryNext() }},
		{"closing the follower", func(l *event.Log, s *event.Subscription) { s.Close() }},
		{"another follower", func(l *event.Log, s *event.Subscription) { l.Subscribe() }},
		{"the end", func(l *event.Log, s *event.Subscription) { l.Close() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := event.NewLog(&event.Options{Bound: 1})
				s := l.Subscribe()
				l.Publish(whole("a"))
				free := false
				go func() {
					if err := l.Room(t.Context()); err != nil {
						t.Error(err)
					}
					free = true
				}()
				synctest.Wait()
				if free {
					t.Fatal("there was room")
				}
				c.do(l, s)
				synctest.Wait()
				if !free {
					t.Error("the producer still waits")
				}
			})
		})
	}
}

// With a fast follower beside it, a slow one stalls nobody: it gets longer
// deltas, and the same text in the same order.
func TestSlowFollowerBesideAFastOne(t *testing.T) {
	t.Parallel()
	l := event.NewLog(&event.Options{Bound: 4 << 10})
	fast, slow := l.Subscribe(), l.Subscribe()
	var text strings.Builder
	var marks []string
	for i := range 5000 {
		if err := l.Room(t.Context()); err != nil {
			t.Fatal(err)
		}
		piece := fmt.Sprintf("<%d>", i)
		text.WriteString(piece)
		l.Publish(delta(piece))
		if i%1000 == 999 {
			mark := fmt.Sprintf("mark %d", i)
			marks = append(marks, mark)
			l.Publish(whole(mark))
		}
		for {
			if _, ok := fast.TryNext(); !ok {
				break
			}
		}
	}
	var got strings.Builder
	var gotMarks []string
	var last uint64
	events := 0
	for {
		e, ok := slow.TryNext()
		if !ok {
			break
		}
		events++
		if e.Seq <= last {
			t.Fatalf("sequence number %d after %d", e.Seq, last)
		}
		last = e.Seq
		switch m := e.Msg.(type) {
		case *protocol.AgentMessageDeltaEvent:
			got.WriteString(m.Delta)
		case *protocol.AgentMessageEvent:
			gotMarks = append(gotMarks, m.Message)
		}
	}
	if got.String() != text.String() {
		t.Errorf("the slow follower read %d bytes, want the same %d", got.Len(), text.Len())
	}
	want(t, "marks", marks, gotMarks)
	if last != l.Seq() || events > 100 {
		t.Errorf("%d events up to %d, want few up to %d", events, last, l.Seq())
	}
}

// What is joined is told apart by everything that a client could see.
func TestJoinKeepsApart(t *testing.T) {
	t.Parallel()
	out := func(call string, stream protocol.ExecOutputStream, text string) event.Event {
		return event.Event{Msg: &protocol.ExecCommandOutputDeltaEvent{CallID: call, Stream: stream, Chunk: []byte(text)}}
	}
	item := func(id, text string) event.Event {
		e := delta(text)
		e.ItemID = id
		return e
	}
	turn := func(id, text string) event.Event {
		e := delta(text)
		e.TurnID = id
		return e
	}
	reasoning := event.Event{SubmissionID: "0", Msg: &protocol.AgentReasoningDeltaEvent{Delta: "r"}}
	raw := event.Event{SubmissionID: "0", Msg: &protocol.AgentReasoningRawContentDeltaEvent{Delta: "w"}}
	detail := delta("d")
	detail.Detail = &event.ItemOpened{}
	for _, c := range []struct {
		name   string
		a, b   event.Event
		joined bool
	}{
		{"text", delta("a"), delta("b"), true},
		{"reasoning", reasoning, reasoning, true},
		{"raw reasoning", raw, raw, true},
		{"output", out("1", protocol.StreamStdout, "a"), out("1", protocol.StreamStdout, "b"), true},
		{"other stream", out("1", protocol.StreamStdout, "a"), out("1", protocol.StreamStderr, "b"), false},
		{"other call", out("1", protocol.StreamStdout, "a"), out("2", protocol.StreamStdout, "b"), false},
		{"other kind", delta("a"), reasoning, false},
		{"reasoning and raw", reasoning, raw, false},
		{"other item", item("1", "a"), item("2", "b"), false},
		{"other turn", turn("1", "a"), turn("2", "b"), false},
		{"detail", detail, delta("b"), false},
		{"detail behind", delta("a"), detail, false},
		{"not a delta", delta("a"), whole("b"), false},
		{"behind something whole", whole("a"), delta("b"), false},
		{"too long", delta(strings.Repeat("x", 60<<10)), delta(strings.Repeat("x", 8<<10)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := event.NewLog(&event.Options{Bound: 1})
			s := l.Subscribe()
			l.Publish(c.a)
			l.Publish(c.b)
			n := 0
			for {
				if _, ok := s.TryNext(); !ok {
					break
				}
				n++
			}
			if joined := n == 1; joined != c.joined {
				t.Errorf("%d events, want joined %v", n, c.joined)
			}
		})
	}
}

func TestFollowerFarBehindIsCutOff(t *testing.T) {
	t.Parallel()
	l := event.NewLog(&event.Options{Bound: 1 << 10})
	fast, slow := l.Subscribe(), l.Subscribe()
	for i := range 1000 {
		l.Publish(whole(fmt.Sprint(i)))
		fast.TryNext()
	}
	if _, err := slow.Next(t.Context()); !errors.Is(err, event.ErrTooSlow) {
		t.Fatalf("Next = %v, want ErrTooSlow", err)
	}
	if _, err := slow.Next(t.Context()); !errors.Is(err, event.ErrTooSlow) {
		t.Errorf("Next again = %v, want ErrTooSlow", err)
	}
	slow.Close()
	l.Publish(whole("after"))
	want(t, "fast", []string{"1001 after"}, drain(fast))
	// Alone, the follower is never cut off: its producer waits instead.
	fast.Close()
	alone := l.Subscribe()
	for i := range 1000 {
		l.Publish(whole(fmt.Sprint(i)))
	}
	if got := drain(alone); len(got) != 1000 {
		t.Errorf("the sole follower read %d events, want 1000", len(got))
	}
}

// Every snapshot and the events behind it come to the whole, whatever the
// producers do meanwhile.
func TestSnapshotAndEventsAreOneWhole(t *testing.T) {
	t.Parallel()
	const producers, each = 4, 500
	observed := 0 // guarded by the log
	l := event.NewLog(&event.Options{Observe: func(event.Event) { observed++ }})
	keep := l.Subscribe() // so that a later one begins at its snapshot
	defer keep.Close()
	var wg sync.WaitGroup
	for range producers {
		wg.Go(func() {
			for range each {
				l.Publish(whole("x"))
			}
		})
	}
	for range 20 {
		wg.Go(func() {
			seen := 0
			s, seq := l.SubscribeWith(func() { seen = observed })
			defer s.Close()
			if uint64(seen) != seq {
				t.Errorf("snapshot of %d events at %d", seen, seq)
			}
			for seq < producers*each {
				e, err := s.Next(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if e.Seq != seq+1 {
					t.Errorf("event %d after %d", e.Seq, seq)
					return
				}
				seq = e.Seq
			}
		})
	}
	wg.Wait()
}

// Several readers of one subscription share its events.
func TestReadersShareASubscription(t *testing.T) {
	t.Parallel()
	l := event.NewLog(nil)
	s := l.Subscribe()
	const total = 1000
	var mu sync.Mutex
	seen := make(map[uint64]bool)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				e, err := s.Next(t.Context())
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				seen[e.Seq] = true
				mu.Unlock()
			}
		})
	}
	for range total {
		l.Publish(whole("x"))
	}
	l.Close()
	wg.Wait()
	if len(seen) != total {
		t.Errorf("%d events read, want %d", len(seen), total)
	}
}

// Random histories against a model: each follower reads, in order, exactly
// what was published from the point where it subscribed, and whoever comes
// after the last one reads on where that one stopped.
func TestRandomHistories(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := event.NewLog(&event.Options{Bound: 1 << 10, Now: func() time.Time { return time.Time{} }})
		type follower struct {
			sub       *event.Subscription
			due, read strings.Builder
		}
		var open []*follower
		var unseen string // published while nobody listened, or left unread
		take := func(f *follower) bool {
			e, ok := f.sub.TryNext()
			if ok {
				switch m := e.Msg.(type) {
				case *protocol.AgentMessageDeltaEvent:
					f.read.WriteString(m.Delta)
				case *protocol.AgentMessageEvent:
					f.read.WriteString(m.Message)
				}
			}
			return ok
		}
		check := func(f *follower, what string) {
			if !strings.HasPrefix(f.due.String(), f.read.String()) {
				t.Fatalf("seed %d: %s read %q of %q", seed, what, f.read.String(), f.due.String())
			}
		}
		for step := range 400 {
			switch n := r.IntN(10); {
			case n < 5:
				e := delta(fmt.Sprintf("<%d>", step))
				text := e.Msg.(*protocol.AgentMessageDeltaEvent).Delta
				if r.IntN(4) == 0 {
					e = whole(text)
				}
				if l.Publish(e) == 0 {
					break // dropped: nobody listens
				}
				if len(open) == 0 {
					unseen += text
				}
				for _, f := range open {
					f.due.WriteString(text)
				}
			case n < 7 && len(open) > 0:
				f := open[r.IntN(len(open))]
				for range r.IntN(8) {
					take(f)
				}
				check(f, "a follower")
			case n == 8 && len(open) < 3:
				f := &follower{sub: l.Subscribe()}
				if len(open) == 0 {
					f.due.WriteString(unseen)
					unseen = ""
				}
				open = append(open, f)
			case n == 9 && len(open) > 0:
				i := r.IntN(len(open))
				f := open[i]
				check(f, "a leaving follower")
				f.sub.Close()
				open = append(open[:i:i], open[i+1:]...)
				if len(open) == 0 {
					unseen = f.due.String()[f.read.Len():]
				}
			}
		}
		for _, f := range open {
			for take(f) {
			}
			if f.read.String() != f.due.String() {
				t.Fatalf("seed %d: a follower read %q, want %q", seed, f.read.String(), f.due.String())
			}
		}
	}
}
