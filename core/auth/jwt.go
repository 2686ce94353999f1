package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"
)

// errMalformedJWT is the cause when a token is not a JSON Web Token. It never
// quotes the token.
var errMalformedJWT = errors.New("malformed token")

// openAIClaim is the claim that holds what OpenAI says about the account.
const openAIClaim = "https://api.openai.com/auth"

// Claims is what a token says. Nobody has checked its signature.
// (spec: config-and-auth, auth.json)
type Claims struct {
	// Email is empty when the token names none.
	Email string
	// Plan is the ChatGPT plan, such as "plus"; it may be empty.
	Plan string
	// AccountID is the ChatGPT account; it may be empty.
	AccountID string
	// OrganizationID, ProjectID, CompletedOnboarding and IsOrgOwner tell the
	// page after a login whether the account has to be set up.
	OrganizationID      string
	ProjectID           string
	CompletedOnboarding bool
	IsOrgOwner          bool
	// Expires is zero when the token does not say.
	Expires time.Time
}

// ParseClaims reads the claims of a JSON Web Token: at least three parts with
// dots between, none of the first three empty, the second one JSON in base64url
// without padding. An address that is not a string makes the token malformed;
// other claims of a wrong type are passed over.
func ParseClaims(token string) (Claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) < 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return Claims{}, errMalformedJWT
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return Claims{}, errMalformedJWT
	}
	// Maps match keys with their case, structs do not.
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil || members == nil {
		return Claims{}, errMalformedJWT
	}
	var claims Claims
	if raw, ok := members["email"]; ok {
		var email *string
		if err := json.Unmarshal(raw, &email); err != nil {
			return Claims{}, errMalformedJWT
		}
		if email != nil {
			claims.Email = *email
		}
	}
	claims.Expires = unixTime(members["exp"])
	var account map[string]json.RawMessage
	if raw, ok := members[openAIClaim]; ok && json.Unmarshal(raw, &account) == nil {
		claims.Plan = text(account["chatgpt_plan_type"])
		claims.AccountID = text(account["chatgpt_account_id"])
		claims.OrganizationID = text(account["organization_id"])
		claims.ProjectID = text(account["project_id"])
		claims.CompletedOnboarding = flag(account["completed_platform_onboarding"])
		claims.IsOrgOwner = flag(account["is_org_owner"])
	}
	return claims, nil
}

// text reads a JSON string; anything else is empty.
func text(raw json.RawMessage) string {
	var value string
	if json.Unmarshal(raw, &value) != nil {
		return ""
	}
	return value
}

// flag reads a JSON boolean; anything else is false.
func flag(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "true" }

// unixTime reads a number of seconds since 1970; anything else is the zero
// time.
func unixTime(raw json.RawMessage) time.Time {
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil || seconds <= 0 || seconds > math.MaxInt32*1000 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}
