package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

// warnings collects what a loader warns about.
type warnings struct {
	mu   sync.Mutex
	list []string
}

func (w *warnings) add(message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, message)
}

// newLoader returns a loader over a fresh home folder with this config.toml.
func newLoader(t testing.TB, text string, flags ...string) (*Loader, *warnings) {
	t.Helper()
	home := t.TempDir()
	put(t, filepath.Join(home, FileName), text)
	overrides, err := ParseOverrides(flags)
	if err != nil {
		t.Fatal(err)
	}
	w := &warnings{}
	return &Loader{Home: home, Cwd: "/work", CLI: overrides, SandboxHelper: "/bin/helper", Warn: w.add}, w
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, l *Loader, overrides Overrides) *Config {
	t.Helper()
	c, err := l.Load(t.Context(), overrides)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// raw makes the config map of a conversation.
func raw(members map[string]string) map[string]json.RawMessage {
	result := make(map[string]json.RawMessage)
	for key, text := range members {
		result[key] = json.RawMessage(text)
	}
	return result
}

func ptr[T any](value T) *T { return &value }

// compareConfigs leaves out what has tests of its own.
var compareConfigs = gocmp.FilterPath(func(p gocmp.Path) bool {
	return p.String() == "Origins" || p.String() == "Providers" || p.String() == "family" || p.String() == "size"
}, gocmp.Ignore())

func TestDefaults(t *testing.T) {
	t.Parallel()
	l := &Loader{Home: filepath.Join(t.TempDir(), "none"), Cwd: "/work"}
	size, _ := models.Info("gpt-5-codex")
	want := &Config{
		Home: l.Home, Cwd: "/work",
		Model: "gpt-5-codex", ModelFamily: models.FamilyFor("gpt-5-codex"), ReviewModel: "gpt-5-codex",
		ModelContextWindow: &size.ContextWindow, ModelMaxOutputTokens: &size.MaxOutputTokens, AutoCompactTokenLimit: &size.AutoCompactTokenLimit,
		ReasoningSummary: protocol.SummaryAuto,
		ProviderID:       "openai",
		Provider:         modelprovider.Builtin(func(string) string { return "" }, "0.44.0")["openai"],
		ApprovalPolicy:   protocol.AskOnRequest, SandboxPolicy: &protocol.ReadOnlyPolicy{},
		ProjectDocMaxBytes: 32768,
		McpServers:         map[string]McpServer{},
		HistoryPersistence: HistorySaveAll,
		ViewImage:          true,
		ChatGPTBaseURL:     "https://chatgpt.com/backend-api",
		FileOpener:         OpenVSCode,
		Otel:               Otel{Environment: "dev"},
	}
	got := load(t, l, Overrides{})
	if diff := gocmp.Diff(want, got, compareConfigs); diff != "" {
		t.Error(diff)
	}
	if keys := got.Origins.Keys(); len(keys) != 0 {
		t.Errorf("settings with an origin: %q", keys)
	}
	if diff := gocmp.Diff("config{model: \"gpt-5-codex\", provider: \"openai\", profile: \"\", approval: on-request, sandbox: read-only, cwd: \"/work\", home: \""+l.Home+"\"}",
		fmt.Sprint(got)); diff != "" {
		t.Error(diff)
	}
}

func TestEverySetting(t *testing.T) {
	t.Parallel()
	l, w := newLoader(t, `
model = "gpt-5"
review_model = "o3"
model_provider = "mine"
model_context_window = 1000
model_max_output_tokens = 100
model_auto_compact_token_limit = -1
model_reasoning_effort = "high"
model_reasoning_summary = "detailed"
model_verbosity = "low"
model_supports_reasoning_summaries = false
model_reasoning_summary_format = "experimental"
approval_policy = "untrusted"
sandbox_mode = "workspace-write"
notify = ["notify-send", "Codex"]
instructions = "ignored"
experimental_instructions_file = "instructions.md"
project_doc_max_bytes = 0
project_doc_fallback_filenames = ["CLAUDE.md"]
file_opener = "cursor"
hide_agent_reasoning = true
show_raw_agent_reasoning = true
chatgpt_base_url = "https://example.com/api/"
forced_login_method = "api"
forced_chatgpt_workspace_id = " acct "
disable_paste_burst = true
experimental_use_exec_command_tool = true
experimental_use_unified_exec_tool = true
experimental_use_rmcp_client = true
disable_response_storage = true

[sandbox_workspace_write]
writable_roots = ["/data", "~/x"]
network_access = true
exclude_tmpdir_env_var = true
exclude_slash_tmp = true

[shell_environment_policy]
inherit = "core"
ignore_default_excludes = true
exclude = ["A*"]
set = { CI = "1" }
include_only = ["PATH"]
experimental_use_profile = true

[history]
persistence = "none"
max_bytes = 5

[tui]
notifications = ["agent-turn-complete"]

[tools]
web_search = true
view_image = false

[projects."/repo"]
trust_level = "trusted"

[otel]
log_user_prompt = true
environment = "prod"
exporter = { otlp-http = { endpoint = "https://e", headers = { a = "b" }, protocol = "json" } }

[mcp_servers.docs]
command = "docs"
args = ["-x"]
env = { TOKEN = "secret" }
startup_timeout_sec = 20
tool_timeout_sec = 1.5

[mcp_servers.web]
url = "https://mcp.example.com"
bearer_token = "secret"
startup_timeout_ms = 2500

[model_providers.mine]
name = "Mine"
base_url = "https://example.com/v1/"
env_key = "MINE"
env_key_instructions = "Get one."
wire_api = "responses"
query_params = { v = "1" }
http_headers = { a = "b" }
env_http_headers = { c = "D" }
request_max_retries = 1
stream_max_retries = 2
stream_idle_timeout_ms = 500
requires_openai_auth = true
`)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "instructions.md"), "\n Be kind. \n")
	put(t, filepath.Join(l.Home, "AGENTS.md"), "\nUse tabs.\n\n")
	provider := modelprovider.Provider{
		ID: "mine", Name: "Mine", BaseURL: "https://example.com/v1/", EnvKey: "MINE", EnvKeyInstructions: "Get one.",
		WireAPI: modelprovider.WireResponses, QueryParams: map[string]string{"v": "1"}, HTTPHeaders: map[string]string{"a": "b"},
		EnvHTTPHeaders: map[string]string{"c": "D"}, RequestMaxRetries: ptr(uint64(1)), StreamMaxRetries: ptr(uint64(2)),
		StreamIdleTimeout: ptr(500 * time.Millisecond), RequiresOpenAIAuth: true,
	}
	family := models.FamilyFor("gpt-5")
	family.Reasoning, family.SummaryFormat = false, models.SummaryFormatExperimental
	want := &Config{
		Home: l.Home, Cwd: dir, Model: "gpt-5", ModelFamily: family, ReviewModel: "o3",
		ModelContextWindow: ptr(uint64(1000)), ModelMaxOutputTokens: ptr(uint64(100)), AutoCompactTokenLimit: ptr(int64(-1)),
		ReasoningEffort: protocol.EffortHigh, ReasoningSummary: protocol.SummaryDetailed, Verbosity: protocol.VerbosityLow,
		ProviderID: "mine", Provider: provider,
		ApprovalPolicy: protocol.AskUntrusted,
		SandboxPolicy: &protocol.WorkspaceWritePolicy{
			WritableRoots: []string{"/data", "~/x"}, NetworkAccess: true, ExcludeTmpdirEnvVar: true, ExcludeSlashTmp: true,
		},
		BaseInstructions: ptr("Be kind."), HomeInstructions: "Use tabs.",
		ProjectDocFallbackFilenames: []string{"CLAUDE.md"},
		ShellEnvironment: shellenv.Policy{
			Inherit: shellenv.InheritCore, IgnoreDefaultExcludes: true, Exclude: []string{"A*"}, Set: map[string]string{"CI": "1"},
			IncludeOnly: []string{"PATH"}, UseProfile: true,
		},
		Notify: []string{"notify-send", "Codex"},
		McpServers: map[string]McpServer{
			"docs": {
				Transport:      &McpStdio{Command: "docs", Args: []string{"-x"}, Env: map[string]string{"TOKEN": "secret"}},
				StartupTimeout: ptr(20 * time.Second), ToolTimeout: ptr(1500 * time.Millisecond),
			},
			"web": {
				Transport:      &McpHTTP{URL: "https://mcp.example.com", BearerToken: ptr("secret")},
				StartupTimeout: ptr(2500 * time.Millisecond),
			},
		},
		UseRmcpClient:      true,
		HistoryPersistence: HistoryNone, HistoryMaxBytes: ptr(uint64(5)),
		WebSearch: true, UseExecCommandTool: true, UseUnifiedExecTool: true,
		ShowRawReasoning: true, HideReasoning: true,
		ChatGPTBaseURL: "https://example.com/api", FileOpener: OpenCursor,
		ForcedLoginMethod: protocol.AuthAPIKey, ForcedWorkspaceID: "acct",
		Notifications: Notifications{Kinds: []string{"agent-turn-complete"}}, DisablePasteBurst: true,
		Otel: Otel{LogUserPrompt: true, Environment: "prod", Exporter: &OtelHTTP{
			Endpoint: "https://e", Headers: map[string]string{"a": "b"}, Protocol: OtelJSON,
		}},
		TrustedProjects: []string{"/repo"},
		SandboxHelper:   "/bin/helper",
	}
	got := load(t, l, Overrides{Cwd: dir})
	if diff := gocmp.Diff(want, got, compareConfigs); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]string{"docs", "web"}, got.McpServerNames()); diff != "" {
		t.Error(diff)
	}
	docs, web := got.McpServers["docs"], got.McpServers["web"]
	if docs.StartupLimit() != 20*time.Second || web.ToolLimit() != time.Minute || (McpServer{}).StartupLimit() != 10*time.Second {
		t.Error("wrong time limits")
	}
	other := models.FamilyFor("o3")
	other.Reasoning, other.SummaryFormat = false, models.SummaryFormatExperimental
	if diff := gocmp.Diff(other, got.FamilyFor("o3")); diff != "" {
		t.Error(diff)
	}
	if len(w.list) != 0 {
		t.Errorf("warnings: %q", w.list)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if text := fmt.Sprintf(verb, []any{got, got.McpServers, docs, web}); strings.Contains(text, "secret") {
			t.Errorf("%s prints a secret: %s", verb, text)
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	const profiles = `
[profiles.x]
model = "profile"
model_provider = "oss"
approval_policy = "never"
model_reasoning_effort = "low"
model_reasoning_summary = "none"
model_verbosity = "high"
chatgpt_base_url = "https://profile"
sandbox_mode = "danger-full-access"
[profiles.bare]
`
	model := func(c *Config) string { return c.Model }
	for _, test := range []struct {
		name      string
		text      string
		flags     []string
		overrides Overrides
		get       func(*Config) string
		want      string
	}{
		{"file", `model = "file"`, nil, Overrides{}, model, "file"},
		{"flag over file", `model = "file"`, []string{"model=flag"}, Overrides{}, model, "flag"},
		{"later flag", ``, []string{"model=one", "model=two"}, Overrides{}, model, "two"},
		{"conversation over flag", `model = "file"`, []string{"model=flag"}, Overrides{Config: raw(map[string]string{"model": `"map"`})}, model, "map"},
		{"flag where the conversation is silent", ``, []string{"model=flag"}, Overrides{Config: raw(map[string]string{"profile": `"bare"`, "profiles.bare": `{}`})}, model, "flag"},
		{"override over all", `model = "file"` + profiles, []string{"model=flag"}, Overrides{Profile: ptr("x"), Model: ptr("own"), Config: raw(map[string]string{"model": `"map"`})}, model, "own"},
		{"profile over file", `model = "file"` + "\nprofile = 'x'" + profiles, nil, Overrides{}, model, "profile"},
		{"profile over flag", profiles, []string{"model=flag"}, Overrides{Profile: ptr("x")}, model, "profile"},
		{"profile over conversation", profiles, nil, Overrides{Profile: ptr("x"), Config: raw(map[string]string{"model": `"map"`})}, model, "profile"},
		{"flag inside the profile", profiles, []string{"profiles.x.model=flag"}, Overrides{Profile: ptr("x")}, model, "flag"},
		{"conversation inside the profile", profiles, nil, Overrides{Profile: ptr("x"), Config: raw(map[string]string{"profiles.x.model": `"map"`})}, model, "map"},
		{"profile selected by a flag", profiles, []string{"profile=x"}, Overrides{}, model, "profile"},
		{"profile selected by the conversation", profiles, []string{"profile=bare"}, Overrides{Config: raw(map[string]string{"profile": `"x"`})}, model, "profile"},
		{"empty override", profiles, nil, Overrides{Profile: ptr("x"), Model: ptr("")}, model, ""},
		{"override of the profile", "profile = 'x'" + profiles, nil, Overrides{Profile: ptr("bare")}, model, "gpt-5-codex"},
		{"profile defined by flags", ``, []string{"profiles.new.model=m"}, Overrides{Profile: ptr("new")}, model, "m"},
		{"profile defined by the conversation", ``, nil, Overrides{Profile: ptr("new"), Config: raw(map[string]string{"profiles.new": `{"model":"m"}`})}, model, "m"},
		{"empty model", `model = ""`, nil, Overrides{}, model, ""},
		{"null removes", `model = "file"`, nil, Overrides{Config: raw(map[string]string{"model": `null`})}, model, "gpt-5-codex"},
		{"null removes a flag", ``, []string{"model=flag"}, Overrides{Config: raw(map[string]string{"model": ` null `})}, model, "gpt-5-codex"},
		{"null of an enum", `approval_policy = "never"`, nil, Overrides{Config: raw(map[string]string{"approval_policy": `null`})},
			func(c *Config) string { return string(c.ApprovalPolicy) }, "on-request"},
		{"null of what is not there", ``, nil, Overrides{Config: raw(map[string]string{"a.b.c": `null`})}, model, "gpt-5-codex"},
		{"nothing removes too", `model = "file"`, nil, Overrides{Config: map[string]json.RawMessage{"model": nil}}, model, "gpt-5-codex"},
		{"parents first", ``, nil, Overrides{Config: raw(map[string]string{"tools.web_search": `true`, "tools": `{"view_image":false}`})},
			func(c *Config) string { return fmt.Sprint(c.WebSearch, c.ViewImage) }, "true false"},
		{"tables are not merged", "[sandbox_workspace_write]\nnetwork_access = true\n", nil,
			Overrides{SandboxMode: protocol.SandboxWorkspaceWrite, Config: raw(map[string]string{"sandbox_workspace_write": `{"writable_roots":["/x"]}`})},
			func(c *Config) string { return fmt.Sprint(*c.SandboxPolicy.(*protocol.WorkspaceWritePolicy)) }, "{[/x] false false false}"},
		{"empty key", ``, nil, Overrides{Config: raw(map[string]string{"": `1`})}, model, "gpt-5-codex"},
		{"provider of the profile", profiles, nil, Overrides{Profile: ptr("x")}, func(c *Config) string { return c.ProviderID }, "oss"},
		{"provider override", profiles, nil, Overrides{Profile: ptr("x"), ModelProvider: "openai"}, func(c *Config) string { return c.ProviderID }, "openai"},
		{"policy of the profile", profiles, nil, Overrides{Profile: ptr("x")}, func(c *Config) string { return string(c.ApprovalPolicy) }, "never"},
		{"policy override", profiles, nil, Overrides{Profile: ptr("x"), ApprovalPolicy: protocol.AskUntrusted}, func(c *Config) string { return string(c.ApprovalPolicy) }, "untrusted"},
		{"reasoning of the profile", profiles, nil, Overrides{Profile: ptr("x")},
			func(c *Config) string {
				return fmt.Sprintf("%s %s %s", c.ReasoningEffort, c.ReasoningSummary, c.Verbosity)
			}, "low none high"},
		{"address of the profile", profiles, nil, Overrides{Profile: ptr("x")}, func(c *Config) string { return c.ChatGPTBaseURL }, "https://profile"},
		{"no sandbox mode in a profile", profiles, nil, Overrides{Profile: ptr("x")}, func(c *Config) string { return string(c.SandboxPolicy.Mode()) }, "read-only"},
		{"sandbox override", `sandbox_mode = "workspace-write"`, nil, Overrides{SandboxMode: protocol.SandboxDangerFullAccess},
			func(c *Config) string { return string(c.SandboxPolicy.Mode()) }, "danger-full-access"},
		{"workspace settings in another mode", "[sandbox_workspace_write]\nnetwork_access = true\n", nil, Overrides{},
			func(c *Config) string { return fmt.Sprintf("%T", c.SandboxPolicy) }, "*protocol.ReadOnlyPolicy"},
		{"review model", `review_model = "a"`, nil, Overrides{ReviewModel: "b"}, func(c *Config) string { return c.ReviewModel }, "b"},
		{"tools", "[tools]\nweb_search = false\nview_image = true", nil, Overrides{WebSearch: ptr(true), ViewImage: ptr(false)},
			func(c *Config) string { return fmt.Sprint(c.WebSearch, c.ViewImage) }, "true false"},
		{"search of newer clients", "web_search = 'live'", nil, Overrides{}, func(c *Config) string { return fmt.Sprint(c.WebSearch) }, "true"},
		{"search in a cache", "web_search = 'cached'", nil, Overrides{}, func(c *Config) string { return fmt.Sprint(c.WebSearch) }, "true"},
		{"no search of newer clients", "web_search = 'disabled'", nil, Overrides{}, func(c *Config) string { return fmt.Sprint(c.WebSearch) }, "false"},
		{"our own name of the search first", "web_search = 'live'\ntools.web_search = false", nil, Overrides{}, func(c *Config) string { return fmt.Sprint(c.WebSearch) }, "false"},
		{"another name of web_search", "[tools]\nweb_search_request = true", nil, Overrides{}, func(c *Config) string { return fmt.Sprint(c.WebSearch) }, "true"},
		{"plan and patch tools", "include_plan_tool = true", nil, Overrides{IncludeApplyPatchTool: ptr(true)},
			func(c *Config) string { return fmt.Sprint(c.IncludePlanTool, c.IncludeApplyPatchTool) }, "false true"},
		{"raw reasoning, file first", "show_raw_agent_reasoning = false", nil, Overrides{ShowRawReasoning: ptr(true)}, func(c *Config) string { return fmt.Sprint(c.ShowRawReasoning) }, "false"},
		{"raw reasoning", "", nil, Overrides{ShowRawReasoning: ptr(true)}, func(c *Config) string { return fmt.Sprint(c.ShowRawReasoning) }, "true"},
		{"absolute cwd", "", nil, Overrides{Cwd: "/other"}, func(c *Config) string { return c.Cwd }, "/other"},
		{"relative cwd", "", nil, Overrides{Cwd: "sub/../dir"}, func(c *Config) string { return c.Cwd }, "/work/dir"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text, test.flags...)
			if diff := gocmp.Diff(test.want, test.get(load(t, l, test.overrides))); diff != "" {
				t.Error(diff)
			}
			// The parsed file must not have been changed.
			again, err := l.Load(t.Context(), test.overrides)
			if err != nil || test.get(again) != test.want {
				t.Errorf("the second time: %v, %v", again, err)
			}
		})
	}
}

