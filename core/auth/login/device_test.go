package login

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/auth"
)

// script is an issuer in memory: it answers requests in order, the last one
// for ever.
type script struct {
	steps    []step
	requests []string // path, body and time since the first one
	first    time.Time
}

type step struct {
	status int
	body   string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if s.first.IsZero() {
		s.first = time.Now()
	}
	s.requests = append(s.requests, r.URL.String()+" "+string(body)+" "+time.Since(s.first).String())
	next := s.steps[0]
	if len(s.steps) > 1 {
		s.steps = s.steps[1:]
	}
	return &http.Response{StatusCode: next.status, Body: io.NopCloser(strings.NewReader(next.body)), Request: r}, nil
}

// device runs a device login against a script.
func device(t *testing.T, s *script, store Store) (prompts []string, err error) {
	t.Helper()
	err = Device(t.Context(), DeviceOptions{
		Store: store, Issuer: "https://issuer.example.com/", HTTPClient: &http.Client{Transport: s},
		Prompt: func(address, code string) { prompts = append(prompts, address+" "+code) },
	})
	return prompts, err
}

func TestDevice(t *testing.T) {
	t.Parallel()
	id := idToken(t, claims{"chatgpt_account_id": "acct"})
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{
			{200, `{"device_auth_id":"d1","user_code":"ABCD","interval":"7"}`},
			{403, ``},
			{404, ``},
			{429, ``},
			{403, ``},
			{200, `{"authorization_code":"code","code_challenge":"x","code_verifier":"verifier"}`},
			{200, `{"id_token":"` + id + `","access_token":"a","refresh_token":"r"}`},
		}}
		var stored auth.Tokens
		prompts, err := device(t, s, storeFunc(func(_ context.Context, tokens auth.Tokens) error { stored = tokens; return nil }))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"https://issuer.example.com/api/accounts/deviceauth/authorize ABCD"}, prompts); diff != "" {
			t.Error(diff)
		}
		const question = `{"device_auth_id":"d1","user_code":"ABCD"}`
		if diff := cmp.Diff([]string{
			`https://issuer.example.com/api/accounts/deviceauth/usercode {"client_id":"app_EMoamEEZ73f0CkXaXp7hrann"} 0s`,
			`https://issuer.example.com/api/accounts/deviceauth/token ` + question + ` 0s`,
			`https://issuer.example.com/api/accounts/deviceauth/token ` + question + ` 7s`,
			`https://issuer.example.com/api/accounts/deviceauth/token ` + question + ` 14s`,
			`https://issuer.example.com/api/accounts/deviceauth/token ` + question + ` 26s`,
			`https://issuer.example.com/api/accounts/deviceauth/token ` + question + ` 38s`,
			`https://issuer.example.com/oauth/token grant_type=authorization_code&code=code` +
				`&redirect_uri=https%3A%2F%2Fissuer.example.com%2Fdeviceauth%2Fcallback` +
				`&client_id=app_EMoamEEZ73f0CkXaXp7hrann&code_verifier=verifier 38s`,
		}, s.requests); diff != "" {
			t.Error(diff)
		}
		if stored != (auth.Tokens{ID: id, Access: "a", Refresh: "r"}) {
			t.Error("other tokens were stored")
		}
	})
}

func TestDeviceFails(t *testing.T) {
	t.Parallel()
	const code = `{"device_auth_id":"d1","usercode":"secret"}`
	noRoom := errors.New("no room")
	for _, test := range []struct {
		name     string
		steps    []step
		prompted bool
		check    func(error) bool
	}{
		{"no code", []step{{503, "secret"}}, false, func(err error) bool {
			var status *StatusError
			return errors.As(err, &status) && status.Status == 503
		}},
		{"not offered", []step{{404, "secret"}}, false, func(err error) bool { return errors.Is(err, ErrNoDeviceLogin) }},
		{"denied", []step{{200, code}, {403, ""}, {400, `{"error":"access_denied secret"}`}}, true, func(err error) bool {
			return err.Error() == "wait for the code to be typed: the issuer answered with status 400"
		}},
		{"expired", []step{{200, code}, {410, "secret"}}, true, func(err error) bool {
			return err.Error() == "wait for the code to be typed: the issuer answered with status 410"
		}},
		{"no object", []step{{200, "secret"}}, false, func(err error) bool { return errors.Is(err, ErrAnswer) }},
		{"empty object", []step{{200, "{}"}}, false, func(err error) bool { return errors.Is(err, ErrAnswer) }},
		{"refused", []step{{200, code}, {500, "secret"}}, true, func(err error) bool {
			var status *StatusError
			return errors.As(err, &status) && status.Status == 500
		}},
		{"useless grant", []step{{200, code}, {200, `{"authorization_code":"secret"}`}}, true, func(err error) bool { return errors.Is(err, ErrAnswer) }},
		{"never typed", []step{{200, code}, {403, ""}}, true, func(err error) bool { return errors.Is(err, ErrTimedOut) }},
		{"exchange", []step{{200, code}, {200, `{"authorization_code":"secret","code_verifier":"secret"}`}, {400, "secret"}}, true, func(err error) bool {
			var status *StatusError
			return errors.As(err, &status) && status.Status == 400
		}},
		{"store", []step{{200, code}, {200, `{"authorization_code":"secret","code_verifier":"secret"}`}, {200, `{"id_token":"secret","access_token":"secret","refresh_token":"secret"}`}},
			true, func(err error) bool { return errors.Is(err, noRoom) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				prompts, err := device(t, &script{steps: test.steps}, storeFunc(func(context.Context, auth.Tokens) error { return noRoom }))
				if !test.check(err) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v", err)
				}
				if (len(prompts) > 0) != test.prompted {
					t.Errorf("prompts: %q", prompts)
				}
			})
		})
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		``: defaultInterval, `null`: defaultInterval, `"x"`: defaultInterval, `"0"`: defaultInterval, `-1`: defaultInterval, `"NaN"`: defaultInterval,
		`"5"`: 5 * time.Second, `7`: 7 * time.Second, `2.5`: 2500 * time.Millisecond, `" 3 "`: 3 * time.Second, `0.01`: shortestInterval, `1e300`: deviceTime,
	} {
		if got := interval(json.RawMessage(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
