package oauth

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
	"golang.org/x/oauth2"
)

// ErrNotWanted means that a server answers without credentials.
var ErrNotWanted = errors.New("the server does not want a sign-in")

// LoginOptions say where and how a user signs in.
type LoginOptions struct {
	// URL is the address of the MCP server. Required.
	URL string
	// Store keeps the credentials. Required.
	Store *Store
	// Show is given the address of the page where the user signs in. It must not
	// block. Required.
	Show func(address string)
	// ClientName is what the page calls this program. Empty: Codex.
	ClientName string
}

// callbackPath is where the page of the authorization server leads to.
const callbackPath = "/callback"

// Login signs a user in to an MCP server and stores the credentials. It waits
// for the user until ctx ends.
func Login(ctx context.Context, o LoginOptions) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("wait for the browser: %w", err)
	}
	answers := newCallback(listener)
	defer answers.close()
	redirect := "http://" + listener.Addr().String() + callbackPath

	// The handler makes the token source last, when it knows everything.
	var granted *credentials
	resource := ""
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{
				ClientName:              clientName(o.ClientName),
				RedirectURIs:            []string{redirect},
				GrantTypes:              []string{"authorization_code", "refresh_token"},
				ResponseTypes:           []string{"code"},
				TokenEndpointAuthMethod: "none",
			},
		},
		RequestRefreshToken:   true,
		AcceptUnadvertisedIss: true,
		Client:                o.Store.client,
		AuthorizationCodeFetcher: func(ctx context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
			page, err := url.Parse(args.URL)
			if err != nil {
				return nil, fmt.Errorf("address of the page: %w", withoutAddress(err))
			}
			resource = page.Query().Get("resource")
			answers.expect(page.Query().Get("state"))
			o.Show(args.URL)
			return answers.wait(ctx)
		},
		NewTokenSource: func(ctx context.Context, c *oauth2.Config, t *oauth2.Token) (oauth2.TokenSource, error) {
			granted = &credentials{
				ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: c.Endpoint.TokenURL, AuthStyle: c.Endpoint.AuthStyle,
				Resource: resource, Scopes: c.Scopes, AccessToken: t.AccessToken, RefreshToken: t.RefreshToken, Expiry: t.Expiry,
			}
			return c.TokenSource(ctx, t), nil
		},
	})
	if err != nil {
		return fmt.Errorf("prepare the sign-in: %w", err)
	}
	request, challenge, err := knock(ctx, o.Store.client, o.URL)
	if err != nil {
		return err
	}
	if err := handler.Authorize(ctx, request, challenge); err != nil {
		return fmt.Errorf("sign in: %w", withoutSecrets(plain(err), request.URL))
	}
	if granted == nil {
		return errors.New("sign in: the server gave no token")
	}
	return o.Store.save(ctx, o.URL, granted)
}

func clientName(name string) string {
	if name == "" {
		return "Codex"
	}
	return name
}

// knock asks a server for something without credentials and returns its
// refusal, which says where to sign in. The caller closes the body.
func knock(ctx context.Context, client *http.Client, address string) (*http.Request, *http.Response, error) {
	body := []byte(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},` +
		`"clientInfo":{"name":"codex-mcp-client","version":"0"}}}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("reach the server: %w", withoutAddress(err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	resp, err := client.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("reach the server: %w", withoutAddress(err))
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return req, resp, nil
	case resp.StatusCode < http.StatusBadRequest:
		err = ErrNotWanted
	default:
		err = fmt.Errorf("reach the server: status %s", resp.Status)
	}
	return nil, nil, errors.Join(err, resp.Body.Close())
}

// withoutAddress returns the cause of an error of a request alone: addresses may
// have secrets in them.
func withoutAddress(err error) error {
	var address *url.Error
	if errors.As(err, &address) {
		return address.Err
	}
	return err
}

// maxErrorText bounds the text of an error, in bytes: the library quotes whole
// pages.
const maxErrorText = 1 << 10

// shortestSecret is the length of the shortest text that is taken for a secret,
// in bytes: shorter ones are found everywhere.
const shortestSecret = 6

// withoutSecrets returns an error without what may be secret in the address of
// the server, from which the addresses of its metadata are made, and not longer
// than people read.
func withoutSecrets(err error, address *url.URL) error {
	text := err.Error()
	hide := func(secret, with string) {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, with)
		}
	}
	hide(address.RawQuery, "...")
	if address.User != nil {
		hide(address.User.String()+"@", "")
	}
	// A server may repeat them in other forms.
	for _, values := range address.Query() {
		for _, value := range values {
			if len(value) >= shortestSecret {
				hide(value, "...")
			}
		}
	}
	if password, ok := address.User.Password(); ok {
		hide(base64.StdEncoding.EncodeToString([]byte(address.User.Username()+":"+password)), "...")
		if len(password) >= shortestSecret {
			hide(password, "...")
		}
	}
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "") + "..."
	}
	if text == err.Error() {
		return err
	}
	return &hiddenError{text: text, err: err}
}

// hiddenError is an error with another text.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.err }

// callback is the server that the user's browser is sent back to.
type callback struct {
	server *http.Server
	done   chan struct{} // closed when the server has ended
	answer chan *auth.AuthorizationResult
	failed chan error

	mu    sync.Mutex
	state string // of the answer that is waited for; "" while none is
}

func newCallback(l net.Listener) *callback {
	c := &callback{done: make(chan struct{}), answer: make(chan *auth.AuthorizationResult, 1), failed: make(chan error, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+callbackPath, c.serve)
	c.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(c.done)
		_ = c.server.Serve(l) // ends with close
	}()
	return c
}

// expect names the answer that counts.
func (c *callback) expect(state string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = state
}

// serve takes the answer of the authorization server, the first that was
// expected. Others are refused, so that no page can spoil the sign-in.
func (c *callback) serve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Referrer-Policy", "no-referrer")
	c.mu.Lock()
	expected := c.state != "" && q.Get("state") == c.state
	if expected {
		c.state = ""
	}
	c.mu.Unlock()
	switch {
	case !expected:
		http.Error(w, "Nobody waits for this answer.", http.StatusBadRequest)
	case q.Get("code") == "":
		c.failed <- fmt.Errorf("the authorization server answered %q", q.Get("error"))
		fmt.Fprintln(w, "The sign-in failed. You can close this page.")
	default:
		c.answer <- &auth.AuthorizationResult{Code: q.Get("code"), State: q.Get("state"), Iss: q.Get("iss")}
		fmt.Fprintln(w, "You are signed in. You can close this page.")
	}
}

// wait returns the answer.
func (c *callback) wait(ctx context.Context) (*auth.AuthorizationResult, error) {
	select {
	case answer := <-c.answer:
		return answer, nil
	case err := <-c.failed:
		return nil, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// close ends the server, once it has sent what it has to say.
func (c *callback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if c.server.Shutdown(ctx) != nil {
		_ = c.server.Close()
	}
	<-c.done
}
