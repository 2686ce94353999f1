package modelclient_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
)

// capture is a transport that notes where requests go and refuses them.
type capture struct{ url string }

func (c *capture) RoundTrip(r *http.Request) (*http.Response, error) {
	c.url = r.URL.String()
	return nil, errors.New("refused by the test")
}

// (spec: agent-loop, headers; config-and-auth, do better)
func TestHeaders(t *testing.T) {
	t.Parallel()
	const responses, chat = modelprovider.WireResponses, modelprovider.WireChat
	common := map[string]string{
		"Accept": "text/event-stream", "Content-Type": "application/json",
		"User-Agent": "agent/1 (os)", "Originator": "origin",
	}
	onResponses := map[string]string{
		"Openai-Beta": "responses=experimental", "Conversation_id": "conv", "Session_id": "conv",
	}
	with := func(sets ...map[string]string) map[string]string {
		all := maps.Clone(common)
		for _, set := range sets {
			maps.Copy(all, set)
		}
		return all
	}
	key := modelclient.Credential{Bearer: "stored-key"}
	chatGPT := modelclient.Credential{Bearer: "access", AccountID: "acc-1", ChatGPT: true}
	tests := []struct {
		name     string
		provider modelprovider.Provider
		stored   *modelclient.Credential
		env      map[string]string
		want     map[string]string
		missing  string // variable that is named as missing
	}{
		{"responses, nothing stored", modelprovider.Provider{WireAPI: responses}, nil, nil, with(onResponses), ""},
		{"chat", modelprovider.Provider{WireAPI: chat}, nil, nil, with(), ""},
		{
			"stored key", modelprovider.Provider{WireAPI: responses, RequiresOpenAIAuth: true}, &key, nil,
			with(onResponses, map[string]string{"Authorization": "Bearer stored-key"}), "",
		},
		{
			"ChatGPT", modelprovider.Provider{WireAPI: responses, RequiresOpenAIAuth: true}, &chatGPT, nil,
			with(onResponses, map[string]string{"Authorization": "Bearer access", "Chatgpt-Account-Id": "acc-1"}), "",
		},
		{"third party gets no stored credential", modelprovider.Provider{WireAPI: responses}, &chatGPT, nil, with(onResponses), ""},
		{"chat gets no stored credential", modelprovider.Provider{WireAPI: chat, RequiresOpenAIAuth: true}, &chatGPT, nil, with(), ""},
		{
			"key from the environment", modelprovider.Provider{WireAPI: responses, EnvKey: "KEY", RequiresOpenAIAuth: true}, &chatGPT,
			map[string]string{"KEY": " k1 "},
			with(onResponses, map[string]string{"Authorization": "Bearer k1"}), "",
		},
		{
			"chat with key", modelprovider.Provider{WireAPI: chat, EnvKey: "KEY"}, nil, map[string]string{"KEY": "k1"},
			with(map[string]string{"Authorization": "Bearer k1"}), "",
		},
		{
			"stored instead of missing variable", modelprovider.Provider{WireAPI: responses, EnvKey: "KEY", RequiresOpenAIAuth: true}, &key,
			map[string]string{"KEY": " "},
			with(onResponses, map[string]string{"Authorization": "Bearer stored-key"}), "",
		},
		{"missing variable", modelprovider.Provider{WireAPI: responses, EnvKey: "KEY"}, &key, nil, nil, "KEY"},
		{"missing variable, chat", modelprovider.Provider{WireAPI: chat, EnvKey: "KEY", RequiresOpenAIAuth: true}, &key, nil, nil, "KEY"},
		{
			"provider headers",
			modelprovider.Provider{
				WireAPI: responses, EnvKey: "KEY",
				HTTPHeaders:    map[string]string{"X-One": "1", "authorization": "Basic abc", "user-agent": "mine"},
				EnvHTTPHeaders: map[string]string{"X-Two": "TWO", "X-Blank": "BLANK", "X-Unset": "UNSET"},
			},
			nil, map[string]string{"KEY": "k1", "TWO": "2", "BLANK": "  "},
			with(onResponses, map[string]string{"X-One": "1", "X-Two": "2", "Authorization": "Basic abc", "User-Agent": "mine"}), "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Reply())
			provider := test.provider
			provider.ID, provider.Name, provider.BaseURL = "test", "Test", server.BaseURL()+"/"
			provider.QueryParams = map[string]string{"v": "2025 x&y", "a": "1"}
			provider.EnvKeyInstructions = "Get one from the shop."
			credentials := new(store)
			if test.stored != nil {
				credentials.credentials = []modelclient.Credential{*test.stored}
			}
			client := newClient(t, modelclient.Options{
				Provider: provider, Credentials: credentials,
				Getenv:    func(name string) string { return test.env[name] },
				UserAgent: func() string { return "agent/1 (os)" }, Originator: "origin",
			})
			_, err := ask(t, client, &modelclient.Request{ConversationID: "conv"})
			if test.missing != "" {
				missing, ok := errors.AsType[*modelclient.MissingEnvError](err)
				if !ok || missing.Var != test.missing || server.Count() != 0 {
					t.Fatalf("error %v after %d requests", err, server.Count())
				}
				if text := err.Error(); !strings.Contains(text, "`KEY`") || !strings.Contains(text, "Get one from the shop.") {
					t.Errorf("the text is %q", text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			request := server.Requests()[0]
			got := map[string]string{}
			for name, values := range request.Header {
				if name != "Content-Length" {
					got[name] = strings.Join(values, " | ")
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headers differ (-want +got):\n%s", diff)
			}
			path := map[modelprovider.WireAPI]string{responses: "/v1/responses", chat: "/v1/chat/completions"}[provider.WireAPI]
			if request.Method != "POST" || request.Path != path || request.Query != "a=1&v=2025%20x%26y" {
				t.Errorf("the request is %s %s?%s", request.Method, request.Path, request.Query)
			}
		})
	}
}

// A request outside a conversation has no headers that name one.
func TestHeadersWithoutConversation(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Reply())
	client := newClient(t, responsesOptions(server))
	if _, err := ask(t, client, new(modelclient.Request)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Conversation_id", "Session_id", "Chatgpt-Account-Id", "Authorization"} {
		if values, sent := server.Requests()[0].Header[name]; sent {
			t.Errorf("%s is sent: %q", name, values)
		}
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	chatGPT := modelclient.Credential{Bearer: "access", ChatGPT: true}
	tests := []struct {
		name     string
		provider modelprovider.Provider
		stored   modelclient.Credential
		env      string
		want     string
	}{
		{"nothing stored", modelprovider.Provider{WireAPI: modelprovider.WireResponses}, modelclient.Credential{}, "", "https://api.openai.com/v1/responses"},
		{"key", modelprovider.Provider{WireAPI: modelprovider.WireResponses, RequiresOpenAIAuth: true}, modelclient.Credential{Bearer: "k"}, "", "https://api.openai.com/v1/responses"},
		{"ChatGPT", modelprovider.Provider{WireAPI: modelprovider.WireResponses, RequiresOpenAIAuth: true}, chatGPT, "", "https://chatgpt.com/backend-api/codex/responses"},
		{"ChatGPT, not used", modelprovider.Provider{WireAPI: modelprovider.WireResponses}, chatGPT, "", "https://api.openai.com/v1/responses"},
		{"key from the environment", modelprovider.Provider{WireAPI: modelprovider.WireResponses, RequiresOpenAIAuth: true, EnvKey: "K"}, chatGPT, "k", "https://api.openai.com/v1/responses"},
		{"chat", modelprovider.Provider{WireAPI: modelprovider.WireChat, RequiresOpenAIAuth: true}, chatGPT, "", "https://api.openai.com/v1/chat/completions"},
		{"configured", modelprovider.Provider{WireAPI: modelprovider.WireResponses, RequiresOpenAIAuth: true, BaseURL: "https://h/v9//"}, chatGPT, "", "https://h/v9/responses"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.provider.RequestMaxRetries = new(uint64(0))
			seen := new(capture)
			credentials := new(store)
			if test.stored.Bearer != "" {
				credentials.credentials = []modelclient.Credential{test.stored}
			}
			client := newClient(t, modelclient.Options{
				Provider: test.provider, Credentials: credentials, HTTPClient: &http.Client{Transport: seen},
				Getenv: func(string) string { return test.env },
			})
			if _, err := client.Stream(t.Context(), new(modelclient.Request)); err == nil {
				t.Fatal("no error")
			}
			if seen.url != test.want {
				t.Errorf("asked %s, want %s", seen.url, test.want)
			}
		})
	}
}

func TestUserAgentByDefault(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]modelclient.Options{
		"":          {},
		"codex":     {Originator: "codex"},
		"codex/9":   {Originator: "codex", Version: "9"},
		"set by me": {Originator: "codex", Version: "9", UserAgent: func() string { return "set by me" }},
	} {
		server := start(t, modeltest.Reply())
		options.Provider = testProvider(modelprovider.WireResponses, server.BaseURL())
		if _, err := ask(t, newClient(t, options), new(modelclient.Request)); err != nil {
			t.Fatal(err)
		}
		if got := server.Requests()[0].Header.Get("User-Agent"); got != want {
			t.Errorf("user agent %q, want %q", got, want)
		}
	}
}

// What cannot be sent is an error that names the provider, not a repeated
// failure.
func TestRequestsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*modelprovider.Provider)
		request modelclient.Request
		want    string
		is      error
	}{
		{"header value", func(p *modelprovider.Provider) { p.HTTPHeaders = map[string]string{"X-A": "a\nb"} }, modelclient.Request{}, `header "X-A"`, nil},
		{"header name", func(p *modelprovider.Provider) { p.HTTPHeaders = map[string]string{"a b": "1"} }, modelclient.Request{}, `header "a b"`, nil},
		{"base URL", func(p *modelprovider.Provider) { p.BaseURL = "ftp://user:secret@host" }, modelclient.Request{}, "base URL", nil},
		{"base URL without host", func(p *modelprovider.Provider) { p.BaseURL = "secret" }, modelclient.Request{}, "base URL", nil},
		{"base URL that is none", func(p *modelprovider.Provider) { p.BaseURL = "http://secret\x00" }, modelclient.Request{}, "base URL", nil},
		{"wire API", func(p *modelprovider.Provider) { p.WireAPI = "telex" }, modelclient.Request{}, "telex", modelclient.ErrUnsupported},
		{"demo without server", func(p *modelprovider.Provider) { p.ID, p.BaseURL = "demo", "" }, modelclient.Request{}, "demo", modelclient.ErrUnsupported},
		{
			"schema over chat", func(p *modelprovider.Provider) { p.WireAPI = modelprovider.WireChat },
			modelclient.Request{OutputSchema: []byte("{}")}, "output schema", modelclient.ErrUnsupported,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			provider := testProvider(modelprovider.WireResponses, "http://127.0.0.1:1")
			test.change(&provider)
			client := newClient(t, modelclient.Options{
				Provider: provider,
				Sleep: func(context.Context, time.Duration) error {
					t.Error("the request is repeated")
					return nil
				},
			})
			_, err := client.Stream(t.Context(), &test.request)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want one about %s", err, test.want)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error %v is not %v", err, test.is)
			}
			if modelclient.Retryable(err) {
				t.Error("the error is retryable")
			}
		})
	}
}

