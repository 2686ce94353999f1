package jsonrpc

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestTranscripts runs the scripts in testdata/transcript. A script's lines
// that start with "> " are commands; what follows each is everything that the
// connection did until it came to rest: first the messages that it sent, in
// order, then what else was seen, sorted. Lines that start with "#" are
// comments. The commands:
//
//	option NAME [VALUE]  a setting; before all other commands
//	recv TEXT            the peer sends a message; several go between " ⏎ "
//	oversize SIZE TEXT   the peer sends a message of SIZE bytes that begins so
//	eof                  the peer ends its output
//	finish ID [JSON]     the handler of a request returns; ID is as in JSON
//	fail ID TEXT         it returns an error
//	refuse ID CODE TEXT  it returns an *Error
//	panic ID             it panics
//	defer ID             it defers its reply and returns
//	leave ID             it returns, having deferred its reply before
//	release ID NAME      it lets go of a name and goes on
//	ask ID METHOD        it calls the peer, and goes on when that has answered
//	answer ID [JSON]     it answers the request and goes on
//	reply ID [JSON]      a deferred reply is given
//	late ID [JSON]       the same without waiting
//	discard ID           a deferred request is discarded
//	notify METHOD [JSON] a notification is sent
//	post METHOD [JSON]   a notification is sent without waiting
//	call METHOD [JSON]   a call is made
//	forget ID            a call is forgotten
//	stall, resume        the transport stops writing, goes on
//	break                the transport fails to write from now on
//	drain                no more requests are accepted
//	shutdown, close      the connection ends
//
// The method of a request says what it changes and, with a question mark, what
// it reads: "NAME:anything", "NAME,NAME?:anything". "inline:" stands for work that
// is done inline. The methods "ignored" and "panicking" have no handler and a
// router that panics.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/transcript/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = runTranscript(t, string(want)) })
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func runTranscript(t *testing.T, script string) string {
	h := &harness{t: t, in: make(chan readResult, 100), handlers: make(map[ID]chan action), deferred: make(map[ID]*Responder), calls: make(map[ID]*Call)}
	h.writable.L = &h.mu
	h.opts.Hooks = h.hooks()
	h.opts.Router = RouterFunc(h.route)
	var out strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		command, ok := strings.CutPrefix(line, "> ")
		if !ok {
			if line == "" || line[0] == '#' {
				fmt.Fprintln(&out, line)
			}
			continue
		}
		fmt.Fprintln(&out, line)
		verb, rest, _ := strings.Cut(command, " ")
		if verb == "option" {
			h.option(rest)
			continue
		}
		if h.conn == nil {
			h.conn = NewConn(h, &h.opts)
		}
		h.command(verb, rest)
		synctest.Wait()
		out.WriteString(h.take())
	}
	h.closing = true
	h.mu.Lock()
	for _, c := range h.handlers {
		close(c)
	}
	h.mu.Unlock()
	h.conn.end(ErrClosed)
	h.resume()
	if err := h.conn.Wait(); err != nil && !errors.Is(err, ErrBrokenPipe) {
		t.Errorf("end of the connection: %v", err)
	}
	return out.String()
}

// harness is the transport, the router and the log of a transcript.
type harness struct {
	t       *testing.T
	opts    Options
	conn    *Conn
	closing bool
	in      chan readResult

	mu       sync.Mutex
	writable sync.Cond
	stalled  bool
	broken   bool
	closed   bool
	sent     []string
	seen     []string
	handlers map[ID]chan action // of running handlers
	deferred map[ID]*Responder
	calls    map[ID]*Call
}

type readResult struct {
	text []byte
	err  error
}

// action is what a handler is told to do.
type action struct {
	verb string
	arg  string
}

func (h *harness) log(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, fmt.Sprintf(format, args...))
}

// take returns what happened since it was called last.
func (h *harness) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var b strings.Builder
	for _, line := range h.sent {
		fmt.Fprintf(&b, "send %s\n", line)
	}
	slices.Sort(h.seen)
	for _, line := range h.seen {
		fmt.Fprintln(&b, line)
	}
	h.sent, h.seen = nil, nil
	return b.String()
}

