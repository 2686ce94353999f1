package ollama_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelclient/ollama"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// local is a server that notes what it is asked.
type local struct {
	mu       sync.Mutex
	requests []string

	tags   func(http.ResponseWriter)
	models func(http.ResponseWriter)
	pull   string
	status int // of a pull; 0 is success
}

func (l *local) start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		request := r.Method + " " + r.URL.Path
		for _, name := range []string{"User-Agent", "Originator", "Authorization", "Accept-Encoding"} {
			if values, sent := r.Header[name]; sent {
				request += fmt.Sprintf(" with %s %q", name, values)
			}
		}
		l.requests = append(l.requests, request)
		l.mu.Unlock()
		switch r.URL.Path {
		case "/v1/models":
			if l.models != nil {
				l.models(w)
			}
		case "/api/tags":
			if l.tags != nil {
				l.tags(w)
				return
			}
			fmt.Fprint(w, `{"models":[{"name":"here:1b","size":1},{"name":"plain:latest"},{"size":2}]}`)
		case "/api/pull":
			if l.status != 0 {
				w.WriteHeader(l.status)
			}
			fmt.Fprint(w, l.pull)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// newServer returns a client whose connections end with the test.
func newServer(t *testing.T, base string) *ollama.Server {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	t.Cleanup(client.CloseIdleConnections)
	return ollama.New(base, client)
}

func refuse(status int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(status) }
}

// (spec: config-and-auth, OSS mode)
func TestEnsure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		server   local
		path     string
		model    string
		requests []string
		progress []ollama.Progress
		warned   bool
		want     string // part of the error; empty for none
	}{
		{
			"there", local{}, "/v1/", "here:1b",
			[]string{"GET /v1/models", "GET /api/tags"}, nil, false, "",
		},
		{
			"there, base URL without version", local{}, "", "here:1b",
			[]string{"GET /api/tags", "GET /api/tags"}, nil, false, "",
		},
		{"there, without tag", local{}, "/v1", "plain", []string{"GET /v1/models", "GET /api/tags"}, nil, false, ""},
		{
			"pulled", local{pull: `{"status":"pulling manifest"}
{"status":"pulling a","digest":"a","total":100}
nonsense
{"status":"pulling a","digest":"a","total":100,"completed":60}
{"status":"pulling b","digest":"b","total":50,"completed":50}
{"status":"pulling a","digest":"a","total":100,"completed":100}
{"status":"success"}
{"status":"never read"}
`}, "/v1", "new:1b",
			[]string{"GET /v1/models", "GET /api/tags", "POST /api/pull"},
			[]ollama.Progress{
				{Status: "pulling manifest"},
				{Status: "pulling a", Total: 100},
				{Status: "pulling a", Total: 100, Completed: 60},
				{Status: "pulling b", Total: 150, Completed: 110},
				{Status: "pulling a", Total: 150, Completed: 150},
				{Status: "success", Total: 150, Completed: 150},
			}, false, "",
		},
		{
			"pull fails", local{pull: `{"error":"pull model manifest: file does not exist"}`}, "/v1", "new:1b",
			[]string{"GET /v1/models", "GET /api/tags", "POST /api/pull"}, nil, false, "file does not exist",
		},
		{
			"pull is refused", local{status: 400, pull: `{"error":"invalid model name"}`}, "/v1", "new:1b",
			[]string{"GET /v1/models", "GET /api/tags", "POST /api/pull"}, nil, false, "400 Bad Request: invalid model name",
		},
		{
			"pull is refused without a word", local{status: 500, pull: "oops"}, "/v1", "new:1b",
			[]string{"GET /v1/models", "GET /api/tags", "POST /api/pull"}, nil, false, "500 Internal Server Error",
		},
		{
			"pull ends early", local{pull: `{"status":"pulling manifest"}`}, "/v1", "new:1b",
			[]string{"GET /v1/models", "GET /api/tags", "POST /api/pull"},
			[]ollama.Progress{{Status: "pulling manifest"}}, false, "ended before it was complete",
		},
		{
			"no list", local{tags: refuse(500), pull: `{"status":"success"}`}, "/v1", "new:1b",
			[]string{"GET /v1/models", "GET /api/tags", "POST /api/pull"}, []ollama.Progress{{Status: "success"}}, false, "",
		},
		{
			"list that cannot be read", local{tags: func(w http.ResponseWriter) { fmt.Fprint(w, "oops") }}, "/v1", "new:1b",
			[]string{"GET /v1/models", "GET /api/tags"}, nil, true, "",
		},
		{"probe refused", local{models: refuse(404)}, "/v1", "here:1b", []string{"GET /v1/models"}, nil, false, "ollama serve"},
	}
	for i := range tests {
		test := &tests[i]
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, test.server.start(t)+test.path)
			var progress []ollama.Progress
			warned := false
			err := server.Ensure(t.Context(), test.model, ollama.Observer{
				Progress: func(p ollama.Progress) { progress = append(progress, p) },
				Warn:     func(error) { warned = true },
			})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if diff := cmp.Diff(test.requests, test.server.requests); diff != "" {
				t.Errorf("requests differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.progress, progress); diff != "" {
				t.Errorf("progress differs (-want +got):\n%s", diff)
			}
			if warned != test.warned {
				t.Errorf("warned is %v", warned)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	gone := modeltest.Start()
	gone.Close()
	base := strings.Replace(gone.BaseURL(), "http://", "http://user:secret@", 1)
	err := newServer(t, base).Ensure(t.Context(), "m", ollama.Observer{})
	unreachable, ok := errors.AsType[*ollama.UnreachableError](err)
	if !ok || unreachable.Host != gone.URL || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(err.Error(), "ollama serve") || !strings.Contains(err.Error(), "https://ollama.com/download") {
		t.Errorf("the text %q does not help", err)
	}
	for _, base := range []string{"", "nonsense", "http://a b/v1", "ftp://h"} {
		if err := newServer(t, base).Probe(t.Context()); err == nil {
			t.Errorf("%q is there", base)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	server, err := modeltest.Serve(modeltest.Options{Models: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newServer(t, server.BaseURL()).Ensure(ctx, "a", ollama.Observer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// The scripted model plays a local server too.
func TestWithScriptedModel(t *testing.T) {
	t.Parallel()
	server, err := modeltest.Serve(modeltest.Options{Models: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	local := newServer(t, server.BaseURL())
	if err := local.Ensure(t.Context(), "b", ollama.Observer{}); err != nil {
		t.Fatal(err)
	}
	names, err := local.Models(t.Context())
	if diff := cmp.Diff([]string{"a", "b"}, names); diff != "" || err != nil {
		t.Errorf("error %v, models differ (-want +got):\n%s", err, diff)
	}
}
