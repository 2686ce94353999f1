package modelclient_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// What users are told. (spec: agent-loop, user-visible error texts)
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	const pricing = "https://openai.com/chatgpt/pricing"
	limit := func(plan string, wait time.Duration) error {
		if wait < 0 {
			return &modelclient.UsageLimitError{Plan: plan}
		}
		return &modelclient.UsageLimitError{Plan: plan, ResetsIn: &wait}
	}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"plus", limit("plus", 90*time.Minute), "You have reached your usage limit. Upgrade to Pro (" + pricing + ") or try again in 1 hour 30 minutes."},
		{"plus, unknown", limit("plus", -1), "You have reached your usage limit. Upgrade to Pro (" + pricing + ") or try again later."},
		{"team", limit("team", 49*time.Hour+time.Minute), "You have reached your usage limit. Ask your admin for more, or try again in 2 days 1 hour 1 minute."},
		{"business", limit("business", -1), "You have reached your usage limit. Ask your admin for more, or try again later."},
		{"free", limit("free", time.Hour), "You have reached your usage limit. Upgrade to Plus (" + pricing + ") to continue."},
		{"pro", limit("pro", 24*time.Hour), "You have reached your usage limit. Try again in 1 day."},
		{"enterprise", limit("enterprise", 2*time.Hour), "You have reached your usage limit. Try again in 2 hours."},
		{"edu", limit("edu", 59*time.Second), "You have reached your usage limit. Try again in less than a minute."},
		{"unknown plan", limit("x", 60*time.Second), "You have reached your usage limit. Try again in 1 minute."},
		{"no plan", limit("", -1), "You have reached your usage limit. Try again later."},
		{"not included", modelclient.ErrUsageNotIncluded, "your ChatGPT plan does not include this: upgrade to Plus (" + pricing + ") to use it"},
		{"500", &modelclient.RetryLimitError{Status: 500}, "the model service is under high demand and has temporary errors (500 Internal Server Error); try again later"},
		{"500 with a message", &modelclient.RetryLimitError{Status: 500, Message: "boom"}, "the model service is under high demand and has temporary errors (500 Internal Server Error); try again later: boom"},
		{"500 with a time", &modelclient.RetryLimitError{Status: 500, RetryAfter: time.Hour}, "the model service is under high demand and has temporary errors (500 Internal Server Error); try again in 1 hour"},
		{"one unreadable event", &modelclient.UnreadableError{Cause: modelclient.ErrStreamClosed, Count: 1, First: "no"}, "stream closed before the response was completed; one event could not be read: no"},
		{"unreadable events", &modelclient.UnreadableError{Cause: modelclient.ErrStreamClosed, Count: 2, First: "no"}, "stream closed before the response was completed; 2 events could not be read, the first: no"},
		{"503 with a message", &modelclient.RetryLimitError{Status: 503, Message: "boom"}, "exceeded the retry limit, last status: 503 Service Unavailable: boom"},
		{"503", &modelclient.RetryLimitError{Status: 503}, "exceeded the retry limit, last status: 503 Service Unavailable"},
		{"status", &modelclient.StatusError{Status: 404, Body: "no such model"}, "unexpected status 404 Not Found: no such model"},
		{"odd status", &modelclient.StatusError{Status: 499}, "unexpected status 499"},
		{"redirect", &modelclient.StatusError{Status: 302, Location: "https://h"}, "unexpected status 302 Found: redirect to https://h was not followed"},
		{"401, of a key", &modelclient.AuthError{Cause: errors.New("no tokens to refresh"), Body: "Incorrect API key"},
			"your credentials were not accepted (401 Unauthorized); log in again: no tokens to refresh: Incorrect API key"},
		{"401", &modelclient.AuthError{}, "your credentials were not accepted (401 Unauthorized); log in again"},
		{"missing variable", &modelclient.MissingEnvError{Var: "KEY"}, "missing environment variable: `KEY`"},
		{"missing variable with hint", &modelclient.MissingEnvError{Var: "KEY", Instructions: "Ask Bob."}, "missing environment variable: `KEY`. Ask Bob."},
		{"stream", &modelclient.StreamError{Cause: modelclient.ErrIdleTimeout}, "stream disconnected before completion: idle timeout waiting for the model"},
		{"stream, failed", &modelclient.StreamError{Cause: &modelclient.ResponseError{Message: "boom"}}, "stream disconnected before completion: boom"},
		{"failed with a code only", &modelclient.ResponseError{Code: "x"}, "the model failed: x"},
		{"failed with nothing", &modelclient.ResponseError{}, "the model failed without saying why"},
		{"incomplete", &modelclient.IncompleteError{Reason: "max_output_tokens"}, "the response is incomplete: max_output_tokens"},
		{"incomplete without reason", &modelclient.IncompleteError{}, "the response is incomplete"},
		{"context", &modelclient.ContextWindowError{}, "the conversation is too long for the model's context window"},
		{"transport", &modelclient.TransportError{Host: "h:1", Cause: errors.New("refused")}, "error sending the request to h:1: refused"},
		{"content", &modelclient.ContentError{ContentType: "text/html"}, `expected an event stream, got "text/html"`},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.err.Error()); diff != "" {
			t.Errorf("%s: text differs (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestRetryable(t *testing.T) {
	t.Parallel()
	if modelclient.Retryable(nil) || modelclient.Retryable(errors.New("x")) {
		t.Error("what this package did not return is retryable")
	}
	wait := modelclient.RetryDelay(&modelclient.StreamError{Cause: errors.New("x"), RetryAfter: 24 * time.Hour}, 1)
	if wait != 5*time.Minute {
		t.Errorf("the longest wait is %v", wait)
	}
	for _, attempt := range []int{-1, 0, 1} {
		if wait := modelclient.RetryDelay(errors.New("x"), attempt); wait < 180*time.Millisecond || wait > 220*time.Millisecond {
			t.Errorf("attempt %d waits %v", attempt, wait)
		}
	}
	if wait := modelclient.RetryDelay(errors.New("x"), 1000); wait > 30*time.Second || wait < 27*time.Second {
		t.Errorf("attempt 1000 waits %v", wait)
	}
}

func TestLongBodiesAreCut(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("é", 5000)
	server := start(t, modeltest.Status(400, body))
	client := newClient(t, responsesOptions(server))
	_, err := ask(t, client, new(modelclient.Request))
	status, ok := errors.AsType[*modelclient.StatusError](err)
	if !ok || len(status.Body) > 4100 || !strings.HasSuffix(status.Body, "é…") {
		t.Errorf("error %.100v", err)
	}
}
