package event_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/codex-go/codex/core/event"
)

// One event from producer to followers.
func BenchmarkPublishNext(b *testing.B) {
	for _, followers := range []int{1, 2, 8} {
		b.Run(fmt.Sprintf("followers=%d", followers), func(b *testing.B) {
			l := event.NewLog(nil)
			subs := make([]*event.Subscription, followers)
			for i := range subs {
				subs[i] = l.Subscribe()
			}
			e := delta("token")
			b.ReportAllocs()
			for b.Loop() {
				if err := l.Room(b.Context()); err != nil {
					b.Fatal(err)
				}
				l.Publish(e)
				for _, s := range subs {
					if _, ok := s.TryNext(); !ok {
						b.Fatal("nothing to read")
					}
				}
			}
		})
	}
}

// A delta for a follower that has not read for long.
func BenchmarkPublishJoined(b *testing.B) {
	l := event.NewLog(&event.Options{Bound: 1, Now: func() time.Time { return time.Time{} }})
	s := l.Subscribe()
	l.Publish(whole("far behind"))
	e := delta("token")
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		l.Publish(e)
		if n++; n == 1<<20 {
			b.StopTimer()
			drain(s)
			l.Publish(whole("far behind"))
			n = 0
			b.StartTimer()
		}
	}
}

// An event that nobody listens for, past the bound.
func BenchmarkPublishUnheard(b *testing.B) {
	l := event.NewLog(&event.Options{Bound: 1})
	l.Publish(whole("x"))
	e := delta("token")
	b.ReportAllocs()
	for b.Loop() {
		l.Publish(e)
	}
}
