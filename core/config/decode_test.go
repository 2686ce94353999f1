package config

import (
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// TestTypeErrors holds that every key refuses what it cannot be, and says
// where and why.
func TestTypeErrors(t *testing.T) {
	t.Parallel()
	const (
		text     = "expected a string, found an integer"
		boolean  = "expected a boolean, found a string"
		integer  = "expected an integer, found a float"
		negative = "expected an integer that is not negative, found -1"
		array    = "expected an array, found a string"
		table    = "expected a table, found a string"
	)
	effort := `expected one of "minimal", "low", "medium", "high", found `
	summary := `expected one of "auto", "concise", "detailed", "none", found `
	verbosity := `expected one of "low", "medium", "high", found `
	policy := `expected one of "untrusted", "on-failure", "on-request", "never", found `
	for _, test := range []struct{ text, problem, key string }{
		{`model = 1`, text, "model"},
		{`review_model = 1`, text, "review_model"},
		{`model_provider = 1`, text, "model_provider"},
		{`model_context_window = 1.5`, integer, "model_context_window"},
		{`model_context_window = -1`, negative, "model_context_window"},
		{`model_context_window = "1"`, "expected an integer, found a string", "model_context_window"},
		{`model_max_output_tokens = -1`, negative, "model_max_output_tokens"},
		{`model_auto_compact_token_limit = 1.0`, integer, "model_auto_compact_token_limit"},
		{`model_reasoning_effort = "huge"`, effort + `"huge"`, "model_reasoning_effort"},
		{`model_reasoning_effort = ""`, effort + `""`, "model_reasoning_effort"},
		{`model_reasoning_effort = 1`, effort + "an integer", "model_reasoning_effort"},
		{`model_reasoning_summary = "x"`, summary + `"x"`, "model_reasoning_summary"},
		{`model_verbosity = "x"`, verbosity + `"x"`, "model_verbosity"},
		{`model_supports_reasoning_summaries = "true"`, boolean, "model_supports_reasoning_summaries"},
		{`model_reasoning_summary_format = "x"`, `expected one of "none", "experimental", found "x"`, "model_reasoning_summary_format"},
		{`approval_policy = "x"`, policy + `"x"`, "approval_policy"},
		{`approval_policy = "` + strings.Repeat("é", 50) + `"`, policy + `"` + strings.Repeat("é", 40) + `…"`, "approval_policy"},
		{`approval_policy = { never = 1 }`, policy + "a table", "approval_policy"},
		{`approval_policy = { never = [1] }`, policy + "a table", "approval_policy"},
		{`approval_policy = { never = {}, x = {} }`, policy + "a table", "approval_policy"},
		{`approval_policy = { x = {} }`, policy + `"x"`, "approval_policy"},
		{`sandbox_mode = "x"`, `expected one of "read-only", "workspace-write", "danger-full-access", found "x"`, "sandbox_mode"},
		{`sandbox_workspace_write = "x"`, table, "sandbox_workspace_write"},
		{`sandbox_workspace_write.writable_roots = "x"`, array, "sandbox_workspace_write.writable_roots"},
		{`sandbox_workspace_write.writable_roots = ["a", 1]`, text, "sandbox_workspace_write.writable_roots.1"},
		{`sandbox_workspace_write.network_access = "x"`, boolean, "sandbox_workspace_write.network_access"},
		{`sandbox_workspace_write.exclude_tmpdir_env_var = "x"`, boolean, "sandbox_workspace_write.exclude_tmpdir_env_var"},
		{`sandbox_workspace_write.exclude_slash_tmp = "x"`, boolean, "sandbox_workspace_write.exclude_slash_tmp"},
		{`shell_environment_policy.inherit = "some"`, `expected one of "all", "core", "none", found "some"`, "shell_environment_policy.inherit"},
		{`shell_environment_policy.ignore_default_excludes = "x"`, boolean, "shell_environment_policy.ignore_default_excludes"},
		{`shell_environment_policy.exclude = "x"`, array, "shell_environment_policy.exclude"},
		{`shell_environment_policy.set = "x"`, table, "shell_environment_policy.set"},
		{`shell_environment_policy.set = { A = 1 }`, text, "shell_environment_policy.set.A"},
		{`shell_environment_policy.include_only = "x"`, array, "shell_environment_policy.include_only"},
		{`shell_environment_policy.experimental_use_profile = "x"`, boolean, "shell_environment_policy.experimental_use_profile"},
		{`notify = "x"`, array, "notify"},
		{`instructions = 1`, text, "instructions"},
		{`experimental_instructions_file = 1`, text, "experimental_instructions_file"},
		{`profile = 1`, text, "profile"},
		{`profiles = "x"`, table, "profiles"},
		{`profiles.a = "x"`, table, "profiles.a"},
		{`profiles.a.model = 1`, text, "profiles.a.model"},
		{`profiles.a.model_provider = 1`, text, "profiles.a.model_provider"},
		{`profiles.a.approval_policy = "x"`, policy + `"x"`, "profiles.a.approval_policy"},
		{`profiles.a.model_reasoning_effort = "x"`, effort + `"x"`, "profiles.a.model_reasoning_effort"},
		{`profiles.a.model_reasoning_summary = "x"`, summary + `"x"`, "profiles.a.model_reasoning_summary"},
		{`profiles.a.model_verbosity = "x"`, verbosity + `"x"`, "profiles.a.model_verbosity"},
		{`profiles.a.chatgpt_base_url = 1`, text, "profiles.a.chatgpt_base_url"},
		{`profiles.a.experimental_instructions_file = 1`, text, "profiles.a.experimental_instructions_file"},
		{`project_doc_max_bytes = -1`, negative, "project_doc_max_bytes"},
		{`project_doc_fallback_filenames = "x"`, array, "project_doc_fallback_filenames"},
		{`history = "x"`, table, "history"},
		{`history = {}`, "missing key `persistence`", "history"},
		{`history = { persistence = "x" }`, `expected one of "save-all", "none", found "x"`, "history.persistence"},
		{`history = { persistence = "none", max_bytes = -1 }`, negative, "history.max_bytes"},
		{`file_opener = "x"`, `expected one of "vscode", "vscode-insiders", "windsurf", "cursor", "none", found "x"`, "file_opener"},
		{`tui.notifications = "x"`, "expected a boolean or an array of strings, found a string", "tui.notifications"},
		{`tui.notifications = [1]`, "expected a boolean or an array of strings, found an array", "tui.notifications"},
		{`hide_agent_reasoning = "x"`, boolean, "hide_agent_reasoning"},
		{`show_raw_agent_reasoning = "x"`, boolean, "show_raw_agent_reasoning"},
		{`chatgpt_base_url = 1`, text, "chatgpt_base_url"},
		{`tools = "x"`, table, "tools"},
		{`tools.web_search = "x"`, boolean, "tools.web_search"},
		{`tools.web_search_request = "x"`, boolean, "tools.web_search_request"},
		{`tools = { web_search = true, web_search_request = true }`, "`web_search` and `web_search_request` are the same setting; expected one of them", "tools"},
		{`tools.view_image = "x"`, boolean, "tools.view_image"},
		{`projects = "x"`, table, "projects"},
		{`projects."/a.b".trust_level = 1`, text, `projects."/a.b".trust_level`},
		{`disable_paste_burst = "x"`, boolean, "disable_paste_burst"},
		{`otel.log_user_prompt = "x"`, boolean, "otel.log_user_prompt"},
		{`otel.environment = 1`, text, "otel.environment"},
		{`otel.exporter = "otlp-http"`, "expected \"none\" or a table with either `otlp-http` or `otlp-grpc`, found a string", "otel.exporter"},
		{`otel.exporter = { a = 1, b = 2 }`, "expected \"none\" or a table with either `otlp-http` or `otlp-grpc`, found a table", "otel.exporter"},
		{`otel.exporter = { udp = 1 }`, "expected \"none\" or a table with either `otlp-http` or `otlp-grpc`", "otel.exporter.udp"},
		{`otel.exporter = { otlp-http = { endpoint = "e", protocol = "json" } }`, "missing key `headers`", "otel.exporter.otlp-http"},
		{`otel.exporter = { otlp-http = { endpoint = "e", headers = {}, protocol = "xml" } }`, `expected one of "binary", "json", found "xml"`, "otel.exporter.otlp-http.protocol"},
		{`otel.exporter = { otlp-grpc = { headers = {} } }`, "missing key `endpoint`", "otel.exporter.otlp-grpc"},
		{`openai_base_url = 1`, text, "openai_base_url"},
		{`web_search = true`, `expected one of "disabled", "cached", "live", found a boolean`, "web_search"},
		{`forced_login_method = "x"`, `expected one of "chatgpt", "api", found "x"`, "forced_login_method"},
		{`forced_chatgpt_workspace_id = 1`, text, "forced_chatgpt_workspace_id"},
		{`experimental_use_exec_command_tool = "x"`, boolean, "experimental_use_exec_command_tool"},
		{`experimental_use_unified_exec_tool = "x"`, boolean, "experimental_use_unified_exec_tool"},
		{`experimental_use_rmcp_client = "x"`, boolean, "experimental_use_rmcp_client"},

		{`model_providers = "x"`, table, "model_providers"},
		{`model_providers.p = {}`, "missing key `name`", "model_providers.p"},
		{`model_providers.openai.base_url = "https://x"`, "missing key `name`", "model_providers.openai"},
		{`model_providers.p = { name = 1 }`, text, "model_providers.p.name"},
		{`model_providers.p = { name = "", base_url = 1 }`, text, "model_providers.p.base_url"},
		{`model_providers.p = { name = "", env_key = 1 }`, text, "model_providers.p.env_key"},
		{`model_providers.p = { name = "", env_key_instructions = 1 }`, text, "model_providers.p.env_key_instructions"},
		{`model_providers.p = { name = "", wire_api = "soap" }`, `expected one of "responses", "chat", found "soap"`, "model_providers.p.wire_api"},
		{`model_providers.p = { name = "", query_params = { a = 1 } }`, text, "model_providers.p.query_params.a"},
		{`model_providers.p = { name = "", http_headers = "x" }`, table, "model_providers.p.http_headers"},
		{`model_providers.p = { name = "", env_http_headers = { a = 1 } }`, text, "model_providers.p.env_http_headers.a"},
		{`model_providers.p = { name = "", request_max_retries = -1 }`, negative, "model_providers.p.request_max_retries"},
		{`model_providers.p = { name = "", stream_max_retries = 1.0 }`, integer, "model_providers.p.stream_max_retries"},
		{`model_providers.p = { name = "", stream_idle_timeout_ms = -1 }`, negative, "model_providers.p.stream_idle_timeout_ms"},
		{`model_providers.p = { name = "", requires_openai_auth = "x" }`, boolean, "model_providers.p.requires_openai_auth"},

		{`mcp_servers = "x"`, table, "mcp_servers"},
		{`mcp_servers.s = {}`, "expected `command` or `url`", "mcp_servers.s"},
		{`mcp_servers.s = { args = [] }`, "expected `command` or `url`", "mcp_servers.s"},
		{`mcp_servers.s = { command = "c", url = "u" }`, "not allowed for a server with `command`", "mcp_servers.s.url"},
		{`mcp_servers.s = { command = "c", bearer_token = "t" }`, "not allowed for a server with `command`", "mcp_servers.s.bearer_token"},
		{`mcp_servers.s = { url = "u", args = [] }`, "not allowed for a server with `url`", "mcp_servers.s.args"},
		{`mcp_servers.s = { url = "u", env = {} }`, "not allowed for a server with `url`", "mcp_servers.s.env"},
		{`mcp_servers.s = { command = 1 }`, text, "mcp_servers.s.command"},
		{`mcp_servers.s = { command = "c", args = "x" }`, array, "mcp_servers.s.args"},
		{`mcp_servers.s = { command = "c", env = { A = 1 } }`, text, "mcp_servers.s.env.A"},
		{`mcp_servers.s = { url = "u", bearer_token = 1 }`, text, "mcp_servers.s.bearer_token"},
		{`mcp_servers.s = { command = "c", startup_timeout_sec = -1 }`, "expected a number of seconds that is not negative", "mcp_servers.s.startup_timeout_sec"},
		{`mcp_servers.s = { command = "c", startup_timeout_sec = nan }`, "expected a number of seconds that is not negative", "mcp_servers.s.startup_timeout_sec"},
		{`mcp_servers.s = { command = "c", tool_timeout_sec = inf }`, "expected a number of seconds that is not negative", "mcp_servers.s.tool_timeout_sec"},
		{`mcp_servers.s = { command = "c", tool_timeout_sec = "1" }`, "expected a number, found a string", "mcp_servers.s.tool_timeout_sec"},
		{`mcp_servers.s = { command = "c", startup_timeout_ms = 1.0 }`, integer, "mcp_servers.s.startup_timeout_ms"},
		{`mcp_servers.s = { command = "c", startup_timeout_ms = -1 }`, negative, "mcp_servers.s.startup_timeout_ms"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text)
			_, err := l.Load(t.Context(), Overrides{})
			var value *ValueError
			if !errors.As(err, &value) {
				t.Fatalf("got %v", err)
			}
			if diff := gocmp.Diff([]string{test.problem, test.key}, []string{value.Problem, value.Key}); diff != "" {
				t.Error(diff)
			}
			if value.Origin.File != filepath.Join(l.Home, FileName) || value.Origin.Line != 1 || value.Origin.Column < 1 {
				t.Errorf("wrong place: %v", value.Origin)
			}
			if _, err := l.SavedConfig(t.Context()); !errors.As(err, &value) {
				t.Errorf("the saved configuration: got %v", err)
			}
		})
	}
}

