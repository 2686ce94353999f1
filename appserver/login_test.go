package appserver

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/auth/login"
)

// fakeIssuer gives tokens for every code, once goOn is closed. asked receives a
// value for every request.
func fakeIssuer(t *testing.T, asked chan<- struct{}, goOn <-chan struct{}) *httptest.Server {
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	id := encode(`{"alg":"none"}`) + "." + encode(`{"email":"ada@example.com"}`) + ".c2ln"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		asked <- struct{}{}
		select {
		case <-goOn:
			fmt.Fprintf(w, `{"id_token":%q,"access_token":"access-1","refresh_token":"refresh-1"}`, id)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// loginStage is a stage whose logins go to a [fakeIssuer].
func loginStage(t *testing.T, goOn <-chan struct{}) (s *stage, asked <-chan struct{}) {
	t.Helper()
	s = newStage(t, stageOptions{config: "model_provider = \"openai\"\n"})
	requests := make(chan struct{}, 10)
	s.server.backend.Login.Issuer = fakeIssuer(t, requests, goOn).URL
	s.server.backend.Login.Port = login.AnyPort
	return s, requests
}

// begin starts a login and returns its id and where the browser comes back to.
func (w *wire) begin(id int) (loginID string, callback *url.URL) {
	w.t.Helper()
	var started struct{ LoginID, AuthURL string }
	if err := w.call(id, "loginChatGpt", "null", &started); err != "" {
		w.t.Fatal(err)
	}
	authURL, err := url.Parse(started.AuthURL)
	if err != nil {
		w.t.Fatal(err)
	}
	query := authURL.Query()
	if callback, err = url.Parse(query.Get("redirect_uri")); err != nil {
		w.t.Fatal(err)
	}
	callback.RawQuery = url.Values{"state": {query.Get("state")}, "code": {"code-1"}}.Encode()
	return started.LoginID, callback
}

// outcomes reduces the messages about a login.
func outcomes(lines []string) []string {
	var out []string
	for _, line := range lines {
		var m struct {
			ID     json.RawMessage
			Method string
			Params struct {
				Success    *bool
				Error      string
				AuthMethod string
			}
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			out = append(out, err.Error())
			continue
		}
		switch {
		case m.ID != nil:
			out = append(out, "response "+string(m.ID))
		case m.Params.Success != nil:
			out = append(out, fmt.Sprintf("%s %v %s", m.Method, *m.Params.Success, m.Params.Error))
		default:
			out = append(out, m.Method+" "+m.Params.AuthMethod)
		}
	}
	return out
}

const failed = "loginChatGptComplete false the login was not completed"

func TestLogin(t *testing.T) {
	t.Parallel()
	goOn := make(chan struct{})
	close(goOn)
	s, _ := loginStage(t, goOn)
	w, other := s.dial(), s.dial()
	for _, w := range []*wire{w, other} {
		w.send(initialize)
		w.until(`"id":0,`)
	}
	loginID, callback := w.begin(1)
	// A browser follows the redirect to the last page.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(callback.String())
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(page), "Signed in") {
		t.Errorf("the last page: %s, %s, %v", response.Status, page, err)
	}
	want := []string{"loginChatGptComplete true ", "authStatusChange chatgpt"}
	if diff := cmp.Diff(want, outcomes(w.until("authStatusChange"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[1:], outcomes(other.until("authStatusChange"))); diff != "" {
		t.Errorf("the other connection: %s", diff)
	}
	var status struct{ AuthMethod, AuthToken string }
	w.call(2, "getAuthStatus", `{"includeToken":true}`, &status)
	if status.AuthMethod != "chatgpt" || status.AuthToken != "access-1" {
		t.Errorf("status %+v", status)
	}
	var user struct{ AllegedUserEmail string }
	if w.call(3, "userInfo", `{}`, &user); user.AllegedUserEmail != "ada@example.com" {
		t.Errorf("user %+v", user)
	}
	// It has ended, though its last page can still be fetched.
	if got := w.call(4, "cancelLoginChatGpt", fmt.Sprintf(`{"loginId":%q}`, loginID), nil); !strings.Contains(got, "login id not found") {
		t.Errorf("cancel: %s", got)
	}
	// Its port is given to the next one at once.
	s.server.backend.Login.Port = portOf(t, callback)
	w.begin(5)
	if diff := cmp.Diff([]string{failed}, outcomes(w.end())); diff != "" {
		t.Errorf("at the end of the input: %s", diff)
	}
}

func portOf(t *testing.T, u *url.URL) int {
	t.Helper()
	var port int
	if _, err := fmt.Sscan(u.Port(), &port); err != nil {
		t.Fatal(err)
	}
	return port
}

// TestLoginEnds ends logins in every way before they succeed.
func TestLoginEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		send string // LOGIN stands for the id of the login
		want []string
	}{
		{"cancel", `{"id":9,"method":"cancelLoginChatGpt","params":{"loginId":"LOGIN"}}`, []string{"response 9", failed}},
		{"key", `{"id":9,"method":"loginApiKey","params":{"apiKey":"sk-test"}}`, []string{"response 9", failed, "authStatusChange apikey"}},
		{"logout", `{"id":9,"method":"logoutChatGpt"}`, []string{"response 9", failed, "authStatusChange "}},
		{"another login", `{"id":9,"method":"loginChatGpt"}`, []string{failed, "response 9"}},
	}
	for _, test := range tests {
		for _, exchanging := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, "/exchanging ", exchanging), func(t *testing.T) {
				t.Parallel()
				s, asked := loginStage(t, nil) // the issuer never answers
				w := s.dial()
				w.send(initialize)
				w.until(`"id":0,`)
				loginID, callback := w.begin(1)
				page := make(chan struct{})
				if exchanging {
					go func() { // the browser
						defer close(page)
						client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
						if response, err := client.Get(callback.String()); err == nil {
							response.Body.Close()
						}
					}()
					<-asked
				} else {
					close(page)
				}
				w.send(strings.ReplaceAll(test.send, "LOGIN", loginID))
				last := strings.Fields(test.want[len(test.want)-1])[0]
				if id, ok := strings.CutPrefix(test.want[len(test.want)-1], "response "); ok {
					last = `"id":` + id + `,`
				}
				if diff := cmp.Diff(test.want, outcomes(w.until(last))); diff != "" {
					t.Error(diff)
				}
				<-page
				if _, err := os.Stat(filepath.Join(s.home, "auth.json")); (err == nil) != (test.name == "key") {
					t.Errorf("auth.json: %v", err)
				}
				// A key that is none ends nothing.
				loginID, _ = w.begin(10)
				if got := w.call(11, "loginApiKey", `{"apiKey":" "}`, nil); !strings.Contains(got, "empty") {
					t.Errorf("blank key: %s", got)
				}
				w.send(fmt.Sprintf(`{"id":12,"method":"cancelLoginChatGpt","params":{"loginId":%q}}`, loginID))
				w.until(`"id":12,"result"`)
				w.until("loginChatGptComplete")
			})
		}
	}
}

