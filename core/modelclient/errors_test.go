package modelclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

// store is a credential store that gives out one token after the other, the
// next one after each refresh.
type store struct {
	credentials []modelclient.Credential
	refreshErr  error
	refreshes   int
}

func (s *store) Token(context.Context) (modelclient.Credential, bool, error) {
	if len(s.credentials) == 0 {
		return modelclient.Credential{}, false, nil
	}
	return s.credentials[min(s.refreshes, len(s.credentials)-1)], true, nil
}

func (s *store) Refresh(context.Context) error {
	s.refreshes++
	return s.refreshErr
}

// The rows of the specification's table of outcomes, with what "Do better"
// makes of them. (spec: agent-loop, errors and request retry)
func TestRequestOutcomes(t *testing.T) {
	t.Parallel()
	ok := modeltest.Reply(modeltest.Text("fine"))
	status := func(code int) modeltest.Response { return modeltest.Status(code, "the body") }
	usage := func(body string) modeltest.Response { return modeltest.Status(429, `{"error":`+body+`}`) }
	const responses, chat = modelprovider.WireResponses, modelprovider.WireChat
	tests := []struct {
		name      string
		wire      modelprovider.WireAPI
		retries   uint64
		stored    bool
		script    []modeltest.Response
		requests  int
		refreshes int
		want      error // nil: the stream begins
	}{
		{"success", responses, 4, false, []modeltest.Response{ok}, 1, 0, nil},
		{"500 then success", responses, 4, false, []modeltest.Response{status(500), ok}, 2, 0, nil},
		{"every kind that is repeated", responses, 5, false, []modeltest.Response{status(429), status(503), status(502), status(408), status(409), ok}, 6, 0, nil},
		{"500 to the end", responses, 2, false, []modeltest.Response{status(500), status(500), status(500)}, 3, 0, &modelclient.RetryLimitError{Status: 500, Message: "the body"}},
		{"503 at last", responses, 1, false, []modeltest.Response{status(500), status(503)}, 2, 0, &modelclient.RetryLimitError{Status: 503, Message: "the body"}},
		{"no retries", responses, 0, false, []modeltest.Response{status(429)}, 1, 0, &modelclient.RetryLimitError{Status: 429, Message: "the body"}},
		{
			"the message of an error object", responses, 0, false,
			[]modeltest.Response{modeltest.Status(500, `{"error":{"message":"out of memory","code":"oom"}}`)}, 1, 0,
			&modelclient.RetryLimitError{Status: 500, Message: "out of memory"},
		},
		{"other 429", responses, 1, false, []modeltest.Response{usage(`{"type":"other","message":"slow down"}`), ok}, 2, 0, nil},
		{"429 without error object", responses, 1, false, []modeltest.Response{modeltest.Status(429, "busy"), ok}, 2, 0, nil},
		{
			"usage limit", responses, 4, false,
			[]modeltest.Response{usage(`{"type":"usage_limit_reached","message":"m","plan_type":"plus","resets_in_seconds":42}`)}, 1, 0,
			&modelclient.UsageLimitError{Plan: "plus", ResetsIn: new(42 * time.Second), RateLimits: &protocol.RateLimitSnapshot{}},
		},
		{
			"usage limit, plan in capitals", responses, 4, false,
			[]modeltest.Response{usage(`{"type":"usage_limit_reached","plan_type":"Team"}`)}, 1, 0,
			&modelclient.UsageLimitError{Plan: "team", RateLimits: &protocol.RateLimitSnapshot{}},
		},
		{
			"usage limit with limits", responses, 4, false,
			[]modeltest.Response{usage(`{"type":"usage_limit_reached"}`).With("x-codex-primary-used-percent", "100")}, 1, 0,
			&modelclient.UsageLimitError{RateLimits: &protocol.RateLimitSnapshot{Primary: &protocol.RateLimitWindow{UsedPercent: 100}}},
		},
		{
			"usage limit, plan of the token", responses, 4, true,
			[]modeltest.Response{usage(`{"type":"usage_limit_reached","resets_in_seconds":null}`)}, 1, 0,
			&modelclient.UsageLimitError{Plan: "pro", RateLimits: &protocol.RateLimitSnapshot{}},
		},
		{"usage not included", responses, 4, false, []modeltest.Response{usage(`{"type":"usage_not_included"}`)}, 1, 0, modelclient.ErrUsageNotIncluded},
		{"400", responses, 4, false, []modeltest.Response{status(400)}, 1, 0, &modelclient.StatusError{Status: 400, Body: "the body"}},
		{"403", responses, 4, false, []modeltest.Response{status(403)}, 1, 0, &modelclient.StatusError{Status: 403, Body: "the body"}},
		{"404", responses, 4, false, []modeltest.Response{status(404)}, 1, 0, &modelclient.StatusError{Status: 404, Body: "the body"}},
		{"413", responses, 4, false, []modeltest.Response{status(413)}, 1, 0, &modelclient.StatusError{Status: 413, Body: "the body"}},
		{"422", responses, 4, false, []modeltest.Response{status(422)}, 1, 0, &modelclient.StatusError{Status: 422, Body: "the body"}},
		{
			"context length", responses, 4, false,
			[]modeltest.Response{modeltest.Status(400, `{"error":{"code":"context_length_exceeded","message":"too long"}}`)}, 1, 0,
			&modelclient.ContextWindowError{Message: "too long"},
		},
		{"401 without login", responses, 4, false, []modeltest.Response{status(401)}, 1, 0, &modelclient.StatusError{Status: 401, Body: "the body"}},
		{"401, refresh, success", responses, 0, true, []modeltest.Response{status(401), ok}, 2, 1, nil},
		{"401 after the refresh", responses, 4, true, []modeltest.Response{status(401), status(401)}, 2, 1, &modelclient.AuthError{Body: "the body"}},
		{"401 among others", responses, 2, true, []modeltest.Response{status(500), status(401), status(500), ok}, 4, 1, nil},

		{"chat: success", chat, 4, false, []modeltest.Response{ok}, 1, 0, nil},
		{"chat: 429 then success", chat, 1, false, []modeltest.Response{usage(`{"type":"usage_limit_reached"}`), ok}, 2, 0, nil},
		{"chat: 503 to the end", chat, 1, false, []modeltest.Response{status(503), status(503)}, 2, 0, &modelclient.RetryLimitError{Status: 503, Message: "the body"}},
		{"chat: 400", chat, 4, false, []modeltest.Response{status(400)}, 1, 0, &modelclient.StatusError{Status: 400, Body: "the body"}},
		{"chat: 401 is not refreshed", chat, 4, true, []modeltest.Response{status(401)}, 1, 0, &modelclient.StatusError{Status: 401, Body: "the body"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, test.script...)
			provider := testProvider(test.wire, server.BaseURL())
			provider.RequestMaxRetries = &test.retries
			provider.RequiresOpenAIAuth = test.stored
			credentials := &store{credentials: []modelclient.Credential{{Bearer: "old-token", Plan: "pro"}, {Bearer: "new-token", Plan: "pro"}}}
			client := newClient(t, modelclient.Options{Provider: provider, Credentials: credentials})
			stream, err := client.Stream(t.Context(), new(modelclient.Request))
			if err == nil {
				defer stream.Close()
			}
			if diff := cmp.Diff(test.want, err, cmpErrors); diff != "" {
				t.Errorf("error differs (-want +got):\n%s", diff)
			}
			if modelclient.Retryable(err) {
				t.Error("the turn would repeat what the request loop repeated already")
			}
			if got := server.Count(); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
			if credentials.refreshes != test.refreshes {
				t.Errorf("%d refreshes, want %d", credentials.refreshes, test.refreshes)
			}
			if test.refreshes == 1 {
				last := server.Requests()[server.Count()-1]
				if got := last.Header.Get("Authorization"); got != "Bearer new-token" {
					t.Errorf("the last request has the authorization %q", got)
				}
			}
		})
	}
}

