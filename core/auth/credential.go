package auth

import (
	"fmt"
	"io"

	"github.com/codex-go/codex/protocol"
)

// Credential is what a request to a model provider is signed with. It prints
// without the bearer.
type Credential struct {
	// Bearer is the API key or the access token: a secret.
	Bearer string `json:"-"`
	// AccountID is the ChatGPT account; empty for API keys and where it is not
	// known.
	AccountID string
	// ChatGPT is true for access tokens of ChatGPT.
	ChatGPT bool
	// Plan is the ChatGPT plan that the id token names; it may be empty.
	Plan string
}

// Format writes the credential for every verb of package fmt.
func (c Credential) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = io.WriteString(f, fmt.Sprintf("credential(chatgpt: %t)", c.ChatGPT))
}

// Auth says who is signed in, without any secret.
type Auth struct {
	Mode protocol.AuthMode
	// Email, Plan and AccountID come from the tokens of a ChatGPT account and
	// may be empty.
	Email     string
	Plan      string
	AccountID string
}

// Tokens is the result of a ChatGPT login. It prints without the tokens.
type Tokens struct {
	ID      string `json:"-"`
	Access  string `json:"-"`
	Refresh string `json:"-"`
}

// Format writes the tokens for every verb of package fmt.
func (Tokens) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = io.WriteString(f, "tokens")
}
