package mcpclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/config"
)

// httpConfig says how a fake server behaves behind HTTP.
type httpConfig struct {
	fake      fakeConfig
	token     string // wanted, "" for none
	stateless bool
	events    bool // answers come as streams of events
	// stream says what a GET gets: "" for a stream, "no" for 405, "late" for
	// no answer until there is an event, or "error".
	stream string
}

// httpFake is a fake server behind HTTP.
type httpFake struct {
	*httptest.Server
	t      *testing.T
	config httpConfig

	mu       sync.Mutex
	sessions map[string]*httpSession
	opened   int
	requests []string // method, JSON-RPC method and the headers that matter
	ended    int      // sessions that a DELETE has ended
	closing  chan struct{}
}

type httpSession struct {
	server *fakeServer
	events chan json.RawMessage // for the stream
	mu     sync.Mutex
	answer map[string]chan json.RawMessage // by id
}

func newHTTPFake(t *testing.T, c httpConfig) *httpFake {
	t.Helper()
	h := &httpFake{t: t, config: c, sessions: map[string]*httpSession{}, closing: make(chan struct{})}
	h.Server = httptest.NewServer(h)
	t.Cleanup(func() {
		close(h.closing)
		h.Close()
	})
	return h
}

// server returns the configuration that reaches the fake server.
func (h *httpFake) server(token string) config.McpServer {
	transport := &config.McpHTTP{URL: h.URL + "/mcp"}
	if token != "" {
		transport.BearerToken = &token
	}
	return config.McpServer{Transport: transport}
}

// forget makes the server forget all sessions, as if it had been restarted.
func (h *httpFake) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sessions = map[string]*httpSession{}
}

func (h *httpFake) newSession() *httpSession {
	s := &httpSession{events: make(chan json.RawMessage, 16), answer: map[string]chan json.RawMessage{}}
	s.server = newFakeServer(h.config.fake, func(m json.RawMessage) {
		var f fakeMessage
		if err := json.Unmarshal(m, &f); err != nil {
			h.t.Error(err)
			return
		}
		s.mu.Lock()
		to := s.answer[string(f.ID)]
		s.mu.Unlock()
		if f.Method != "" {
			to = s.events
		}
		to <- m
	}, func(int) {})
	return s
}