func TestCredentialsFail(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Status(401, "who are you"))
	provider := testProvider(modelprovider.WireResponses, server.BaseURL())
	provider.RequiresOpenAIAuth = true
	reason := errors.New("the token expired")
	credentials := &store{credentials: []modelclient.Credential{{Bearer: "token"}}, refreshErr: reason}
	client := newClient(t, modelclient.Options{Provider: provider, Credentials: credentials})
	_, err := client.Stream(t.Context(), new(modelclient.Request))
	if _, ok := errors.AsType[*modelclient.AuthError](err); !ok || !errors.Is(err, reason) {
		t.Errorf("error %v, want one that asks for a login because %v", err, reason)
	}
	if !strings.HasSuffix(err.Error(), "log in again: the token expired: who are you") || server.Count() != 1 {
		t.Errorf("error %q after %d requests", err, server.Count())
	}

	client = newClient(t, modelclient.Options{Provider: provider, Credentials: broken{reason}})
	if _, err := client.Stream(t.Context(), new(modelclient.Request)); !errors.Is(err, reason) {
		t.Errorf("error %v, want %v", err, reason)
	}
}

// broken is a store that cannot be read.
type broken struct{ err error }

func (b broken) Token(context.Context) (modelclient.Credential, bool, error) {
	return modelclient.Credential{}, false, b.err
}
func (b broken) Refresh(context.Context) error { return b.err }
