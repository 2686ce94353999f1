package jsonrpc

import (
	"strings"
	"testing"
)

// TestGivingUp checks that a sender who gives up lets those behind it in, if
// there is room.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	message := func(n int) segment { return segment{data: []byte(strings.Repeat("x", n))} }
	o := outbox{limit: 100}
	o.add(message(60))
	large := &waiter{seg: message(50), done: make(chan struct{})}
	small := &waiter{seg: message(30), done: make(chan struct{})}
	next := &waiter{seg: message(20), done: make(chan struct{})}
	o.waiting = []*waiter{large, small, next}
	if !o.remove(large) || o.remove(large) {
		t.Error("a waiter is removed exactly once")
	}
	o.admit()
	select {
	case <-small.done:
	default:
		t.Error("the small message waits")
	}
	if len(o.waiting) != 1 || o.waiting[0] != next || o.bytes != 90 {
		t.Errorf("%d wait, %d bytes are queued", len(o.waiting), o.bytes)
	}
	o.finish(o.take())
	if len(o.waiting) != 0 || o.bytes != 20 { // the small one shared the segment
		t.Errorf("%d wait, %d bytes are queued", len(o.waiting), o.bytes)
	}
}
