package modelclient

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/codex-go/codex/protocol"
)

// pricingURL is where users change their plan.
const pricingURL = "https://openai.com/chatgpt/pricing"

// Errors that carry nothing but their meaning.
var (
	// ErrUsageNotIncluded says that the user's plan does not cover the agent.
	ErrUsageNotIncluded = errors.New("your ChatGPT plan does not include this: upgrade to Plus (" + pricingURL + ") to use it")
	// ErrUnsupported says that the provider's wire API cannot do what the
	// request asks for. Nothing was sent.
	ErrUnsupported = errors.New("unsupported operation")
	// ErrEventTooLarge is the cause of a [*StreamError] after an event beyond
	// [MaxEventBytes].
	ErrEventTooLarge = fmt.Errorf("stream event is larger than %d MiB", MaxEventBytes>>20)
	// ErrAnswerTooLarge is the cause of a [*StreamError] after an answer over
	// Chat Completions, whose pieces are kept together, of more than that.
	ErrAnswerTooLarge = fmt.Errorf("the answer is larger than %d MiB", MaxEventBytes>>20)
	// ErrIdleTimeout is the cause of a [*StreamError] after a silence longer
	// than the provider's idle time-out, before or within an answer.
	ErrIdleTimeout = errors.New("idle timeout waiting for the model")
	// ErrStreamClosed is the cause of a [*StreamError] after an answer that
	// ended too early.
	ErrStreamClosed = errors.New("stream closed before the response was completed")
)

// UsageLimitError says that the account has used up what its plan allows.
type UsageLimitError struct {
	// Plan is the plan of the account, such as "plus"; it may be empty.
	Plan string
	// ResetsIn is the time until the limit is lifted; nil when unknown.
	ResetsIn *time.Duration
	// RateLimits is what the headers told. It is never nil when the error
	// comes from a response's headers; its windows may be.
	RateLimits *protocol.RateLimitSnapshot
}

// Error says what the user can do. (spec: agent-loop, user-visible error
// texts)
func (e *UsageLimitError) Error() string {
	const hit = "You have reached your usage limit. "
	switch e.Plan {
	case "plus":
		return hit + "Upgrade to Pro (" + pricingURL + ") or try again " + e.when() + "."
	case "team", "business":
		return hit + "Ask your admin for more, or try again " + e.when() + "."
	case "free":
		return hit + "Upgrade to Plus (" + pricingURL + ") to continue."
	}
	return hit + "Try again " + e.when() + "."
}

func (e *UsageLimitError) when() string {
	if e.ResetsIn == nil {
		return "later"
	}
	return "in " + formatWait(*e.ResetsIn)
}

// formatWait writes the non-zero days, hours and minutes of d.
func formatWait(d time.Duration) string {
	if d < time.Minute {
		return "less than a minute"
	}
	minutes := int64(d / time.Minute)
	var parts []string
	for _, unit := range []struct {
		count int64
		name  string
	}{{minutes / (24 * 60), "day"}, {minutes / 60 % 24, "hour"}, {minutes % 60, "minute"}} {
		switch unit.count {
		case 0:
		case 1:
			parts = append(parts, "1 "+unit.name)
		default:
			parts = append(parts, strconv.FormatInt(unit.count, 10)+" "+unit.name+"s")
		}
	}
	return strings.Join(parts, " ")
}

// StatusError is an HTTP status that repeating the request would not change.
type StatusError struct {
	Status int
	// Body is the beginning of the response's body.
	Body string
	// Location is where a redirect that was not followed points to: scheme and
	// host only.
	Location string
}

// Error gives the status line and the body.
func (e *StatusError) Error() string {
	text := "unexpected status " + statusLine(e.Status)
	if e.Location != "" {
		text += ": redirect to " + e.Location + " was not followed"
	}
	if e.Body != "" {
		text += ": " + e.Body
	}
	return text
}

// AuthError says that the stored credentials were refused, even after they
// were refreshed.
type AuthError struct {
	// Body is the beginning of the response's body.
	Body string
	// Cause is why the credentials could not be refreshed; nil when they were.
	Cause error
}

// Error asks the user to log in.
func (e *AuthError) Error() string {
	text := "your credentials were not accepted (401 Unauthorized); log in again"
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	if e.Body != "" {
		text += ": " + e.Body
	}
	return text
}

// Unwrap returns the cause.
func (e *AuthError) Unwrap() error { return e.Cause }

// RetryLimitError says that the provider kept answering with a status that
// asks for another try.
type RetryLimitError struct {
	// Status is the last one.
	Status int
	// Message is what the provider said about it: the message of its error
	// object, or the beginning of the body. It may be empty.
	Message string
	// RetryAfter is how long the provider wants to be left alone, when that is
	// longer than the client waits; else 0.
	RetryAfter time.Duration
}