// TestTheErrorOfAKeyInAnyForm looks at whole messages.
func TestTheErrorOfAKeyInAnyForm(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		flags      []string
		overrides  Overrides
		want       string // FILE stands for the path of the file
	}{
		{"file", "\n  model = 1\n", nil, Overrides{}, "FILE:2:3: expected a string, found an integer in `model`"},
		{"below a header", "[mcp_servers.x.env]\nB = 'b'\nA = true\n[mcp_servers.x]\ncommand = 'c'\n", nil, Overrides{},
			"FILE:3:1: expected a string, found a boolean in `mcp_servers.x.env.A`"},
		{"element on a line of its own", "notify = [\n  'a',\n  2,\n]\n", nil, Overrides{}, "FILE:3:3: expected a string, found an integer in `notify.1`"},
		{"missing key", "a = 1\n[history]\nmax_bytes = 1\n", nil, Overrides{}, "FILE:2:2: missing key `persistence` in `history`"},
		{"table of dotted keys", "tools.x = 1\nmodel.a = 1\n", nil, Overrides{}, "FILE:2:1: expected a string, found a table in `model`"},
		{"array of tables", "[[profiles]]\na = 1\n[[profiles]]\n", nil, Overrides{}, "FILE:1:3: expected a table, found an array in `profiles`"},
		{"flag", "model = 'x'\n", []string{"model.foo=x"}, Overrides{}, "-c flag: expected a string, found a table in `model`"},
		{"conversation", "model = 'x'\n", nil, Overrides{Config: raw(map[string]string{"model": "12345678901234567890"})},
			"conversation: expected a string, found a float in `model`"},
		{"several", "notify = 'x'\n[profiles.p]\nmodel = 1\n", []string{"model=1"}, Overrides{Config: raw(map[string]string{"tools.web_search": "1"})},
			"FILE:1:1: expected an array, found a string in `notify`; FILE:3:1: expected a string, found an integer in `profiles.p.model`; " +
				"-c flag: expected a string, found an integer in `model`; conversation: expected a boolean, found an integer in `tools.web_search`"},
		{"date and time", "hide_agent_reasoning = 2025-01-01\n", nil, Overrides{}, "FILE:1:1: expected a boolean, found a date or time in `hide_agent_reasoning`"},
		{"nan", "hide_agent_reasoning = nan\n", nil, Overrides{}, "FILE:1:1: expected a boolean, found nan in `hide_agent_reasoning`"},
		{"empty string", "hide_agent_reasoning = ''\n", nil, Overrides{}, "FILE:1:1: expected a boolean, found an empty string in `hide_agent_reasoning`"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text, test.flags...)
			_, err := l.Load(t.Context(), test.overrides)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := gocmp.Diff(test.want, strings.ReplaceAll(err.Error(), filepath.Join(l.Home, FileName), "FILE")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestValuesThatAreNotWhatTheySeem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		get        func(*Config) any
		want       any
	}{
		{"date as a string", "model = 2025-01-01", func(c *Config) any { return c.Model }, "2025-01-01"},
		{"time as a string", "model = 07:32:00", func(c *Config) any { return c.Model }, "07:32:00"},
		{"date and time as a string", "model = 1979-05-27T07:32:00.5", func(c *Config) any { return c.Model }, "1979-05-27T07:32:00.5"},
		{"instant as a string", "model = 1979-05-27T07:32:00Z", func(c *Config) any { return c.Model }, "1979-05-27T07:32:00Z"},
		{"integer as seconds", "[mcp_servers.s]\ncommand = 'c'\ntool_timeout_sec = 3", func(c *Config) any { return c.McpServers["s"].ToolLimit() }, 3 * time.Second},
		{"no seconds", "[mcp_servers.s]\ncommand = 'c'\ntool_timeout_sec = 0", func(c *Config) any { return c.McpServers["s"].ToolLimit() }, time.Duration(0)},
		{"seconds before milliseconds", "[mcp_servers.s]\ncommand = 'c'\nstartup_timeout_sec = 3\nstartup_timeout_ms = 7", func(c *Config) any { return c.McpServers["s"].StartupLimit() }, 3 * time.Second},
		{"centuries", "[mcp_servers.s]\ncommand = 'c'\ntool_timeout_sec = 1e12", func(c *Config) any { return c.McpServers["s"].ToolLimit() }, time.Duration(math.MaxInt64)},
		{"centuries of milliseconds", "[mcp_servers.s]\ncommand = 'c'\nstartup_timeout_ms = 9223372036854775807", func(c *Config) any { return c.McpServers["s"].StartupLimit() > 290*365*24*time.Hour }, true},
		{"empty command", "[mcp_servers.s]\ncommand = ''", func(c *Config) any { return *c.McpServers["s"].Transport.(*McpStdio) }, McpStdio{}},
		{"odd name of a server", "[mcp_servers.'a b']\nurl = ''", func(c *Config) any { return c.McpServerNames() }, []string{"a b"}},
		{"all notifications", "tui.notifications = true", func(c *Config) any { return c.Notifications }, Notifications{All: true}},
		{"no notifications", "tui.notifications = []", func(c *Config) any { return c.Notifications }, Notifications{Kinds: []string{}}},
		{"enum as a header", "[approval_policy.never]", func(c *Config) any { return c.ApprovalPolicy }, protocol.AskNever},
		{"enum over an empty array", "approval_policy = { never = [] }", func(c *Config) any { return c.ApprovalPolicy }, protocol.AskNever},
		{"effort as a header", "[profiles.p.model_reasoning_effort.low]\n[model_reasoning_effort.high]", func(c *Config) any { return c.ReasoningEffort }, protocol.EffortHigh},
		{"no exporter as a header", "[otel.exporter.none]", func(c *Config) any { return c.Otel.Exporter }, nil},
		{"no exporter", "otel.exporter = 'none'", func(c *Config) any { return c.Otel.Exporter }, nil},
		{"exporter", "otel.exporter = { otlp-grpc = { endpoint = 'e', headers = {} } }", func(c *Config) any { return c.Otel.Exporter },
			&OtelGRPC{Endpoint: "e", Headers: map[string]string{}}},
		{"trust of any kind", "[projects.'/a']\ntrust_level = 'maybe'\n[projects.'/b']", func(c *Config) any { return c.ApprovalPolicy }, protocol.AskOnRequest},
		{"huge limit of project documents", "project_doc_max_bytes = 9223372036854775807", func(c *Config) any { return c.ProjectDocMaxBytes }, 1 << 30},
		{"history table", "[history]\npersistence = 'save-all'", func(c *Config) any { return c.HistoryPersistence }, HistorySaveAll},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text)
			if diff := gocmp.Diff(test.want, test.get(load(t, l, Overrides{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClosest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"modle", []string{"model", "notify"}, "model"},
		{"sandbox", []string{"sandbox_mode", "tools"}, ""},
		{"ab", []string{"ac"}, ""},
		{"abc", []string{"abd", "abb"}, "abb"},
		{"model", []string{"model"}, ""},
		{"", []string{"a"}, ""},
	} {
		if diff := gocmp.Diff(test.want, closest(test.name, test.candidates)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// keysOf returns the dotted keys of a table and of the tables in it. The entries
// of tables that users name are called "x".
func keysOf(table reflect.Type, prefix string) []string {
	var keys []string
	for field := range table.Fields() {
		tag, ok := field.Tag.Lookup("toml")
		if !ok {
			continue
		}
		key, _, _ := strings.Cut(tag, ",")
		key, kind := prefix+key, field.Type
		keys = append(keys, key)
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if kind.Kind() == reflect.Map {
			key, kind = key+".x", kind.Elem()
			keys = append(keys, key)
		}
		if kind.Kind() == reflect.Struct {
			keys = append(keys, keysOf(kind, key+".")...)
		}
	}
	return keys
}

// TestEveryKeyHasAType holds that no key accepts everything.
func TestEveryKeyHasAType(t *testing.T) {
	t.Parallel()
	keys := keysOf(reflect.TypeFor[file](), "")
	if len(keys) < 90 {
		t.Errorf("only %d keys", len(keys))
	}
	for _, key := range keys {
		l, _ := newLoader(t, key+" = [[1]]\n")
		_, err := l.Load(t.Context(), Overrides{})
		var invalid *InvalidError
		if !errors.As(err, &invalid) || !slices.ContainsFunc(invalid.Problems, func(p *ValueError) bool {
			return p.Key == key || p.Key == key+".0"
		}) {
			t.Errorf("%s: got %v", key, err)
		}
	}
}
