package clients_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/clients"
	"github.com/codex-go/codex/utils/jsonrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type connection struct{ clients.Connection }

// server echoes and does nothing else.
type server struct{ clients clients.Set[*connection] }

func (s *server) open(transport jsonrpc.Transport) *connection {
	c := new(connection)
	log := zerolog.Nop()
	c.Start(transport, &jsonrpc.Options{Router: jsonrpc.RouterFunc(func(*jsonrpc.Request) jsonrpc.Work {
		return jsonrpc.Work{Inline: true, Run: func(_ context.Context, r *jsonrpc.Request) (any, error) { return r.Params, nil }}
	})}, &log)
	return c
}

func (s *server) serve(ctx context.Context, transport jsonrpc.Transport) error {
	c, err := s.clients.Open(transport, s.open)
	if err != nil {
		return err
	}
	defer s.clients.Served()
	defer c.Wait(ctx)()
	defer s.clients.Leave(c)
	return c.Conn.Shutdown(context.Background())
}

// TestEnd ends a connection in every way, with a client that reads and with one
// that does not.
func TestEnd(t *testing.T) {
	t.Parallel()
	const late = 10 * time.Second // when the client that does not read begins to
	tests := []struct {
		name   string
		end    func(s *server, cancel context.CancelFunc, in io.Closer)
		reads  bool
		took   time.Duration
		broken bool
	}{
		{"input", func(_ *server, _ context.CancelFunc, in io.Closer) { in.Close() }, true, 0, false},
		{"input, nobody reads", func(_ *server, _ context.CancelFunc, in io.Closer) { in.Close() }, false, late, false},
		{"context", func(_ *server, cancel context.CancelFunc, _ io.Closer) { cancel() }, true, 0, false},
		{"context, nobody reads", func(_ *server, cancel context.CancelFunc, _ io.Closer) { cancel() }, false, 2 * time.Second, true},
		{"close", func(s *server, _ context.CancelFunc, _ io.Closer) { s.clients.Close() }, true, 0, false},
		{"close, nobody reads", func(s *server, _ context.CancelFunc, _ io.Closer) { s.clients.Close() }, false, 2 * time.Second, true},
		{"input, then context, nobody reads", func(_ *server, cancel context.CancelFunc, in io.Closer) {
			in.Close()
			time.AfterFunc(3*time.Second, cancel)
		}, false, 5 * time.Second, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := new(server)
				fromClient, in := io.Pipe()
				out, fromServer := io.Pipe()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				served := make(chan error, 1)
				go func() { served <- s.serve(ctx, jsonrpc.NewLineTransport(fromClient, fromServer, nil)) }()
				if _, err := io.WriteString(in, `{"id":1,"method":"m"}`+"\n"); err != nil {
					t.Fatal(err)
				}
				read := func() { _, _ = io.Copy(io.Discard, out) }
				if test.reads {
					go read()
				} else {
					time.AfterFunc(late, read)
				}
				synctest.Wait()
				start := time.Now()
				test.end(s, cancel, in)
				err := <-served
				if took := time.Since(start); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				if broken := errors.Is(err, jsonrpc.ErrBrokenPipe); broken != test.broken || err != nil && !broken {
					t.Errorf("served: %v", err)
				}
				s.clients.Close()
				if err := s.clients.Wait(t.Context()); err != nil {
					t.Error(err)
				}
				if err := s.serve(ctx, jsonrpc.NewLineTransport(fromClient, fromServer, nil)); !errors.Is(err, clients.ErrClosed) {
					t.Errorf("after the end: %v", err)
				}
				in.Close()
				time.Sleep(late) // for the client that reads late
			})
		})
	}
}

// TestWaitInTime has a connection that nobody takes down.
func TestWaitInTime(t *testing.T) {
	t.Parallel()
	s := new(server)
	near, far := jsonrpc.Pipe()
	c, err := s.clients.Open(near, s.open)
	if err != nil {
		t.Fatal(err)
	}
	var seen []*connection
	s.clients.Each(func(c *connection) { seen = append(seen, c) })
	if len(seen) != 1 || seen[0] != c {
		t.Errorf("saw %v", seen)
	}
	s.clients.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no more time"))
	if err := s.clients.Wait(ctx); err == nil || err.Error() != "close the server: no more time" {
		t.Errorf("got %v", err)
	}
	if err := c.Conn.Close(); err != nil {
		t.Error(err)
	}
	if !s.clients.Leave(c) {
		t.Error("another connection is left")
	}
	s.clients.Served()
	far.Close()
}