// TestLoginTimesOut has no browser that comes back, and then one that takes the
// place of another login.
func TestLoginTimesOut(t *testing.T) {
	t.Parallel()
	goOn := make(chan struct{})
	close(goOn)
	s, _ := loginStage(t, goOn)
	s.write(filepath.Join(s.home, "auth.json"), `{"OPENAI_API_KEY":"sk-before"}`)
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	s.server.backend.Login.Timeout = time.Millisecond
	w.begin(1)
	if diff := cmp.Diff([]string{"loginChatGptComplete false the login timed out"}, outcomes(w.until("loginChatGptComplete"))); diff != "" {
		t.Error(diff)
	}
	var status struct{ AuthMethod, AuthToken string }
	if w.call(2, "getAuthStatus", `{"includeToken":true}`, &status); status.AuthToken != "sk-before" {
		t.Errorf("after the time-out: %+v", status)
	}
	// The issuer refuses; what was signed in stays.
	s.server.backend.Login.Timeout = 0
	browse := func(callback *url.URL) {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(callback.String())
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	_, callback := w.begin(3)
	query := callback.Query()
	query.Del("code")
	query.Set("error", "access_denied")
	callback.RawQuery = query.Encode()
	browse(callback)
	if diff := cmp.Diff([]string{"loginChatGptComplete false the issuer refused the login: access_denied"}, outcomes(w.until("loginChatGptComplete"))); diff != "" {
		t.Error(diff)
	}
	if w.call(4, "getAuthStatus", `{"includeToken":true}`, &status); status.AuthToken != "sk-before" {
		t.Errorf("after the refusal: %+v", status)
	}
	// A login takes the place of the key.
	_, callback = w.begin(5)
	browse(callback)
	w.until("authStatusChange")
	if w.call(6, "getAuthStatus", `{"includeToken":true}`, &status); status.AuthMethod != "chatgpt" || status.AuthToken != "access-1" {
		t.Errorf("after the login: %+v", status)
	}
}

// TestLoginPort has the port taken by something else.
func TestLoginPort(t *testing.T) {
	t.Parallel()
	s, _ := loginStage(t, nil)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s.server.backend.Login.Port = listener.Addr().(*net.TCPAddr).Port
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	w.send(`{"id":1,"method":"loginChatGpt"}`)
	// Nothing else waits meanwhile.
	if got := w.call(2, "getUserAgent", `{}`, nil); got != "" {
		t.Error(got)
	}
	if got := w.until(`"id":1,`); !strings.Contains(got[0], `"code":-32603`) || !strings.Contains(got[0], "in use") {
		t.Errorf("got %s", got)
	}
}

// TestLoginIsForced asks for what the configuration forbids.
func TestLoginIsForced(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ method, request, want string }{
		{"chatgpt", `{"id":1,"method":"loginApiKey","params":{"apiKey":"sk-test"}}`, "forced_login_method allows only a ChatGPT account"},
		{"api", `{"id":1,"method":"loginChatGpt"}`, "forced_login_method allows only an API key"},
	} {
		s := newStage(t, stageOptions{config: "forced_login_method = \"" + test.method + "\"\nmodel_provider = \"openai\"\n"})
		w := s.dial()
		w.send(initialize)
		w.until(`"id":0,`)
		w.send(test.request)
		if got := w.until(`"id":1,`); !strings.Contains(got[0], `"code":-32600`) || !strings.Contains(got[0], test.want) {
			t.Errorf("%s: got %s", test.method, got)
		}
		if _, err := os.Stat(filepath.Join(s.home, "auth.json")); err == nil {
			t.Errorf("%s: a login was stored", test.method)
		}
		w.end()
	}
}
