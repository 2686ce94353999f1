package modelclient

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
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
	all := proxyAddress(either("ALL_PROXY"))
	if all == nil {
		return http.ProxyFromEnvironment
	}
	except := strings.Split(either("NO_PROXY"), ",")
	return func(r *http.Request) (*url.URL, error) {
		if either(strings.ToUpper(r.URL.Scheme)+"_PROXY") != "" {
			return http.ProxyFromEnvironment(r)
		}
		host, port := strings.ToLower(strings.TrimSuffix(r.URL.Hostname(), ".")), port(r.URL)
		if isLoopback(host) {
			return nil, nil
		}
		for _, entry := range except {
			if isExempt(strings.ToLower(strings.TrimSpace(entry)), host, port) {
				return nil, nil
			}
		}
		return all, nil
	}
}

// proxyAddress reads the address of a proxy, which may lack its scheme. What is
// no address counts as none, as it does in the other variables.
func proxyAddress(value string) *url.URL {
	if value == "" {
		return nil
	}
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return nil
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u
	}
	return nil
}

// isLoopback reports whether a host is this machine, which no proxy reaches.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// isExempt reports whether an entry of NO_PROXY stands for a host: "*", an
// address, a range of them, a domain with all below it, or with a leading dot
// only what is below it. A port restricts it.
func isExempt(entry, host, port string) bool {
	if entry == "" || entry == "*" {
		return entry == "*"
	}
	ip, err := netip.ParseAddr(host)
	isIP := err == nil
	if ipRange, err := netip.ParsePrefix(entry); err == nil {
		return isIP && ipRange.Contains(ip.Unmap())
	}
	if name, only, err := net.SplitHostPort(entry); err == nil {
		if only != port {
			return false
		}
		entry = name
	}
	entry = strings.TrimSuffix(strings.TrimPrefix(strings.Trim(entry, "[]"), "*"), ".")
	if address, err := netip.ParseAddr(entry); err == nil {
		return isIP && address.Unmap() == ip.Unmap()
	}
	if isIP || entry == "" {
		return false
	}
	return host == entry || strings.HasSuffix(host, "."+strings.TrimPrefix(entry, "."))
}
