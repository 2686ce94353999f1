package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/clientid"
)

func TestMain(m *testing.M) {
	if home := os.Getenv(processHome); home != "" {
		refreshInAnotherProcess(home)
		return
	}
	goleak.VerifyTestMain(m)
}

// start is the time of most tests.
var start = time.Date(2025, 10, 1, 12, 0, 0, 0, time.UTC)

// claimsOf is the payload of a token.
type claimsOf map[string]any

// jwt returns a token with this payload and no valid signature.
func jwt(t testing.TB, payload claimsOf) string {
	t.Helper()
	content, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(content) + ".c2ln"
}

// idToken returns an id token of an account.
func idToken(t testing.TB, account string) string {
	return jwt(t, claimsOf{
		"email":     account + "@example.com",
		openAIClaim: claimsOf{"chatgpt_account_id": account, "chatgpt_plan_type": "pro"},
	})
}

// accessToken returns an access token that ends at a time.
func accessToken(t testing.TB, name string, expires time.Time) string {
	return jwt(t, claimsOf{"name": name, "exp": expires.Unix()})
}

// signedIn is the record of an account whose tokens are new.
func signedIn(t testing.TB, account string) *record {
	id := idToken(t, account)
	claims, err := ParseClaims(id)
	if err != nil {
		t.Fatal(err)
	}
	return &record{
		tokens: &tokenSet{
			id: id, access: "access-old", refresh: "refresh-old", accountID: account, claims: claims,
		},
		lastRefresh: start.Add(-time.Hour),
	}
}

// store writes auth.json.
func store(t testing.TB, home string, r *record) {
	t.Helper()
	content, err := r.encode()
	if err != nil {
		t.Fatal(err)
	}
	storeText(t, home, string(content))
}

func storeText(t testing.TB, home, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(home, FileName), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// stored reads auth.json.
func stored(t testing.TB, home string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(home, FileName))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// issuer is a token endpoint. Its fields are set before the first request.
type issuer struct {
	*httptest.Server
	// answer makes the response to the n-th request, counted from 1.
	answer func(n int, w http.ResponseWriter)
	// arrived, when not nil, gets a value for each request, which then waits
	// for one from proceed.
	arrived chan struct{}
	proceed chan struct{}

	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func newIssuer(t testing.TB, answer func(n int, w http.ResponseWriter)) *issuer {
	i := &issuer{answer: answer}
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	i.mu.Lock()
	i.requests, i.bodies = append(i.requests, r), append(i.bodies, string(body))
	n := len(i.requests)
	i.mu.Unlock()
	if i.arrived != nil {
		i.arrived <- struct{}{}
		select {
		case <-i.proceed:
		case <-r.Context().Done():
			return
		}
	}
	i.answer(n, w)
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.requests)
}

// renew answers with new tokens of an account, numbered by request.
func renew(t testing.TB, account string) func(n int, w http.ResponseWriter) {
	id := idToken(t, account)
	return func(n int, w http.ResponseWriter) {
		var b bytes.Buffer
		fmt.Fprintf(&b, `{"id_token":%q,"access_token":"access-new-%d","refresh_token":"refresh-new-%d"}`, id, n, n)
		_, _ = w.Write(b.Bytes()) // the client sees a failure
	}
}

// refuse answers with a status and a body that repeats secrets.
func refuse(status int) func(n int, w http.ResponseWriter) {
	return func(_ int, w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error":"refresh-old"}`) // the client sees a failure
	}
}

// manager returns a manager that asks an issuer and tells a clock's time.
func (i *issuer) manager(t testing.TB, home string, c *clock) *Manager {
	m := NewManager(Options{
		Home: home, HTTPClient: i.Client(), TokenURL: i.URL, Now: c.Now,
		Identity: clientid.New(clientid.Options{}),
	})
	t.Cleanup(func() {
		if err := m.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return m
}
