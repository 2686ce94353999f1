package modelprovider_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelprovider"
)

// env returns a lookup in a map.
func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestBuiltin(t *testing.T) {
	t.Parallel()
	got := modelprovider.Builtin(env(nil), "1.2.3")
	want := map[string]modelprovider.Provider{
		"openai": {
			ID: "openai", Name: "OpenAI", WireAPI: "responses",
			HTTPHeaders:        map[string]string{"version": "1.2.3"},
			EnvHTTPHeaders:     map[string]string{"OpenAI-Organization": "OPENAI_ORGANIZATION", "OpenAI-Project": "OPENAI_PROJECT"},
			RequiresOpenAIAuth: true,
		},
		"oss":  {ID: "oss", Name: "gpt-oss", WireAPI: "chat", BaseURL: "http://localhost:11434/v1"},
		"demo": {ID: "demo", Name: "demo", WireAPI: "responses"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("providers differ (-want +got):\n%s", diff)
	}
}

func TestBuiltinBaseURLs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		env         map[string]string
		openai, oss string
	}{
		{"set", map[string]string{"OPENAI_BASE_URL": "http://a/v1", "CODEX_OSS_BASE_URL": "http://b/v1", "CODEX_OSS_PORT": "1"}, "http://a/v1", "http://b/v1"},
		{"blank", map[string]string{"OPENAI_BASE_URL": " ", "CODEX_OSS_BASE_URL": " "}, "", "http://localhost:11434/v1"},
		{"port", map[string]string{"CODEX_OSS_PORT": "8080"}, "", "http://localhost:8080/v1"},
		{"bad port", map[string]string{"CODEX_OSS_PORT": "80800"}, "", "http://localhost:11434/v1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := modelprovider.Builtin(env(test.env), "")
			if got["openai"].BaseURL != test.openai || got["oss"].BaseURL != test.oss {
				t.Errorf("base URLs %q and %q, want %q and %q", got["openai"].BaseURL, got["oss"].BaseURL, test.openai, test.oss)
			}
		})
	}
}

func TestEffectiveValues(t *testing.T) {
	t.Parallel()
	type values struct {
		Wire            modelprovider.WireAPI
		Request, Stream int
		Idle            time.Duration
	}
	of := func(p modelprovider.Provider) values {
		return values{p.Wire(), p.RequestRetries(), p.StreamRetries(), p.IdleTimeout()}
	}
	if diff := cmp.Diff(values{"chat", 4, 5, 300 * time.Second}, of(modelprovider.Provider{})); diff != "" {
		t.Errorf("defaults differ (-want +got):\n%s", diff)
	}
	set := modelprovider.Provider{
		WireAPI: "responses", RequestMaxRetries: new(uint64(0)), StreamMaxRetries: new(uint64(1 << 63)),
		StreamIdleTimeout: new(time.Millisecond),
	}
	if diff := cmp.Diff(values{"responses", 0, 100, time.Millisecond}, of(set)); diff != "" {
		t.Errorf("set values differ (-want +got):\n%s", diff)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		provider modelprovider.Provider
		want     string
	}{
		{"default", modelprovider.Provider{WireAPI: "responses"}, "https://default/v1/responses"},
		{"chat", modelprovider.Provider{BaseURL: "http://h/v1"}, "http://h/v1/chat/completions"},
		{"slashes", modelprovider.Provider{BaseURL: "http://h/v1//", WireAPI: "responses"}, "http://h/v1/responses"},
		{
			"query", modelprovider.Provider{BaseURL: "http://h", WireAPI: "responses", QueryParams: map[string]string{
				"b": "2025 x", "a": "1&2=3#+/é", "c d": "",
			}}, "http://h/responses?a=1%262%3D3%23%2B%2F%C3%A9&b=2025%20x&c%20d=",
		},
		{"empty query", modelprovider.Provider{BaseURL: "http://h", WireAPI: "responses", QueryParams: map[string]string{}}, "http://h/responses"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.provider.URL("https://default/v1"); got != test.want {
				t.Errorf("URL is %s, want %s", got, test.want)
			}
		})
	}
}

func TestIsAzure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, base string
		wire       modelprovider.WireAPI
		want       bool
	}{
		{"Azure", "", "responses", true},
		{"AZURE", "", "chat", false},
		{"azure", "", "", false},
		{"x", "https://Foo.OpenAI.Azure.com/openai", "responses", true},
		{"x", "https://foo.cognitiveservices.azure.us", "responses", true},
		{"x", "https://foo.aoai.azure.com", "responses", true},
		{"x", "https://foo.azure-api.net", "responses", true},
		{"x", "https://foo.azurefd.net", "responses", true},
		{"x", "https://foo.openai.azure.com", "chat", false},
		{"azure-ish", "https://azure.example.com", "responses", false},
	}
	for _, test := range tests {
		provider := modelprovider.Provider{Name: test.name, BaseURL: test.base, WireAPI: test.wire}
		if got := provider.IsAzure(); got != test.want {
			t.Errorf("%s at %q over %q: %v, want %v", test.name, test.base, test.wire, got, test.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	provider := modelprovider.Provider{
		HTTPHeaders:    map[string]string{"b": "2", "a": "1"},
		EnvHTTPHeaders: map[string]string{"d": "D", "c": "C", "blank": "BLANK", "unset": "UNSET"},
	}
	want := []modelprovider.Header{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", " 4 "}}
	got := provider.Headers(env(map[string]string{"C": "3", "D": " 4 ", "BLANK": " "}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want[:2], provider.Headers(nil)); diff != "" {
		t.Errorf("headers without environment differ (-want +got):\n%s", diff)
	}
}

func ExampleProvider_URL() {
	provider := modelprovider.Provider{
		BaseURL:     "https://example.openai.azure.com/openai/",
		WireAPI:     modelprovider.WireResponses,
		QueryParams: map[string]string{"api-version": "2025-04-01"},
	}
	fmt.Println(provider.URL(modelprovider.DefaultBaseURL))
	// Output: https://example.openai.azure.com/openai/responses?api-version=2025-04-01
}
