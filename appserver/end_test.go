package appserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// endlessModel streams text without end. left is closed when a client has gone.
func endlessModel(t *testing.T) (baseURL string, left <-chan struct{}) {
	t.Helper()
	gone := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { gone <- struct{}{} }()
		w.Header().Set("Content-Type", "text/event-stream")
		filler := strings.Repeat("x", 1000)
		for i := 0; ; i++ {
			_, err := fmt.Fprintf(w, "data: {\"type\":\"response.output_text.delta\",\"delta\":\"<%d>%s\"}\n\n", i, filler)
			if err != nil {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, gone
}

// TestSlowReader has a client that stops reading in the middle of a stream. Its
// conversation waits, memory is bounded, an interrupt works, other connections go
// on, and nothing is lost.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	baseURL, left := endlessModel(t)
	s := newStage(t, stageOptions{baseURL: baseURL})
	fromClient, in := io.Pipe()
	out, fromServer := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- s.server.Serve(context.Background(), jsonrpc.NewLineTransport(fromClient, fromServer, nil))
	}()
	reader := bufio.NewReader(out)
	read := func() string {
		line, err := reader.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	send := func(line string) {
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	send(initialize)
	read()
	send(`{"id":1,"method":"newConversation","params":{}}`)
	id := uuidPattern.FindString(read())
	send(fmt.Sprintf(`{"id":2,"method":"addConversationListener","params":{"conversationId":%q}}`, id))
	read()
	send(message(3, id, "go"))
	for !strings.Contains(read(), "<0>") {
	}

	// Nobody reads now. What the client sends is still heard, also behind
	// requests whose responses cannot be written.
	c := s.client(ClientOptions{})
	for i := range 20 {
		send(message(10+i, id, "more"))
		if _, err := Call(t.Context(), c, getUserAgent); err != nil {
			t.Fatal(err)
		}
	}
	before := heap()
	send(interrupt(4, id))
	<-left // the turn has let go of the model
	if after := heap(); after > 64<<20 {
		t.Errorf("the heap has %d bytes, %d before", after, before)
	}

	// Everything that was on its way comes, in order.
	next, responses := 1, []string{}
	for {
		line := read()
		if strings.Contains(line, `"agent_message_delta"`) {
			if mark := fmt.Sprintf("<%d>", next); strings.Contains(line, mark) {
				// Deltas may come merged; each is there once.
				for strings.Contains(line, fmt.Sprintf("<%d>", next)) {
					next++
				}
				continue
			}
			t.Fatalf("after delta %d comes %.200s", next-1, line)
		}
		kind := outline([]string{strings.TrimSpace(line)})
		if len(kind) > 0 && kind[0] != "agent_message" {
			responses = append(responses, kind[0])
		}
		if strings.Contains(line, `"id":4,`) {
			break
		}
	}
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprint("result ", 10+i))
	}
	want = append(want, "turn_aborted", "result 4")
	if diff := cmp.Diff(want, responses); diff != "" {
		t.Error(diff)
	}
	in.Close()
	go io.Copy(io.Discard, reader)
	if err := <-served; err != nil {
		t.Error(err)
	}
	s.checkRollouts()
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestClientGone closes the server's output in the middle of a turn. The server
// ends in order: the turn is recorded as aborted.
func TestClientGone(t *testing.T) {
	t.Parallel()
	baseURL, left := endlessModel(t)
	s := newStage(t, stageOptions{baseURL: baseURL})
	fromClient, in := io.Pipe()
	out, fromServer := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- s.server.Serve(context.Background(), jsonrpc.NewLineTransport(fromClient, fromServer, nil))
	}()
	reader := bufio.NewReader(out)
	for i, line := range []string{initialize, `{"id":1,"method":"newConversation","params":{}}`} {
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			t.Fatal(err)
		}
		got, err := reader.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			id := uuidPattern.FindString(got)
			if _, err := fmt.Fprintf(in, "{\"id\":2,\"method\":\"addConversationListener\",\"params\":{\"conversationId\":%q}}\n%s\n", id, message(3, id, "go")); err != nil {
				t.Fatal(err)
			}
		}
	}
	for line := ""; !strings.Contains(line, "<0>"); {
		var err error
		if line, err = reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	out.CloseWithError(errors.New("the client is gone"))
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	<-left
	if texts := s.checkRollouts(); len(texts) != 1 || !strings.Contains(texts[0], "turn_aborted") {
		t.Errorf("rollouts: %q", texts)
	}
	in.Close()
}

