package modelclient

import (
	"context"
	"net/http"
	"time"

	"github.com/codex-go/codex/core/modelprovider"
)

// MaxEventBytes is the size of the largest stream event that is read. A larger
// one ends the stream with [ErrEventTooLarge].
const MaxEventBytes = 64 << 20

// Credential is what the user signed in with.
type Credential struct {
	// Bearer is the API key or the access token.
	Bearer string
	// AccountID is the ChatGPT account; empty for API keys and where it is not
	// known.
	AccountID string
	// ChatGPT is true for access tokens of ChatGPT. They are sent to
	// [modelprovider.DefaultChatGPTBaseURL] unless the provider names a base
	// URL. An AccountID implies it.
	ChatGPT bool
	// Plan is the ChatGPT plan that the token names; it may be empty.
	Plan string
}

func (c *Credential) chatGPT() bool { return c.ChatGPT || c.AccountID != "" }

// Credentials gives out what the user signed in with. It must be safe for
// concurrent use.
type Credentials interface {
	// Token returns the current credential. ok is false when nobody is signed
	// in; then requests go out without one.
	Token(ctx context.Context) (credential Credential, ok bool, err error)
	// Refresh replaces the credential after the provider refused it.
	Refresh(ctx context.Context) error
}

// Options says how a [Client] reaches its provider. Only Provider is required.
type Options struct {
	Provider modelprovider.Provider
	// Credentials are used for the Responses API of providers that require
	// OpenAI authentication, and for no others. Nil means that nobody is
	// signed in.
	Credentials Credentials
	// Getenv looks up the variables that the provider names. Nil means that
	// none is set.
	Getenv func(string) string
	// HTTPClient carries the requests; its redirect policy is not used, and a
	// Timeout would cut streams off. Nil means one that all clients share and
	// that [NewHTTPClient] made with the [Proxy] of the environment.
	HTTPClient *http.Client
	// UserAgent returns the User-Agent header, asked for every request. Nil
	// means one made of Originator and Version.
	UserAgent func() string
	// Originator is the header of that name; empty means none.
	Originator string
	// Version is the version of the program.
	Version string
	// FixturePath, when set, names a file whose lines are played back as the
	// stream of every Responses request, which is then not sent. (spec:
	// agent-loop, fixture hook)
	FixturePath string
	// Now is the clock that reads Retry-After dates. Nil means time.Now.
	Now func() time.Time
	// Sleep waits between attempts, for d or until ctx ends, and returns the
	// context's error in the latter case. Nil means a timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// Rand returns the jitter of waits, a number in [0, 1). Nil means a random
	// one.
	Rand func() float64
}
