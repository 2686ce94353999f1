package modelclient

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// serviceError is the error object of a model service, in a response's body
// and in a stream.
type serviceError struct {
	Type            string          `json:"type,omitzero"`
	Code            json.RawMessage `json:"code,omitzero"` // a string or a number
	Message         string          `json:"message,omitzero"`
	PlanType        string          `json:"plan_type,omitzero"`
	ResetsInSeconds json.RawMessage `json:"resets_in_seconds,omitzero"`
}

// code returns the code as text, or the type when there is none.
func (e *serviceError) code() string {
	var code string
	if wire.Unmarshal(e.Code, &code) == nil && code != "" {
		return code
	}
	if text := string(e.Code); text != "" && text[0] >= '0' && text[0] <= '9' {
		return text
	}
	return e.Type
}

// resetsIn returns the time until a usage limit is lifted, or nil.
func (e *serviceError) resetsIn() *time.Duration {
	seconds, err := strconv.ParseFloat(string(e.ResetsInSeconds), 64)
	if err != nil || seconds < 0 || seconds > 1e9 {
		return nil
	}
	d := time.Duration(seconds * float64(time.Second))
	return &d
}

// parseServiceError reads an error object, or a string that stands for one.
func parseServiceError(raw []byte) (serviceError, bool) {
	var e serviceError
	if wire.Unmarshal(raw, &e) == nil {
		return e, true
	}
	var message string
	if wire.Unmarshal(raw, &message) == nil {
		return serviceError{Message: message}, true
	}
	return serviceError{}, false
}

// errorOfBody reads the error object of a response's body.
func errorOfBody(body []byte) (serviceError, bool) {
	raw, ok := wire.Peek(body, "error")
	if !ok {
		return serviceError{}, false
	}
	return parseServiceError(raw)
}

// Codes and types of errors with a meaning of their own.
const (
	codeUsageLimit       = "usage_limit_reached"
	codeUsageNotIncluded = "usage_not_included"
	codeContextLength    = "context_length_exceeded"
	codeRateLimit        = "rate_limit_exceeded"
)

// finalCode reports whether a failure of that code would only happen again:
// what is wrong is the account or the request. (spec: agent-loop, do better,
// correctness)
func finalCode(code string) bool {
	switch code {
	case "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "account_deactivated",
		"model_not_found", "string_above_max_length", "empty_image_file", "failed_to_download_image",
		"unsupported_image_media_type", "access_terminated", "permission_denied":
		return true
	}
	return strings.HasPrefix(code, "invalid_") || strings.HasPrefix(code, "image_") ||
		strings.HasPrefix(code, "unsupported_") ||
		strings.Contains(code, "policy") || strings.Contains(code, "content_filter")
}

// asError returns the error that a failure in a stream ends with. plan is the
// one that the token names.
func (e *serviceError) asError(plan string) error {
	code := e.code()
	switch {
	case code == codeUsageLimit || e.Type == codeUsageLimit:
		return e.usageLimit(plan, &protocol.RateLimitSnapshot{})
	case code == codeUsageNotIncluded || e.Type == codeUsageNotIncluded:
		return ErrUsageNotIncluded
	case code == codeContextLength:
		return &ContextWindowError{Message: e.Message}
	}
	failed := &ResponseError{Code: code, Message: e.Message}
	if finalCode(code) {
		return failed
	}
	err := &StreamError{Cause: failed}
	if code == codeRateLimit {
		err.RetryAfter = tryAgainIn(e.Message)
	}
	return err
}

// usageLimit returns the error of a usage limit; the plan that the service
// names goes before that of the token.
func (e *serviceError) usageLimit(plan string, limits *protocol.RateLimitSnapshot) error {
	if e.PlanType != "" {
		plan = e.PlanType
	}
	return &UsageLimitError{Plan: strings.ToLower(plan), ResetsIn: e.resetsIn(), RateLimits: limits}
}

// tryAgainIn finds "Please try again in 1.5s" in a message; the unit is s or
// ms. It returns 0 when there is nothing of the kind. (spec: agent-loop,
// response.failed)
func tryAgainIn(message string) time.Duration {
	const phrase = "try again in "
	i := strings.Index(strings.ToLower(message), phrase)
	if i < 0 {
		return 0
	}
	rest := strings.TrimLeft(message[i+len(phrase):], " ")
	n := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if n <= 0 {
		return 0
	}
	number, err := strconv.ParseFloat(rest[:n], 64)
	if err != nil || number > 1e9 {
		return 0
	}
	switch rest = strings.TrimLeft(rest[n:], " "); {
	case strings.HasPrefix(rest, "ms"):
		return time.Duration(number * float64(time.Millisecond))
	case strings.HasPrefix(rest, "s"):
		return time.Duration(number * float64(time.Second))
	}
	return 0
}
