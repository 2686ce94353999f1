package modelclient_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
)

// shortly is an idle time-out that a test can wait for. Where silence is not
// what is tested, nothing may depend on it: the machine may be busy.
const shortly = 300 * time.Millisecond

// pings is an idle time-out that keeps its distance from the pauses of a busy
// machine.
const pings = time.Second

// drip writes a piece again and again, more often than an idle time-out, until
// the client has gone.
func drip(w http.ResponseWriter, r *http.Request, piece string) {
	tick := time.NewTicker(shortly / 10)
	defer tick.Stop()
	for {
		fmt.Fprint(w, piece)
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

// Every way in which a server can misbehave ends in an error that says what is
// wrong, in time.
func TestMisbehavingServers(t *testing.T) {
	t.Parallel()
	sse := func(w http.ResponseWriter, text string) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, text)
		w.(http.Flusher).Flush()
	}
	tests := []struct {
		name      string
		handler   http.HandlerFunc
		want      string // part of the text; empty for success
		retryable bool
	}{
		{"html page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<html>Please log in to the hotel</html>")
		}, "log in to the hotel", false},
		{"json", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"id":"r1","output":[]}`)
		}, `expected an event stream, got "application/json"`, false},
		{"html that claims to be a stream", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "<html>\n<p>Please log in to the hotel</p></html>\n")
		}, `could not be read: the line "<html>" is no part of an event`, true},
		{"nothing that is text", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, strings.Repeat("\x00\x1f\x8b", 100))
		}, `the line "\x00\x1f\x8b`, true},
		{"no content type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			fmt.Fprint(w, "data: "+completed+"\n\n")
		}, "", false},
		{"empty body", func(http.ResponseWriter, *http.Request) {}, "closed before the response was completed", true},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "" {
				t.Errorf("compression was asked for: %q", r.Header.Get("Accept-Encoding"))
			}
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", "text/event-stream")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, "data: "+completed+"\n\n")
			z.Close()
		}, `content encoding "gzip"`, false},
		{"half an event", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "data: "+completed[:20])
		}, "closed before the response was completed", true},
		{"broken events", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "data: {\"type\":nope}\n\ndata: {\"type\":7}\n\n")
		}, "closed before the response was completed; 2 events could not be read, the first: type: invalid JSON at byte 8", true},
		{"broken item", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, `data: {"type":"response.output_item.done","item":{"type":"function_call","name":"shell"}}`+"\n\n")
		}, "one event could not be read: response.output_item.done: ", true},
		{"last event without blank line", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "data: "+completed)
		}, "", false},
		{"cut in the middle of a chunk", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "data: "+created+"\n\n")
			panic(http.ErrAbortHandler)
		}, "unexpected EOF", true},
		{"silence before the headers", func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}, "idle timeout", true},
		{"silence after the headers", func(w http.ResponseWriter, r *http.Request) {
			sse(w, "")
			<-r.Context().Done()
		}, "idle timeout", true},
		{"silence in the middle", func(w http.ResponseWriter, r *http.Request) {
			sse(w, "data: "+created+"\n\n")
			<-r.Context().Done()
		}, "idle timeout", true},
		{"silence in an error body", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, "the beginning")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "the beginning", false},
		{"silence in an event, byte by byte", func(w http.ResponseWriter, r *http.Request) {
			sse(w, "data: "+created+"\n\ndata: ")
			drip(w, r, "x")
		}, "idle timeout", true},
		{"silence in an error body, byte by byte", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			drip(w, r, "x")
		}, "unexpected status 400 Bad Request: x", false},
		{"silence in an error body, line by line", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			drip(w, r, "x\n")
		}, "unexpected status 400 Bad Request: x", false},
		{"silence in a page, line by line", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			drip(w, r, "<p>\n")
		}, `got "text/html": <p>`, false},
		{"open after the end", func(w http.ResponseWriter, r *http.Request) {
			sse(w, "data: "+completed+"\n\n")
			<-r.Context().Done()
		}, "", false},
		{"comments keep the stream alive", func(w http.ResponseWriter, _ *http.Request) {
			for range 6 { // for longer than the idle time-out
				sse(w, ": ping\n\n")
				time.Sleep(pings / 5)
			}
			sse(w, "data: "+completed+"\n\n")
		}, "", false},
		{"slow trickle", func(w http.ResponseWriter, _ *http.Request) {
			for _, c := range "data: " + completed + "\r\n\r\n" {
				sse(w, string(c))
			}
		}, "", false},
		{"large events in small pieces", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "data: "+created[:len(created)-1])
			for range 6 { // for longer than the idle time-out
				time.Sleep(pings / 5)
				sse(w, strings.Repeat(" ", 1<<10))
			}
			sse(w, "}\n\ndata: "+completed+"\n\n")
		}, "", false},
		{"carriage returns", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "\ufeffdata: "+created+"\r\rdata:"+completed+"\r\r")
		}, "", false},
		{"event after the end", func(w http.ResponseWriter, _ *http.Request) {
			sse(w, "data: "+completed+"\n\ndata: {\"type\":\"response.failed\",\"response\":{}}\n\n")
		}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			provider := testProvider(modelprovider.WireResponses, handle(t, test.handler))
			switch {
			case strings.HasPrefix(test.name, "silence"):
				provider.StreamIdleTimeout = new(shortly)
			case strings.HasPrefix(test.name, "comments"), strings.HasPrefix(test.name, "large"):
				provider.StreamIdleTimeout = new(pings)
			}
			client := newClient(t, modelclient.Options{Provider: provider})
			_, err := ask(t, client, new(modelclient.Request))
			if test.want == "" {
				if err != nil {
					t.Errorf("error %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one about %q", err, test.want)
			}
			if got := modelclient.Retryable(err); got != test.retryable {
				t.Errorf("Retryable is %v, want %v", got, test.retryable)
			}
		})
	}
}

