package auth

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// TestPolicy signs in, and finds a sign-in, under every policy.
func TestPolicy(t *testing.T) {
	t.Parallel()
	const (
		key    = "an API key"
		acct   = "the account acct"
		none   = "nothing"
		method = "forced_login_method allows only "
		other  = "forced_chatgpt_workspace_id allows only the ChatGPT workspace other"
	)
	api, chatgpt := Policy{Method: protocol.AuthAPIKey}, Policy{Method: protocol.AuthChatGPT}
	for _, test := range []struct {
		name   string
		policy Policy
		file   string
		want   string // what forbids it
	}{
		{"key, any", Policy{}, key, ""},
		{"account, any", Policy{}, acct, ""},
		{"key, API keys", api, key, ""},
		{"account, API keys", api, acct, method + "an API key"},
		{"key, ChatGPT", chatgpt, key, method + "a ChatGPT account"},
		{"account, ChatGPT", chatgpt, acct, ""},
		{"account, its workspace", Policy{Workspace: "acct"}, acct, ""},
		{"account, another workspace", Policy{Workspace: "other"}, acct, other},
		{"account, ChatGPT and another workspace", Policy{Method: protocol.AuthChatGPT, Workspace: "other"}, acct, other},
		{"key, another workspace", Policy{Workspace: "other"}, key, ""},
		{"nothing, API keys", api, none, ""},
		{"nothing, another workspace", Policy{Workspace: "other"}, none, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			check := func(what string, err error) {
				t.Helper()
				var forbidden *PolicyError
				switch {
				case test.want == "" && err != nil, test.want != "" && !errors.As(err, &forbidden):
					t.Errorf("%s: got %v, want %q", what, err, test.want)
				case test.want != "" && forbidden.Error() != test.want:
					t.Errorf("%s: got %v, want %q", what, forbidden, test.want)
				}
			}
			home, empty := t.TempDir(), t.TempDir()
			m := NewManager(Options{Home: empty, Policy: test.policy, Now: (&clock{now: start}).Now})
			switch test.file {
			case key:
				storeText(t, home, `{"OPENAI_API_KEY":"sk-old"}`)
				check("login", m.LoginAPIKey(t.Context(), "sk-new"))
			case acct:
				store(t, home, signedIn(t, "acct"))
				check("login", m.LoginChatGPT(t.Context(), Tokens{ID: idToken(t, "acct"), Access: "a", Refresh: "r"}))
			}
			if _, ok := m.Snapshot(); ok != (test.want == "" && test.file != none) {
				t.Errorf("after the login: signed in: %t", ok)
			}
			before := ""
			if test.file != none {
				before = stored(t, home)
			}
			m = NewManager(Options{Home: home, Policy: test.policy, Now: (&clock{now: start}).Now})
			_, signedIn := m.Snapshot()
			_, usable, err := m.Token(t.Context())
			if want := test.want == "" && test.file != none; signedIn != want || usable != want || err != nil {
				t.Errorf("signed in: %t, a token: %t, %v; want %t", signedIn, usable, err, want)
			}
			check("the file", m.LoadError())
			if test.file != none {
				if diff := cmp.Diff(before, stored(t, home)); diff != "" {
					t.Errorf("the file was changed (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestPolicyOfAnOverride forbids the key of the environment: nobody is signed in
// then, not even as the file says.
func TestPolicyOfAnOverride(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	store(t, home, signedIn(t, "acct"))
	m := NewManager(Options{Home: home, APIKeyOverride: "sk-x", Policy: Policy{Method: protocol.AuthChatGPT}})
	var forbidden *PolicyError
	if _, ok, err := m.Token(t.Context()); ok || err != nil || !errors.As(m.LoadError(), &forbidden) {
		t.Errorf("a token: %t, %v, %v", ok, err, m.LoadError())
	}
	m = NewManager(Options{Home: home, APIKeyOverride: "sk-x", Policy: Policy{Method: protocol.AuthAPIKey, Workspace: "other"}})
	if credential, ok, err := m.Token(t.Context()); !ok || err != nil || credential.Bearer != "sk-x" {
		t.Errorf("a token: %t, %v", ok, err)
	}
}
