package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"golang.org/x/oauth2"

	"github.com/codex-go/codex/utils/atomicfile"
)

// FileName is the name of the file with the credentials in the home folder.
const FileName = "mcp_credentials.json"

// Bounds of refreshing.
const (
	// margin is how long before its end a token is refreshed. It is short, as
	// some servers give tokens for a minute.
	margin = 10 * time.Second
	// refreshLimit bounds a refresh.
	refreshLimit = 30 * time.Second
	// refreshGrace is how long a refresh goes on that nobody waits for any more.
	// A server may count the old refresh token as used once it has been asked.
	refreshGrace = 5 * time.Second
)

// ErrSignIn is matched by the error for credentials that are of no use any
// more: the user has to sign in again.
var ErrSignIn = errors.New("sign in again with \"codex mcp login\"")

// Store keeps the credentials of servers in a file. The zero value is not
// usable.
type Store struct {
	path   string
	client *http.Client
}

// NewStore returns the store in a file, which need not exist. client talks to
// authorization servers; nil is [http.DefaultClient].
func NewStore(path string, client *http.Client) *Store {
	if client == nil {
		client = http.DefaultClient
	}
	return &Store{path: path, client: client}
}

// file is the content of the file.
type file struct {
	Servers map[string]*credentials `json:"servers"` // by the address of the server
}

// credentials are what a server has given to its client.
type credentials struct {
	ClientID     string           `json:"client_id"`
	ClientSecret string           `json:"client_secret,omitempty"`
	TokenURL     string           `json:"token_url"`
	AuthStyle    oauth2.AuthStyle `json:"auth_style,omitempty"`
	Resource     string           `json:"resource,omitempty"` // that the tokens are for, as the server calls itself
	Scopes       []string         `json:"scopes,omitempty"`
	AccessToken  string           `json:"access_token"`
	RefreshToken string           `json:"refresh_token,omitempty"`
	Expiry       time.Time        `json:"expiry,omitzero"` // zero: never
}

// lasts reports whether the access token can be used for some time more, as far
// as anybody knows.
func (c *credentials) lasts(some time.Duration) bool {
	return c.AccessToken != "" && (c.Expiry.IsZero() || time.Until(c.Expiry) > some)
}

// fresh reports whether the access token should be used rather than refreshed.
func (c *credentials) fresh(refused string) bool {
	return c.AccessToken != refused && c.lasts(margin)
}

// read returns the content of the file, which may be missing.
func (s *Store) read() (*file, error) {
	text, err := os.ReadFile(s.path)
	f := &file{Servers: map[string]*credentials{}}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return f, nil
	case err != nil:
		return nil, fmt.Errorf("read MCP credentials: %w", err)
	}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("read MCP credentials: %s is damaged", s.path) // the cause would quote it
	}
	for address, c := range f.Servers {
		if c == nil {
			delete(f.Servers, address)
		}
	}
	return f, nil
}

// change changes the file while nobody else does. It is not written when do
// returns false or an error.
func (s *Store) change(ctx context.Context, do func(*file) (bool, error)) (err error) {
	unlock, err := atomicfile.Lock(ctx, s.path+".lock")
	if err != nil {
		return fmt.Errorf("lock MCP credentials: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	f, err := s.read()
	if err != nil {
		return err
	}
	changed, err := do(f)
	if err != nil || !changed {
		return err
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("write MCP credentials: %w", err)
	}
	if err := atomicfile.Replace(s.path, append(text, '\n'), atomicfile.Options{}); err != nil {
		return fmt.Errorf("write MCP credentials: %w", err)
	}
	return nil
}

// save stores the credentials of a server.
func (s *Store) save(ctx context.Context, address string, c *credentials) error {
	return s.change(ctx, func(f *file) (bool, error) {
		f.Servers[address] = c
		return true, nil
	})
}

// Remove forgets the credentials of a server and reports whether there were
// some.
func (s *Store) Remove(ctx context.Context, address string) (removed bool, err error) {
	f, err := s.read()
	if err != nil || f.Servers[address] == nil {
		return false, err // and no lock is left where nobody has ever signed in
	}
	err = s.change(ctx, func(f *file) (bool, error) {
		_, removed = f.Servers[address]
		delete(f.Servers, address)
		return removed, nil
	})
	return removed && err == nil, err
}

// Token returns the access token of a server, refreshed if need be, or "" when
// the user has not signed in. refused is a token that the server has just
// refused, which is never returned, or "". The error matches [ErrSignIn] when
// signing in again would help. A refresh that has begun goes on for a few
// seconds when ctx ends, lest its outcome be lost.
func (s *Store) Token(ctx context.Context, address, refused string) (string, error) {
	f, err := s.read()
	if err != nil {
		return "", err
	}
	c, ok := f.Servers[address]
	if !ok {
		return "", nil
	}
	if c.fresh(refused) {
		return c.AccessToken, nil
	}
	token := ""
	err = s.change(ctx, func(f *file) (bool, error) {
		c, ok := f.Servers[address] // somebody else may have refreshed it
		if !ok || c.fresh(refused) {
			if ok {
				token = c.AccessToken
			}
			return false, nil
		}
		err := s.refresh(ctx, c)
		if err != nil && (c.AccessToken == refused || !c.lasts(0)) {
			return false, err
		}
		token = c.AccessToken // the old one will do for the moment
		return err == nil, nil
	})
	return token, err
}

// refresh gets a new access token.
func (s *Store) refresh(ctx context.Context, c *credentials) error {
	if c.RefreshToken == "" {
		if c.lasts(0) {
			return fmt.Errorf("the server refused the access token: %w", ErrSignIn)
		}
		return fmt.Errorf("the access token has expired: %w", ErrSignIn)
	}
	ctx, cancel := outlasting(ctx)
	defer cancel()
	config := &oauth2.Config{
		ClientID:     c.ClientID,
		ClientSecret: c.ClientSecret,
		Endpoint:     oauth2.Endpoint{TokenURL: c.TokenURL, AuthStyle: c.AuthStyle},
		Scopes:       c.Scopes,
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, withResource(s.client, c.Resource))
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: c.RefreshToken}).Token()
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("refresh the access token: %w", plain(err))
	}
	c.AccessToken, c.Expiry = token.AccessToken, token.Expiry
	if token.RefreshToken != "" {
		c.RefreshToken = token.RefreshToken
	}
	return nil
}

// outlasting returns the context of a refresh, which ends some time after its
// parent, and after refreshLimit in any case.
func outlasting(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(parent), refreshLimit, errRefreshTime)
	stop := context.AfterFunc(parent, func() {
		timer := time.NewTimer(refreshGrace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

// errRefreshTime is why a refresh ends that takes too long.
var errRefreshTime = fmt.Errorf("no answer within %s", refreshLimit)

// plain returns an error of the OAuth library without what the server said, in
// which there may be tokens.
func plain(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return withoutAddress(err)
	}
	if refused.ErrorCode == "invalid_grant" || refused.ErrorCode == "invalid_client" {
		return fmt.Errorf("the server answered %s: %w", refused.ErrorCode, ErrSignIn)
	}
	status := 0
	if refused.Response != nil {
		status = refused.Response.StatusCode
	}
	return fmt.Errorf("the server answered with status %d %s", status, refused.ErrorCode)
}
