package modelclient

import (
	"encoding/json"
	"math"
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
		if err.RetryAfter = tryAgainIn(e.Message); err.RetryAfter > longestWait {
			return failed // the message says when to come back
		}
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

// tryAgainIn finds how long to wait in a message such as "Please try again in
// 1.5s." or "in 6m0s". It returns 0 when there is nothing of the kind.
// (spec: agent-loop, response.failed)
func tryAgainIn(message string) time.Duration {
	_, rest, found := strings.Cut(strings.ToLower(message), "try again in ")
	total := 0.0
	for rest = strings.TrimLeft(rest, " "); found && rest != "" && isDigit(rest[0]); rest = strings.TrimLeft(rest, " ") {
		n := 0
		for n < len(rest) && (isDigit(rest[n]) || rest[n] == '.') {
			n++
		}
		number, err := strconv.ParseFloat(rest[:n], 64)
		rest = strings.TrimLeft(rest[n:], " ")
		n = 0
		for n < len(rest) && 'a' <= rest[n] && rest[n] <= 'z' {
			n++
		}
		unit, ok := waitUnits[rest[:n]]
		if err != nil || !ok || number > 1e9 {
			return 0
		}
		total += number * float64(unit)
		rest = rest[n:]
	}
	return time.Duration(min(total, float64(math.MaxInt64/2)))
}

// waitUnits are the units of time that services write.
var waitUnits = map[string]time.Duration{
	"ms": time.Millisecond, "milliseconds": time.Millisecond,
	"s": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
