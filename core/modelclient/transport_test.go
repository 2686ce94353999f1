package modelclient

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

func TestSharedHTTPClient(t *testing.T) {
	t.Parallel()
	for value, proxied := range map[string]bool{"": true, "landlock": true, "seatbelt": false} {
		client := sharedHTTPClient(func(name string) string {
			if name == "CODEX_SANDBOX" {
				return value
			}
			return ""
		})
		if got := client.Transport.(*http.Transport).Proxy != nil; got != proxied {
			t.Errorf("CODEX_SANDBOX=%q: a proxy is looked for: %v, want %v", value, got, proxied)
		}
	}
}

func TestNewHTTPClientUsesTheProxy(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Asked-For", r.URL.String())
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := NewHTTPClient(http.ProxyURL(address))
	t.Cleanup(client.CloseIdleConnections)
	response, err := client.Get("http://model.invalid/v1/responses")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("X-Asked-For"); got != "http://model.invalid/v1/responses" {
		t.Errorf("the proxy was asked for %q", got)
	}
}