func (h *harness) option(text string) {
	name, value, _ := strings.Cut(text, " ")
	n, _ := strconv.Atoi(value)
	switch name {
	case "Malformed":
		h.opts.Malformed = map[string]MalformedPolicy{"AnswerRequests": AnswerRequests, "AnswerAll": AnswerAll}[value]
	case "TextIDs":
		h.opts.TextIDs = true
	case "MaxInFlight":
		h.opts.MaxInFlight = n
	case "MaxInFlightBytes":
		h.opts.MaxInFlightBytes = n
	case "QueueBytes":
		h.opts.QueueBytes = n
	default:
		h.t.Fatalf("unknown option %s", name)
	}
}

func (h *harness) command(verb, rest string) {
	word, rest2, _ := strings.Cut(rest, " ")
	switch verb {
	case "recv":
		for text := range strings.SplitSeq(rest, " ⏎ ") {
			h.in <- readResult{text: []byte(text)}
		}
	case "oversize":
		size, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			h.t.Fatal(err)
		}
		h.in <- readResult{err: &OversizeError{Prefix: []byte(rest2), Size: size, Limit: 1000}}
	case "eof":
		h.in <- readResult{err: io.EOF}
	case "finish", "fail", "refuse", "panic", "defer", "leave", "ask", "answer", "release":
		h.mu.Lock()
		c := h.handlers[h.id(word)]
		h.mu.Unlock()
		if c == nil {
			h.t.Fatalf("no handler runs for %s", word)
		}
		c <- action{verb, rest2}
	case "reply":
		h.mu.Lock()
		r := h.deferred[h.id(word)]
		h.mu.Unlock()
		go func() {
			if err := r.Reply(context.Background(), json.RawMessage(rest2), nil); err != nil {
				h.log("reply to %s: %v", word, err)
			}
		}()
	case "late":
		if err := h.deferred[h.id(word)].Post(json.RawMessage(rest2), nil); err != nil {
			h.log("late reply to %s: %v", word, err)
		}
	case "discard":
		if err := h.deferred[h.id(word)].Discard(); err != nil {
			h.log("discard %s: %v", word, err)
		}
	case "notify":
		go func() {
			if err := h.conn.Notify(context.Background(), word, params(rest2)); err != nil {
				h.log("notify %s: %v", word, err)
			}
		}()
	case "post":
		go func() {
			room, err := h.conn.Post(word, params(rest2))
			if err != nil {
				h.log("post %s: %v", word, err)
				return
			}
			select {
			case <-room:
				h.log("post %s: no waiting", word)
			default:
				<-room
				h.log("post %s: waited", word)
			}
		}()
	case "call":
		go func() {
			call, err := h.conn.Go(context.Background(), word, params(rest2), func(r Response) {
				if r.Err != nil {
					h.log("call %s failed: %v", word, r.Err)
				} else {
					h.log("call %s answered: %s", word, r.Result)
				}
			})
			if err != nil {
				h.log("call %s: %v", word, err)
				return
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			h.calls[call.ID()] = call
		}()
	case "forget":
		h.log("forgot %s: %v", word, h.calls[h.id(word)].Forget())
	case "stall":
		h.mu.Lock()
		h.stalled = true
		h.mu.Unlock()
	case "resume":
		h.resume()
	case "break":
		h.mu.Lock()
		h.broken = true
		h.mu.Unlock()
	case "drain":
		go func() { h.log("drain returned %v", h.conn.Drain(context.Background())) }()
	case "shutdown":
		go func() { h.log("shutdown returned %v", h.conn.Shutdown(context.Background())) }()
	case "close":
		go func() { h.log("close returned %v", h.conn.Close()) }()
	default:
		h.t.Fatalf("unknown command %s", verb)
	}
}

func params(text string) any {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

func (h *harness) id(text string) ID {
	var id ID
	if text == "-" { // the one notification that runs
		return id
	}
	if err := json.Unmarshal([]byte(text), &id); err != nil {
		h.t.Fatalf("id %s: %v", text, err)
	}
	return id
}

func (h *harness) resume() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stalled = false
	h.writable.Broadcast()
}

