package auth

import "github.com/codex-go/codex/protocol"

// Policy says with which credentials the user may be signed in. The zero value
// allows all. Those that it forbids are not used, and stay in auth.json.
type Policy struct {
	// Method is the only way to be signed in; empty for any.
	Method protocol.AuthMode
	// Workspace is the id of the only ChatGPT account; empty for any. It says
	// nothing about API keys.
	Workspace string
}

// PolicyError reports credentials that a [Policy] forbids.
type PolicyError struct {
	Setting string // the setting of config.toml that forbids them
	Allowed string // what that allows, for people
}

// Error says what is allowed, and by which setting.
func (e *PolicyError) Error() string { return e.Setting + " allows only " + e.Allowed }

// method checks a way to be signed in.
func (p Policy) method(mode protocol.AuthMode) error {
	const setting = "forced_login_method"
	switch {
	case p.Method == "" || p.Method == mode:
		return nil
	case p.Method == protocol.AuthAPIKey:
		return &PolicyError{setting, "an API key"}
	}
	return &PolicyError{setting, "a ChatGPT account"}
}

// check checks credentials; account is that of ChatGPT, and may be empty.
func (p Policy) check(mode protocol.AuthMode, account string) error {
	if err := p.method(mode); err != nil {
		return err
	}
	if mode == protocol.AuthChatGPT && p.Workspace != "" && account != p.Workspace {
		return &PolicyError{"forced_chatgpt_workspace_id", "the ChatGPT workspace " + p.Workspace}
	}
	return nil
}

// checkRecord checks what a file holds, which may be nothing.
func (p Policy) checkRecord(r *record) error {
	mode, ok := r.mode()
	switch {
	case !ok:
		return nil
	case mode == protocol.AuthChatGPT:
		return p.check(mode, r.tokens.account())
	}
	return p.check(mode, "")
}
