package auth

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func bearer(t *testing.T, m *Manager) string {
	t.Helper()
	credential, ok, err := m.Token(t.Context())
	if err != nil || !ok {
		t.Fatalf("no token: %t, %v", ok, err)
	}
	return credential.Bearer
}

func TestTokenRefreshesWhatIsOldOrEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		access  string
		age     time.Duration // since the last refresh; negative for an unknown one
		refresh bool
	}{
		{name: "new", access: "opaque", age: time.Hour},
		{name: "28 days", access: "opaque", age: oldAge},
		{name: "more than 28 days", access: "opaque", age: oldAge + time.Second, refresh: true},
		{name: "no last refresh", access: "opaque", age: -1},
		{name: "ends later", access: accessToken(t, "a", start.Add(expiryMargin+time.Minute)), age: time.Hour},
		{name: "ends soon", access: accessToken(t, "a", start.Add(expiryMargin)), age: time.Hour, refresh: true},
		{name: "has ended", access: accessToken(t, "a", start.Add(-time.Hour)), age: time.Hour, refresh: true},
		{name: "has ended, no last refresh", access: accessToken(t, "a", start.Add(-time.Hour)), age: -1, refresh: true},
		{name: "short life", access: accessToken(t, "a", start.Add(time.Minute)), age: time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			r := signedIn(t, "acct")
			r.tokens.access = test.access
			r.lastRefresh = start.Add(-test.age)
			if test.age < 0 {
				r.lastRefresh = time.Time{}
			}
			store(t, home, r)
			i := newIssuer(t, renew(t, "acct"))
			m := i.manager(t, home, &clock{now: start})
			want, requests := test.access, 0
			if test.refresh {
				want, requests = "access-new-1", 1
			}
			if got := bearer(t, m); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := i.count(); got != requests {
				t.Errorf("%d requests, want %d", got, requests)
			}
		})
	}
}

func TestRefreshOnTheWire(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	id := idToken(t, "acct")
	i := newIssuer(t, func(_ int, w http.ResponseWriter) {
		_, _ = fmt.Fprintf(w, `{"id_token":%q,"access_token":"access-new"}`, id) // the client sees a failure
	})
	m := i.manager(t, home, &clock{now: start})
	if err := m.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`{"client_id":"app_EMoamEEZ73f0CkXaXp7hrann","grant_type":"refresh_token",` +
		`"refresh_token":"refresh-old","scope":"openid profile email"}`}, i.bodies); diff != "" {
		t.Error(diff)
	}
	header := i.requests[0].Header
	if got := header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type %q", got)
	}
	if got := header.Get("originator"); got != "codex_cli_rs" {
		t.Errorf("originator %q", got)
	}
	if got := header.Get("User-Agent"); !strings.HasPrefix(got, "codex_cli_rs/0.44.0 (") {
		t.Errorf("user agent %q", got)
	}
	want := strings.Join([]string{
		`{`,
		`  "OPENAI_API_KEY": null,`,
		`  "tokens": {`,
		`    "id_token": "` + id + `",`,
		`    "access_token": "access-new",`,
		`    "refresh_token": "refresh-old",`,
		`    "account_id": "acct"`,
		`  },`,
		`  "last_refresh": "2025-10-01T12:00:00Z"`,
		`}`,
	}, "\n")
	if diff := cmp.Diff(want, stored(t, home)); diff != "" {
		t.Error(diff)
	}
	if got := bearer(t, m); got != "access-new" {
		t.Errorf("got %s", got)
	}
}

func TestRefreshWithoutTokens(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, renew(t, "acct"))
	nobody := i.manager(t, t.TempDir(), &clock{now: start})
	if err := nobody.Refresh(t.Context()); err != nil {
		t.Errorf("nobody: %v", err)
	}
	home := t.TempDir()
	storeText(t, home, `{"OPENAI_API_KEY":"sk"}`)
	if err := i.manager(t, home, &clock{now: start}).Refresh(t.Context()); !errors.Is(err, ErrNoTokens) {
		t.Errorf("key: got %v, want %v", err, ErrNoTokens)
	}
	if err := NewManager(Options{Home: home, APIKeyOverride: "sk"}).Refresh(t.Context()); !errors.Is(err, ErrNoTokens) {
		t.Errorf("override: got %v, want %v", err, ErrNoTokens)
	}
	if i.count() != 0 {
		t.Errorf("%d requests", i.count())
	}
}

