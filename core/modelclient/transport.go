package modelclient

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Times after which a connection that does not come about is given up.
const (
	connectTimeout = 15 * time.Second
	tlsTimeout     = 15 * time.Second
)

// maxRedirects is how many redirects in a row are followed.
const maxRedirects = 3

// NewHTTPClient returns an HTTP client that suits long streams: no time-out for
// the whole of a response, connections that are kept and used again, no
// compression. proxy chooses the proxy of each request; nil means none. See
// [Proxy].
func NewHTTPClient(proxy func(*http.Request) (*url.URL, error)) *http.Client {
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy:                 proxy,
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   tlsTimeout,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
		ReadBufferSize:        32 << 10,
		WriteBufferSize:       32 << 10,
	}}
}

// The clients of all [Client]s that were given none, so that conversations
// share connections.
var (
	proxiedHTTPClient = sync.OnceValue(func() *http.Client { return NewHTTPClient(Proxy(os.Getenv)) })
	directHTTPClient  = sync.OnceValue(func() *http.Client { return NewHTTPClient(nil) })
)

// sharedHTTPClient returns the one that suits an environment.
func sharedHTTPClient(getenv func(string) string) *http.Client {
	if Proxy(getenv) == nil {
		return directHTTPClient()
	}
	return proxiedHTTPClient()
}

// checkRedirect follows a redirect only if it keeps the request as it is and
// stays on the same host: the request carries credentials and a conversation.
func checkRedirect(request *http.Request, via []*http.Request) error {
	first := via[0]
	if request.Method != first.Method || len(via) > maxRedirects || !sameHost(first.URL, request.URL) {
		return http.ErrUseLastResponse
	}
	return nil
}

// sameHost reports whether to is at least as safe a place as from.
func sameHost(from, to *url.URL) bool {
	if !strings.EqualFold(from.Hostname(), to.Hostname()) {
		return false
	}
	if from.Scheme == to.Scheme {
		return port(from) == port(to)
	}
	return from.Scheme == "http" && to.Scheme == "https"
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
