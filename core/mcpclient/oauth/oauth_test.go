package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeServer is an MCP server that wants a sign-in, with its authorization
// server.
type fakeServer struct {
	*httptest.Server
	t *testing.T

	mu        sync.Mutex
	refuse    string // the error of the token endpoint, "" for none
	deny      bool   // the user says no
	open      bool   // no sign-in is wanted
	redirects []string
	tokens    []url.Values // requests for tokens
}

func newFakeServer(t *testing.T) *fakeServer {
	t.Helper()
	f := &fakeServer{t: t}
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, status int, value any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(value); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("POST /mcp", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.open {
			write(w, 200, map[string]any{})
			return
		}
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer resource_metadata="%s/.well-known/oauth-protected-resource/mcp", scope="tools"`, f.URL))
		http.Error(w, "who are you?", http.StatusUnauthorized)
	})
	mux.HandleFunc("POST /broken", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "oops", http.StatusTeapot) })
	mux.HandleFunc("GET /.well-known/oauth-protected-resource/mcp", func(w http.ResponseWriter, _ *http.Request) {
		write(w, 200, map[string]any{"resource": f.URL + "/mcp", "authorization_servers": []string{f.URL}})
	})
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		write(w, 200, map[string]any{
			"issuer": f.URL, "authorization_endpoint": f.URL + "/authorize", "token_endpoint": f.URL + "/token",
			"registration_endpoint": f.URL + "/register", "response_types_supported": []string{"code"},
			"code_challenge_methods_supported": []string{"S256"}, "scopes_supported": []string{"tools", "offline_access"},
		})
	})
	mux.HandleFunc("POST /register", func(w http.ResponseWriter, r *http.Request) {
		var asked map[string]any
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		asked["client_id"] = "client-1"
		write(w, 201, asked)
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		back := url.Values{"state": {q.Get("state")}}
		f.mu.Lock()
		f.redirects = append(f.redirects, q.Get("redirect_uri"))
		if f.deny {
			back.Set("error", "access_denied")
		} else {
			back.Set("code", "code-1")
		}
		f.mu.Unlock()
		if !slices.Contains([]string{"tools offline_access", "offline_access tools"}, q.Get("scope")) || q.Get("resource") != f.URL+"/mcp" || q.Get("code_challenge_method") != "S256" {
			t.Errorf("asked for %v", q)
		}
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.tokens = append(f.tokens, r.PostForm)
		n := len(f.tokens)
		if f.refuse != "" {
			write(w, 400, map[string]any{"error": f.refuse, "error_description": "refresh-secret"})
			return
		}
		write(w, 200, map[string]any{
			"access_token": fmt.Sprintf("access-%d", n), "refresh_token": fmt.Sprintf("refresh-%d", n), "token_type": "Bearer", "expires_in": 3600,
		})
	})
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

// newStore returns a store in a new folder with a client of its own.
func newStore(t *testing.T) *Store {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return NewStore(filepath.Join(t.TempDir(), FileName), &http.Client{Transport: transport})
}

// browser follows the address as a browser would and returns what it shows.
func browser(t *testing.T, s *Store, address string) string {
	t.Helper()
	resp, err := s.client.Get(address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// login signs in with a browser that does what the pages say.
func login(t *testing.T, s *Store, address string) (shown string, err error) {
	t.Helper()
	var opened sync.WaitGroup
	err = Login(t.Context(), LoginOptions{URL: address, Store: s, Show: func(address string) {
		opened.Go(func() { shown = browser(t, s, address) })
	}})
	opened.Wait()
	return shown, err
}

func TestLoginAndRefresh(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	s := newStore(t)
	address := f.URL + "/mcp"
	expire := func() {
		t.Helper()
		err := s.change(t.Context(), func(f *file) (bool, error) {
			f.Servers[address].Expiry = time.Now()
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	refuse := func(code string) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.refuse = code
	}
	if token, err := s.Token(t.Context(), address, ""); token != "" || err != nil {
		t.Errorf("before: %q, %v", token, err)
	}
	shown, err := login(t, s, address)
	if err != nil || !strings.Contains(shown, "You are signed in") {
		t.Fatalf("%v, page %q", err, shown)
	}
	token := func(want string) {
		t.Helper()
		if got, err := s.Token(t.Context(), address, ""); got != want || err != nil {
			t.Errorf("token %q, %v, want %q", got, err, want)
		}
	}
	token("access-1")
	token("access-1")
	if info, err := os.Stat(s.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file %v, %v", info, err)
	}
	expire()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { token("access-2") })
	}
	all.Wait()
	if got := f.tokens[1].Get("resource"); got != f.URL+"/mcp" {
		t.Errorf("the refresh is for the resource %q", got)
	}
	if f.tokens[1].Get("refresh_token") != "refresh-1" || f.tokens[1].Get("client_id") != "client-1" {
		t.Errorf("refreshed with %v", f.tokens[1])
	}
	if len(f.tokens) != 2 {
		t.Errorf("%d requests for tokens", len(f.tokens))
	}

	expire()
	refuse("temporarily_unavailable")
	if got, err := s.Token(t.Context(), address, ""); got != "" || err == nil || errors.Is(err, ErrSignIn) || strings.Contains(err.Error(), "secret") {
		t.Errorf("token %q, %v", got, err)
	}
	refuse("invalid_grant")
	if got, err := s.Token(t.Context(), address, ""); got != "" || !errors.Is(err, ErrSignIn) || strings.Contains(err.Error(), "secret") {
		t.Errorf("token %q, %v", got, err)
	}
	refuse("")
	token("access-5")

	for _, want := range []bool{true, false} {
		if removed, err := s.Remove(t.Context(), address); removed != want || err != nil {
			t.Errorf("removed %v, %v", removed, err)
		}
	}
	token("")
}

func TestLoginFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*fakeServer)
		path   string
		want   string
		is     error
	}{
		{"the user says no", func(f *fakeServer) { f.deny = true }, "/mcp", `answered "access_denied"`, nil},
		{"no token", func(f *fakeServer) { f.refuse = "server_error" }, "/mcp", "status 400 server_error", nil},
		{"not wanted", func(f *fakeServer) { f.open = true }, "/mcp", "", ErrNotWanted},
		{"broken", func(*fakeServer) {}, "/broken?key=hidden", "status 418", nil},
		{"nobody there", func(f *fakeServer) { f.Close() }, "/mcp?key=hidden", "refused", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t)
			tt.change(f)
			s := newStore(t)
			_, err := login(t, s, f.URL+tt.path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) ||
				strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "hidden") {
				t.Errorf("error %v", err)
			}
			if _, err := os.Stat(s.path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a file was written: %v", err)
			}
		})
	}
}

// TestLoginStrangers checks that only the expected answer ends the wait.
func TestLoginStrangers(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	s := newStore(t)
	shown := make(chan string, 1)
	done := make(chan error, 1)
	go func() {
		done <- Login(t.Context(), LoginOptions{URL: f.URL + "/mcp", Store: s, Show: func(address string) { shown <- address }})
	}()
	address := <-shown
	page, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "?code=x", "?code=x&state=wrong", "?error=x&state="} {
		if text := browser(t, s, page.Query().Get("redirect_uri")+query); !strings.Contains(text, "Nobody waits") {
			t.Errorf("%q shows %q", query, text)
		}
	}
	if text := browser(t, s, address); !strings.Contains(text, "signed in") {
		t.Errorf("shows %q", text)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	err = Login(ctx, LoginOptions{URL: f.URL + "/mcp", Store: s, Show: func(string) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

func TestStoreFile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		token         string
		err           string
	}{
		{"empty", `{}`, "", ""},
		{"for ever", `{"servers":{"a":{"access_token":"t"}}}`, "t", ""},
		{"null", `{"servers":{"a":null}}`, "", ""},
		{"expired", `{"servers":{"a":{"access_token":"t","expiry":"2001-01-01T00:00:00Z"}}}`, "", "has expired"},
		{"damaged", `{"servers":{"a":{"access_token":"secret"`, "", "is damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			if err := os.WriteFile(s.path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			token, err := s.Token(t.Context(), "a", "")
			if diff := cmp.Diff(tt.token, token); diff != "" {
				t.Error(diff)
			}
			if (err == nil) != (tt.err == "") || err != nil && (!strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func FuzzStoreFile(f *testing.F) {
	f.Add([]byte(`{"servers":{"a":{"access_token":"t","expiry":"2999-01-01T00:00:00Z","scopes":["x"]}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		s := NewStore(filepath.Join(t.TempDir(), FileName), nil)
		s.client = &http.Client{Transport: http.NewFileTransport(http.Dir(t.TempDir()))} // no network
		if err := os.WriteFile(s.path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		token, err := s.Token(t.Context(), "a", "")
		if token != "" && err != nil {
			t.Errorf("token %q, %v", token, err)
		}
	})
}
