package mcpclient

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/codex-go/codex/core/config"
)

// TestResume breaks off the stream with the answer to a call. The client asks for
// the rest, and does not wait for it when the server refuses. (spec: mcp, do
// better, client)
func TestResume(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	tests := []struct {
		name   string
		first  http.HandlerFunc // what asking for the rest gets at first, nil for the answer
		result string
		err    string
	}{
		{name: "answered", result: "late"},
		{name: "trouble", first: status(http.StatusServiceUnavailable), result: "late"},
		{
			name: "cut off", result: "late",
			first: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		},
		{name: "no streams", first: status(http.StatusMethodNotAllowed), err: errNoStream.Error()},
		{name: "not known", first: status(http.StatusNotFound), err: errNoStream.Error()},
		{name: "not a stream", first: status(http.StatusOK), err: errNoStream.Error()},
		{name: "token refused", first: status(http.StatusUnauthorized), err: "the server refused the bearer token"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := httptest.NewServer(breakingOff(t, test.first))
			t.Cleanup(h.Close)
			w := httpWorld(t)
			token := "secret"
			s, _ := w.prepared(servers{"web": {Transport: &config.McpHTTP{URL: h.URL, BearerToken: &token}}}, withHTTP)
			result, err := w.call(s, "web__slow", "")
			switch {
			case test.err == "" && (err != nil || result != test.result):
				t.Errorf("result %q, %v", result, err)
			case test.err != "" && (err == nil || !contains(err.Error(), test.err)):
				t.Errorf("result %q, error %v, want %s", result, err, test.err)
			}
			if _, err := w.call(s, "web__quick", ""); err != nil {
				t.Errorf("a later call: %v", err)
			}
		})
	}
}

// breakingOff is a server whose tool slow answers on a stream that breaks off and
// is to be gone on with. first gets the first request for that.
func breakingOff(t *testing.T, first http.HandlerFunc) http.HandlerFunc {
	var resumed atomic.Int64
	var waiting atomic.Value // the id of the call
	return func(w http.ResponseWriter, r *http.Request) {
		events := func(text string) {
			w.Header().Set("Content-Type", eventStream)
			fmt.Fprint(w, text)
		}
		result := func(id any, result string) string {
			return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, result)
		}
		const late = `{"content":[{"type":"text","text":"late"}]}`
		if r.Method == http.MethodGet {
			switch {
			case r.Header.Get("Last-Event-ID") != "e1":
				w.WriteHeader(http.StatusMethodNotAllowed)
			case resumed.Add(1) == 1 && first != nil:
				first(w, r)
			default:
				events("id: e2\ndata: " + result(waiting.Load(), late) + "\n\n")
			}
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client is gone
		}
		var m struct {
			ID     json.RawMessage
			Method string
			Params struct{ Name string }
		}
		if len(body) > 0 {
			if err := json.Unmarshal(body, &m); err != nil {
				t.Errorf("body %q: %v", body, err)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		switch {
		case m.ID == nil:
			w.WriteHeader(http.StatusAccepted)
		case m.Method == "initialize":
			w.Header().Set("Mcp-Session-Id", "s")
			fmt.Fprint(w, result(m.ID, `{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"w","version":"1"}}`))
		case m.Method == methodList:
			fmt.Fprint(w, result(m.ID, `{"tools":[{"name":"slow","inputSchema":{"type":"object"}},{"name":"quick","inputSchema":{"type":"object"}}]}`))
		case m.Params.Name == "slow":
			waiting.Store(string(m.ID))
			events("id: e1\nretry: 1\ndata:\n\n")
		default:
			fmt.Fprint(w, result(m.ID, late))
		}
	}
}