func TestRefreshAdoptsNewerTokensOfTheSameAccount(t *testing.T) {
	t.Parallel()
	newer := func(account string) *record {
		r := signedIn(t, account)
		r.tokens.access, r.tokens.refresh = "access-other", "refresh-other"
		r.lastRefresh = start.Add(-time.Minute)
		return r
	}
	sameRefreshToken := newer("acct")
	sameRefreshToken.tokens.refresh = "refresh-old"
	older := newer("acct")
	older.lastRefresh = start.Add(-2 * time.Hour)
	key := "sk"
	withKey := newer("acct")
	withKey.apiKey = &key
	for _, test := range []struct {
		name      string
		file      *record // what another program stored; nil for a logout
		want      string
		untouched bool // whether the file stays as it is
	}{
		{"newer tokens", newer("acct"), "access-other", true},
		{"newer tokens, same refresh token", sameRefreshToken, "access-other", true},
		{"older tokens", older, "access-new-1", true},
		{"another account", newer("other"), "access-new-1", true},
		{"a key", &record{apiKey: &key}, "access-new-1", true},
		{"a key beside tokens", withKey, "access-new-1", true},
		{"the same tokens", signedIn(t, "acct"), "access-new-1", false},
		{"logged out", nil, "access-new-1", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			store(t, home, signedIn(t, "acct"))
			i := newIssuer(t, renew(t, "acct"))
			m := i.manager(t, home, &clock{now: start})
			if got := bearer(t, m); got != "access-old" {
				t.Fatalf("got %s", got)
			}
			before := ""
			if test.file == nil {
				if err := os.Remove(filepath.Join(home, FileName)); err != nil {
					t.Fatal(err)
				}
			} else {
				store(t, home, test.file)
				before = stored(t, home)
			}
			if err := m.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := bearer(t, m); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if auth, _ := m.Snapshot(); auth.AccountID != "acct" {
				t.Errorf("the account became %q", auth.AccountID)
			}
			if test.file == nil {
				if _, err := os.Stat(filepath.Join(home, FileName)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the file is back: %v", err)
				}
				return
			}
			if untouched := stored(t, home) == before; untouched != test.untouched {
				t.Errorf("untouched is %t", untouched)
			}
		})
	}
}

func TestRefreshFindsTheFileChangedWhenItIsDone(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	i := newIssuer(t, renew(t, "acct"))
	i.arrived, i.proceed = make(chan struct{}), make(chan struct{})
	m := i.manager(t, home, &clock{now: start})
	done := make(chan error, 1)
	go func() { done <- m.Refresh(t.Context()) }()
	<-i.arrived
	// A program that knows nothing of locks refreshes at the same time.
	other := signedIn(t, "acct")
	other.tokens.access, other.tokens.refresh, other.lastRefresh = "access-other", "refresh-other", start.Add(time.Second)
	store(t, home, other)
	i.proceed <- struct{}{}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := bearer(t, m); got != "access-other" {
		t.Errorf("got %s", got)
	}
}

func TestRefreshRefusesAnotherAccount(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	before := stored(t, home)
	i := newIssuer(t, renew(t, "other"))
	m := i.manager(t, home, &clock{now: start})
	for range 2 {
		var refusal *RefreshError
		if err := m.Refresh(t.Context()); !errors.Is(err, ErrAccountMismatch) || !errors.As(err, &refusal) || !refusal.Permanent {
			t.Errorf("got %v, want %v", err, ErrAccountMismatch)
		}
	}
	if diff := cmp.Diff(before, stored(t, home)); diff != "" {
		t.Error(diff)
	}
	if got := bearer(t, m); got != "access-old" {
		t.Errorf("got %s", got)
	}
	if i.count() != 1 {
		t.Errorf("%d requests, want 1", i.count())
	}
}

