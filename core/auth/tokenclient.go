package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/codex-go/codex/core/internal/outage"
)

const (
	// Issuer is the service that ChatGPT accounts sign in with.
	Issuer = "https://auth.openai.com"
	// ClientID names this program to the issuer.
	ClientID = "app_EMoamEEZ73f0CkXaXp7hrann"
	// refreshScope is what refreshed tokens are for.
	refreshScope = "openid profile email"
	// maxResponseSize bounds what is read of a response, in bytes.
	maxResponseSize = 1 << 20
)

// RefreshError reports that the tokens could not be refreshed.
type RefreshError struct {
	// Status is the HTTP status of the refusal; 0 when there was no response.
	Status int
	// Permanent is true when another try with the same tokens is useless: the
	// user has to sign in again.
	Permanent bool
	// Err is the cause when Status is 0 or the response was unusable.
	Err error
}

// Error says what happened; it quotes nothing of the response.
func (e *RefreshError) Error() string {
	text := "refresh the sign-in"
	if e.Status != 0 {
		text += fmt.Sprintf(": the issuer answered with status %d", e.Status)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Permanent {
		text += "; sign in again"
	}
	return text
}

// Unwrap returns the cause.
func (e *RefreshError) Unwrap() error { return e.Err }

// ErrAccountMismatch is the cause when refreshed tokens belong to another
// account than the ones that were refreshed.
var ErrAccountMismatch = errors.New("the refreshed tokens belong to another account")

var (
	errNoAnswer     = errors.New("the issuer's answer is not usable")
	errNoConnection = errors.New("the issuer cannot be reached")
)

// tokenClient talks to the issuer's token endpoint.
type tokenClient struct {
	http       *http.Client
	url        string
	clientID   string
	userAgent  func() string
	originator string
	timeout    time.Duration
}

// refreshed is what the issuer answers; empty tokens did not change.
type refreshed struct {
	id, access, refresh string
	claims              Claims
}

// refresh asks for new tokens. (spec: config-and-auth, token retrieval and refresh)
func (c *tokenClient) refresh(ctx context.Context, refreshToken string) (refreshed, error) {
	body, err := json.Marshal(struct {
		ClientID     string `json:"client_id"`
		GrantType    string `json:"grant_type"`
		RefreshToken string `json:"refresh_token"`
		Scope        string `json:"scope"`
	}{c.clientID, "refresh_token", refreshToken, refreshScope})
	if err != nil {
		return refreshed{}, &RefreshError{Permanent: true, Err: errors.New("encode the request")}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return refreshed{}, &RefreshError{Permanent: true, Err: errors.New("make the request")}
	}
	request.Header.Set("Content-Type", "application/json")
	if c.userAgent != nil {
		request.Header.Set("User-Agent", c.userAgent())
	}
	if c.originator != "" {
		request.Header.Set("originator", c.originator)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return refreshed{}, &RefreshError{Err: outage.Explain(ctx, errNoConnection, err)}
	}
	defer response.Body.Close() //nolint:errcheck // read to its end or given up
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return refreshed{}, &RefreshError{Status: response.StatusCode, Permanent: permanent(response.StatusCode)}
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, maxResponseSize))
	if err != nil {
		return refreshed{}, &RefreshError{Err: outage.Explain(ctx, errNoConnection, err)}
	}
	return parseRefreshed(content)
}

func parseRefreshed(content []byte) (refreshed, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(content, &members) != nil {
		return refreshed{}, &RefreshError{Err: errNoAnswer}
	}
	result := refreshed{id: text(members[keyID]), access: text(members[keyAccess]), refresh: text(members[keyRefresh])}
	claims, err := ParseClaims(result.id)
	if err != nil {
		return refreshed{}, &RefreshError{Err: fmt.Errorf("%w: %s: %w", errNoAnswer, keyID, err)}
	}
	result.claims = claims
	return result, nil
}

// permanent tells a refusal of the tokens from trouble of the service.
func permanent(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= 400 && status < 500
}
