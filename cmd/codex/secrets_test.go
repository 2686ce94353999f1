package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/mcpclient/oauth"
	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// Secrets of a user, in all the places where the program finds some. Each can be
// told from the others where it turns up.
const (
	storedKey    = "sk-stored-0123456789-key"
	typedKey     = "sk-typed-0123456789-key"
	environKey   = "sk-environ-0123456789-key"
	headerSecret = "header-0123456789-secret"
	bearerSecret = "bearer-0123456789-secret"
	serverSecret = "server-0123456789-secret"
	accessSecret = "access-0123456789-secret"
	renewSecret  = "renew-0123456789-secret"
	urlSecret    = "url-0123456789-secret"
	proxySecret  = "proxy-0123456789-secret"
	signInSecret = "sign-in-0123456789-secret"
)

// secrets are all of them, what [fakeIssuer] hands out, and a password as a
// header has it.
var secrets = []string{
	storedKey, typedKey, environKey, headerSecret, bearerSecret, serverSecret, accessSecret, renewSecret,
	urlSecret, proxySecret, signInSecret, issuedAccess, issuedRefresh,
	base64.StdEncoding.EncodeToString([]byte("ann:" + urlSecret)), base64.StdEncoding.EncodeToString([]byte("ann:" + proxySecret)),
}

// secretive runs the program with a home full of secrets, as loud as it gets,
// and keeps all that it printed.
type secretive struct {
	t       *testing.T
	home    string
	dir     string
	model   *modeltest.Server
	env     []string // more variables
	printed bytes.Buffer
}

func newSecretive(t *testing.T, answers ...modeltest.Response) *secretive {
	t.Helper()
	model := modeltest.Start(answers...)
	t.Cleanup(model.Close)
	s := &secretive{t: t, home: t.TempDir(), dir: t.TempDir(), model: model}
	s.write(config.FileName, fmt.Sprintf(`model = "m"
model_provider = "mock"
sandbox_mode = "danger-full-access"
experimental_use_rmcp_client = true
[model_providers.mock]
name = "mock"
base_url = %q
wire_api = "responses"
requires_openai_auth = true
request_max_retries = 0
stream_max_retries = 1
http_headers = { x-secret = %q }
[mcp_servers.web]
url = "http://127.0.0.1:1/mcp"
bearer_token = %q
[mcp_servers.program]
command = "no-such-server"
env = { API_TOKEN = %q }
`, model.BaseURL(), headerSecret, bearerSecret, serverSecret))
	s.write(auth.FileName, fmt.Sprintf(`{"OPENAI_API_KEY":%q,"tokens":{"id_token":"e30.e30.eA","access_token":%q,"refresh_token":%q}}`,
		storedKey, accessSecret, renewSecret))
	return s
}

func (s *secretive) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.home, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// command is the program with its output kept.
func (s *secretive) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Args[0] = "codex"
	cmd.Dir = s.dir
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "CODEX_HOME=" + s.home, "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"RUST_LOG=trace", "GORACE=" + os.Getenv("GORACE"),
	}, s.env...)
	cmd.Stdout, cmd.Stderr = &s.printed, &s.printed
	return cmd
}