func TestModelMetadata(t *testing.T) {
	t.Parallel()
	numbers := func(c *Config) string {
		show := func(n *uint64) string {
			if n == nil {
				return "-"
			}
			return fmt.Sprint(*n)
		}
		limit := "-"
		if c.AutoCompactTokenLimit != nil {
			limit = fmt.Sprint(*c.AutoCompactTokenLimit)
		}
		return show(c.ModelContextWindow) + " " + show(c.ModelMaxOutputTokens) + " " + limit
	}
	for _, test := range []struct{ name, text, want string }{
		{"known", `model = "o3"`, "200000 100000 180000"},
		{"not known", `model = "mystery"`, "- - -"},
		{"window from the file", "model = \"mystery\"\nmodel_context_window = 1000", "1000 - 900"},
		{"window of a known model", "model = \"o3\"\nmodel_context_window = 1000", "1000 100000 900"},
		{"output from the file", "model = \"o3\"\nmodel_max_output_tokens = 7", "200000 7 180000"},
		{"limit from the file", "model = \"o3\"\nmodel_auto_compact_token_limit = 5", "200000 100000 5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text)
			if diff := gocmp.Diff(test.want, numbers(load(t, l, Overrides{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProviders(t *testing.T) {
	t.Parallel()
	l, w := newLoader(t, `
model_provider = "oss"
[model_providers.openai]
name = "Evil"
base_url = "https://evil.example.com"
[model_providers.demo]
name = "My demo"
[model_providers.mine]
name = "Mine"
`)
	l.Environ = []string{"OPENAI_BASE_URL=https://proxy.example.com/v1", "CODEX_OSS_PORT=9"}
	l.Version = "9.9"
	c := load(t, l, Overrides{})
	want := modelprovider.Builtin(func(name string) string {
		return map[string]string{"OPENAI_BASE_URL": "https://proxy.example.com/v1", "CODEX_OSS_PORT": "9"}[name]
	}, "9.9")
	want["demo"] = modelprovider.Provider{ID: "demo", Name: "My demo", WireAPI: modelprovider.WireChat}
	want["mine"] = modelprovider.Provider{ID: "mine", Name: "Mine", WireAPI: modelprovider.WireChat}
	if diff := gocmp.Diff(want, c.Providers); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(want["oss"], c.Provider); diff != "" {
		t.Error(diff)
	}
	if len(w.list) != 1 || !strings.Contains(w.list[0], "model_providers.openai") {
		t.Errorf("warnings: %q", w.list)
	}
}

// TestOpenAIBaseURL holds that newer clients may set the address of the built-in
// provider, which no table replaces.
func TestOpenAIBaseURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		flags      []string
		want       string
	}{
		{"environment", "", nil, "https://environment"},
		{"file", "openai_base_url = ' https://file '", nil, "https://file"},
		{"blank", "openai_base_url = ' '", nil, "https://environment"},
		{"flag", "openai_base_url = 'https://file'", []string{"openai_base_url=https://flag"}, "https://flag"},
	} {
		l, _ := newLoader(t, test.text, test.flags...)
		l.Environ = []string{"OPENAI_BASE_URL=https://environment"}
		if got := load(t, l, Overrides{}).Provider.BaseURL; got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestHomeInstructions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		make func(path string) error
		want string
	}{
		{"none", func(string) error { return nil }, ""},
		{"trimmed", func(path string) error { return os.WriteFile(path, []byte("\n\t Use tabs.\r\n\r\nAlways. \n"), 0o600) }, "Use tabs.\r\n\r\nAlways."},
		{"blank", func(path string) error { return os.WriteFile(path, []byte(" \n\t"), 0o600) }, ""},
		{"not UTF-8", func(path string) error { return os.WriteFile(path, []byte("a\xffb"), 0o600) }, "a\uFFFDb"},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) }, ""},
		{"too large", func(path string) error { return os.WriteFile(path, make([]byte, maxFileSize+1), 0o600) }, ""},
	} {
		l, _ := newLoader(t, "")
		if err := test.make(filepath.Join(l.Home, "AGENTS.md")); err != nil {
			t.Fatal(err)
		}
		if got := load(t, l, Overrides{}).HomeInstructions; got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestSelectionErrors(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, "[profiles.work]\n[model_providers.mine]\nname = 'Mine'\n")
	var profile *UnknownProfileError
	if _, err := l.Load(t.Context(), Overrides{Profile: ptr("wrok")}); !errors.As(err, &profile) || profile.Name != "wrok" || profile.Suggestion != "work" {
		t.Errorf("got %v", err)
	} else if diff := gocmp.Diff("config profile `wrok` not found (did you mean `work`?)", err.Error()); diff != "" {
		t.Error(diff)
	}
	if _, err := l.Load(t.Context(), Overrides{Profile: ptr("")}); !errors.As(err, &profile) || profile.Name != "" {
		t.Errorf("empty profile: got %v", err)
	}
	var provider *UnknownProviderError
	if _, err := l.Load(t.Context(), Overrides{ModelProvider: "azure-x"}); !errors.As(err, &provider) || provider.ID != "azure-x" || provider.Suggestion != "" {
		t.Errorf("got %v", err)
	} else if diff := gocmp.Diff("model provider `azure-x` not found", err.Error()); diff != "" {
		t.Error(diff)
	}
}

// TestSelectionPlaces selects what there is not in every way: the error names the
// place and the key of the setting that does.
func TestSelectionPlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text      string
		cli       string
		overrides Overrides
		want      string
	}{
		{"# mine\nprofile = 'wrok'\n[profiles.work]\n", "", Overrides{},
			"HOME/config.toml:2:1: config profile `wrok` not found (did you mean `work`?) in `profile`"},
		{"", "profile=nobody", Overrides{}, "-c flag: config profile `nobody` not found in `profile`"},
		{"profile = 'other'", "", Overrides{Profile: ptr("nobody")}, "config profile `nobody` not found"},
		{"model = 'm'\nmodel_provider = 'no'", "", Overrides{},
			"HOME/config.toml:2:1: model provider `no` not found in `model_provider`"},
		{"profile = 'a.b'\n[profiles.'a.b']\nmodel_provider = 'no'", "", Overrides{},
			"HOME/config.toml:3:1: model provider `no` not found in `profiles.\"a.b\".model_provider`"},
		{"", "profiles.p.model_provider=no", Overrides{Profile: ptr("p")},
			"-c flag: model provider `no` not found in `profiles.p.model_provider`"},
		{"", "", Overrides{Config: map[string]json.RawMessage{"model_provider": json.RawMessage(`"no"`)}},
			"conversation: model provider `no` not found in `model_provider`"},
		{"model_provider = 'openai'", "", Overrides{ModelProvider: "no"}, "model provider `no` not found"},
		{"\nexperimental_instructions_file = '/no/file.md'", "", Overrides{},
			"HOME/config.toml:2:1: read instructions file /no/file.md: no such file or directory in `experimental_instructions_file`"},
	} {
		l, _ := newLoader(t, test.text)
		if test.cli != "" {
			flag, err := ParseOverride(test.cli)
			if err != nil {
				t.Fatal(err)
			}
			l.CLI = append(l.CLI, flag)
		}
		_, err := l.Load(t.Context(), test.overrides)
		if err == nil {
			t.Errorf("%q: no error", test.text)
		} else if diff := gocmp.Diff(test.want, strings.ReplaceAll(err.Error(), l.Home, "HOME")); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
}

func TestInstructions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.md"), " A \n")
	put(t, filepath.Join(dir, "blank.md"), " \n\t")
	for _, test := range []struct {
		name, text string
		overrides  Overrides
		want       string
		err        error
	}{
		{"none", "", Overrides{}, "", nil},
		{"relative to the cwd", "experimental_instructions_file = 'a.md'", Overrides{Cwd: dir}, "A", nil},
		{"absolute", "experimental_instructions_file = '" + filepath.Join(dir, "a.md") + "'", Overrides{}, "A", nil},
		{"profile", "experimental_instructions_file = 'none.md'\n[profiles.p]\nexperimental_instructions_file = 'a.md'", Overrides{Cwd: dir, Profile: ptr("p")}, "A", nil},
		{"override", "experimental_instructions_file = 'none.md'", Overrides{Cwd: dir, BaseInstructions: ptr("own")}, "own", nil},
		{"blank", "experimental_instructions_file = 'blank.md'", Overrides{Cwd: dir}, "", ErrBlankInstructions},
		{"missing", "experimental_instructions_file = 'none.md'", Overrides{Cwd: dir}, "", fs.ErrNotExist},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text)
			c, err := l.Load(t.Context(), test.overrides)
			if !errors.Is(err, test.err) {
				t.Fatalf("got %v, want %v", err, test.err)
			}
			var unusable *InstructionsError
			if test.err != nil && (!errors.As(err, &unusable) || !strings.Contains(err.Error(), dir) || strings.Count(err.Error(), dir) != 1) {
				t.Fatalf("got %v", err)
			}
			if err == nil && orDefault(c.BaseInstructions, "") != test.want {
				t.Errorf("got %v, want %q", c.BaseInstructions, test.want)
			}
		})
	}
}