func (h *httpFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.t.Error(err)
	}
	var m fakeMessage
	if len(body) > 0 {
		if err := json.Unmarshal(body, &m); err != nil {
			h.t.Errorf("body %q: %v", body, err)
		}
	}
	id := r.Header.Get("Mcp-Session-Id")
	h.mu.Lock()
	h.requests = append(h.requests, fmt.Sprintf("%s %s auth=%q session=%v version=%q", r.Method, m.Method, r.Header.Get("Authorization"), id != "", r.Header.Get("MCP-Protocol-Version")))
	s := h.sessions[id]
	if m.Method == "initialize" {
		h.opened++
		id = fmt.Sprintf("session-%d", h.opened)
		s = h.newSession()
		h.sessions[id] = s
	}
	if h.config.stateless && s == nil {
		s = h.newSession()
	}
	h.mu.Unlock()
	switch {
	case h.config.token != "" && r.Header.Get("Authorization") != "Bearer "+h.config.token:
		http.Error(w, "who are you?", http.StatusUnauthorized)
	case s == nil:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}`)
	case r.Method == http.MethodDelete:
		h.mu.Lock()
		delete(h.sessions, id)
		h.ended++
		h.mu.Unlock()
	case r.Method == http.MethodGet:
		h.stream(w, r, s)
	case m.ID == nil || m.Method == "":
		s.server.receive(body)
		w.WriteHeader(http.StatusAccepted)
	default:
		if m.Method == "initialize" && !h.config.stateless {
			w.Header().Set("Mcp-Session-Id", id)
		}
		h.answer(w, r, s, m, body)
	}
}

// answer answers a request.
func (h *httpFake) answer(w http.ResponseWriter, r *http.Request, s *httpSession, m fakeMessage, body []byte) {
	got := make(chan json.RawMessage, 1)
	s.mu.Lock()
	s.answer[string(m.ID)] = got
	s.mu.Unlock()
	if h.config.events {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
	}
	go s.server.receive(body)
	select {
	case answer := <-got:
		if h.config.events {
			fmt.Fprintf(w, "event: message\ndata: %s\n\n", answer)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	case <-r.Context().Done():
	case <-h.closing:
	}
}

// stream serves the stream of events beside requests.
func (h *httpFake) stream(w http.ResponseWriter, r *http.Request, s *httpSession) {
	switch h.config.stream {
	case "no":
		http.Error(w, "no stream", http.StatusMethodNotAllowed)
		return
	case "error":
		http.Error(w, "oops", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if h.config.stream != "late" {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
	}
	for {
		select {
		case e := <-s.events:
			fmt.Fprintf(w, "data: %s\n\n", e)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		case <-h.closing:
			return
		}
	}
}

// requested returns the requests so far, each once.
func (h *httpFake) requested() map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[string]bool{}
	for _, r := range h.requests {
		all[r] = true
	}
	return all
}

// httpWorld is a world whose HTTP connections are gone at the end of the test.
func httpWorld(t *testing.T) *world {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	w := newWorld(t, func(o *Options) {
		o.HTTPClient = &http.Client{Transport: transport}
		o.RefreshWait = long
	})
	t.Cleanup(transport.CloseIdleConnections)
	return w
}

func withHTTP(o *OpenOptions) { o.HTTP = true }

func TestHTTP(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		config httpConfig
	}{
		{"JSON", httpConfig{}},
		{"events", httpConfig{events: true}},
		{"token", httpConfig{token: "secret"}},
		{"without a session", httpConfig{stateless: true, stream: "no"}},
		{"without a stream", httpConfig{stream: "no"}},
		{"a stream that begins late", httpConfig{stream: "late"}},
		{"a stream that fails", httpConfig{stream: "error"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := httpWorld(t)
			h := newHTTPFake(t, tt.config)
			s, failures := w.prepared(servers{"web": h.server(tt.config.token)}, withHTTP)
			got, err := w.call(s, "web__echo", `{"b":1.0,"a":"x"}`)
			if diff := cmp.Diff(`{"name":"echo","arguments":{"b":1.0,"a":"x"}}`, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
			if _, err := w.call(s, "web__rpcerror", ""); err == nil || !contains(err.Error(), "-32050: bad luck") {
				t.Errorf("error %v", err)
			}
			tool, _ := s.Lookup("web__structured")
			result, err := s.Call(t.Context(), tool, nil)
			if err != nil {
				t.Fatal(err)
			}
			if text, _ := ModelText(result, 1000); text != `{"z":1.0,"a":[1e3]}` {
				t.Errorf("structured %s", text)
			}
			if tt.config.stream == "" || tt.config.stream == "late" {
				changeList(t, w, s)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
			none(t, failures)
			checkRequests(t, h)
		})
	}
}

// changeList lets the server change its list and say so on the stream.
func changeList(t *testing.T, w *world, s *Servers) {
	t.Helper()
	if _, err := w.call(s, "web__change", ""); err != nil {
		t.Fatal(err)
	}
	// The notification comes another way than the answer.
	for deadline := time.Now().Add(long); ; {
		if err := s.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok := s.Lookup("web__brand-new"); ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the tools are %v", names(s))
		}
		time.Sleep(time.Millisecond)
	}
}

// checkRequests checks the headers of all requests.
func checkRequests(t *testing.T, h *httpFake) {
	t.Helper()
	auth := ""
	if h.config.token != "" {
		auth = "Bearer " + h.config.token
	}
	session := !h.config.stateless
	want := []string{
		fmt.Sprintf(`POST initialize auth=%q session=false version=""`, auth),
		fmt.Sprintf(`POST notifications/initialized auth=%q session=%v version="2025-06-18"`, auth, session),
		fmt.Sprintf(`POST tools/list auth=%q session=%v version="2025-06-18"`, auth, session),
		fmt.Sprintf(`POST tools/call auth=%q session=%v version="2025-06-18"`, auth, session),
	}
	if session {
		want = append(want, fmt.Sprintf(`DELETE  auth=%q session=true version="2025-06-18"`, auth))
	}
	got := h.requested()
	for _, r := range want {
		if !got[r] {
			t.Errorf("no request %s", r)
		}
		delete(got, r)
	}
	// The stream may not have been asked for before the end.
	delete(got, fmt.Sprintf(`GET  auth=%q session=%v version="2025-06-18"`, auth, session))
	if len(got) > 0 {
		t.Errorf("more requests: %v", got)
	}
}

func TestHTTPNotPermitted(t *testing.T) {
	t.Parallel()
	w := httpWorld(t)
	h := newHTTPFake(t, httpConfig{})
	s, failures := w.prepared(servers{"web": h.server("")}, nil)
	if len(s.Tools()) != 0 || len(h.requested()) != 0 || !contains(w.log.String(), "passed over") {
		t.Errorf("tools %v, requests %v, log %s", names(s), h.requested(), w.log)
	}
	none(t, failures)
}

func TestHTTPFailures(t *testing.T) {
	t.Parallel()
	w := httpWorld(t)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	elsewhere := newHTTPFake(t, httpConfig{})
	redirect := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/mcp", http.StatusTemporaryRedirect))
	t.Cleanup(redirect.Close)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>")
	}))
	t.Cleanup(page.Close)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "later", http.StatusServiceUnavailable)
	}))
	t.Cleanup(broken.Close)
	at := func(url string) config.McpServer { return config.McpServer{Transport: &config.McpHTTP{URL: url}} }
	tests := []struct {
		name   string
		server config.McpServer
		want   []string
	}{
		{"no token", newHTTPFake(t, httpConfig{token: "secret"}).server(""), []string{"authentication required", "wants a bearer token"}},
		{"wrong token", newHTTPFake(t, httpConfig{token: "secret"}).server("wrong"), []string{"authentication required", "refused"}},
		{"nobody there", at(closed.URL + "/mcp?key=hidden"), []string{"refused"}},
		{"redirected to somebody else", at(redirect.URL), []string{`calling "initialize"`, "Temporary Redirect"}},
		{"no MCP", at(page.URL), []string{"unsupported content type"}},
		{"no answer", within(at(silent.URL), 60*time.Millisecond, 0), []string{"timed out", "60ms"}},
		{"no address", at("nowhere?key=hidden"), []string{"not an http or https address"}},
		{"no address at all", at("http://host:port/?key=hidden"), []string{"invalid port"}},
		{"breaks", at(broken.URL), []string{"the server answered with status 503 Service Unavailable"}},
		{"refuses", newHTTPFake(t, httpConfig{fake: fakeConfig{Initialize: "error"}}).server(""), []string{"not today"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, failures := w.prepared(servers{"web": tt.server}, withHTTP)
			f := <-failures
			if !contains(f.Error(), tt.want...) || contains(f.Error(), "hidden") || contains(w.log.String(), "hidden") {
				t.Errorf("failure %v, want %q", f, tt.want)
			}
		})
	}
	t.Cleanup(func() {
		if len(elsewhere.requested()) != 0 {
			t.Errorf("requests to somebody else: %v", elsewhere.requested())
		}
	})
}

// TestHTTPSessionLost checks that a server which has forgotten the session gets
// a new one and the call.
func TestHTTPSessionLost(t *testing.T) {
	t.Parallel()
	w := httpWorld(t)
	h := newHTTPFake(t, httpConfig{})
	s, _ := w.prepared(servers{"web": h.server("")}, withHTTP)
	h.forget()
	if got, err := w.call(s, "web__echo", ""); got != `{"name":"echo"}` || err != nil {
		t.Errorf("result %q, %v", got, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.opened != 2 {
		t.Errorf("%d sessions", h.opened)
	}
}

// TestHTTPSignedIn uses what the user has signed in with.
func TestHTTPSignedIn(t *testing.T) {
	t.Parallel()
	h := newHTTPFake(t, httpConfig{token: "secret"})
	var mu sync.Mutex
	stored, failure := "secret", error(nil)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	w := newWorld(t, func(o *Options) {
		o.HTTPClient = &http.Client{Transport: transport}
		o.Token = func(_ context.Context, address, _ string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if address != h.URL+"/mcp" {
				t.Errorf("asked for %q", address)
			}
			return stored, failure
		}
	})
	t.Cleanup(transport.CloseIdleConnections)
	s, failures := w.prepared(servers{"web": h.server("")}, withHTTP)
	if _, err := w.call(s, "web__echo", ""); err != nil {
		t.Error(err)
	}
	none(t, failures)
	mu.Lock()
	stored, failure = "", errors.New("sign in again")
	mu.Unlock()
	if _, err := w.call(s, "web__echo", ""); err == nil || !contains(err.Error(), "authentication: sign in again") {
		t.Errorf("error %v", err)
	}
	mu.Lock()
	failure = nil
	mu.Unlock()
	if _, err := w.call(s, "web__echo", ""); err == nil || !contains(err.Error(), "codex mcp login") {
		t.Errorf("error %v", err)
	}
	_, failures = w.prepared(servers{"web": h.server("wrong")}, withHTTP)
	if f := <-failures; !contains(f.Error(), "refused the bearer token") {
		t.Errorf("failure %v", f)
	}
}

// TestHTTPTokenRenewed checks that a token which the server refuses is renewed
// once.
func TestHTTPTokenRenewed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		renewed string
		err     error
		want    string // in the failure
		posts   int    // requests for initialize
	}{
		{"with success", "secret", nil, "", 2},
		{"in vain", "wrong", nil, "refused the access token, sign in again", 2},
		{"not at all", "", errors.New("not now"), "authentication: not now", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHTTPFake(t, httpConfig{token: "secret"})
			transport := http.DefaultTransport.(*http.Transport).Clone()
			w := newWorld(t, func(o *Options) {
				o.HTTPClient = &http.Client{Transport: transport}
				o.Token = func(_ context.Context, _, refused string) (string, error) {
					if refused == "" {
						return "stale", nil
					}
					return tt.renewed, tt.err
				}
			})
			t.Cleanup(transport.CloseIdleConnections)
			s, failures := w.prepared(servers{"web": h.server("")}, withHTTP)
			if tt.want == "" {
				if got, err := w.call(s, "web__echo", `{"a":1}`); got != `{"name":"echo","arguments":{"a":1}}` || err != nil {
					t.Errorf("result %q, %v", got, err)
				}
				none(t, failures)
			} else if f := <-failures; !contains(f.Error(), tt.want) || contains(f.Error(), "stale") {
				t.Errorf("failure %v", f)
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			posts := 0
			for _, r := range h.requests {
				if strings.HasPrefix(r, "POST initialize") {
					posts++
				}
			}
			if posts != tt.posts {
				t.Errorf("%d requests, want %d: %v", posts, tt.posts, h.requests)
			}
		})
	}
}

func TestHTTPTimeoutAndCancel(t *testing.T) {
	t.Parallel()
	for _, events := range []bool{false, true} {
		w := httpWorld(t)
		h := newHTTPFake(t, httpConfig{events: events})
		s, _ := w.prepared(servers{"web": within(h.server(""), 0, 300*time.Millisecond)}, withHTTP)
		var timeout *TimeoutError
		if _, err := w.call(s, "web__hang", ""); !errors.As(err, &timeout) {
			t.Errorf("error %v", err)
		}
		awaitCancelled(t, s, 1)
	}
}

// TestHTTPTooLarge checks that a server cannot fill the memory.
func TestHTTPTooLarge(t *testing.T) {
	t.Parallel()
	large := strings.NewReader(strings.Repeat("x", maxMessage+1))
	body := &boundedBody{body: io.NopCloser(large), left: maxMessage, end: func() {}}
	if n, err := io.Copy(io.Discard, body); n != maxMessage || !errors.Is(err, errMessageTooLong) {
		t.Errorf("read %d, %v", n, err)
	}
	exact := &boundedBody{body: io.NopCloser(strings.NewReader("1234")), left: 4, end: func() {}}
	if text, err := io.ReadAll(exact); string(text) != "1234" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
}
