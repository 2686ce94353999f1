package mcpclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/codex-go/codex/core/config"
)

// httpRetries is how often a broken stream is taken up again before the
// connection counts as lost. The delays grow to half a minute.
const httpRetries = 40

// AuthError means that a server behind HTTP wants other credentials than it
// got.
type AuthError struct {
	Status    int  // 401 or 403
	HasBearer bool // a token was sent
	CanSignIn bool // the user may sign in
}

// Error says what is missing.
func (e *AuthError) Error() string {
	status := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	switch {
	case e.Status == http.StatusForbidden:
		return "the server denies access (" + status + ")"
	case e.HasBearer && e.CanSignIn:
		return "authentication required: the server refused the access token, sign in again with \"codex mcp login\" (" + status + ")"
	case e.HasBearer:
		return "authentication required: the server refused the bearer token (" + status + ")"
	case e.CanSignIn:
		return "authentication required: sign in with \"codex mcp login\" or configure a bearer token (" + status + ")"
	}
	return "authentication required: the server wants a bearer token (" + status + ")"
}

// StatusError is an answer that is an HTTP error and explains nothing.
type StatusError struct{ Status int }

// Error gives the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("the server answered with status %d %s", e.Status, http.StatusText(e.Status))
}

// httpLink is what stands between the SDK and the network for one connection:
// it adds the credentials, writes the real names of methods, bounds what is
// read, and keeps a stream that the server does not offer from breaking the
// rest. It is an [http.RoundTripper]. (spec: mcp, streamable HTTP; do better,
// client)
type httpLink struct {
	base      http.RoundTripper
	address   string // as the user has configured it
	endpoint  *url.URL
	token     string // that the user has configured, "" for none
	signedIn  TokenFunc
	userAgent string
	// ctx ends every request of the connection.
	ctx    context.Context
	cancel context.CancelFunc
}

// newHTTPLink returns the link to a server. Its requests end with cancel.
func newHTTPLink(o *Options, server *config.McpHTTP) (*httpLink, error) {
	u, err := url.Parse(server.URL)
	var parse *url.Error
	if errors.As(err, &parse) {
		return nil, fmt.Errorf("url of the server: %w", parse.Err) // without the address: it may have secrets in it
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("url of the server: it is not an http or https address")
	}
	l := &httpLink{base: http.DefaultTransport, address: server.URL, endpoint: u, signedIn: o.Token, userAgent: o.UserAgent}
	if server.BearerToken != nil {
		l.token = *server.BearerToken
	}
	if o.HTTPClient != nil && o.HTTPClient.Transport != nil {
		l.base = o.HTTPClient.Transport
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l, nil
}

// transport returns the transport for the SDK.
func (l *httpLink) transport() mcp.Transport {
	return &mcp.StreamableClientTransport{
		Endpoint: l.endpoint.String(),
		HTTPClient: &http.Client{
			Transport: l,
			CheckRedirect: func(req *http.Request, via []*http.Request) error {
				// A call goes nowhere else than the user said.
				if !l.own(req.URL) || req.Method != via[0].Method || len(via) > 3 {
					return http.ErrUseLastResponse
				}
				return nil
			},
		},
		MaxRetries:   httpRetries,
		MaxEventSize: maxMessage,
	}
}

// own reports whether a request goes to the server that the user configured.
func (l *httpLink) own(u *url.URL) bool {
	return strings.EqualFold(u.Host, l.endpoint.Host) && u.Scheme == l.endpoint.Scheme
}

// credential returns the bearer token for a request, or "". What the user has
// configured comes first. refused is a token that the server has refused, or "".
func (l *httpLink) credential(ctx context.Context, to *url.URL, refused string) (string, error) {
	switch {
	case !l.own(to):
		return "", nil
	case l.token != "" || l.signedIn == nil:
		return l.token, nil
	}
	token, err := l.signedIn(ctx, l.address, refused)
	if err != nil {
		return "", &credentialError{err}
	}
	return token, nil
}

// credentialError means that a stored credential could not be used.
type credentialError struct{ err error }

func (e *credentialError) Error() string { return "authentication: " + e.err.Error() }
func (e *credentialError) Unwrap() error { return e.err }

// RoundTrip sends one request.
func (l *httpLink) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	release := context.AfterFunc(l.ctx, cancel)
	end := func() {
		release()
		cancel()
	}
	body, err := realBody(req)
	if err != nil {
		end()
		return nil, err
	}
	out := req.Clone(ctx)
	if body != nil {
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	out.Header.Set("User-Agent", l.userAgent)
	if out.Method == http.MethodGet {
		if lose := loserOf(ctx); lose != nil {
			return l.resume(out, end, lose)
		}
		return l.lateStream(out, end), nil
	}
	resp, token, err := l.send(out)
	if err != nil {
		end()
		return nil, err
	}
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		_ = resp.Body.Close()
		end()
		return nil, l.denied(resp, token)
	}
	if resp.StatusCode == http.StatusNotFound && out.Header.Get("Mcp-Session-Id") != "" {
		// The session is gone. The SDK sees that only without an explanation.
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	if resp.StatusCode >= http.StatusBadRequest && resp.Body != http.NoBody && !isMedia(resp, "application/json") {
		_ = resp.Body.Close()
		end()
		return nil, &StatusError{Status: resp.StatusCode}
	}
	limit := int64(maxMessage)
	if isMedia(resp, eventStream) {
		limit = -1 // each event is bounded, not their number
	}
	resp.Body = &boundedBody{body: resp.Body, left: limit, end: end}
	return resp, nil
}

// denied returns the error of a request whose credentials did not do.
func (l *httpLink) denied(resp *http.Response, token string) error {
	return &AuthError{Status: resp.StatusCode, HasBearer: token != "", CanSignIn: l.signedIn != nil && l.token == ""}
}

// send sends a request with a credential, and once more if the server refuses a
// token for which there is another one: tokens may end before their time. It
// returns the token that was sent last.
func (l *httpLink) send(req *http.Request) (resp *http.Response, token string, err error) {
	for {
		refused := token
		if token, err = l.credential(req.Context(), req.URL, refused); err != nil {
			return nil, "", err
		}
		try := req.Clone(req.Context()) // the last one may still be read
		if req.GetBody != nil {
			if try.Body, err = req.GetBody(); err != nil {
				return nil, "", err
			}
		}
		if token != "" {
			try.Header.Set("Authorization", "Bearer "+token)
		}
		if resp, err = l.base.RoundTrip(try); err != nil {
			return nil, "", err
		}
		if resp.StatusCode != http.StatusUnauthorized || token == "" || token == l.token || refused != "" {
			return resp, token, nil
		}
		_ = resp.Body.Close()
	}
}

const eventStream = "text/event-stream"

func isMedia(resp *http.Response, want string) bool {
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && media == want
}

// realBody returns the body of a request with the real name of its method, or
// nil when there is none.
func realBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer req.Body.Close()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if !bytes.Contains(body, []byte(`"`+rawPrefix)) {
		return body, nil
	}
	msg, err := jsonrpc.DecodeMessage(body)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	return jsonrpc.EncodeMessage(withRealMethod(msg))
}

