package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/mcpclient/oauth"
	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// parrot is a service that repeats whatever it is sent, with a status.
func parrot(t *testing.T, status int) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := new(strings.Builder)
		r.Header.Write(body)                      //nolint:errcheck // into memory
		_ = r.ParseForm()                         // of what it can read
		fmt.Fprintf(body, "%s %s", r.URL, r.Form) //nolint:errcheck // into memory
		http.Error(w, body.String(), status)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestSecretsStayBehindTheNetwork has services that repeat what they were sent,
// and none at all, behind addresses that are secret themselves.
func TestSecretsStayBehindTheNetwork(t *testing.T) {
	t.Parallel()
	if !thorough {
		t.Skip("it starts many commands that end at once")
	}
	t.Run("refresh through a proxy", func(t *testing.T) {
		t.Parallel()
		no := modeltest.Status(http.StatusUnauthorized, "expired: "+accessSecret)
		s := newSecretive(t, no, no, no)
		s.write(auth.FileName, fmt.Sprintf(`{"tokens":{"id_token":"e30.e30.eA","access_token":%q,"refresh_token":%q,"account_id":"acct"},"last_refresh":"2999-01-01T00:00:00Z"}`,
			accessSecret, renewSecret))
		s.env = []string{"HTTPS_PROXY=http://ann:" + proxySecret + "@127.0.0.1:1", "HTTP_PROXY=http://ann:" + proxySecret + "@127.0.0.1:1"}
		s.run("", "exec", "--skip-git-repo-check", "hello")
		s.run("", "exec", "--skip-git-repo-check", "-c", "chatgpt_base_url=https://127.0.0.2:1/", "hello")
		s.run("", "apply", "-c", "chatgpt_base_url=http://ann:"+urlSecret+"@service.invalid/", "task")
		s.run("", "login", "--experimental_use-device-code", "--experimental_issuer", "https://ann:"+urlSecret+"@issuer.invalid")
		s.printedWant("refresh the sign-in: the issuer cannot be reached: proxyconnect", "fetch task: ", "request a code: ")
		s.check()
	})
	t.Run("keys of a provider", func(t *testing.T) {
		t.Parallel()
		s := newSecretive(t)
		s.env = []string{"MY_KEY=" + environKey, "MY_HEADER=" + headerSecret}
		for _, status := range []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusOK} {
			for _, wire := range []string{`"responses"`, `"chat"`, `"responses"
env_key = "MY_KEY"`} {
				s.write(config.FileName, fmt.Sprintf(`model = "m"
model_provider = "parrot"
[model_providers.parrot]
name = "parrot"
base_url = %q
wire_api = %s
env_http_headers = { X-Api-Key = "MY_HEADER" }
query_params = { token = %q }
request_max_retries = 0
stream_max_retries = 0
`, strings.Replace(parrot(t, status), "://", "://ann:"+urlSecret+"@", 1), wire, signInSecret))
				s.run("", "exec", "--skip-git-repo-check", "--json", "hello")
			}
		}
		s.run("", "config", "show", "--origins")
		s.run("", "config", "show", "--json")
		s.printedWant(`"type":"turn.failed"`, "base_url = (hidden)")
		s.check()
	})
	t.Run("MCP servers", func(t *testing.T) {
		t.Parallel()
		s := newSecretive(t, modeltest.Reply(modeltest.Text("done")), modeltest.Reply(modeltest.Text("done")))
		refused, broken := parrot(t, http.StatusUnauthorized), parrot(t, http.StatusInternalServerError)
		secret := strings.Replace(refused, "://", "://ann:"+urlSecret+"@", 1)
		s.write(config.FileName, fmt.Sprintf(`experimental_use_rmcp_client = true
%s
[mcp_servers.refused]
url = "%s/mcp?api_key=%s"
bearer_token = %q
[mcp_servers.broken]
url = %q
bearer_token = %q
[mcp_servers.signedin]
url = %q
[mcp_servers.noisy]
command = "sh"
args = ["-c", "env; env >&2; exit 1"]
env = { API_TOKEN = %q }
`, s.model.Config(), secret, urlSecret, bearerSecret, broken, bearerSecret, refused, serverSecret))
		s.write(oauth.FileName, fmt.Sprintf(`{"servers":{%q:{"client_id":"c","client_secret":%q,"token_url":%q,"access_token":%q,"refresh_token":%q,"expiry":"2020-01-01T00:00:00Z"}}}`,
			refused, signInSecret, broken, accessSecret, renewSecret))
		for _, name := range []string{"refused", "broken", "signedin", "noisy"} {
			s.run("", "mcp", "get", name)
			s.run("", "mcp", "get", name, "--json")
			s.run("", "mcp", "login", name)
		}
		s.run("", "mcp", "list")
		s.run("", "mcp", "list", "--json")
		s.run("", "exec", "--skip-git-repo-check", "hello")
		s.run("", "mcp", "logout", "signedin")
		s.run("", "mcp", "remove", "refused")
		s.printedWant("API_TOKEN=***", "://ann:***@127.0.0.1", `log in to "broken"`, "done")
		s.check()
	})
	t.Run("device login", func(t *testing.T) {
		t.Parallel()
		issuer := fakeIssuer()
		t.Cleanup(issuer.Close)
		s := newSecretive(t)
		s.run("", "login", "--experimental_use-device-code", "--experimental_issuer", issuer.URL)
		s.run("", "login", "status")
		s.run("", "apply", "nosuch", "-c", "chatgpt_base_url="+issuer.URL)
		s.run("", "login", "--experimental_use-device-code", "--experimental_issuer", parrot(t, http.StatusOK))
		s.run("", "login", "--experimental_use-device-code", "--experimental_issuer", parrot(t, http.StatusForbidden))
		s.run("", "logout")
		s.printedWant("Successfully logged in", "no such task for ***", "Successfully logged out")
		s.check()
	})
}

// printedWant fails the test if something was not printed that shows that the
// secrets were used.
func (s *secretive) printedWant(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !strings.Contains(s.printed.String(), text) {
			s.t.Errorf("%q was not printed:\n%s", text, s.printed.String())
		}
	}
}
