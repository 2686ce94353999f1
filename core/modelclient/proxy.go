package modelclient

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// Proxy returns how requests find their proxy in an environment, for
// [http.Transport]: by HTTP_PROXY, HTTPS_PROXY and NO_PROXY as
// [http.ProxyFromEnvironment] does, and by ALL_PROXY, which that passes over,
// where the variable of the scheme is not set. Each may be in lower case. The
// result is nil, for no proxy, in a program that runs in the Seatbelt sandbox
// itself, where looking for one is not allowed. (spec: agent-loop, headers)
func Proxy(getenv func(string) string) func(*http.Request) (*url.URL, error) {
	if getenv("CODEX_SANDBOX") == "seatbelt" {
		return nil
	}
	either := func(name string) string { return cmp.Or(getenv(name), getenv(strings.ToLower(name))) }
	all := either("ALL_PROXY")
	if scheme, _, ok := strings.Cut(all, "://"); ok && !slices.Contains(proxySchemes, scheme) {
		all = "" // requests would fail
	}
	find := (&httpproxy.Config{
		HTTPProxy:  cmp.Or(either("HTTP_PROXY"), all),
		HTTPSProxy: cmp.Or(either("HTTPS_PROXY"), all),
		NoProxy:    either("NO_PROXY"),
		CGI:        getenv("REQUEST_METHOD") != "",
	}).ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		address := *r.URL
		if host, rooted := strings.CutSuffix(address.Hostname(), "."); rooted && address.Port() == "" {
			address.Host = host // or NO_PROXY would not know it
		}
		return find(&address)
	}
}

// proxySchemes are those of the proxies that [http.Transport] can talk to.
var proxySchemes = []string{"http", "https", "socks5", "socks5h"}