// Error gives the last status and what the provider said.
func (e *RetryLimitError) Error() string {
	text := "exceeded the retry limit, last status: " + statusLine(e.Status)
	overloaded := e.Status == http.StatusInternalServerError
	if overloaded {
		text = "the model service is under high demand and has temporary errors (" + statusLine(e.Status) + ")"
	}
	switch {
	case e.RetryAfter > 0:
		text += "; try again in " + formatWait(e.RetryAfter)
	case overloaded:
		text += "; try again later"
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// TransportError says that the provider could not be reached.
type TransportError struct {
	// Host is the host that was asked.
	Host  string
	Cause error
}

// Error gives host and cause.
func (e *TransportError) Error() string {
	return "error sending the request to " + e.Host + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *TransportError) Unwrap() error { return e.Cause }

// StreamError says that an answer began and did not end well, or did not begin
// in time. Asking again may help.
type StreamError struct {
	// Cause is what went wrong: one of the errors of this package, or that of
	// the connection.
	Cause error
	// RetryAfter is how long the provider wants to be left alone; 0 when it
	// did not say.
	RetryAfter time.Duration
}

// Error gives the cause.
func (e *StreamError) Error() string {
	return "stream disconnected before completion: " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *StreamError) Unwrap() error { return e.Cause }

// UnreadableError is the cause of a [*StreamError] after an answer of which
// something could not be read: that may be why it did not end well.
type UnreadableError struct {
	// Cause is how the answer ended.
	Cause error
	// Count is how many events, or items in them, were passed over.
	Count int
	// First says what was wrong with the first of them.
	First string
}

// Error gives the cause and what was passed over.
func (e *UnreadableError) Error() string {
	if e.Count == 1 {
		return e.Cause.Error() + "; one event could not be read: " + e.First
	}
	return e.Cause.Error() + "; " + strconv.Itoa(e.Count) + " events could not be read, the first: " + e.First
}

// Unwrap returns the cause.
func (e *UnreadableError) Unwrap() error { return e.Cause }

// ResponseError is a failure that the model service reports in the stream. As
// the cause of a [*StreamError] it is worth another try; by itself it is not.
type ResponseError struct {
	// Code is the service's name of the failure, such as "server_error"; it
	// may be empty.
	Code    string
	Message string
}

// Error gives the message.
func (e *ResponseError) Error() string {
	switch {
	case e.Message != "":
		return e.Message
	case e.Code != "":
		return "the model failed: " + e.Code
	}
	return "the model failed without saying why"
}

// IncompleteError says that the model stopped before it was done. With the
// reason "content_filter" it is final; otherwise it is the cause of a
// [*StreamError].
type IncompleteError struct {
	// Reason is the service's, such as "max_output_tokens"; it may be empty.
	Reason string
}

// Error gives the reason.
func (e *IncompleteError) Error() string {
	if e.Reason == "" {
		return "the response is incomplete"
	}
	return "the response is incomplete: " + e.Reason
}

// ContextWindowError says that the conversation does not fit into the model's
// context. Compacting it may help.
type ContextWindowError struct {
	// Message is the service's; it may be empty.
	Message string
}

// Error gives the message.
func (e *ContextWindowError) Error() string {
	text := "the conversation is too long for the model's context window"
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// MissingEnvError says that the variable with the provider's key is not set.
// Nothing was sent.
type MissingEnvError struct {
	// Var is the name of the variable.
	Var string
	// Instructions is the provider's hint; it may be empty.
	Instructions string
}

// Error names the variable.
func (e *MissingEnvError) Error() string {
	text := "missing environment variable: `" + e.Var + "`"
	if e.Instructions != "" {
		text += ". " + e.Instructions
	}
	return text
}

// ContentError says that a successful response was not an event stream, as
// when a proxy answers with a page of its own.
type ContentError struct {
	// ContentType is the response's; it may be empty.
	ContentType string
	// Encoding is the content encoding that was not asked for, if that is
	// what is wrong.
	Encoding string
	// Body is the beginning of the response's body.
	Body string
}

// Error says what came instead.
func (e *ContentError) Error() string {
	if e.Encoding != "" {
		return "the response has the content encoding " + strconv.Quote(e.Encoding) + ", which was not asked for"
	}
	text := "expected an event stream, got " + strconv.Quote(e.ContentType)
	if e.Body != "" {
		text += ": " + e.Body
	}
	return text
}

func statusLine(status int) string {
	if text := http.StatusText(status); text != "" {
		return strconv.Itoa(status) + " " + text
	}
	return strconv.Itoa(status)
}