// A slow reader is not a silent model.
func TestIdleTimeoutCountsOnlyWaiting(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	server := start(t, modeltest.Reply(modeltest.Text("one"), modeltest.Until(gate), modeltest.Text("two")))
	provider := testProvider(modelprovider.WireResponses, server.BaseURL())
	provider.StreamIdleTimeout = new(pings)
	client := newClient(t, modelclient.Options{Provider: provider})
	stream, err := client.Stream(t.Context(), new(modelclient.Request))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if _, err := stream.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(pings + pings/5) // the reader takes its time: that is what is tested
	close(gate)
	if _, err := collect(t, stream); err != nil {
		t.Error(err)
	}
}

func TestEventThatIsTooLarge(t *testing.T) {
	t.Parallel()
	base := handle(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := strings.Repeat("x", 1<<20)
		for range modelclient.MaxEventBytes>>20 + 2 {
			if _, err := fmt.Fprint(w, chunk); err != nil {
				return
			}
		}
	})
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, base)})
	_, err := ask(t, client, new(modelclient.Request))
	if !errors.Is(err, modelclient.ErrEventTooLarge) {
		t.Errorf("error %v, want %v", err, modelclient.ErrEventTooLarge)
	}
}

// A redirect is followed only where it can do no harm.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var strangers atomic.Int32
	stranger := newHTTPServer(t, func(http.ResponseWriter, *http.Request) { strangers.Add(1) })
	tests := []struct {
		name   string
		status int
		to     string
		want   error
	}{
		{"same host", http.StatusTemporaryRedirect, "/v2/responses", nil},
		{"same host, for ever", http.StatusPermanentRedirect, "/v2/responses", nil},
		{"another host", http.StatusTemporaryRedirect, stranger + "/v1", &modelclient.StatusError{Status: 307, Location: stranger}},
		{"another host, as GET", http.StatusFound, stranger + "/v1", &modelclient.StatusError{Status: 302, Location: stranger}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base := handle(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v2/responses" {
					if r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer key" || r.ContentLength < 10 {
						t.Errorf("the redirect changed the request: %s %v", r.Method, r.Header)
					}
					fmt.Fprint(w, "data: "+completed+"\n\n")
					return
				}
				w.Header().Set("Location", test.to)
				w.WriteHeader(test.status)
			})
			provider := testProvider(modelprovider.WireResponses, base)
			provider.EnvKey = "KEY"
			client := newClient(t, modelclient.Options{Provider: provider, Getenv: func(string) string { return "key" }})
			_, err := ask(t, client, new(modelclient.Request))
			if diff := cmp.Diff(test.want, err, cmpErrors); diff != "" {
				t.Errorf("error differs (-want +got):\n%s", diff)
			}
		})
	}
	t.Cleanup(func() {
		if n := strangers.Load(); n != 0 {
			t.Errorf("%d requests reached another host", n)
		}
	})
}

