package jsonrpc

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pacedWriter takes each Write after a time, at the latest when it is closed, if
// it can be.
type pacedWriter struct {
	pace     time.Duration
	released chan struct{}
	closes   bool
	taken    int
}

func (w *pacedWriter) Write(p []byte) (int, error) {
	select {
	case <-time.After(w.pace):
		w.taken += len(p)
		return len(p), nil
	case <-w.released:
		return 0, io.ErrClosedPipe
	}
}

func (w *pacedWriter) Close() error {
	if w.closes {
		close(w.released)
	}
	return nil
}

func TestEndIfStalled(t *testing.T) {
	t.Parallel()
	const patience = 2 * time.Second
	tests := []struct {
		name   string
		pace   time.Duration // of a Write
		closes bool          // Close releases it
		size   int           // of a message
		after  time.Duration // when it is sent
		took   time.Duration // until the end
		broken bool
	}{
		{"nobody reads", time.Hour, true, 100, 0, patience, true},
		{"nobody reads, and closing does not help", time.Hour, false, 100, 0, patience, true},
		{"nobody reads what is sent later", time.Hour, true, 100, 3 * time.Second, 5 * time.Second, true},
		{"slowly, in time", 1900 * time.Millisecond, true, 100, time.Second, 2900 * time.Millisecond, false},
		{"slowly and much", time.Second, true, 5<<20 - len(`{"jsonrpc":"2.0","method":"n","params":""}`), 0, (5<<20/copySize + 1) * time.Second, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				w := &pacedWriter{pace: test.pace, released: make(chan struct{}), closes: test.closes}
				in, inEnd := io.Pipe()
				conn := NewConn(NewLineTransport(in, w, nil), nil)
				conn.EndIfStalled(patience)
				time.Sleep(test.after)
				if err := conn.Notify(t.Context(), "n", strings.Repeat("x", test.size)); err != nil {
					t.Fatal(err)
				}
				err := conn.Shutdown(context.Background())
				if took := time.Since(start); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				if errors.Is(err, ErrBrokenPipe) != test.broken || err != nil && !test.broken {
					t.Errorf("shutdown returned %v", err)
				}
				conn.EndIfStalled(patience) // of no account any more
				if !test.closes {
					close(w.released)
				}
				inEnd.Close()
				synctest.Wait()
			})
		})
	}
}
