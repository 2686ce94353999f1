package v1

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGroup(t *testing.T) {
	t.Parallel()
	var g group
	var failed any
	g.panicked = func(value any) { failed = value }
	goOn := make(chan struct{})
	done := 0
	for range 3 {
		if !g.start(func() { <-goOn }) {
			t.Error("not started")
		}
	}
	g.start(func() { panic("injected") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("close: %v", err)
	}
	if g.start(func() { done++ }) {
		t.Error("started after the end")
	}
	close(goOn)
	for range 2 {
		if err := g.close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if failed != "injected" || done != 0 {
		t.Errorf("panic %v, %d done", failed, done)
	}
	var empty group
	if err := empty.close(t.Context()); err != nil {
		t.Errorf("close: %v", err)
	}
}
