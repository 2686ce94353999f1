package jsonrpc

import (
	"context"
	"testing"
	"testing/synctest"
)

// TestAnsweredByTheRouter answers or gives away requests before they have been
// accepted. Shutdown must not wait for them afterwards, and must wait for others.
func TestAnsweredByTheRouter(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		route func(req *Request, answered chan<- error) Work
	}{
		{"answered", func(req *Request, answered chan<- error) Work {
			answered <- req.Reply("at once", nil)
			return Work{}
		}},
		{"given away", func(req *Request, answered chan<- error) Work {
			r, done := req.Defer(), make(chan struct{})
			go func() {
				answered <- r.Reply(t.Context(), "at once", nil)
				close(done)
			}()
			<-done
			return Work{Run: func(context.Context, *Request) (any, error) { return nil, nil }}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				answered := make(chan error, 1)
				var late *Responder
				clientEnd, serverEnd := Pipe()
				server := NewConn(serverEnd, &Options{Router: RouterFunc(func(req *Request) Work {
					if req.Method != "late" {
						return test.route(req, answered)
					}
					return Work{Inline: true, Run: func(context.Context, *Request) (any, error) {
						late = req.Defer()
						return nil, nil
					}}
				})})
				client := NewConn(clientEnd, nil)
				closing(t, client, server)
				var got string
				if err := client.Call(t.Context(), "early", nil, &got); err != nil || got != "at once" {
					t.Fatalf("got %q, %v", got, err)
				}
				if err := <-answered; err != nil {
					t.Fatal(err)
				}
				if _, err := client.Go(t.Context(), "late", nil, nil); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				ended := make(chan error, 1)
				go func() { ended <- server.Shutdown(t.Context()) }()
				synctest.Wait()
				select {
				case err := <-ended:
					t.Fatalf("shutdown did not wait for the open request: %v", err)
				default:
				}
				if err := late.Reply(t.Context(), nil, nil); err != nil {
					t.Fatal(err)
				}
				if err := <-ended; err != nil {
					t.Errorf("shutdown: %v", err)
				}
			})
		})
	}
}