func TestRefreshFailures(t *testing.T) {
	t.Parallel()
	answer := func(body string) func(int, http.ResponseWriter) {
		return func(_ int, w http.ResponseWriter) { _, _ = w.Write([]byte(body)) } // the client sees a failure
	}
	for _, test := range []struct {
		name      string
		answer    func(int, http.ResponseWriter)
		status    int
		permanent bool
	}{
		{"bad request", refuse(400), 400, true},
		{"unauthorized", refuse(401), 401, true},
		{"forbidden", refuse(403), 403, true},
		{"time-out of the service", refuse(408), 408, false},
		{"too many requests", refuse(429), 429, false},
		{"trouble of the service", refuse(500), 500, false},
		{"redirect", func(_ int, w http.ResponseWriter) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, 307, false},
		{"not JSON", answer("refresh-old"), 0, false},
		{"no id token", answer(`{"access_token":"x"}`), 0, false},
		{"malformed id token", answer(`{"id_token":"refresh-old"}`), 0, false},
		{"no answer", func(int, http.ResponseWriter) { panic(http.ErrAbortHandler) }, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			store(t, home, signedIn(t, "acct"))
			before := stored(t, home)
			i := newIssuer(t, test.answer)
			c := &clock{now: start}
			m := i.manager(t, home, c)
			var refusal *RefreshError
			if err := m.Refresh(t.Context()); !errors.As(err, &refusal) {
				t.Fatalf("got %v", err)
			}
			if refusal.Status != test.status || refusal.Permanent != test.permanent {
				t.Errorf("status %d, permanent %t", refusal.Status, refusal.Permanent)
			}
			if diff := cmp.Diff(before, stored(t, home)); diff != "" {
				t.Error(diff)
			}
			// In the pause nobody is asked again.
			if err := m.Refresh(t.Context()); !errors.As(err, &refusal) {
				t.Errorf("got %v", err)
			}
			requests := 1
			if got := i.count(); got != requests {
				t.Errorf("%d requests, want %d", got, requests)
			}
			c.Add(shortestPause)
			if !test.permanent {
				requests++
			}
			if err := m.Refresh(t.Context()); !errors.As(err, &refusal) {
				t.Errorf("got %v", err)
			}
			if got := i.count(); got != requests {
				t.Errorf("after the pause: %d requests, want %d", got, requests)
			}
			// The second pause is twice as long.
			c.Add(shortestPause)
			if err := m.Refresh(t.Context()); !errors.As(err, &refusal) {
				t.Errorf("got %v", err)
			}
			if got := i.count(); got != requests {
				t.Errorf("in the second pause: %d requests, want %d", got, requests)
			}
		})
	}
}

func TestANewLoginEndsThePause(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	good := renew(t, "acct")
	i := newIssuer(t, func(n int, w http.ResponseWriter) {
		if n == 1 {
			refuse(400)(n, w)
			return
		}
		good(n, w)
	})
	c := &clock{now: start}
	m := i.manager(t, home, c)
	if err := m.Refresh(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if err := m.LoginChatGPT(t.Context(), Tokens{ID: idToken(t, "acct"), Access: "access-login", Refresh: "refresh-login"}); err != nil {
		t.Fatal(err)
	}
	c.Add(time.Minute)
	if err := m.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	if got := bearer(t, m); got != "access-new-2" {
		t.Errorf("got %s", got)
	}
}

func TestTokenWhenTheRefreshFails(t *testing.T) {
	t.Parallel()
	valid := accessToken(t, "a", start.Add(time.Minute))
	for _, test := range []struct {
		name, access, want string
	}{
		{"still valid", valid, valid},
		{"has ended", accessToken(t, "a", start.Add(-time.Minute)), ""},
		{"nobody knows", "opaque", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			r := signedIn(t, "acct")
			r.tokens.access, r.lastRefresh = test.access, start.Add(-2*oldAge)
			store(t, home, r)
			m := newIssuer(t, refuse(503)).manager(t, home, &clock{now: start})
			credential, ok, err := m.Token(t.Context())
			if credential.Bearer != test.want || ok != (test.want != "") || (err == nil) != ok {
				t.Errorf("ok %t, error %v", ok, err)
			}
		})
	}
}
