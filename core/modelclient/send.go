package modelclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/codex-go/codex/core/modelprovider"
)

// errorTextBytes is how much of an unexpected body an error repeats.
const errorTextBytes = 4 << 10

// call is one request with all its attempts.
type call struct {
	client *Client
	// body is the encoded request, in pieces.
	body [][]byte
	// header holds the headers of the wire API.
	header []modelprovider.Header
	// sent holds the secrets of the attempts so far.
	sent redactor
	// stored is true if the user's stored credentials may be used.
	stored bool
	// classify returns the final error of a response's status and body, or nil
	// to leave it to the common rules.
	classify func(a *attempt, response *http.Response, body []byte) error
}

// attempt is one try of a call.
type attempt struct {
	redact     redactor
	credential Credential
	fromStore  bool // credential is the user's stored one
}

// send tries until an answer begins or there is no use in trying. On success
// the caller owns the body.
func (c *call) send(ctx context.Context) (*http.Response, *idleBody, *attempt, error) {
	refreshed := false
	for retry := 1; ; retry++ {
		a, request, body, err := c.prepare(ctx)
		if err != nil {
			return nil, nil, nil, err
		}
		response, err := c.client.http.Do(request)
		if err == nil {
			body.rest()
			body.attach(response)
			if response.StatusCode/100 == 2 {
				if err = checkContent(response, body, a); err != nil {
					body.Close()
					return nil, nil, nil, err
				}
				return response, body, a, nil
			}
		}
		failure := c.judge(a, request, response, body, err)
		body.Close()
		if err := ctx.Err(); err != nil {
			return nil, nil, nil, err
		}
		if failure.refused && !refreshed {
			// One refresh and one more try, whatever the retry limit is.
			refreshed = true
			if err := c.client.options.Credentials.Refresh(ctx); err != nil {
				if ctx.Err() != nil {
					return nil, nil, nil, ctx.Err()
				}
				refused, _ := errors.AsType[*AuthError](failure.err)
				refused.Cause = err
				return nil, nil, nil, refused
			}
			retry--
			continue
		}
		if !failure.again || retry > c.client.provider.RequestRetries() {
			return nil, nil, nil, failure.err
		}
		if err := c.wait(ctx, retry, &failure, response); err != nil {
			return nil, nil, nil, err
		}
	}
}

// wait waits before another try, or returns the final error.
func (c *call) wait(ctx context.Context, retry int, failure *failure, response *http.Response) error {
	options := &c.client.options
	delay := backoff(retry, options.Rand())
	if response != nil {
		if asked, ok := retryAfter(response.Header, options.Now()); ok {
			if asked > longestWait {
				if limit, ok := errors.AsType[*RetryLimitError](failure.err); ok {
					limit.RetryAfter = asked
				}
				return failure.err
			}
			delay = asked
		}
	}
	return options.Sleep(ctx, delay)
}

// failure is what a failed attempt means.
type failure struct {
	err     error
	again   bool // another try may help
	refused bool // the stored credentials were not accepted: err is an *AuthError
}

// judge decides what becomes of an attempt that brought no stream.
func (c *call) judge(a *attempt, request *http.Request, response *http.Response, body *idleBody, err error) failure {
	if err != nil {
		cause := a.redact.cause(body.cause(err))
		if cause == ErrIdleTimeout {
			// Another try may take as long: the turn makes it, which tells the
			// user first.
			return failure{err: streamError(cause)}
		}
		return failure{err: &TransportError{Host: request.URL.Host, Cause: cause}, again: true}
	}
	data := body.beginning()
	status := response.StatusCode
	if err := c.classify(a, response, data); err != nil {
		return failure{err: err}
	}
	text := a.excerpt(data)
	e, _ := errorOfBody(data)
	switch {
	case status == http.StatusUnauthorized && a.fromStore:
		return failure{err: &AuthError{Body: text}, refused: true}
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout,
		status == http.StatusConflict, status/100 == 5:
		if e.Message != "" {
			text = a.excerpt([]byte(e.Message))
		}
		return failure{err: &RetryLimitError{Status: status, Message: text}, again: true}
	}
	if e.code() == codeContextLength {
		return failure{err: &ContextWindowError{Message: a.redact.text(e.Message)}}
	}
	failed := &StatusError{Status: status, Body: text}
	if status/100 == 3 {
		if to, err := response.Location(); err == nil {
			failed.Location = to.Scheme + "://" + to.Host
		}
	}
	return failure{err: failed}
}

