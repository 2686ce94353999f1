package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/auth/login"
)

// Secrets that a fake issuer hands out.
const (
	issuedAccess  = "issued-access-token"
	issuedRefresh = "issued-refresh-token"
	issuedAccount = "issued-account"
)

// fakeIssuer is an authorization server that signs everybody in, with a code
// from another device at the second question, and the service with their tasks.
func fakeIssuer() *httptest.Server {
	encode := base64.RawURLEncoding.EncodeToString
	id := encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(`{"email":"ann@example.com","https://api.openai.com/auth":{"chatgpt_account_id":"`+issuedAccount+`"}}`)) + ".c2ln"
	questions := 0
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, format string, args ...any) {
		_, _ = fmt.Fprintf(w, format, args...) // the client sees a failure
	}
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, `{"id_token":%q,"access_token":%q,"refresh_token":%q}`, id, issuedAccess, issuedRefresh)
	})
	mux.HandleFunc("POST /api/accounts/deviceauth/usercode", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, `{"device_auth_id":"device","user_code":"ABCD-1234","interval":"0.01"}`)
	})
	mux.HandleFunc("POST /api/accounts/deviceauth/token", func(w http.ResponseWriter, _ *http.Request) {
		if questions++; questions < 2 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		answer(w, `{"authorization_code":"code","code_challenge":"c","code_verifier":"v"}`)
	})
	mux.HandleFunc("GET /wham/tasks/{id}", func(w http.ResponseWriter, r *http.Request) {
		diff, ok := taskDiffs[r.PathValue("id")]
		switch {
		case r.Header.Get("Authorization") != "Bearer "+issuedAccess || r.Header.Get("chatgpt-account-id") != issuedAccount:
			http.Error(w, "who are you?", http.StatusUnauthorized)
		case !ok:
			http.Error(w, "no such task for "+issuedAccess, http.StatusNotFound)
		default:
			answer(w, `{"current_diff_task_turn":{"output_items":[{"type":"message"},{"type":"pr","output_diff":{"diff":%q}}]}}`, diff)
		}
	})
	return httptest.NewServer(mux)
}

// taskDiffs are what the tasks in the cloud have made, by their ids.
var taskDiffs = map[string]string{
	"fits":    "diff --git a/f.txt b/f.txt\n--- a/f.txt\n+++ b/f.txt\n@@ -1 +1 @@\n-one\n+two\n",
	"misfits": "diff --git a/f.txt b/f.txt\n--- a/f.txt\n+++ b/f.txt\n@@ -1 +1 @@\n-three\n+two\n",
	"nothing": "",
}

// TestLoginInTheBrowser signs in as a user does, whose browser gets its last
// page before the program ends. The account takes the place of a key.
func TestLoginInTheBrowser(t *testing.T) {
	t.Parallel()
	issuer := fakeIssuer()
	t.Cleanup(issuer.Close)
	home := t.TempDir()
	path := filepath.Join(home, auth.FileName)
	if err := os.WriteFile(path, []byte(`{"OPENAI_API_KEY":"sk-before"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	m := auth.NewManager(auth.Options{Home: home})
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	type visit struct {
		status int
		page   string
		err    error
	}
	visited := make(chan visit, 1)
	f := &loginFlags{issuer: issuer.URL, port: login.AnyPort, open: func(ctx context.Context, address string) {
		go func() {
			status, page, err := browse(ctx, address)
			visited <- visit{status, page, err}
		}()
	}}
	var out strings.Builder
	if err := f.loginBrowser(t.Context(), session{auth: m}, &out); err != nil {
		t.Fatal(err)
	}
	v := <-visited
	if v.err != nil || v.status != http.StatusOK || !strings.Contains(v.page, "Signed in to Codex") {
		t.Errorf("the browser ended with status %d, %v and the page %q", v.status, v.err, v.page)
	}
	if !strings.HasSuffix(out.String(), "\nSuccessfully logged in\n") {
		t.Errorf("told the user %q", out.String())
	}
	for _, secret := range []string{issuedAccess, issuedRefresh} {
		if strings.Contains(out.String()+v.page, secret) {
			t.Errorf("%s was shown", secret)
		}
	}
	stored, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(stored), issuedRefresh) || strings.Contains(string(stored), "sk-before") {
		t.Errorf("stored %q, %v", stored, err)
	}
}

// TestLoginInTheBrowserEnds ends logins of a user who is signed in already, in
// every way but a success. What was stored stays.
func TestLoginInTheBrowserEnds(t *testing.T) {
	t.Parallel()
	issuer := fakeIssuer()
	t.Cleanup(issuer.Close)
	foreign := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(foreign.Close)
	const before = `{"OPENAI_API_KEY":"sk-before"}`
	for _, test := range []struct {
		name string
		port int
		open func(cancel func(), address string) // the browser
		want string
	}{
		{"refused", login.AnyPort, func(_ func(), address string) {
			// What becomes of the page shows in the outcome.
			_, _, _ = browseWith(t.Context(), address, url.Values{"error": {"access_denied"}, "error_description": {"Not you"}})
		}, "the issuer refused the login: Not you (access_denied)"},
		{"interrupted", login.AnyPort, func(cancel func(), _ string) { cancel() }, "context canceled"},
		{"another login", login.AnyPort, func(_ func(), address string) {
			parsed, err := url.Parse(address)
			if err != nil {
				t.Error(err)
			}
			back, err := url.Parse(parsed.Query().Get("redirect_uri"))
			if err != nil {
				t.Error(err)
			}
			// It asks for the port, as the other one does.
			if response, err := http.Get("http://127.0.0.1:" + back.Port() + "/cancel"); err == nil {
				response.Body.Close()
			}
		}, login.ErrEvicted.Error()},
		{"busy port", foreign.Listener.Addr().(*net.TCPAddr).Port, func(func(), string) {
			t.Error("a browser was opened")
		}, "address already in use"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			path := filepath.Join(home, auth.FileName)
			if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
				t.Fatal(err)
			}
			m := auth.NewManager(auth.Options{Home: home})
			t.Cleanup(func() {
				if err := m.Close(context.Background()); err != nil {
					t.Error(err)
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var browsers sync.WaitGroup
			defer browsers.Wait()
			f := &loginFlags{issuer: issuer.URL, port: test.port, open: func(_ context.Context, address string) {
				browsers.Go(func() { test.open(cancel, address) })
			}}
			var out strings.Builder
			if err := f.loginBrowser(ctx, session{auth: m}, &out); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if strings.Contains(out.String(), "Successfully") {
				t.Errorf("told the user %q", out.String())
			}
			if stored, err := os.ReadFile(path); err != nil || string(stored) != before {
				t.Errorf("stored %q, %v", stored, err)
			}
			if credential, ok, err := m.Token(t.Context()); !ok || err != nil || credential.Bearer != "sk-before" {
				t.Errorf("signed in: %t, %v", ok, err)
			}
		})
	}
}

// browse comes back from the issuer with a code and follows where it leads.
func browse(ctx context.Context, address string) (status int, page string, err error) {
	return browseWith(ctx, address, url.Values{"code": {"code"}})
}

// browseWith comes back with an answer.
func browseWith(ctx context.Context, address string, answer url.Values) (status int, page string, err error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return 0, "", err
	}
	asked := parsed.Query()
	answer.Set("state", asked.Get("state"))
	back := asked.Get("redirect_uri") + "?" + answer.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, back, nil)
	if err != nil {
		return 0, "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, string(content), err
}