func (h *harness) route(req *Request) Work {
	switch req.Method {
	case "ignored":
		return Work{}
	case "panicking":
		panic("router")
	}
	names, _, named := strings.Cut(req.Method, ":")
	switch {
	case !named:
		return Work{Run: h.handle}
	case names == "inline":
		return Work{Inline: true, Run: func(context.Context, *Request) (any, error) { return "at hand", nil }}
	}
	w := Work{Run: h.handle}
	for name := range strings.SplitSeq(names, ",") {
		if read, ok := strings.CutSuffix(name, "?"); ok {
			w.Reads = append(w.Reads, read)
		} else {
			w.Changes = append(w.Changes, name)
		}
	}
	return w
}

func (h *harness) handle(ctx context.Context, req *Request) (any, error) {
	c := make(chan action)
	id := string(req.ID.append(nil))
	if req.IsNotification() {
		id = "-"
	}
	h.mu.Lock()
	if h.closing {
		h.mu.Unlock()
		return nil, nil
	}
	h.handlers[req.ID] = c
	h.mu.Unlock()
	h.log("start %s %s", id, req.Method)
	for {
		var a action
		var open bool
		select {
		case a, open = <-c:
		case <-ctx.Done():
			h.log("context of %s is done: %v", id, context.Cause(ctx))
			return nil, context.Cause(ctx)
		}
		if a.verb != "ask" && a.verb != "answer" && a.verb != "release" {
			h.mu.Lock()
			if !h.closing {
				delete(h.handlers, req.ID)
			}
			h.mu.Unlock()
		}
		if !open {
			return nil, errors.New("the test is over")
		}
		switch a.verb {
		case "finish":
			return json.RawMessage(a.arg), nil
		case "fail":
			return nil, fmt.Errorf("do it: %w", errors.New(a.arg))
		case "refuse":
			code, text, _ := strings.Cut(a.arg, " ")
			n, _ := strconv.ParseInt(code, 10, 64)
			return nil, fmt.Errorf("do it: %w", &Error{Code: n, Message: text, Data: json.RawMessage(`{"why":1}`)})
		case "panic":
			panic("handler")
		case "defer":
			r := req.Defer()
			h.mu.Lock()
			h.deferred[req.ID] = r
			h.mu.Unlock()
			return nil, nil
		case "release":
			req.Release(a.arg)
		case "ask":
			var result json.RawMessage
			err := req.Conn().Call(ctx, a.arg, nil, &result)
			h.log("%s was told %s, %v", id, result, err)
		case "answer":
			if err := req.Reply(json.RawMessage(a.arg), nil); err != nil {
				h.log("answer to %s: %v", id, err)
			}
			ctx = context.WithoutCancel(ctx) // done now
		}
	}
}

func (h *harness) hooks() *Hooks {
	return &Hooks{
		Malformed: func(err *MessageError) { h.log("malformed: %v", err) },
		Oversize: func(size int64, limit int, id ID, answered bool) {
			h.log("oversize: %d > %d, id %s, answered %v", size, limit, id, answered)
		},
		BadID:     func(method string) { h.log("bad id: %s", method) },
		Unmatched: func(id ID, kind Kind) { h.log("unmatched %s: %s", kind, id.append(nil)) },
		Refused:   func(method string, id ID) { h.log("refused: %s %s", id.append(nil), method) },
		Panic: func(method string, value any, stack []byte) {
			h.log("panic in %s: %v, with a stack: %v", method, value, len(stack) > 100)
		},
		NotificationFailed: func(method string, err error) { h.log("notification %s failed: %v", method, err) },
		Unencodable:        func(method string, id ID, err error) { h.log("unencodable: %s %s: %v", id.append(nil), method, err) },
		DuplicateReply:     func(method string, id ID) { h.log("duplicate reply: %s %s", id.append(nil), method) },
		InputEnded:         func(err error) { h.log("input ended: %v", err) },
	}
}

func (h *harness) ReadMessage() ([]byte, error) {
	r, ok := <-h.in
	if !ok {
		return nil, os.ErrClosed
	}
	return r.text, r.err
}

func (h *harness) WriteBatch(batch []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.stalled && !h.closed {
		h.writable.Wait()
	}
	if h.broken || h.closed {
		return errors.New("peer is gone")
	}
	for line := range strings.Lines(string(batch)) {
		h.sent = append(h.sent, strings.TrimSuffix(line, "\n"))
	}
	return nil
}

func (h *harness) WriteStream(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return h.WriteBatch(append(text, '\n'))
}

func (h *harness) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.in)
		h.writable.Broadcast()
	}
	return nil
}