// run runs a command with an input. How it ends does not matter.
func (s *secretive) run(stdin string, args ...string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	cmd := s.command(ctx, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	fmt.Fprintf(&s.printed, "\n# end of %q\n", args[0])
}

// check looks for secrets in everything that was printed, and in every file of
// the home but those that are made for them.
func (s *secretive) check() {
	s.t.Helper()
	look := func(where, text string) {
		for _, secret := range secrets {
			if at := strings.Index(text, secret); at >= 0 {
				s.t.Errorf("%s holds %q: %q", where, secret, text[max(0, at-200):at+len(secret)])
			}
		}
	}
	look("the output", s.printed.String())
	files := 0
	err := filepath.WalkDir(s.home, func(path string, entry fs.DirEntry, err error) error {
		made := []string{config.FileName, auth.FileName, oauth.FileName}
		if err != nil || !entry.Type().IsRegular() || slices.Contains(made, entry.Name()) {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		look(path, string(text))
		return err
	})
	if err != nil || files == 0 {
		s.t.Errorf("looked at %d files, %v", files, err)
	}
}

// TestSecretsAreNeverWritten uses every command that deals with secrets, also
// where it fails, and searches all that the program wrote.
func TestSecretsAreNeverWritten(t *testing.T) {
	t.Parallel()
	t.Run("exec", func(t *testing.T) {
		t.Parallel()
		s := newSecretive(t,
			modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["env"]}`)),
			modeltest.Reply(modeltest.Text("done")),
			modeltest.Status(http.StatusUnauthorized, `{"error":{"message":"bad key `+environKey+`"}}`),
			modeltest.Reply(modeltest.Disconnect()),
			modeltest.Reply(modeltest.Failed("server_error", "Bearer "+environKey)),
		)
		s.env = []string{"CODEX_API_KEY=" + environKey}
		for range 3 {
			s.run("", "exec", "--skip-git-repo-check", "--json", "hello")
		}
		if !strings.Contains(s.printed.String(), `"type":"turn.completed"`) || !strings.Contains(s.printed.String(), `"type":"turn.failed"`) {
			t.Errorf("the turns went otherwise:\n%s", s.printed.String())
		}
		s.check()
	})
	t.Run("configuration", func(t *testing.T) {
		t.Parallel()
		s := newSecretive(t)
		s.run("", "config", "show", "--origins")
		s.run("", "config", "show", "--json", "-c", "mcp_servers.web.bearer_token="+bearerSecret)
		s.run("", "mcp", "list")
		s.run("", "mcp", "list", "--json")
		s.run("", "mcp", "get", "web")
		s.run("", "mcp", "get", "program", "--json")
		s.run("", "mcp", "login", "web")
		s.run("", "mcp", "add", "other", "--env", "API_KEY="+serverSecret, "--", "x")
		s.run("", "mcp", "remove", "other")
		for _, broken := range []string{
			"[mcp_servers.web]\nurl = \"http://x\"\nbearer_token = \"" + bearerSecret + "\n",
			"[mcp_servers.web]\nurl = 1\nbearer_token = [\"" + bearerSecret + "\"]\n",
			"[model_providers.x]\nname = \"x\"\nhttp_headers = \"" + headerSecret + "\"\n",
			"[model_providers.x]\nname = \"x\"\nwire_api = 1\nhttp_headers = { a = " + headerSecret + " }\n",
		} {
			s.write(config.FileName, broken)
			s.run("", "config", "show")
			s.run("", "mcp", "list")
			s.run("", "app-server")
		}
		s.check()
	})
	t.Run("sign-in", func(t *testing.T) {
		t.Parallel()
		s := newSecretive(t)
		s.run("", "login", "status")
		s.run("", "apply", "task")
		s.run(typedKey, "login", "--api-key", "-")
		s.run("", "login", "status")
		s.run(`{"id":0,"method":"initialize","params":{"clientInfo":{"name":"t","version":"1"}}}
{"id":1,"method":"getAuthStatus","params":{}}
{"id":2,"method":"loginApiKey","params":{"apiKey":"`+typedKey+`"}}
{"id":3,"method":"loginApiKey","params":{"apiKey":["`+typedKey+`"]}}
{"id":4,"method":"loginApiKey","params":{"apiKey":"`+typedKey+`}}
{"id":5,"method":"userInfo"}
{"id":6,"method":"newConversation","params":{"config":{"model_providers.mock.http_headers":"`+headerSecret+`"}}}
{"id":7,"method":"newConversation","params":{}}
{"id":8,"method":"getUserSavedConfig"}
{"id":9,"method":"setDefaultModel","params":{"model":"other"}}
`, "app-server")
		if !strings.Contains(s.printed.String(), `"method":"authStatusChange"`) {
			t.Errorf("the server did otherwise:\n%s", s.printed.String())
		}
		for _, broken := range []string{`{"OPENAI_API_KEY":"` + storedKey, `{"OPENAI_API_KEY":["` + storedKey + `"]}`, `"` + storedKey + `"`} {
			s.write(auth.FileName, broken)
			s.run("", "login", "status")
			s.run("", "exec", "--skip-git-repo-check", "hello")
		}
		s.run("", "logout")
		s.check()
	})
}