// cmpErrors compares errors by identity, and those of this package by value.
var cmpErrors = cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) || reflect.DeepEqual(a, b) })

// The rows of failures that come in the stream.
func TestStreamOutcomes(t *testing.T) {
	t.Parallel()
	failed := func(code, message string) modeltest.Response {
		return modeltest.Reply(modeltest.Failed(code, message))
	}
	const responses, chat = modelprovider.WireResponses, modelprovider.WireChat
	tests := []struct {
		name      string
		wire      modelprovider.WireAPI
		answer    modeltest.Response
		want      error
		retryable bool
		delay     time.Duration // 0: the backoff
	}{
		{"failed", responses, failed("server_error", "boom"), stream(&modelclient.ResponseError{Code: "server_error", Message: "boom"}), true, 0},
		{
			"failed without error", responses, modeltest.Reply(modeltest.Event(`{"type":"response.failed","response":{}}`)),
			stream(&modelclient.ResponseError{}), true, 0,
		},
		{
			"failed without response", responses, modeltest.Reply(modeltest.Event(`{"type":"response.failed"}`)),
			stream(&modelclient.ResponseError{}), true, 0,
		},
		{
			"rate limit in ms", responses, failed("rate_limit_exceeded", "Rate limit reached. Please try again in 300ms. See docs."),
			&modelclient.StreamError{
				Cause:      &modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Rate limit reached. Please try again in 300ms. See docs."},
				RetryAfter: 300 * time.Millisecond,
			}, true, 300 * time.Millisecond,
		},
		{
			"rate limit in s", responses, failed("rate_limit_exceeded", "Please try again in 1.5s."),
			&modelclient.StreamError{
				Cause:      &modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Please try again in 1.5s."},
				RetryAfter: 1500 * time.Millisecond,
			}, true, 1500 * time.Millisecond,
		},
		{
			"rate limit in minutes", responses, failed("rate_limit_exceeded", "Please try again in 1m30.5s. See docs."),
			&modelclient.StreamError{
				Cause:      &modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Please try again in 1m30.5s. See docs."},
				RetryAfter: 90500 * time.Millisecond,
			}, true, 90500 * time.Millisecond,
		},
		{
			"rate limit in words", responses, failed("rate_limit_exceeded", "Try again in 2 minutes 3 seconds"),
			&modelclient.StreamError{
				Cause:      &modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Try again in 2 minutes 3 seconds"},
				RetryAfter: 123 * time.Second,
			}, true, 123 * time.Second,
		},
		{
			"rate limit in moons", responses, failed("rate_limit_exceeded", "Try again in 2 moons"),
			stream(&modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Try again in 2 moons"}), true, 0,
		},
		{
			"rate limit for ever", responses, failed("rate_limit_exceeded", "Try again in 999999999 days."),
			&modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Try again in 999999999 days."}, false, 0,
		},
		{
			"rate limit for hours", responses, failed("rate_limit_exceeded", "Please try again in 2h0m."),
			&modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Please try again in 2h0m."}, false, 0,
		},
		{
			"delay of another code", responses, failed("server_error", "Please try again in 1.5s."),
			stream(&modelclient.ResponseError{Code: "server_error", Message: "Please try again in 1.5s."}), true, 0,
		},
		{
			"rate limit without delay", responses, failed("rate_limit_exceeded", "Slow down."),
			stream(&modelclient.ResponseError{Code: "rate_limit_exceeded", Message: "Slow down."}), true, 0,
		},
		{"context length", responses, failed("context_length_exceeded", "long"), &modelclient.ContextWindowError{Message: "long"}, false, 0},
		{"quota", responses, failed("insufficient_quota", "pay"), &modelclient.ResponseError{Code: "insufficient_quota", Message: "pay"}, false, 0},
		{"policy", responses, failed("content_policy_violation", "no"), &modelclient.ResponseError{Code: "content_policy_violation", Message: "no"}, false, 0},
		{"invalid prompt", responses, failed("invalid_prompt", "no"), &modelclient.ResponseError{Code: "invalid_prompt", Message: "no"}, false, 0},
		{"usage limit", responses, failed("usage_limit_reached", ""), &modelclient.UsageLimitError{RateLimits: &protocol.RateLimitSnapshot{}}, false, 0},
		{"usage not included", responses, failed("usage_not_included", ""), modelclient.ErrUsageNotIncluded, false, 0},
		{
			"error event", responses, modeltest.Reply(modeltest.Event(`{"type":"error","code":"server_error","message":"boom"}`), modeltest.Hang()),
			stream(&modelclient.ResponseError{Code: "server_error", Message: "boom"}), true, 0,
		},
		{
			"error event with object", responses, modeltest.Reply(modeltest.Event(`{"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"long"}}`)),
			&modelclient.ContextWindowError{Message: "long"}, false, 0,
		},
		{"incomplete", responses, modeltest.Reply(modeltest.Incomplete("max_output_tokens")), &modelclient.IncompleteError{Reason: "max_output_tokens"}, false, 0},
		{"filtered", responses, modeltest.Reply(modeltest.Incomplete("content_filter")), &modelclient.IncompleteError{Reason: "content_filter"}, false, 0},
		{"incomplete for another reason", responses, modeltest.Reply(modeltest.Incomplete("maintenance")), stream(&modelclient.IncompleteError{Reason: "maintenance"}), true, 0},
		{"end", responses, modeltest.Reply(modeltest.Text("x"), modeltest.End()), stream(modelclient.ErrStreamClosed), true, 0},

		{"chat: end", chat, modeltest.Reply(modeltest.Text("x"), modeltest.End()), stream(modelclient.ErrStreamClosed), true, 0},
		{"chat: error chunk", chat, failed("overloaded", "busy"), stream(&modelclient.ResponseError{Code: "overloaded", Message: "busy"}), true, 0},
		{
			"chat: error text", chat, modeltest.Reply(modeltest.Event(`{"error":"busy"}`)),
			stream(&modelclient.ResponseError{Message: "busy"}), true, 0,
		},
		{
			"chat: error with a number", chat, modeltest.Reply(modeltest.Event(`{"error":{"code":502,"message":"busy"}}`)),
			stream(&modelclient.ResponseError{Code: "502", Message: "busy"}), true, 0,
		},
		{"chat: context length", chat, failed("context_length_exceeded", "long"), &modelclient.ContextWindowError{Message: "long"}, false, 0},
		{"chat: length", chat, modeltest.Reply(modeltest.Text("x"), modeltest.Incomplete("length")), &modelclient.IncompleteError{Reason: "length"}, false, 0},
		{"chat: filtered", chat, modeltest.Reply(modeltest.Incomplete("content_filter")), &modelclient.IncompleteError{Reason: "content_filter"}, false, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, test.answer)
			client := newClient(t, modelclient.Options{Provider: testProvider(test.wire, server.BaseURL())})
			opened, err := client.Stream(t.Context(), new(modelclient.Request))
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			_, err = collect(t, opened)
			if diff := cmp.Diff(test.want, err, cmpErrors); diff != "" {
				t.Errorf("error differs (-want +got):\n%s", diff)
			}
			if got := modelclient.Retryable(err); got != test.retryable {
				t.Errorf("Retryable is %v, want %v", got, test.retryable)
			}
			if test.delay > 0 {
				if got := modelclient.RetryDelay(err, 3); got != test.delay {
					t.Errorf("RetryDelay is %v, want %v", got, test.delay)
				}
			} else if got := modelclient.RetryDelay(err, 2); got < 360*time.Millisecond || got >= 440*time.Millisecond {
				t.Errorf("RetryDelay is %v, want 0.4 s, give or take a tenth", got)
			}
			if _, again := opened.Next(t.Context()); again != err {
				t.Errorf("the next call returns %v, want the same error", again)
			}
		})
	}
}