// prepare makes the HTTP request of another attempt.
func (c *call) prepare(ctx context.Context) (*attempt, *http.Request, *idleBody, error) {
	// A service may repeat what an earlier attempt has sent: a token that was
	// refreshed since.
	a := &attempt{redact: c.sent}
	if err := c.authorize(ctx, a); err != nil {
		return nil, nil, nil, err
	}
	provider := &c.client.provider
	base := modelprovider.DefaultBaseURL
	if a.fromStore && a.credential.chatGPT() {
		base = modelprovider.DefaultChatGPTBaseURL
	}
	address, err := url.Parse(provider.URL(base))
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, nil, nil, fmt.Errorf("provider %q: the base URL is not an HTTP address", provider.ID)
	}
	a.redact.addAddress(address)
	body := newIdleBody(ctx, provider.IdleTimeout())
	request := (&http.Request{
		Method: http.MethodPost,
		URL:    address,
		Host:   address.Host,
	}).WithContext(body.ctx)
	c.setBody(request)
	if err := c.setHeaders(request, a); err != nil {
		body.Close()
		return nil, nil, nil, err
	}
	c.sent = slices.Clip(a.redact)
	return a, request, body, nil
}

// setBody lets the request read the encoded pieces one after the other, as
// often as the transport likes.
func (c *call) setBody(request *http.Request) {
	request.GetBody = func() (io.ReadCloser, error) {
		pieces := make([]io.Reader, len(c.body))
		for i, piece := range c.body {
			pieces[i] = bytes.NewReader(piece)
		}
		return io.NopCloser(io.MultiReader(pieces...)), nil
	}
	request.Body, _ = request.GetBody() // never fails
	for _, piece := range c.body {
		request.ContentLength += int64(len(piece))
	}
}

// authorize finds the credential. (spec: agent-loop, credentials)
func (c *call) authorize(ctx context.Context, a *attempt) error {
	options, provider := &c.client.options, &c.client.provider
	if provider.EnvKey != "" {
		if key := strings.TrimSpace(options.Getenv(provider.EnvKey)); key != "" {
			a.credential.Bearer = key
			a.redact.add(key)
			return nil
		}
	}
	if c.stored && provider.RequiresOpenAIAuth && options.Credentials != nil {
		credential, ok, err := options.Credentials.Token(ctx)
		if err != nil {
			return fmt.Errorf("get the stored credentials: %w", err)
		}
		if ok {
			a.credential, a.fromStore = credential, true
			a.redact.add(credential.Bearer)
			return nil
		}
	}
	if provider.EnvKey != "" {
		return &MissingEnvError{Var: provider.EnvKey, Instructions: provider.EnvKeyInstructions}
	}
	return nil
}

// setHeaders sets the program's headers and then the provider's, which replace
// them. (spec: agent-loop, headers)
func (c *call) setHeaders(request *http.Request, a *attempt) error {
	options, provider := &c.client.options, &c.client.provider
	header := make(http.Header, 12)
	set := func(name, value string) error {
		if !validHeader(name, value) {
			return fmt.Errorf("provider %q: the header %q cannot be sent", provider.ID, name)
		}
		if strings.EqualFold(name, "host") {
			request.Host = value
			return nil
		}
		header.Set(name, value)
		return nil
	}
	for _, h := range c.header {
		if h.Value == "" {
			continue
		}
		if err := set(h.Name, h.Value); err != nil {
			return err
		}
	}
	if a.credential.Bearer != "" {
		if err := set("Authorization", "Bearer "+a.credential.Bearer); err != nil {
			return err
		}
	}
	if a.fromStore && a.credential.AccountID != "" {
		if err := set("Chatgpt-Account-Id", a.credential.AccountID); err != nil {
			return err
		}
	}
	// An empty value keeps the transport from sending a name of its own.
	header["User-Agent"] = []string{""}
	if agent := options.UserAgent(); agent != "" {
		if err := set("User-Agent", agent); err != nil {
			return err
		}
	}
	if options.Originator != "" {
		if err := set("Originator", options.Originator); err != nil {
			return err
		}
	}
	for _, h := range provider.Headers(options.Getenv) {
		a.redact.addNamed(h.Name, h.Value)
		if err := set(h.Name, h.Value); err != nil {
			return err
		}
	}
	request.Header = header
	return nil
}

// validHeader reports whether a header can be written to a connection.
func validHeader(name, value string) bool {
	if name == "" {
		return false
	}
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?={}`, c) >= 0 {
			return false
		}
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// checkContent refuses a successful response that is clearly no event stream.
func checkContent(response *http.Response, body *idleBody, a *attempt) error {
	if encoding := response.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return &ContentError{Encoding: encoding}
	}
	content := response.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(content)
	if err != nil {
		return nil // missing or not understood: the stream will show
	}
	switch kind {
	case "text/event-stream", "text/plain", "application/octet-stream":
		return nil
	}
	data := body.beginning()
	return &ContentError{ContentType: kind, Body: a.excerpt(data)}
}

// excerpt returns the beginning of a body as text fit for an error message. The
// secrets go before it is cut, which could leave a part of one.
func (a *attempt) excerpt(data []byte) string {
	text := strings.TrimSpace(a.redact.text(strings.ToValidUTF8(string(data), "\uFFFD")))
	if len(text) <= errorTextBytes {
		return text
	}
	end := errorTextBytes
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