// boundedBody is a body that fails after some bytes, unless left is negative,
// and calls end when it is closed.
type boundedBody struct {
	body io.ReadCloser
	left int64
	end  func()
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return b.body.Read(p)
	}
	if b.left == 0 {
		// Whatever comes now is too much; at the end nothing does.
		if n, err := b.body.Read(p[:min(len(p), 1)]); n == 0 {
			return 0, err
		}
		return 0, errMessageTooLong
	}
	n, err := b.body.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func (b *boundedBody) Close() error {
	err := b.body.Close()
	b.end()
	return err
}

// lateStream answers a GET at once with a stream of events, which brings what
// the server sends when it does. Servers may take their time to answer, until
// there is an event; others do not offer the stream, which then stays silent
// until it is closed. Neither must hold up or break the rest of the connection.
func (l *httpLink) lateStream(req *http.Request, end func()) *http.Response {
	read, write := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		resp, _, err := l.send(req)
		switch {
		case err != nil:
			_ = write.CloseWithError(err) // always nil
		case resp.StatusCode != http.StatusOK || !isMedia(resp, eventStream):
			_ = resp.Body.Close()
			<-req.Context().Done()
			_ = write.CloseWithError(context.Cause(req.Context()))
		default:
			_, err := io.Copy(write, resp.Body)
			_ = resp.Body.Close()
			_ = write.CloseWithError(err) // nil is the end
		}
	}()
	return &http.Response{
		Status:     "200 OK",
		StatusCode: http.StatusOK,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{"Content-Type": {eventStream}},
		Body: &streamBody{PipeReader: read, close: func() {
			end()
			<-done
		}},
		ContentLength: -1,
		Request:       req,
	}
}

// streamBody is the body of a late stream.
type streamBody struct {
	*io.PipeReader
	close func()
}

func (b *streamBody) Close() error {
	err := b.PipeReader.Close()
	b.close()
	return err
}