// TestServeContext ends the server as a signal does, in the middle of a turn.
func TestServeContext(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{model: []modeltest.Response{modeltest.Reply(modeltest.Deltas("Hel"), modeltest.Hang())}})
	fromClient, in := io.Pipe()
	out, fromServer := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(ctx, jsonrpc.NewLineTransport(fromClient, fromServer, nil)) }()
	lines := bufio.NewScanner(out)
	var got []string
	until := func(text string) string {
		for lines.Scan() {
			got = append(got, lines.Text())
			if strings.Contains(lines.Text(), text) {
				return lines.Text()
			}
		}
		return ""
	}
	fmt.Fprintln(in, initialize)
	until(`"id":0,`)
	fmt.Fprintln(in, `{"id":1,"method":"newConversation","params":{}}`)
	id := uuidPattern.FindString(until(`"id":1,`))
	fmt.Fprintf(in, "{\"id\":2,\"method\":\"addConversationListener\",\"params\":{\"conversationId\":%q}}\n%s\n", id, message(3, id, "go"))
	until(`agent_message"`)
	got = nil
	cancel()
	until("there is nothing more")
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
	if diff := cmp.Diff([]string{"turn_aborted", "shutdown_complete"}, outline(got)); diff != "" {
		t.Error(diff)
	}
	in.Close()
	s.checkRollouts()
}

// TestServerClose closes the server while clients are connected, with time and
// without.
func TestServerClose(t *testing.T) {
	t.Parallel()
	for _, hurry := range []bool{false, true} {
		t.Run(fmt.Sprint("hurry ", hurry), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, stageOptions{model: []modeltest.Response{modeltest.Reply(modeltest.Deltas("Hel"), modeltest.Hang())}})
			w := s.dial()
			conversation := w.open()
			w.send(message(1, conversation, "go"))
			w.until(`"delta":"Hel"`)
			c := s.client(ClientOptions{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if hurry {
				cancel()
			}
			err := s.server.Close(ctx)
			if !hurry && err != nil || hurry && err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("close: %v", err)
			}
			<-c.Done()
			if _, err := Call(t.Context(), c, getUserAgent); err == nil {
				t.Error("a request was answered after the end")
			}
			if _, err := s.server.Connect(t.Context(), ClientOptions{Name: "late", Version: "1"}); !errors.Is(err, ErrClosed) {
				t.Errorf("connect: %v", err)
			}
			if err := <-w.served; !hurry && err != nil {
				t.Errorf("serve: %v", err)
			}
			w.served <- nil // for the end of the test
		})
	}
}

// TestPanic has a handler panic. The request is answered and the server goes on.
func TestPanic(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{})
	s.server.backend.UserExcludes = func() ([]byte, error) { panic("injected") }
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	if got := w.call(1, "fuzzyFileSearch", `{"query":"x","roots":["."]}`, nil); got != `{"code":-32603,"message":"internal error"}` {
		t.Errorf("got %s", got)
	}
	if got := w.call(2, "getUserAgent", `{}`, nil); got != "" {
		t.Errorf("got %s", got)
	}
}

// TestSearchTokens cancels searches with their token. The one that was cancelled
// is answered at once, with nothing, also when it waits for its turn.
func TestSearchTokens(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{})
	s.write(s.work+"/found", "")
	goOn := make(chan struct{})
	var searching atomic.Int32
	s.server.backend.UserExcludes = func() ([]byte, error) {
		searching.Add(1)
		<-goOn
		return nil, nil
	}
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	search := func(id int, token string) {
		w.send(fmt.Sprintf(`{"id":%d,"method":"fuzzyFileSearch","params":{"query":"found","roots":["."],"cancellationToken":%s}}`, id, token))
	}
	search(1, "null")
	search(2, `"other"`)
	eventually(t, "two searches run", func() bool { return searching.Load() == 2 })
	search(3, `"t"`)
	search(4, `"t"`)
	search(5, `"t"`)
	var got []string
	for range 2 {
		line, _ := w.next()
		got = append(got, line)
	}
	want := []string{`{"jsonrpc":"2.0","id":3,"result":{"files":[]}}`, `{"jsonrpc":"2.0","id":4,"result":{"files":[]}}`}
	if diff := cmp.Diff(want, got, cmp.Transformer("set", func(l []string) map[string]bool {
		set := map[string]bool{}
		for _, s := range l {
			set[s] = true
		}
		return set
	})); diff != "" {
		t.Error(diff)
	}
	close(goOn)
	for range 3 {
		if line, _ := w.next(); !strings.Contains(line, `"path":"found"`) {
			t.Errorf("got %s", line)
		}
	}
	if searching.Load() != 3 {
		t.Errorf("%d searches touched the disk", searching.Load())
	}
}
