package login

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/internal/outage"
)

const (
	// requestTimeout bounds one request to the issuer.
	requestTimeout = 30 * time.Second
	// maxResponseSize bounds what is read of a response, in bytes.
	maxResponseSize = 1 << 20
)

// Store takes the tokens of a login. [*auth.Manager] is one.
type Store interface {
	LoginChatGPT(ctx context.Context, tokens auth.Tokens) error
}

// StatusError reports an answer of the issuer that is not a success. The body
// is not kept.
type StatusError struct {
	Request string // what was asked for
	Status  int
}

// Error names the request and the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: the issuer answered with status %d", e.Request, e.Status)
}

// ErrAnswer is the cause when the issuer's answer does not hold what it should.
var ErrAnswer = errors.New("the issuer's answer is not usable")

// ErrUnreachable is the cause when the issuer gives no answer.
var ErrUnreachable = errors.New("the issuer cannot be reached")

// issuer talks to the service that accounts sign in with.
type issuer struct {
	base     string // without a slash at the end
	clientID string
	http     *http.Client
}

func newIssuer(base, clientID string, client *http.Client) issuer {
	i := issuer{base: strings.TrimRight(base, "/"), clientID: clientID}
	if base == "" {
		i.base = auth.Issuer
	}
	if clientID == "" {
		i.clientID = auth.ClientID
	}
	copied := http.Client{}
	if client != nil {
		copied = *client
	}
	// A redirect would carry a code to another place.
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	i.http = &copied
	return i
}

// exchange trades an authorization code for tokens.
// (spec: config-and-auth, code exchange)
func (i issuer) exchange(ctx context.Context, code, redirect, verifier string) (auth.Tokens, error) {
	const what = "exchange the code"
	form := query(
		"grant_type", "authorization_code",
		"code", code,
		"redirect_uri", redirect,
		"client_id", i.clientID,
		"code_verifier", verifier,
	)
	content, err := i.post(ctx, what, i.base+"/oauth/token", "application/x-www-form-urlencoded", form)
	if err != nil {
		return auth.Tokens{}, err
	}
	members, err := object(content)
	if err != nil {
		return auth.Tokens{}, fmt.Errorf("%s: %w", what, err)
	}
	tokens := auth.Tokens{}
	for key, target := range map[string]*string{
		"id_token": &tokens.ID, "access_token": &tokens.Access, "refresh_token": &tokens.Refresh,
	} {
		if json.Unmarshal(members[key], target) != nil || *target == "" {
			return auth.Tokens{}, fmt.Errorf("%s: %w: no %s", what, ErrAnswer, key)
		}
	}
	return tokens, nil
}

// post sends a request and returns the body of a successful answer. What goes
// wrong is told without anything that was sent or received.
func (i issuer) post(ctx context.Context, what, address, contentType, body string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s: the issuer's address is not usable", what)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("User-Agent", "") // requests of a login do not carry one
	response, err := i.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, outage.Explain(ctx, ErrUnreachable, err))
	}
	defer response.Body.Close() //nolint:errcheck // read to its end or given up
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, &StatusError{Request: what, Status: response.StatusCode}
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, maxResponseSize))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, outage.Explain(ctx, ErrUnreachable, err))
	}
	return content, nil
}

// object reads a JSON object; its keys match with their case.
func object(content []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(content, &members) != nil || members == nil {
		return nil, ErrAnswer
	}
	return members, nil
}

// query encodes pairs in their order. A space becomes %20.
func query(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(pairs[i]) + "=" + escape(pairs[i+1]))
	}
	return b.String()
}

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// secret returns n random bytes as text that needs no escaping.
func secret(n int) string {
	random := make([]byte, n)
	// The reader of the system never fails.
	_, _ = rand.Read(random)
	return base64.RawURLEncoding.EncodeToString(random)
}

// challenge returns what the issuer is told about a verifier beforehand.
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
