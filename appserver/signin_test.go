package appserver

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// tokenIssuer answers the requests for new tokens in place of the issuer, and
// lets all others through.
type tokenIssuer struct {
	http.RoundTripper
	answer func(n int) (status int, body string) // to the n-th, counted from 1

	mu    sync.Mutex
	asked []string // the refresh tokens
}

func (i *tokenIssuer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "auth.openai.com" {
		return i.RoundTripper.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, token, _ := strings.Cut(string(body), `"refresh_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	i.mu.Lock()
	i.asked = append(i.asked, token)
	status, text := i.answer(len(i.asked))
	i.mu.Unlock()
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

func (i *tokenIssuer) requests() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string{}, i.asked...)
}

// idTokenOf is the id token of an account.
func idTokenOf(account string) string {
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return encode(`{"alg":"none"}`) + "." + encode(fmt.Sprintf(`{"https://api.openai.com/auth":{"chatgpt_account_id":%q}}`, account)) + ".c2ln"
}

// TestTokenEndsInATurn has the provider refuse the access token in the middle of
// a turn. One refresh goes out and the turn goes on; where that does not help,
// the turn ends with an error that says what to do, and the conversation is of
// use again after it.
func TestTokenEndsInATurn(t *testing.T) {
	t.Parallel()
	renewed := func(account string) func(int) (int, string) {
		return func(n int) (int, string) {
			return http.StatusOK, fmt.Sprintf(`{"id_token":%q,"access_token":"access-%d","refresh_token":"refresh-%d"}`, idTokenOf(account), n, n)
		}
	}
	refused := func(int) (int, string) { return http.StatusBadRequest, `{"error":"invalid_grant refresh-0"}` }
	no, yes := modeltest.Status(http.StatusUnauthorized, `{"error":{"message":"expired access-0"}}`), modeltest.Reply(modeltest.Text("Hello"))
	call := modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["true"]}`))
	const again = "your credentials were not accepted (401 Unauthorized); log in again"
	for _, test := range []struct {
		name    string
		answer  func(int) (int, string)
		model   []modeltest.Response
		want    string   // the error of the turn; empty for none
		bearers []string // what the model sees of it
		asked   []string // the refresh tokens that the issuer sees
		next    string   // the bearer of the next turn
		stored  string   // the access token in the file
	}{
		{"at once", renewed("acct"), []modeltest.Response{no, yes},
			"", []string{"access-0", "access-1"}, []string{"refresh-0"}, "access-1", "access-1"},
		{"after a command", renewed("acct"), []modeltest.Response{call, no, yes},
			"", []string{"access-0", "access-0", "access-1"}, []string{"refresh-0"}, "access-1", "access-1"},
		{"twice", renewed("acct"), []modeltest.Response{no, no},
			again + `: {\"error\":{\"message\":\"expired [redacted]\"}}`, []string{"access-0", "access-1"}, []string{"refresh-0"}, "access-1", "access-1"},
		{"revoked", refused, []modeltest.Response{no, no},
			"sign in again", []string{"access-0"}, []string{"refresh-0"}, "access-0", "access-0"},
		{"another account", renewed("other"), []modeltest.Response{no, no},
			"belong to another account", []string{"access-0"}, []string{"refresh-0"}, "access-0", "access-0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			issuer := &tokenIssuer{answer: test.answer}
			s := newStage(t, stageOptions{
				provider: "requires_openai_auth = true", model: test.model, issuer: issuer,
				files: map[string]string{"auth.json": fmt.Sprintf(
					`{"tokens":{"id_token":%q,"access_token":"access-0","refresh_token":"refresh-0","account_id":"acct"},"last_refresh":"2999-01-01T00:00:00Z"}`,
					idTokenOf("acct"))},
			})
			w := s.dial()
			id := w.open()
			w.send(message(1, id, "one"))
			lines := strings.Join(w.until(`"type":"task_complete"`), "\n")
			_, failure, failed := strings.Cut(lines, `"type":"error"`)
			failure, _, _ = strings.Cut(failure, "\n")
			if failed != (test.want != "") || !strings.Contains(failure, test.want) {
				t.Errorf("the turn failed: %t %s, want %q", failed, failure, test.want)
			}
			before := s.model.Count()
			s.model.Add(yes)
			w.send(message(2, id, "two"))
			w.until(`"type":"task_complete"`)
			var bearers []string
			for _, r := range s.model.Requests() {
				bearers = append(bearers, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
			}
			if diff := cmp.Diff(test.bearers, bearers[:before]); diff != "" {
				t.Errorf("the requests differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.asked, issuer.requests()); diff != "" {
				t.Errorf("the refreshes differ (-want +got):\n%s", diff)
			}
			if got := bearers[len(bearers)-1]; got != test.next {
				t.Errorf("the next turn used %q, want %q", got, test.next)
			}
			file, err := os.ReadFile(filepath.Join(s.home, "auth.json"))
			if err != nil || !strings.Contains(string(file), test.stored) {
				t.Errorf("auth.json lacks %s: %v", test.stored, err)
			}
			for _, text := range append(s.checkRollouts(), lines) {
				if strings.Contains(text, "access-") || strings.Contains(text, "refresh-0") {
					t.Errorf("a token was written: %s", text)
				}
			}
		})
	}
}
