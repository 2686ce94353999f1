package mcpserver

import (
	"context"
	"errors"
	"testing"
)

// waiting reports whether somebody is before p.
func (p *place) waiting() bool {
	select {
	case <-p.first:
		return false
	default:
		return true
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	var l lines
	first, _ := l.enter("a")
	second, _ := l.enter("a")
	third, _ := l.enter("a")
	other, _ := l.enter("b")
	if first.waiting() || !second.waiting() || !third.waiting() || other.waiting() {
		t.Error("the wrong ones wait")
	}
	second.leave() // from the middle
	second.leave()
	if !third.waiting() {
		t.Error("who left from the middle let the next one in")
	}
	first.leave()
	if third.waiting() {
		t.Error("the next one was not let in")
	}
	if _, ok := l.tryEnter("a"); ok || !l.busy("a") {
		t.Error("the line counts as empty")
	}
	third.leave()
	fourth, ok := l.tryEnter("a")
	if !ok || fourth.waiting() {
		t.Error("the line does not count as empty")
	}
	fourth.leave()
	other.leave()
	if len(l.waiting) != 0 || l.busy("a") {
		t.Errorf("%d lines are left", len(l.waiting))
	}
}

func TestLineWait(t *testing.T) {
	t.Parallel()
	var l lines
	first, _ := l.enter("a")
	second, _ := l.enter("a")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errCancelled)
	if err := second.wait(ctx); !errors.Is(err, errCancelled) {
		t.Errorf("error %v", err)
	}
	first.leave()
	if err := second.wait(t.Context()); err != nil {
		t.Errorf("error %v", err)
	}
}

func TestLineIsBounded(t *testing.T) {
	t.Parallel()
	var l lines
	for range maxWaiting + 1 {
		if _, err := l.enter("a"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.enter("a"); !errors.Is(err, errBusy) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkLine(b *testing.B) {
	b.ReportAllocs()
	var l lines
	for b.Loop() {
		p, err := l.enter("a")
		if err != nil {
			b.Fatal(err)
		}
		p.leave()
	}
}
