package oauth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// signedIn returns a store with the credentials of a server, as change leaves
// them.
func signedIn(t *testing.T, f *fakeServer, change func(*credentials)) (s *Store, address string) {
	t.Helper()
	s, address = newStore(t), f.URL+"/mcp"
	c := &credentials{
		ClientID: "client-1", TokenURL: f.URL + "/token", AuthStyle: oauth2.AuthStyleInParams,
		AccessToken: "access-0", RefreshToken: "refresh-0", Expiry: time.Now().Add(time.Hour),
	}
	change(c)
	if err := s.save(t.Context(), address, c); err != nil {
		t.Fatal(err)
	}
	return s, address
}

func TestToken(t *testing.T) {
	t.Parallel()
	const nearEnd = margin / 2
	tests := []struct {
		name    string
		change  func(*credentials)
		refuse  string // what the token endpoint answers
		refused string // the token that the server has refused
		want    string
		signIn  bool // the error says to sign in again
		asked   int  // requests for tokens
	}{
		{"fresh", func(*credentials) {}, "", "", "access-0", false, 0},
		{"refused before its end", func(*credentials) {}, "", "access-0", "access-1", false, 1},
		{"refused, without an end", func(c *credentials) { c.Expiry = time.Time{} }, "", "access-0", "access-1", false, 1},
		{"an older one was refused", func(*credentials) {}, "", "access-old", "access-0", false, 0},
		{"refused and no way on", func(c *credentials) { c.RefreshToken = "" }, "", "access-0", "", true, 0},
		{"refused twice", func(*credentials) {}, "invalid_grant", "access-0", "", true, 1},
		{"refused while there is trouble", func(*credentials) {}, "server_error", "access-0", "", false, 1},
		{"near its end", func(c *credentials) { c.Expiry = time.Now().Add(nearEnd) }, "", "", "access-1", false, 1},
		{"near its end, trouble", func(c *credentials) { c.Expiry = time.Now().Add(nearEnd) }, "server_error", "", "access-0", false, 1},
		{"near its end and no way on", func(c *credentials) { c.Expiry, c.RefreshToken = time.Now().Add(nearEnd), "" }, "", "", "access-0", false, 0},
		{"for a minute", func(c *credentials) { c.Expiry = time.Now().Add(55 * time.Second) }, "", "", "access-0", false, 0},
		{"past its end", func(c *credentials) { c.Expiry = time.Now().Add(-time.Second) }, "server_error", "", "", false, 1},
		{"past its end and no way on", func(c *credentials) { c.Expiry, c.RefreshToken = time.Now().Add(-time.Second), "" }, "", "", "", true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeServer(t)
			f.refuse = tt.refuse
			s, address := signedIn(t, f, tt.change)
			token, err := s.Token(t.Context(), address, tt.refused)
			if token != tt.want || (err == nil) != (tt.want != "") || errors.Is(err, ErrSignIn) != tt.signIn {
				t.Errorf("token %q, %v", token, err)
			}
			if err != nil && strings.Contains(err.Error(), "-0") {
				t.Errorf("the error shows a token: %v", err)
			}
			if len(f.tokens) != tt.asked {
				t.Errorf("%d requests for tokens, want %d", len(f.tokens), tt.asked)
			}
		})
	}
}

// cancelling is a transport that calls a function when a request is on its way.
type cancelling struct {
	http.RoundTripper
	sent func()
}

func (c *cancelling) RoundTrip(r *http.Request) (*http.Response, error) {
	c.sent()
	return c.RoundTripper.RoundTrip(r)
}

// TestRefreshOutlastsItsCaller checks that a refresh token which the server
// counts as used is not lost with the one who wanted the access token.
func TestRefreshOutlastsItsCaller(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t)
	s, address := signedIn(t, f, func(c *credentials) { c.Expiry = time.Now() })
	ctx, cancel := context.WithCancel(t.Context())
	s.client.Transport = &cancelling{s.client.Transport, cancel}
	if token, err := s.Token(ctx, address, ""); token != "access-1" || err != nil {
		t.Errorf("token %q, %v", token, err)
	}
	stored, err := s.read()
	if err != nil {
		t.Fatal(err)
	}
	if c := stored.Servers[address]; c.AccessToken != "access-1" || c.RefreshToken != "refresh-1" {
		t.Errorf("stored %q, %q", c.AccessToken, c.RefreshToken)
	}
}
