package jsonrpc

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bytePipes returns two line transports that are connected.
func bytePipes() (Transport, Transport) {
	r1, w1 := io.Pipe()
	r2, w2 := io.Pipe()
	return NewLineTransport(r1, w2, nil), NewLineTransport(r2, w1, nil)
}

// closing closes connections at the end of a test.
func closing(t *testing.T, conns ...*Conn) {
	t.Cleanup(func() {
		for _, c := range conns {
			if err := c.Close(); err != nil && !errors.Is(err, ErrBrokenPipe) {
				t.Errorf("close: %v", err)
			}
		}
	})
}

// TestPipelined sends 10,000 requests without waiting for a reply. Each has one
// of a few keys, and each handler sends notifications before it answers. The
// order within a key and the order of notifications and their reply must hold.
func TestPipelined(t *testing.T) {
	t.Parallel()
	const requests, keys, notes = 10_000, 7, 2
	type note struct{ Request, Note int }

	clientEnd, serverEnd := bytePipes()
	server := NewConn(serverEnd, &Options{Router: RouterFunc(func(req *Request) Work {
		var keys []string
		if req.Method != "free" {
			keys = []string{req.Method}
		}
		return Work{Changes: keys, Run: func(ctx context.Context, req *Request) (any, error) {
			var n int
			if err := json.Unmarshal(req.Params, &n); err != nil {
				return nil, err
			}
			for i := range notes {
				if err := req.Conn().Notify(ctx, "note", note{n, i}); err != nil {
					return nil, err
				}
			}
			if n%3 > 0 {
				return n, nil
			}
			r := req.Defer()
			go func() {
				if err := r.Reply(context.Background(), n, nil); err != nil {
					t.Errorf("reply: %v", err)
				}
			}()
			return nil, nil
		}}
	})})

	var mu sync.Mutex
	seen := make(map[int]int)          // notes of each request
	finished := make(map[string][]int) // requests of each key, in order of their last note
	client := NewConn(clientEnd, &Options{Router: RouterFunc(func(req *Request) Work {
		var n note
		if err := json.Unmarshal(req.Params, &n); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if seen[n.Request] != n.Note {
			t.Errorf("request %d: note %d after %d", n.Request, n.Note, seen[n.Request])
		}
		seen[n.Request]++
		if n.Note == notes-1 {
			key := keyOf(n.Request, keys)
			finished[key] = append(finished[key], n.Request)
		}
		return Work{}
	})})
	closing(t, client, server)

	var open sync.WaitGroup
	open.Add(requests)
	for i := range requests {
		_, err := client.Go(t.Context(), keyOf(i, keys), i, func(r Response) {
			defer open.Done()
			if r.Err != nil || string(r.Result) != fmt.Sprint(i) {
				t.Errorf("request %d: %s, %v", i, r.Result, r.Err)
			}
			mu.Lock()
			defer mu.Unlock()
			if seen[i] != notes {
				t.Errorf("the reply of request %d came after %d of its notes", i, seen[i])
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	open.Wait()
	for key, got := range finished {
		if key == "free" {
			continue
		}
		for i := 1; i < len(got); i++ {
			if got[i-1] >= got[i] {
				t.Fatalf("key %s: request %d ran after %d", key, got[i], got[i-1])
			}
		}
	}
}

func keyOf(i, keys int) string {
	if i%keys == 0 {
		return "free"
	}
	return fmt.Sprint("key ", i%keys)
}

// TestConcurrentSenders checks that messages are neither torn nor mixed nor
// out of order within a sender, with a queue that is always full.
func TestConcurrentSenders(t *testing.T) {
	t.Parallel()
	const senders, each = 8, 200
	r, w := io.Pipe()
	in, inEnd := io.Pipe()
	conn := NewConn(NewLineTransport(in, w, nil), &Options{QueueBytes: 10_000})
	closing(t, conn)
	defer inEnd.Close()
	var sending sync.WaitGroup
	for s := range senders {
		sending.Go(func() {
			for i := range each {
				// Some larger than a segment, some larger than the queue.
				text := strings.Repeat("x", (i%11)*(i%13)*170)
				if err := conn.Notify(t.Context(), fmt.Sprint(s), []any{i, text}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	next := make(map[string]int)
	lines := bufio.NewReader(r)
	for range senders * each {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			t.Fatal(err)
		}
		m, err := ParseMessage(line)
		if err != nil {
			t.Fatal(err)
		}
		var params []any
		if err := json.Unmarshal(m.Params, &params); err != nil {
			t.Fatal(err)
		}
		if i := int(params[0].(float64)); i != next[m.Method] {
			t.Fatalf("sender %s: %d instead of %d", m.Method, i, next[m.Method])
		}
		next[m.Method]++
	}
	sending.Wait()
}

// TestReaderStops checks that a peer that does not read makes senders wait, that
// nothing is lost, and that the memory in use has a bound.
func TestReaderStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit = 1 << 20
		near, far := Pipe()
		conn := NewConn(near, &Options{QueueBytes: limit})
		text := strings.Repeat("x", 1000)
		var sent atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			for {
				if err := conn.Notify(ctx, "n", text); err != nil {
					ended <- err
					return
				}
				sent.Add(1)
			}
		}()
		synctest.Wait() // the sender waits
		stopped := sent.Load()
		if total := stopped * 1000; total < limit || total > limit+pipeBytes+2*segmentSize {
			t.Errorf("%d bytes were accepted", total)
		}
		// Nobody else gets in, and giving up leaves no trace.
		late, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if err := conn.Notify(late, "late", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a late sender got %v", err)
		}
		if err := conn.Flush(late); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("flush got %v", err)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the sender got %v", err)
		}
		if err := conn.Notify(ctx, "cancelled", nil); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled sender got %v", err)
		}
		// What was accepted arrives.
		flushed := make(chan error)
		go func() { flushed <- conn.Flush(t.Context()) }()
		for range stopped {
			m, err := far.ReadMessage()
			if err != nil || !strings.HasPrefix(string(m), `{"jsonrpc":"2.0","method":"n"`) {
				t.Fatalf("got %.50q, error %v", m, err)
			}
		}
		if err := <-flushed; err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if _, err := far.ReadMessage(); !errors.Is(err, io.EOF) {
			t.Errorf("after the last message: %v", err)
		}
	})
}

func TestCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := Pipe()
		conn := NewConn(near, &Options{Router: RouterFunc(func(req *Request) Work {
			return Work{Run: func(ctx context.Context, req *Request) (any, error) {
				switch req.Method {
				case "echo":
					return req.Params, nil
				case "fail":
					return nil, &Error{Code: 3, Message: "no", Data: json.RawMessage(`1`)}
				}
				<-ctx.Done()
				return nil, context.Cause(ctx)
			}}
		})})
		peer := NewConn(far, nil)
		closing(t, conn, peer)

		var got struct{ A int }
		if err := peer.Call(t.Context(), "echo", map[string]int{"A": 7}, &got); err != nil || got.A != 7 {
			t.Errorf("got %v, error %v", got, err)
		}
		if err := peer.Call(t.Context(), "echo", "text", &got); err == nil || !strings.Contains(err.Error(), "decode result of echo") {
			t.Errorf("got %v", err)
		}
		var failure *Error
		if err := peer.Call(t.Context(), "fail", nil, nil); !errors.As(err, &failure) {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff(&Error{Code: 3, Message: "no", Data: json.RawMessage(`1`)}, failure); diff != "" {
			t.Error(diff)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := peer.Call(ctx, "hang", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := peer.Call(t.Context(), "bad", make(chan int), nil); !errors.Is(err, ErrEncode) {
			t.Errorf("got %v", err)
		}
		if _, err := peer.GoID(t.Context(), ID{}, "bad", nil, nil); err == nil {
			t.Error("an invalid id was taken")
		}
		id := StringID("mine")
		call, err := peer.GoID(t.Context(), id, "hang", nil, nil)
		if err != nil || call.ID() != id || call.Method() != "hang" {
			t.Errorf("got %v, error %v", call, err)
		}
		if _, err := peer.GoID(t.Context(), id, "hang", nil, nil); !errors.Is(err, ErrDuplicateID) {
			t.Errorf("got %v", err)
		}
	})
}

func TestResponder(t *testing.T) {
	t.Parallel()
	near, far := Pipe()
	deferred := make(chan *Responder, 1)
	conn := NewConn(near, &Options{Router: RouterFunc(func(*Request) Work {
		return Work{Run: func(_ context.Context, req *Request) (any, error) {
			deferred <- req.Defer()
			return "ignored", nil
		}}
	})})
	closing(t, conn)
	if err := far.WriteBatch([]byte("{\"id\":\"a\",\"method\":\"m\"}\n")); err != nil {
		t.Fatal(err)
	}
	r := <-deferred
	if r.ID() != StringID("a") || r.Method() != "m" || r.Context().Err() != nil {
		t.Errorf("got %v, %s, %v", r.ID(), r.Method(), r.Context().Err())
	}
	// A reply that gives up sends nothing and may be given again.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Reply(ctx, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// Of many replies one is sent.
	var sent atomic.Int64
	var replying sync.WaitGroup
	for range 10 {
		replying.Go(func() {
			switch err := r.Reply(t.Context(), 2, nil); {
			case err == nil:
				sent.Add(1)
			case !errors.Is(err, ErrReplied):
				t.Errorf("got %v", err)
			}
		})
	}
	replying.Wait()
	if n := sent.Load(); n != 1 {
		t.Errorf("%d replies were sent", n)
	}
	<-r.Context().Done()
	got, err := far.ReadMessage()
	if diff := cmp.Diff(`{"jsonrpc":"2.0","id":"a","result":2}`, string(got)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestSharedCounter(t *testing.T) {
	t.Parallel()
	ids := new(Counter)
	var got []string
	for range 3 {
		near, far := Pipe()
		conn := NewConn(near, &Options{IDs: ids})
		closing(t, conn)
		if _, err := conn.Go(t.Context(), "m", nil, nil); err != nil {
			t.Fatal(err)
		}
		text, err := far.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
	}
	want := []string{
		`{"jsonrpc":"2.0","id":0,"method":"m"}`,
		`{"jsonrpc":"2.0","id":1,"method":"m"}`,
		`{"jsonrpc":"2.0","id":2,"method":"m"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCompletionPanics(t *testing.T) {
	t.Parallel()
	near, far := Pipe()
	panics := make(chan string, 1)
	conn := NewConn(near, &Options{Hooks: &Hooks{Panic: func(method string, value any, _ []byte) {
		panics <- fmt.Sprint(method, ": ", value)
	}}})
	closing(t, conn)
	if _, err := conn.Go(t.Context(), "m", nil, func(Response) { panic("done") }); err != nil {
		t.Fatal(err)
	}
	if err := far.WriteBatch([]byte("{\"id\":0,\"result\":1}\n")); err != nil {
		t.Fatal(err)
	}
	if got := <-panics; got != "m: done" {
		t.Errorf("got %s", got)
	}
}

func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	in, inEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer inEnd.Close()
	outEnd, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outEnd.Close()
	conn := NewConn(NewLineTransport(in, out, nil), nil)
	for err == nil {
		err = conn.Notify(t.Context(), "n", nil)
	}
	if !errors.Is(err, ErrBrokenPipe) || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("the sender got %v", err)
	}
	<-conn.Done()
	<-conn.InputDone()
	if err := conn.Wait(); !errors.Is(err, ErrBrokenPipe) {
		t.Errorf("wait returned %v", err)
	}
	if err := conn.Err(); !errors.Is(err, ErrBrokenPipe) {
		t.Errorf("the end was %v", err)
	}
	if err := conn.Shutdown(t.Context()); !errors.Is(err, ErrBrokenPipe) {
		t.Errorf("shutdown returned %v", err)
	}
}

// TestInputEndsInALine checks that a torn last line is dropped and that what
// came before it is answered.
func TestInputEndsInALine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, input, want string }{
		{"torn", "{\"id\":1,\"method\":\"m\"}\n{\"id\":2,\"meth", `{"jsonrpc":"2.0","id":1,"result":null}` + "\n"},
		{"whole", "{\"id\":1,\"method\":\"m\"}", `{"jsonrpc":"2.0","id":1,"result":null}` + "\n"},
		{"invalid UTF-8", "\xff\n{\"id\":1,\"method\":\"m\"}\n", `{"jsonrpc":"2.0","id":1,"result":null}` + "\n"},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			conn := NewConn(NewLineTransport(strings.NewReader(test.input), &out, nil), &Options{
				Router: RouterFunc(func(*Request) Work {
					return Work{Run: func(context.Context, *Request) (any, error) { return nil, nil }}
				}),
			})
			<-conn.InputDone()
			if err := conn.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestShutdownInTime checks that Shutdown returns when its context is done,
// whatever hangs.
func TestShutdownInTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		peer  func(t *testing.T, far Transport) // what the peer does before
		hangs bool                              // a handler ignores its context
	}{
		{"handler", func(t *testing.T, far Transport) {
			if err := far.WriteBatch([]byte("{\"id\":1,\"method\":\"hang\"}\n")); err != nil {
				t.Error(err)
			}
		}, true},
		{"deferred", func(t *testing.T, far Transport) {
			if err := far.WriteBatch([]byte("{\"id\":1,\"method\":\"defer\"}\n")); err != nil {
				t.Error(err)
			}
		}, false},
		{"output", func(*testing.T, Transport) {}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				near, far := Pipe()
				release := make(chan struct{})
				var ctxOfRequest context.Context
				conn := NewConn(near, &Options{Router: RouterFunc(func(req *Request) Work {
					ctxOfRequest = req.Context()
					return Work{Run: func(context.Context, *Request) (any, error) {
						if req.Method == "defer" {
							req.Defer()
							return nil, nil
						}
						<-release
						return nil, nil
					}}
				})})
				test.peer(t, far)
				if test.name == "output" {
					for range 3 { // one is read by nobody, two wait
						if err := conn.Notify(t.Context(), "n", strings.Repeat("x", pipeBytes)); err != nil {
							t.Error(err)
						}
					}
				}
				synctest.Wait()
				start := time.Now()
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("too slow"))
				defer cancel()
				if err := conn.Shutdown(ctx); err == nil || err.Error() != "too slow" {
					t.Errorf("shutdown returned %v", err)
				}
				if took := time.Since(start); took != time.Minute {
					t.Errorf("shutdown took %v", took)
				}
				if ctxOfRequest != nil && !errors.Is(context.Cause(ctxOfRequest), ErrClosed) {
					t.Errorf("the request's context: %v", context.Cause(ctxOfRequest))
				}
				close(release)
				if err := conn.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestRequestContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := Pipe()
		requests := make(map[string]*Request)
		causes := make(chan error, 1)
		conn := NewConn(near, &Options{Router: RouterFunc(func(req *Request) Work {
			requests[req.Method] = req
			return Work{Run: func(ctx context.Context, req *Request) (any, error) {
				if req.Method == "slow" {
					<-ctx.Done()
					causes <- context.Cause(ctx)
				}
				return nil, nil
			}}
		})})
		closing(t, conn)
		send := func(text string) {
			if err := far.WriteBatch([]byte(text + "\n")); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		send(`{"id":1,"method":"quick","trace":{"traceparent":"00"}}`)
		if err := requests["quick"].Context().Err(); err == nil {
			t.Error("the context of an answered request lives")
		}
		if got := string(requests["quick"].Raw); !strings.Contains(got, "traceparent") {
			t.Errorf("the whole message is %s", got)
		}
		send(`{"method":"note"}`)
		if err := requests["note"].Context().Err(); err == nil {
			t.Error("the context of a notification lives")
		}
		send(`{"id":2,"method":"slow"}`)
		interrupted := errors.New("interrupted")
		requests["slow"].Cancel(interrupted)
		if err := <-causes; !errors.Is(err, interrupted) {
			t.Errorf("got %v", err)
		}
	})
}
