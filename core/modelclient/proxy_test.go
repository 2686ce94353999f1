package modelclient

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestProxy(t *testing.T) {
	t.Parallel()
	const one = "http://proxy.invalid:8080"
	tests := []struct {
		name    string
		env     map[string]string
		address string
		want    string // the proxy; empty for none
	}{
		{"for all schemes", map[string]string{"ALL_PROXY": one}, "https://model.invalid/v1", one},
		{"in lower case", map[string]string{"all_proxy": one}, "http://model.invalid/v1", one},
		{"without a scheme", map[string]string{"ALL_PROXY": "proxy.invalid:8080"}, "http://model.invalid", one},
		{"SOCKS", map[string]string{"ALL_PROXY": "socks5://proxy.invalid:1080"}, "http://model.invalid", "socks5://proxy.invalid:1080"},
		{"with a password", map[string]string{"ALL_PROXY": "http://u:p@proxy.invalid"}, "http://model.invalid", "http://u:p@proxy.invalid"},
		{"the scheme's own", map[string]string{"ALL_PROXY": one, "HTTP_PROXY": "http://own.invalid"}, "http://model.invalid", "http://own.invalid"},
		{"another scheme's own", map[string]string{"ALL_PROXY": one, "HTTPS_PROXY": "http://own.invalid"}, "http://model.invalid", one},
		{"no address", map[string]string{"ALL_PROXY": "::bad::"}, "http://model.invalid", ""},
		{"a scheme that is not known", map[string]string{"ALL_PROXY": "gopher://proxy.invalid"}, "http://model.invalid", ""},
		{"this machine", map[string]string{"ALL_PROXY": one}, "http://localhost:11434/v1", ""},
		{"an address of this machine", map[string]string{"ALL_PROXY": one}, "http://127.0.0.2:11434/v1", ""},
		{"another address of this machine", map[string]string{"ALL_PROXY": one}, "http://[::1]:11434/v1", ""},
		{"nothing is exempt", map[string]string{"ALL_PROXY": one, "NO_PROXY": ", ,x.invalid"}, "http://model.invalid", one},
		{"all is exempt", map[string]string{"ALL_PROXY": one, "NO_PROXY": "*"}, "http://model.invalid", ""},
		{"the host", map[string]string{"ALL_PROXY": one, "no_proxy": "a.invalid, Model.invalid"}, "http://model.invalid", ""},
		{"a domain", map[string]string{"ALL_PROXY": one, "NO_PROXY": "invalid"}, "http://model.invalid.", ""},
		{"below a domain", map[string]string{"ALL_PROXY": one, "NO_PROXY": ".corp.invalid"}, "http://model.corp.invalid", ""},
		{"only below a domain", map[string]string{"ALL_PROXY": one, "NO_PROXY": ".model.invalid"}, "http://model.invalid", one},
		{"a star before a domain", map[string]string{"ALL_PROXY": one, "NO_PROXY": "*.corp.invalid"}, "http://model.corp.invalid", ""},
		{"a part of a name", map[string]string{"ALL_PROXY": one, "NO_PROXY": "del.invalid"}, "http://model.invalid", one},
		{"the port", map[string]string{"ALL_PROXY": one, "NO_PROXY": "model.invalid:8443"}, "https://model.invalid:8443", ""},
		{"the port of the scheme", map[string]string{"ALL_PROXY": one, "NO_PROXY": "model.invalid:443"}, "https://model.invalid", ""},
		{"another port", map[string]string{"ALL_PROXY": one, "NO_PROXY": "model.invalid:8443"}, "https://model.invalid", one},
		{"an address", map[string]string{"ALL_PROXY": one, "NO_PROXY": "192.0.2.7"}, "http://192.0.2.7:8000", ""},
		{"an address with six groups", map[string]string{"ALL_PROXY": one, "NO_PROXY": "[2001:db8::7]:8000"}, "http://[2001:db8::7]:8000", ""},
		{"another address", map[string]string{"ALL_PROXY": one, "NO_PROXY": "192.0.2.7"}, "http://192.0.2.8", one},
		{"a range", map[string]string{"ALL_PROXY": one, "NO_PROXY": "192.0.2.0/24"}, "http://192.0.2.8", ""},
		{"outside a range", map[string]string{"ALL_PROXY": one, "NO_PROXY": "192.0.2.0/24"}, "http://192.0.3.8", one},
		{"a name in no range", map[string]string{"ALL_PROXY": one, "NO_PROXY": "192.0.2.0/24"}, "http://model.invalid", one},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(http.MethodPost, test.address, nil)
			got, err := Proxy(func(name string) string { return test.env[name] })(request)
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			if got != nil {
				text = got.String()
			}
			if text != test.want {
				t.Errorf("the proxy is %q, want %q", text, test.want)
			}
		})
	}
}

func TestProxyInSandboxes(t *testing.T) {
	t.Parallel()
	for value, proxied := range map[string]bool{"": true, "landlock": true, "seatbelt": false} {
		env := map[string]string{"CODEX_SANDBOX": value, "ALL_PROXY": "http://proxy.invalid"}
		if got := Proxy(func(name string) string { return env[name] }) != nil; got != proxied {
			t.Errorf("CODEX_SANDBOX=%q: a proxy is looked for: %v, want %v", value, got, proxied)
		}
	}
}