func stream(cause error) error { return &modelclient.StreamError{Cause: cause} }

func TestDisconnect(t *testing.T) {
	t.Parallel()
	for _, wire := range []modelprovider.WireAPI{modelprovider.WireResponses, modelprovider.WireChat} {
		t.Run(string(wire), func(t *testing.T) {
			t.Parallel()
			server := start(t, modeltest.Reply(modeltest.Deltas("par"), modeltest.Disconnect()))
			client := newClient(t, modelclient.Options{Provider: testProvider(wire, server.BaseURL())})
			events, err := ask(t, client, new(modelclient.Request))
			if !modelclient.Retryable(err) {
				t.Errorf("error %v, want one that is worth a retry", err)
			}
			if !strings.Contains(err.Error(), "stream disconnected before completion") {
				t.Errorf("the text is %q", err)
			}
			found := false
			for _, event := range events {
				found = found || event.Kind == modelclient.TextDelta && event.Delta == "par"
			}
			if !found {
				t.Errorf("the delta before the disconnect is missing: %v", events)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := modeltest.Start()
	server.Close()
	provider := testProvider(modelprovider.WireResponses, "http://user:hidden@"+strings.TrimPrefix(server.URL, "http://")+"/v1")
	provider.RequestMaxRetries = new(uint64(2))
	provider.QueryParams = map[string]string{"api-key": "hidden"}
	var waits []time.Duration
	client := newClient(t, modelclient.Options{
		Provider: provider,
		Rand:     func() float64 { return 0.5 },
		Sleep: func(_ context.Context, d time.Duration) error {
			waits = append(waits, d)
			return nil
		},
	})
	_, err := client.Stream(t.Context(), new(modelclient.Request))
	transport, ok := errors.AsType[*modelclient.TransportError](err)
	if !ok {
		t.Fatalf("error %v, want a transport error", err)
	}
	if strings.Contains(err.Error(), "hidden") || transport.Host != strings.TrimPrefix(server.URL, "http://") {
		t.Errorf("the error is %q with host %q", err, transport.Host)
	}
	if diff := cmp.Diff([]time.Duration{200 * time.Millisecond, 400 * time.Millisecond}, waits); diff != "" {
		t.Errorf("waits differ (-want +got):\n%s", diff)
	}
}

// (spec: agent-loop, delay)
func TestDelays(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	tests := []struct {
		name   string
		header string
		rand   float64
		want   time.Duration
	}{
		{"backoff, low", "", 0, 180 * time.Millisecond},
		{"backoff, high", "", 0.5, 200 * time.Millisecond},
		{"seconds", "7", 0.5, 7 * time.Second},
		{"none", "0", 0.5, 0},
		{"date", now.Add(9 * time.Second).Format(http.TimeFormat), 0.5, 9 * time.Second},
		{"date in the past", now.Add(-9 * time.Second).Format(http.TimeFormat), 0.5, 0},
		{"nonsense", "soon", 0.5, 200 * time.Millisecond},
		{"negative", "-3", 0.5, 200 * time.Millisecond},
		{"fraction", "1.5", 0.5, 200 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			refusal := modeltest.Status(503, "")
			if test.header != "" {
				refusal = refusal.With("Retry-After", test.header)
			}
			server := start(t, refusal, modeltest.Reply())
			provider := testProvider(modelprovider.WireResponses, server.BaseURL())
			provider.RequestMaxRetries = nil
			var waits []time.Duration
			client := newClient(t, modelclient.Options{
				Provider: provider,
				Now:      func() time.Time { return now },
				Rand:     func() float64 { return test.rand },
				Sleep: func(_ context.Context, d time.Duration) error {
					waits = append(waits, d)
					return nil
				},
			})
			if _, err := ask(t, client, new(modelclient.Request)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]time.Duration{test.want}, waits); diff != "" {
				t.Errorf("waits differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBackoffIsCapped(t *testing.T) {
	t.Parallel()
	server := start(t)
	for range 101 {
		server.Add(modeltest.Status(500, ""))
	}
	provider := testProvider(modelprovider.WireResponses, server.BaseURL())
	provider.RequestMaxRetries = new(uint64(1000))
	var longest time.Duration
	client := newClient(t, modelclient.Options{
		Provider: provider,
		Sleep: func(_ context.Context, d time.Duration) error {
			longest = max(longest, d)
			return nil
		},
	})
	_, err := client.Stream(t.Context(), new(modelclient.Request))
	if diff := cmp.Diff(error(&modelclient.RetryLimitError{Status: 500}), err, cmpErrors); diff != "" {
		t.Errorf("error differs (-want +got):\n%s", diff)
	}
	if server.Count() != 101 || longest != 30*time.Second {
		t.Errorf("%d requests with waits up to %v, want 101 and 30s", server.Count(), longest)
	}
}

func TestRetryAfterThatIsTooLong(t *testing.T) {
	t.Parallel()
	server := start(t, modeltest.Status(429, "").With("Retry-After", "7200"))
	provider := testProvider(modelprovider.WireResponses, server.BaseURL())
	provider.RequestMaxRetries = nil
	client := newClient(t, modelclient.Options{Provider: provider})
	_, err := client.Stream(t.Context(), new(modelclient.Request))
	want := &modelclient.RetryLimitError{Status: 429, RetryAfter: 2 * time.Hour}
	if diff := cmp.Diff(error(want), err, cmpErrors); diff != "" {
		t.Errorf("error differs (-want +got):\n%s", diff)
	}
	if !strings.Contains(err.Error(), "2 hours") {
		t.Errorf("the text %q does not say how long", err)
	}
}

// Nothing that a service or a proxy repeats brings a secret into an error.
func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	const token, key, param = "sk-very-secret-token", "azure-secret-key", "p w+d/1"
	echo := token + " " + key + " p%20w%2Bd%2F1 p+w%2Bd%2F1 " + param
	answers := map[string]modeltest.Response{
		"status":  modeltest.Status(400, "bad key "+echo),
		"context": modeltest.Status(400, `{"error":{"code":"context_length_exceeded","message":"`+echo+`"}}`),
		"401":     modeltest.Status(401, echo),
		"500":     modeltest.Status(500, echo),
		"cut":     modeltest.Status(400, strings.Repeat("x", 4<<10-8)+echo),
		"garbled": modeltest.Reply(modeltest.Raw("data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\""+token+"\n\n"), modeltest.End()),
		"content": modeltest.Status(200, "<html>"+echo+"</html>").With("Content-Type", "text/html"),
		"failed":  modeltest.Reply(modeltest.Failed("server_error", echo)),
		"final":   modeltest.Reply(modeltest.Failed("invalid_prompt", echo)),
		"long":    modeltest.Reply(modeltest.Failed("context_length_exceeded", echo)),
		"partial": modeltest.Reply(modeltest.Incomplete(echo)),
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, answer, answer)
			provider := testProvider(modelprovider.WireResponses, server.BaseURL())
			provider.RequiresOpenAIAuth = true
			provider.HTTPHeaders = map[string]string{"Api-Key": key}
			provider.QueryParams = map[string]string{"token": param}
			client := newClient(t, modelclient.Options{
				Provider:    provider,
				Credentials: &store{credentials: []modelclient.Credential{{Bearer: token}}},
			})
			_, err := ask(t, client, new(modelclient.Request))
			if err == nil || err == io.EOF {
				t.Fatal("no error")
			}
			for _, secret := range []string{token, "sk-very", key, param, "p%20w", "p+w"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error repeats %q: %v", secret, err)
				}
			}
		})
	}
}
