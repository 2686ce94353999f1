package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/protocol"
)

// The event that ends a turn is not seen before what the turn recorded is with
// the operating system.
func TestDurableBeforeVisible(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind string
		op         protocol.Op
		interrupt  bool
	}{
		{"end of a turn", "task_complete", input("one"), false},
		{"abort", "turn_aborted", input("one"), true},
		{"end of a review", "exited_review_mode", &protocol.ReviewOp{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t, nil)
				sub := l.Events().Subscribe()
				gate, hold := make(chan struct{}), make(chan struct{})
				l.model.add(reply(text("hi"), until(gate))...)
				l.submit(t, c.op)
				synctest.Wait()
				l.tape.mu.Lock()
				l.tape.hold = hold
				l.tape.mu.Unlock()
				if c.interrupt {
					l.submit(t, &protocol.InterruptOp{})
				} else {
					close(gate)
				}
				synctest.Wait()
				if got := read(sub); slices.Contains(kinds(got), c.kind) {
					t.Errorf("%s was seen before the record was flushed", c.kind)
				}
				close(hold)
				synctest.Wait()
				if got := read(sub); !slices.Contains(kinds(got), c.kind) {
					t.Errorf("%s was not seen: %v", c.kind, kinds(got))
				}
				l.close(t)
			})
		})
	}
}

// While the disk hangs, submissions wait for a place in the queue, each as long
// as its context allows; a shutdown gets through all the same.
func TestFullQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		hold := make(chan struct{})
		l.tape.hold = hold
		l.submit(t, &protocol.GetPathOp{}) // holds the loop up
		synctest.Wait()
		for range 64 {
			l.submit(t, input(""))
		}
		results := make(chan error, 4)
		for range 3 {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := l.Submit(ctx, &protocol.GetPathOp{})
				results <- err
			}()
		}
		for range 3 {
			if err := <-results; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Submit with a full queue: %v", err)
			}
		}
		for range 3 {
			go func() { results <- l.Close(t.Context()) }()
		}
		go func() {
			_, err := l.Submit(t.Context(), input("too late"))
			for err == nil {
				_, err = l.Submit(t.Context(), input("too late"))
			}
			results <- err
		}()
		synctest.Wait()
		close(hold)
		for range 4 {
			if err := <-results; err != nil && !errors.Is(err, session.ErrClosed) {
				t.Error(err)
			}
		}
		if _, err := l.Submit(t.Context(), input("")); !errors.Is(err, session.ErrClosed) {
			t.Errorf("Submit after the end: %v", err)
		}
		if _, err := l.Interrupt(t.Context()); !errors.Is(err, session.ErrClosed) {
			t.Errorf("Interrupt after the end: %v", err)
		}
		if err := l.Steer(t.Context(), "", nil); !errors.Is(err, session.ErrClosed) {
			t.Errorf("Steer after the end: %v", err)
		}
		l.close(t)
	})
}

// Whoever has no time to wait ends the session all the same.
func TestCloseWithoutTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		l.model.add(reply(until(nil))...)
		l.user(t, "go")
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 2 {
			if err := l.Close(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("Close = %v", err)
			}
		}
		<-l.Done()
		l.close(t)
	})
}

// Interrupts and steers that wait in the queue when the conversation ends are
// answered.
func TestQueuedQuestionsAreAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		hold := make(chan struct{})
		l.tape.hold = hold
		l.submit(t, &protocol.GetPathOp{})
		l.submit(t, &protocol.ShutdownOp{})
		done, err := l.Interrupt(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		steered := make(chan error, 1)
		go func() { steered <- l.Steer(t.Context(), "t", nil) }()
		synctest.Wait()
		close(hold)
		if end := <-done; end.Aborted {
			t.Errorf("aborted: %+v", end)
		}
		if err := <-steered; !errors.Is(err, session.ErrClosed) {
			t.Errorf("Steer: %v", err)
		}
		l.close(t)
	})
}

// What needs the disk and no turn does not hold the conversation up, and is
// refused when too much of it waits.
func TestSlowHistory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		l := newLab(t, nil)
		l.diary.hold = hold
		sub := l.Events().Subscribe()
		for i := range 300 {
			l.submit(t, &protocol.AddToHistoryOp{Text: fmt.Sprint(i)})
		}
		l.submit(t, &protocol.GetHistoryEntryRequestOp{LogID: 7})
		l.submit(t, &protocol.ListCustomPromptsOp{})
		l.model.add(reply(text("hi"))...)
		l.user(t, "hello")
		synctest.Wait()
		got := kinds(read(sub))
		for _, kind := range []string{"get_history_entry_response", "list_custom_prompts_response", "task_complete"} {
			if !slices.Contains(got, kind) {
				t.Errorf("no %s while the history hangs: %v", kind, got)
			}
		}
		close(hold)
		l.close(t)
		for i, text := range l.diary.texts {
			if text != fmt.Sprint(i) {
				t.Fatalf("text %d of the history is %q", i, text)
			}
		}
		if n := len(l.diary.texts); n < 200 || n >= 300 {
			t.Errorf("%d texts were written", n)
		}
	})
}

// A conversation whose record is lost goes on, and says so once.
func TestBrokenRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		sub := l.Events().Subscribe()
		l.tape.mu.Lock()
		l.tape.err = errors.New("no space left")
		l.tape.mu.Unlock()
		l.model.add(reply(text("hi"))...)
		l.user(t, "hello")
		synctest.Wait()
		got := kinds(read(sub))
		count := 0
		for _, k := range got {
			if k == "background_event" {
				count++
			}
		}
		if count != 1 || got[len(got)-1] != "task_complete" {
			t.Errorf("events %v", got)
		}
		l.close(t)
	})
}