func TestRedirectsWithoutEnd(t *testing.T) {
	t.Parallel()
	var count atomic.Int32
	base := handle(t, func(w http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		w.Header().Set("Location", "/v1/responses")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, base)})
	_, err := client.Stream(t.Context(), new(modelclient.Request))
	if _, ok := errors.AsType[*modelclient.StatusError](err); !ok || count.Load() > 5 {
		t.Errorf("error %v after %d requests", err, count.Load())
	}
}

// A connection is used again for the next request.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	for _, wire := range []modelprovider.WireAPI{modelprovider.WireResponses, modelprovider.WireChat} {
		t.Run(string(wire), func(t *testing.T) {
			t.Parallel()
			peers := make(chan string, 3)
			server := start(t, modeltest.Reply(modeltest.Text("a")), modeltest.Reply(modeltest.Text("b")))
			base := handle(t, func(w http.ResponseWriter, r *http.Request) {
				peers <- r.RemoteAddr
				server.ServeHTTP(w, r)
			})
			client := newClient(t, modelclient.Options{Provider: testProvider(wire, base)})
			for range 2 {
				if _, err := ask(t, client, new(modelclient.Request)); err != nil {
					t.Fatal(err)
				}
			}
			if first, second := <-peers, <-peers; first != second {
				t.Errorf("the requests came from %s and %s", first, second)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer modeltest.Response
		cancel func(stream, next context.CancelFunc)
	}{
		{"the context of the stream", modeltest.Reply(modeltest.Hang()), func(stream, _ context.CancelFunc) { stream() }},
		{"the context of the call", modeltest.Reply(modeltest.Hang()), func(_, next context.CancelFunc) { next() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, test.answer)
			client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
			streamCtx, cancelStream := context.WithCancel(t.Context())
			defer cancelStream()
			nextCtx, cancelNext := context.WithCancel(t.Context())
			defer cancelNext()
			stream, err := client.Stream(streamCtx, new(modelclient.Request))
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			for range 2 { // rate limits, created
				if _, err := stream.Next(nextCtx); err != nil {
					t.Fatal(err)
				}
			}
			timer := time.AfterFunc(5*time.Millisecond, func() { test.cancel(cancelStream, cancelNext) })
			defer timer.Stop()
			if _, err := stream.Next(nextCtx); !errors.Is(err, context.Canceled) || modelclient.Retryable(err) {
				t.Errorf("error %v, want %v", err, context.Canceled)
			}
		})
	}
}

func TestCancelWhileWaitingForAnotherTry(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Status(503, "").With("Retry-After", "100"))
	provider := testProvider(modelprovider.WireResponses, server.BaseURL())
	provider.RequestMaxRetries = nil
	ctx, cancel := context.WithCancel(t.Context())
	client := modelclient.New(modelclient.Options{Provider: provider, HTTPClient: modelclient.NewHTTPClient(nil)})
	go func() {
		defer cancel()
		_, _ = server.Wait(ctx, 1)
	}()
	if _, err := client.Stream(ctx, new(modelclient.Request)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Reply(modeltest.Hang()))
	client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
	stream, err := client.Stream(t.Context(), new(modelclient.Request))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
	}
	if event, err := stream.Next(t.Context()); err == nil {
		t.Errorf("a closed stream gives %v", event)
	}
}

// Over HTTP/2 all is the same.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Reply(modeltest.Text("a")), modeltest.Reply(modeltest.Hang()), modeltest.Reply(modeltest.Text("b")))
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the request came over %s", r.Proto)
		}
		server.ServeHTTP(w, r)
	}))
	secure.EnableHTTP2 = true
	secure.StartTLS()
	t.Cleanup(secure.Close)
	provider := testProvider(modelprovider.WireResponses, secure.URL+"/v1")
	for _, want := range []error{nil, modelclient.ErrIdleTimeout, nil} {
		if want != nil {
			provider.StreamIdleTimeout = new(pings)
		}
		client := newClient(t, modelclient.Options{Provider: provider, HTTPClient: secure.Client()})
		if _, err := ask(t, client, new(modelclient.Request)); !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
	}
}
