package appserver

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
)

// answer is a response as text: the result, or "code: message".
func (w *wire) answer(id int, method, params string) string {
	w.t.Helper()
	var result json.RawMessage
	if failure := w.call(id, method, params, &result); failure != "" {
		var object struct {
			Code    int
			Message string
		}
		if err := json.Unmarshal([]byte(failure), &object); err != nil {
			w.t.Fatal(err)
		}
		return fmt.Sprintf("%d: %s", object.Code, object.Message)
	}
	return string(result)
}

// ready connects a client that is initialized.
func (s *stage) ready() *wire {
	s.t.Helper()
	w := s.dial()
	w.send(initialize)
	w.until(`"id":0,`)
	return w
}

func flags(t *testing.T, texts ...string) []config.Override {
	t.Helper()
	overrides, err := config.ParseOverrides(texts)
	if err != nil {
		t.Fatal(err)
	}
	return overrides
}

func TestSavedConfigFollowsTheFile(t *testing.T) {
	t.Parallel()
	const empty = `{"config":{"profiles":{}}}`
	profile := func(name, members string) string {
		all := map[string]any{"model": nil, "modelProvider": nil, "approvalPolicy": nil, "modelReasoningEffort": nil,
			"modelReasoningSummary": nil, "modelVerbosity": nil, "chatgptBaseUrl": nil}
		if err := json.Unmarshal([]byte(members), &all); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(map[string]any{"config": map[string]any{"profiles": map[string]any{name: all}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	s := newStage(t, stageOptions{server: Options{Agent: agent.Options{Overrides: flags(t, "model=flag", "profile=p", "profiles.p.model=flag")}}})
	w := s.ready()
	for id, test := range []struct{ text, want string }{
		{"", empty},
		{"model = ''\nprofile = ''\n", `{"config":{"model":"","profile":"","profiles":{}}}`},
		{"model = 2025-01-01\nprofile = 1979-05-27T07:32:00Z\n", `{"config":{"model":"2025-01-01","profile":"1979-05-27T07:32:00Z","profiles":{}}}`},
		{"profile = 'not there'\nmodel_provider = 'nope'\n", `{"config":{"profile":"not there","profiles":{}}}`},
		{"approval_policy = 'on-failure'\nsandbox_mode = 'danger-full-access'\n", `{"config":{"approvalPolicy":"on-failure","profiles":{},"sandboxMode":"danger-full-access"}}`},
		{"model_reasoning_effort = 'minimal'\nmodel_reasoning_summary = 'none'\nmodel_verbosity = 'low'\n",
			`{"config":{"modelReasoningEffort":"minimal","modelReasoningSummary":"none","modelVerbosity":"low","profiles":{}}}`},
		{"[sandbox_workspace_write]\n", `{"config":{"profiles":{},"sandboxSettings":{"excludeSlashTmp":false,"excludeTmpdirEnvVar":false,"networkAccess":false,"writableRoots":[]}}}`},
		{"[sandbox_workspace_write]\nwritable_roots = ['~/x', 'rel', '']\nexclude_slash_tmp = true\n",
			`{"config":{"profiles":{},"sandboxSettings":{"excludeSlashTmp":true,"excludeTmpdirEnvVar":false,"networkAccess":false,"writableRoots":["~/x","rel",""]}}}`},
		{"tools = {}\n", `{"config":{"profiles":{},"tools":{}}}`},
		{"[tools]\nweb_search_request = true\nother = 1\n", `{"config":{"profiles":{},"tools":{"webSearch":true}}}`},
		{"[tools]\nview_image = false\nweb_search = false\n", `{"config":{"profiles":{},"tools":{"viewImage":false,"webSearch":false}}}`},
		{"profiles.q.approval_policy = 'never'\n", profile("q", `{"approvalPolicy":"never"}`)},
		{"profiles = {'a.b c' = {model = 'x', experimental_instructions_file = 'y', sandbox_mode = 'z'}}\n", profile("a.b c", `{"model":"x"}`)},
		{"\xef\xbb\xbfmodel = 'm'\r\n", `{"config":{"model":"m","profiles":{}}}`},
		{"frobnicate = true\n[features]\na = 1\n", empty},
		{"model = 1\n", "-32603: FILE:1:1: expected a string, found an integer in `model`"},
		{"model = 'a'\nmodel = 'b'\n", "-32603: FILE:2:1: key model is already defined"},
		{"[mcp_servers.x]\n", "-32603: FILE:1:2: expected `command` or `url` in `mcp_servers.x`"},
		{"[[profiles]]\n", "-32603: FILE:1:3: expected a table, found an array in `profiles`"},
		{"model = '\xff'\n", "-32603: FILE:1:10: invalid UTF-8 character in literal string"},
		{"model = \n", "-32603: FILE:1:9: "},
	} {
		path := filepath.Join(s.home, "config.toml")
		s.write(path, test.text)
		got := strings.Replace(w.answer(id+1, "getUserSavedConfig", "null"), "failed to load config.toml: ", "", 1)
		if got = strings.ReplaceAll(got, path, "FILE"); strings.HasSuffix(test.want, ": ") {
			got = got[:min(len(got), len(test.want))]
		}
		if diff := cmp.Diff(compact(t, test.want), compact(t, got)); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
}

// compact returns JSON with its members in order, and other text as it is.
func compact(t *testing.T, text string) string {
	t.Helper()
	if !strings.HasPrefix(text, "{") {
		return text
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	ordered, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(ordered)
}

func TestSetDefaultModelRequests(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{})
	inProfile := newStage(t, stageOptions{
		config: "profile = 'file'\n",
		server: Options{Agent: agent.Options{Overrides: flags(t, "profile=flag", "profiles.flag.model=x")}},
	})
	usual, profiled := s.ready(), inProfile.ready()
	const none = "no file"
	for id, test := range []struct {
		stage                        *stage
		client                       *wire
		before, params, want, answer string
	}{
		{s, usual, none, `{}`, none, "{}"},
		{s, usual, none, `{"model":null,"reasoningEffort":null}`, none, "{}"},
		{s, usual, none, `{"model":"m"}`, "model = \"m\"\n", "{}"},
		{s, usual, none, `{"reasoningEffort":"high"}`, "model_reasoning_effort = \"high\"\n", "{}"},
		{s, usual, none, `{"model":""}`, "model = \"\"\n", "{}"},
		{s, usual, "model = \"a\"\nmodel_reasoning_effort = \"low\"\n", `{"model":"b"}`, "model = \"b\"\n", "{}"},
		{s, usual, "model = \"a\"\nmodel_reasoning_effort = \"low\"\n", `{"reasoningEffort":"high"}`, "model_reasoning_effort = \"high\"\n", "{}"},
		{s, usual, "model = \"a\"\nmodel_reasoning_effort = \"low\"\n", `{}`, "", "{}"},
		{s, usual, "model = \"a\"\n", `{"model":"b","extra":1}`, "model = \"b\"\n", "{}"},
		{s, usual, "model = \"a\"\n", `{"model":5}`, "model = \"a\"\n", "-32600: "},
		{s, usual, "model = \"a\"\n", `{"reasoningEffort":"max"}`, "model = \"a\"\n", "-32600: "},
		{s, usual, "model = \"a\"\n", `{"reasoningEffort":""}`, "model = \"a\"\n", "-32600: "},
		{s, usual, "model = \"a\"\n", `null`, "model = \"a\"\n", "-32600: "},
		{s, usual, "model = \"a\"\n", `[]`, "model = \"a\"\n", "-32600: "},
		{s, usual, "model = \n", `{"model":"b"}`, "model = \n", "-32603: "},
		{s, usual, "profile = \"p\"\n[profiles.p]\nmodel = \"x\" # c\n", `{"model":"b","reasoningEffort":"low"}`,
			"profile = \"p\"\n[profiles.p]\nmodel = \"b\" # c\nmodel_reasoning_effort = \"low\"\n", "{}"},
		{s, usual, "profile = \"\"\n", `{"model":"b"}`, "profile = \"\"\n\n[profiles.\"\"]\nmodel = \"b\"\n", "{}"},
		{inProfile, profiled, "profile = \"file\"\n", `{"model":"b"}`, "profile = \"file\"\n\n[profiles.flag]\nmodel = \"b\"\n", "{}"},
	} {
		path := filepath.Join(test.stage.home, "config.toml")
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if test.before != none {
			test.stage.write(path, test.before)
		}
		got := test.client.answer(id+1, "setDefaultModel", test.params)
		if strings.HasSuffix(test.answer, ": ") {
			got = got[:min(len(got), len(test.answer))]
		}
		after, err := os.ReadFile(path)
		if err != nil {
			after = []byte(none)
		}
		if diff := cmp.Diff([]string{test.want, test.answer}, []string{string(after), got}); diff != "" {
			t.Errorf("%q, %s: %s", test.before, test.params, diff)
		}
	}
}

func TestNewConversationSettings(t *testing.T) {
	t.Parallel()
	s := newStage(t, stageOptions{
		config:   "model_reasoning_summary = 'auto'\n",
		provider: "[profiles.p]\nmodel = 'profile'\nmodel_reasoning_effort = 'low'",
		files:    map[string]string{"blank.md": " \n", "good.md": "Good\n"},
		server:   Options{Agent: agent.Options{Overrides: flags(t, "review_model=r", "model_context_window=1000")}},
	})
	w := s.ready()
	for id, test := range []struct{ params, want string }{
		{`{}`, "test-model"},
		{`{"config":{}}`, "test-model"},
		{`{"config":null,"model":null,"profile":null,"cwd":null,"approvalPolicy":null,"sandbox":null,"baseInstructions":null,"includePlanTool":null}`, "test-model"},
		{`{"config":[]}`, "-32600"},
		{`{"config":"x"}`, "-32600"},
		{`{"unknown":"field"}`, "test-model"},
		{`{"model":"m"}`, "m"},
		{`{"model":""}`, ""},
		{`{"model":5}`, "-32600"},
		{`{"profile":"p"}`, "profile low"},
		{`{"profile":"p","model":"m"}`, "m low"},
		{`{"profile":"p","config":{"model":"C"}}`, "profile low"},
		{`{"config":{"profile":"p"}}`, "profile low"},
		{`{"config":{"profile":"q","profiles.q":{"model":"Q"}}}`, "Q"},
		{`{"config":{"profile":"q","profiles.q.model":"Q"}}`, "Q"},
		{`{"profile":"nope"}`, "-32600 config profile `nope` not found"},
		{`{"profile":""}`, "-32600 config profile `` not found"},
		{`{"config":{"profile":"nope"}}`, "-32600 config profile `nope` not found"},
		{`{"config":{"model":"C"}}`, "C"},
		{`{"config":{"model":null}}`, "gpt-5-codex"},
		{`{"config":{"model":1}}`, "-32600 conversation: expected a string, found an integer in `model`"},
		{`{"config":{"model":[]}}`, "-32600 conversation: expected a string, found an array in `model`"},
		{`{"config":{"model.foo":"x"}}`, "-32600 conversation: expected a string, found a table in `model`"},
		{`{"config":{"model_reasoning_effort":"high"}}`, "test-model high"},
		{`{"config":{"model_reasoning_effort":"High"}}`, "-32600 conversation: expected one of"},
		{`{"config":{"model_context_window":12345678901234567890}}`, "-32600 conversation: expected an integer, found a float"},
		{`{"config":{"model_context_window":5.0}}`, "-32600 conversation: expected an integer, found a float"},
		{`{"config":{"model_context_window":-5}}`, "-32600 conversation: expected an integer that is not negative"},
		{`{"config":{"model_context_window":9223372036854775807}}`, "test-model"},
		{`{"config":{"model_provider":"nope"}}`, "-32600 model provider `nope` not found"},
		{`{"config":{"model_provider":"oss"}}`, "test-model"},
		{`{"config":{"model_providers.new":{"name":"N"},"model_provider":"new"}}`, "test-model"},
		{`{"config":{"model_providers.new":{"base_url":"x"},"model_provider":"new"}}`, "-32600 missing key `name` in `model_providers.new`"},
		{`{"config":{"model_providers":{"only":{"name":"N"}}}}`, "-32600 model provider `test` not found"},
		{`{"config":{"":1,".":1,"a..b":1,".model":"x"}}`, "test-model"},
		{`{"config":{"model.":"x"}}`, "-32600 conversation: expected a string, found a table in `model`"},
		{`{"config":{"tools":{"web_search":true,"web_search_request":true}}}`, "-32600 `web_search` and `web_search_request` are the same setting"},
		{`{"config":{"tools":null,"mcp_servers":null}}`, "test-model"},
		{`{"config":{"sandbox_workspace_write":{"writable_roots":["a",1]}}}`, "-32600 expected a string, found an integer in `sandbox_workspace_write.writable_roots.1`"},
		{`{"config":{"mcp_servers.bad":{}}}`, "-32600 conversation: expected `command` or `url` in `mcp_servers.bad`"},
		{`{"config":{"experimental_instructions_file":"missing.md"}}`, "-32600 missing.md"},
		{`{"config":{"experimental_instructions_file":"HOME/blank.md"}}`, "-32600 blank.md: the file is blank"},
		{`{"config":{"experimental_instructions_file":"HOME/good.md"}}`, "test-model"},
		{`{"config":{"experimental_instructions_file":"HOME"}}`, "-32600 is a directory"},
		{`{"sandbox":"bogus"}`, "-32600"},
		{`{"approvalPolicy":"bogus"}`, "-32600"},
		{`{"includePlanTool":"x"}`, "-32600"},
		{`{"cwd":"/missing/dir"}`, "-32600 cwd"},
	} {
		got := w.answer(id+1, "newConversation", strings.ReplaceAll(test.params, "HOME", s.home))
		if code, text, _ := strings.Cut(test.want, " "); strings.HasPrefix(code, "-") {
			if !strings.HasPrefix(got, code+": ") || !strings.Contains(got, text) {
				t.Errorf("%s: got %s, want %s", test.params, got, test.want)
			}
			continue
		}
		var started struct{ Model, ReasoningEffort string }
		if err := json.Unmarshal([]byte(got), &started); err != nil {
			t.Errorf("%s: got %s", test.params, got)
		} else if shown := strings.TrimSpace(started.Model + " " + started.ReasoningEffort); shown != test.want {
			t.Errorf("%s: got %q, want %q", test.params, shown, test.want)
		}
	}
}

// jwt makes a token that nobody has signed.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + ".sig"
}

func TestAuthStatusAndUserInfo(t *testing.T) {
	t.Parallel()
	tokens := func(id, more string) string {
		return `{"tokens":{"id_token":"` + id + `","access_token":"at","refresh_token":"rt"` + more + `},"last_refresh":"2999-01-01T00:00:00Z"}`
	}
	ann := jwt(`{"email":"ann@example.com"}`)
	const out, key, chatgpt = `{"requiresOpenaiAuth":true}`, `{"authMethod":"apikey",TOKEN"requiresOpenaiAuth":true}`, `{"authMethod":"chatgpt",TOKEN"requiresOpenaiAuth":true}`
	for _, test := range []struct {
		name, file, status, token, email string
		notRequired                      bool
	}{
		{name: "no file", status: out, email: "null"},
		{name: "API key", file: `{"OPENAI_API_KEY":"sk-1"}`, status: key, token: "sk-1", email: "null"},
		{name: "blank API key", file: `{"OPENAI_API_KEY":"  "}`, status: out, email: "null"},
		{name: "API key that is none", file: `{"OPENAI_API_KEY":5}`, status: out, email: "null"},
		{name: "tokens", file: tokens(ann, `,"account_id":"a"`), status: chatgpt, token: "at", email: `"ann@example.com"`},
		{name: "tokens without an account", file: tokens(ann, ""), status: chatgpt, token: "at", email: `"ann@example.com"`},
		{name: "key and tokens", file: `{"OPENAI_API_KEY":"sk-1",` + tokens(ann, "")[1:], status: key, token: "sk-1", email: `"ann@example.com"`},
		{name: "no address", file: tokens(jwt(`{}`), ""), status: chatgpt, token: "at", email: "null"},
		{name: "address that is none", file: tokens(jwt(`{"email":5}`), ""), status: out, email: "null"},
		{name: "torn token", file: tokens("not a token", ""), status: out, email: "null"},
		{name: "empty object", file: `{}`, status: out, email: "null"},
		{name: "not JSON", file: `{"OPENAI_API_KEY":`, status: out, email: "null"},
		{name: "provider without a login", file: `{"OPENAI_API_KEY":"sk-1"}`, status: `{"requiresOpenaiAuth":false}`, email: "null", notRequired: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{}
			if test.file != "" {
				files["auth.json"] = test.file
			}
			s := newStage(t, stageOptions{files: files, provider: fmt.Sprintf("requires_openai_auth = %t", !test.notRequired), server: Options{Agent: agent.Options{
				// Keys in the environment are not those of the user who signed in.
				Environ: []string{"PATH=" + os.Getenv("PATH"), "OPENAI_API_KEY=sk-environment", "CODEX_API_KEY=sk-environment"},
			}}})
			w := s.ready()
			without := strings.ReplaceAll(test.status, "TOKEN", "")
			with := strings.ReplaceAll(test.status, "TOKEN", `"authToken":"`+test.token+`",`)
			for id, request := range []struct{ method, params, want string }{
				{"getAuthStatus", `{}`, without},
				{"getAuthStatus", `{"includeToken":null,"refreshToken":null}`, without},
				{"getAuthStatus", `{"includeToken":false,"refreshToken":false}`, without},
				{"getAuthStatus", `{"includeToken":true}`, with},
				{"userInfo", `{}`, `{"allegedUserEmail":` + test.email + `}`},
				{"userInfo", `null`, `{"allegedUserEmail":` + test.email + `}`},
			} {
				if diff := cmp.Diff(request.want, w.answer(id+1, request.method, request.params)); diff != "" {
					t.Errorf("%s %s: %s", request.method, request.params, diff)
				}
			}
			for id, params := range []string{`null`, `[]`, `{"includeToken":"x"}`} {
				if got := w.answer(id+100, "getAuthStatus", params); !strings.HasPrefix(got, "-32600: ") {
					t.Errorf("getAuthStatus %s: %s", params, got)
				}
			}
		})
	}
}
