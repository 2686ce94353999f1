package modelprovider

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// WireAPI names the protocol that a provider speaks.
type WireAPI string

// Values of WireAPI.
const (
	WireResponses WireAPI = "responses"
	WireChat      WireAPI = "chat"
)

// Limits and defaults of the fields of [Provider].
const (
	// DefaultRequestMaxRetries is how often a failed request is repeated.
	DefaultRequestMaxRetries = 4
	// DefaultStreamMaxRetries is how often a broken stream is started again.
	DefaultStreamMaxRetries = 5
	// MaxRetries caps both.
	MaxRetries = 100
	// DefaultStreamIdleTimeout is how long a stream may be silent.
	DefaultStreamIdleTimeout = 300 * time.Second
)

// Base URLs of providers that name none.
const (
	// DefaultBaseURL serves API keys and requests without credentials.
	DefaultBaseURL = "https://api.openai.com/v1"
	// DefaultChatGPTBaseURL serves users who signed in with ChatGPT.
	DefaultChatGPTBaseURL = "https://chatgpt.com/backend-api/codex"
)

// Provider is one entry of model_providers. (spec: config-and-auth, model
// providers)
type Provider struct {
	// ID is the key of the entry, such as "openai".
	ID string
	// Name is the name that users see. "azure", in any case, turns on what
	// [Provider.IsAzure] describes.
	Name string
	// BaseURL is the address of the API without the endpoint. Empty means one
	// of the default base URLs.
	BaseURL string
	// EnvKey is the environment variable that holds the bearer token. Empty
	// means that the provider takes none from the environment.
	EnvKey string
	// EnvKeyInstructions is the hint for users who lack that variable.
	EnvKeyInstructions string
	// WireAPI is the protocol; empty means [WireChat].
	WireAPI WireAPI
	// QueryParams are appended to every URL.
	QueryParams map[string]string
	// HTTPHeaders are sent with every request and replace the program's own
	// headers of the same name.
	HTTPHeaders map[string]string
	// EnvHTTPHeaders maps headers to the environment variables that hold their
	// values; a header whose variable is unset or blank is not sent.
	EnvHTTPHeaders map[string]string
	// RequestMaxRetries is nil for the default; see
	// [Provider.RequestRetries].
	RequestMaxRetries *uint64
	// StreamMaxRetries is nil for the default; see [Provider.StreamRetries].
	StreamMaxRetries *uint64
	// StreamIdleTimeout is nil for the default; see [Provider.IdleTimeout].
	StreamIdleTimeout *time.Duration
	// RequiresOpenAIAuth is true for providers that want the user's OpenAI
	// credentials. Only these ever get them.
	RequiresOpenAIAuth bool
}

// Wire returns the effective wire API.
func (p *Provider) Wire() WireAPI {
	if p.WireAPI == "" {
		return WireChat
	}
	return p.WireAPI
}

// RequestRetries returns how often a failed request is repeated: 4 unless
// configured, at most 100.
func (p *Provider) RequestRetries() int {
	return retries(p.RequestMaxRetries, DefaultRequestMaxRetries)
}

// StreamRetries returns how often a turn starts a broken stream again: 5
// unless configured, at most 100.
func (p *Provider) StreamRetries() int { return retries(p.StreamMaxRetries, DefaultStreamMaxRetries) }

func retries(configured *uint64, otherwise int) int {
	if configured == nil {
		return otherwise
	}
	return int(min(*configured, MaxRetries))
}

// IdleTimeout returns how long a provider may be silent, before its answer
// begins and in the middle of it, until the connection counts as broken: 300 s
// unless configured. Zero means for ever.
func (p *Provider) IdleTimeout() time.Duration {
	if p.StreamIdleTimeout == nil {
		return DefaultStreamIdleTimeout
	}
	return *p.StreamIdleTimeout
}

// IsAzure reports whether the provider is the Azure variant of the Responses
// API, which stores responses and wants the ids of items.
// (spec: agent-loop, Azure)
func (p *Provider) IsAzure() bool {
	if p.Wire() != WireResponses {
		return false
	}
	if strings.EqualFold(p.Name, "azure") {
		return true
	}
	base := strings.ToLower(p.BaseURL)
	return slices.ContainsFunc(azureHosts[:], func(mark string) bool { return strings.Contains(base, mark) })
}

var azureHosts = [...]string{
	"openai.azure.", "cognitiveservices.azure.", "aoai.azure.", "azure-api.", "azurefd.",
}

// Base returns the base URL without trailing slashes: the configured one, or
// defaultBase when there is none.
func (p *Provider) Base(defaultBase string) string {
	base := p.BaseURL
	if base == "" {
		base = defaultBase
	}
	return strings.TrimRight(base, "/")
}

// URL returns the address that requests of the provider's wire API go to.
// defaultBase is used when the provider names no base URL; it is
// [DefaultChatGPTBaseURL] for ChatGPT credentials, else [DefaultBaseURL].
// Query parameters are percent-encoded and in the order of their names, so
// that the address is the same every time.
// (spec: agent-loop, do better, security)
func (p *Provider) URL(defaultBase string) string {
	endpoint := "/chat/completions"
	if p.Wire() == WireResponses {
		endpoint = "/responses"
	}
	return p.Base(defaultBase) + endpoint + p.query()
}

func (p *Provider) query() string {
	if len(p.QueryParams) == 0 {
		return ""
	}
	var b strings.Builder
	separator := byte('?')
	for _, name := range slices.Sorted(maps.Keys(p.QueryParams)) {
		b.WriteByte(separator)
		b.WriteString(escapeQuery(name))
		b.WriteByte('=')
		b.WriteString(escapeQuery(p.QueryParams[name]))
		separator = '&'
	}
	return b.String()
}

// escapeQuery percent-encodes s. A space becomes %20, never a plus sign, which
// not every server reads as a space.
func escapeQuery(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// A Header is a header that a provider asks for.
type Header struct{ Name, Value string }

// Headers returns the headers of the provider, in the order of their names,
// the static ones first. getenv looks up the values that come from the
// environment; blank ones are left out.
func (p *Provider) Headers(getenv func(string) string) []Header {
	headers := make([]Header, 0, len(p.HTTPHeaders)+len(p.EnvHTTPHeaders))
	for _, name := range slices.Sorted(maps.Keys(p.HTTPHeaders)) {
		headers = append(headers, Header{name, p.HTTPHeaders[name]})
	}
	if getenv == nil {
		return headers
	}
	for _, name := range slices.Sorted(maps.Keys(p.EnvHTTPHeaders)) {
		if value := getenv(p.EnvHTTPHeaders[name]); strings.TrimSpace(value) != "" {
			headers = append(headers, Header{name, value})
		}
	}
	return headers
}
