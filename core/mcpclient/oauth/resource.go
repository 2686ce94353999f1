package oauth

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// withResource returns a client whose requests for tokens name what the tokens are
// for, which MCP wants of all of them and the OAuth library cannot say.
// (RFC 8707)
func withResource(client *http.Client, resource string) *http.Client {
	if resource == "" {
		return client
	}
	named := *client
	named.Transport = &resourceTransport{base: client.Transport, resource: resource}
	return &named
}

// resourceTransport adds the resource to forms.
type resourceTransport struct {
	base     http.RoundTripper // nil for that of package http
	resource string
}

// RoundTrip sends a form with the resource. The body is one of the OAuth library,
// which has no resource.
func (t *resourceTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.base
	if base == nil {
		base = http.DefaultTransport
	}
	if req.Body == nil || req.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return base.RoundTrip(req)
	}
	form, err := io.ReadAll(req.Body)
	if closed := req.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("read the request for a token: %w", err)
	}
	text := string(form) + "&" + url.Values{"resource": {t.resource}}.Encode()
	out := req.Clone(req.Context())
	out.Body, out.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	return base.RoundTrip(out)
}
