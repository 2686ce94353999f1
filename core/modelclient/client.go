package modelclient

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/codex-go/codex/core/internal/pause"
	"github.com/codex-go/codex/core/modelprovider"
)

// Client asks the models of one provider. Make it with [New]; it is safe for
// concurrent use and needs no closing.
type Client struct {
	options  Options
	provider modelprovider.Provider
	http     *http.Client

	input inputCache

	// noStreamOptions is set once a Chat Completions provider refused to be
	// asked for usage.
	noStreamOptions atomic.Bool
}

// New returns a client. It reads nothing and connects to nothing yet.
func New(options Options) *Client {
	if options.Getenv == nil {
		options.Getenv = func(string) string { return "" }
	}
	if options.UserAgent == nil {
		agent := options.Originator
		if agent != "" && options.Version != "" {
			agent += "/" + options.Version
		}
		options.UserAgent = func() string { return agent }
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Sleep == nil {
		options.Sleep = pause.For
	}
	if options.Rand == nil {
		options.Rand = rand.Float64
	}
	if options.HTTPClient == nil {
		options.HTTPClient = sharedHTTPClient(options.Getenv)
	}
	c := &Client{options: options, provider: options.Provider}
	own := *options.HTTPClient
	own.CheckRedirect = checkRedirect
	c.http = &own
	return c
}

// Provider returns the provider that the client asks.
func (c *Client) Provider() modelprovider.Provider { return c.provider }

// Stream sends a request and returns once the answer begins. Requests that
// fail before that are repeated as often as the provider allows. ctx governs
// the whole stream, not only this call.
//
// The error is ctx's own, or a [*MissingEnvError], [*UsageLimitError],
// [*StatusError], [*AuthError], [*RetryLimitError], [*TransportError],
// [*StreamError], [*ContentError], [*ContextWindowError], [ErrUsageNotIncluded],
// [ErrUnsupported], or that of the credentials.
func (c *Client) Stream(ctx context.Context, request *Request) (*Stream, error) {
	if c.provider.ID == modelprovider.Demo && c.provider.BaseURL == "" {
		return nil, fmt.Errorf("%w: the provider %q has no base URL", ErrUnsupported, c.provider.ID)
	}
	switch wire := c.provider.Wire(); wire {
	case modelprovider.WireResponses:
		return c.streamResponses(ctx, request)
	case modelprovider.WireChat:
		return c.streamChat(ctx, request)
	default:
		return nil, fmt.Errorf("%w: wire API %q", ErrUnsupported, wire)
	}
}
