package config

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, `model = "file"
model_max_output_tokens = 5
"odd key" = "x"
[sandbox_workspace_write]
writable_roots = ["/a", "/b"]
[shell_environment_policy.set]
CI = "hide1"
[mcp_servers.a]
url = "u"
bearer_token = "hide2"
[model_providers.p]
name = "P"
http_headers = { x = "hide3" }
[profiles.x]
model_verbosity = "low"
`, "profiles.x.model=flag", "mcp_servers.b={ command = 'c', env = { A = 'hide4' } }")
	c := load(t, l, Overrides{Profile: ptr("x"), SandboxMode: protocol.SandboxReadOnly, WebSearch: ptr(true), BaseInstructions: ptr("hide5")})
	var got []string
	for _, setting := range c.Origins.Settings() {
		got = append(got, setting.Key+" = "+setting.Value+" # "+setting.Origin.Layer.String())
	}
	want := []string{
		`experimental_instructions_file = '(given)' # override`,
		`mcp_servers.a.bearer_token = (hidden) # file`,
		`mcp_servers.a.url = 'u' # file`,
		`mcp_servers.b.command = 'c' # -c flag`,
		`mcp_servers.b.env.A = (hidden) # -c flag`,
		`model = 'flag' # profile`,
		`model_max_output_tokens = 5 # file`,
		`model_providers.p.http_headers.x = (hidden) # file`,
		`model_providers.p.name = 'P' # file`,
		`model_verbosity = 'low' # profile`,
		`"odd key" = 'x' # file`,
		`profile = 'x' # override`,
		`profiles.x.model = 'flag' # -c flag`,
		`profiles.x.model_verbosity = 'low' # file`,
		`sandbox_mode = 'read-only' # override`,
		`sandbox_workspace_write.writable_roots = ['/a', '/b'] # file`,
		`shell_environment_policy.set.CI = (hidden) # file`,
		`tools.web_search = true # override`,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%d"} {
		for _, value := range []any{l, l.CLI, l.CLI[1], c, *c} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "hide") {
				t.Errorf("%s prints a secret: %s", verb, text)
			}
		}
	}
}

// TestHiddenValues holds what of a value is shown.
func TestHiddenValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, key, want string }{
		{"[mcp_servers.s]\ncommand = 'c'\nenv = { A = 's' }", "mcp_servers.s.env.A", Hidden},
		{"[mcp_servers.s]\nurl = 'https://h/mcp'", "mcp_servers.s.url", "'https://h/mcp'"},
		{"[mcp_servers.s]\nurl = 'https://h/mcp?key=s'", "mcp_servers.s.url", Hidden},
		{"[mcp_servers.s]\nurl = 'https://h/mcp#s'", "mcp_servers.s.url", Hidden},
		{"[mcp_servers.s]\nurl = 'https://u:s@h/mcp'", "mcp_servers.s.url", Hidden},
		{"[mcp_servers.s]\nurl = 'https://h:s/mcp'", "mcp_servers.s.url", Hidden},
		{"[mcp_servers.s]\nurl = 'u'\nbearer_token = 's'", "mcp_servers.s.bearer_token", Hidden},
		{"[mcp_servers.s]\ncommand = 'c'\nargs = ['-x', '/dir']", "mcp_servers.s.args", "['-x', '/dir']"},
		{"[mcp_servers.s]\ncommand = 'c'\nargs = ['--api-key', 's']", "mcp_servers.s.args", Hidden},
		{"[mcp_servers.s]\ncommand = 'c'\nargs = ['--header', 'Authorization: s']", "mcp_servers.s.args", Hidden},
		{"[mcp_servers.s]\ncommand = 'c'\nargs = ['https://h/?s']", "mcp_servers.s.args", Hidden},
		{"[mcp_servers.s]\ncommand = 'c'\nvars = [{ A = 's' }]", "mcp_servers.s.vars", Hidden},
		{"[model_providers.p]\nname = 'P'\nhttp_headers = { A = 's' }", "model_providers.p.http_headers.A", Hidden},
		{"[model_providers.p]\nname = 'P'\nquery_params = { A = 's' }", "model_providers.p.query_params.A", Hidden},
		{"[model_providers.p]\nname = 'P'\nenv_http_headers = { A = 'NAME' }", "model_providers.p.env_http_headers.A", "'NAME'"},
		{"[model_providers.p]\nname = 'P'\nenv_key = 'NAME'", "model_providers.p.env_key", "'NAME'"},
		{"[model_providers.p]\nname = 'P'\nexperimental_bearer_token = 's'", "model_providers.p.experimental_bearer_token", Hidden},
		{"shell_environment_policy.set = { A = 's' }", "shell_environment_policy.set.A", Hidden},
		{"otel.exporter.otlp-http = { endpoint = 'https://h', headers = { a = 's' }, protocol = 'json' }", "otel.exporter.otlp-http.headers.a", Hidden},
		{"notify = ['curl', 'https://u:s@h']", "notify", Hidden},
		{"OPENAI_API_KEY = 's'", "OPENAI_API_KEY", Hidden},
		{"model_max_output_tokens = 5", "model_max_output_tokens", "5"},
		{"model_auto_compact_token_limit = 5", "model_auto_compact_token_limit", "5"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text)
			for _, setting := range load(t, l, Overrides{}).Origins.Settings() {
				if setting.Key == test.key {
					if diff := gocmp.Diff(test.want, setting.Value); diff != "" {
						t.Error(diff)
					}
					return
				}
			}
			t.Error("the setting is not there")
		})
	}
}

// TestAllSettings holds that every setting appears once, with the layer that
// decided about it.
func TestAllSettings(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, "model = 'o3'\n[profiles.p]\napproval_policy = 'never'\n[tools]\nweb_search_request = true\n",
		"sandbox_mode=workspace-write", "otel.exporter={otlp-grpc={endpoint='e',headers={}}}")
	l.Environ = []string{"OPENAI_BASE_URL= https://h/v1 ", "CODEX_OSS_PORT=9", "CODEX_OSS_BASE_URL=http://b/v1"}
	c := load(t, l, Overrides{
		Profile: ptr("p"), ReviewModel: "r",
		Config: raw(map[string]string{"hide_agent_reasoning": "true"}),
	})
	path := filepath.Join(l.Home, FileName)
	var got []string
	for _, setting := range c.AllSettings() {
		got = append(got, setting.Key+" = "+setting.Value+" # "+strings.ReplaceAll(setting.Origin.String(), path, "FILE"))
	}
	want := []string{
		"approval_policy = 'never' # profile \"p\" FILE:3:1",
		"chatgpt_base_url = 'https://chatgpt.com/backend-api' # default",
		"disable_paste_burst = false # default",
		"experimental_use_exec_command_tool = false # default",
		"experimental_use_rmcp_client = false # default",
		"experimental_use_unified_exec_tool = false # default",
		"file_opener = 'vscode' # default",
		"hide_agent_reasoning = true # conversation",
		"history.persistence = 'save-all' # default",
		"model = 'o3' # file FILE:1:1",
		"model_auto_compact_token_limit = 180000 # default",
		"model_context_window = 200000 # default",
		"model_max_output_tokens = 100000 # default",
		"model_provider = 'openai' # default",
		"model_providers.oss.base_url = 'http://b/v1' # environment CODEX_OSS_BASE_URL",
		"model_reasoning_summary = 'auto' # default",
		"model_supports_reasoning_summaries = true # default",
		"openai_base_url = 'https://h/v1' # environment OPENAI_BASE_URL",
		"otel.environment = 'dev' # default",
		"otel.exporter.otlp-grpc.endpoint = 'e' # -c flag",
		"otel.log_user_prompt = false # default",
		"profile = 'p' # override",
		"profiles.p.approval_policy = 'never' # file FILE:3:1",
		"project_doc_max_bytes = 32768 # default",
		"review_model = 'r' # override",
		"sandbox_mode = 'workspace-write' # -c flag",
		"sandbox_workspace_write.exclude_slash_tmp = false # default",
		"sandbox_workspace_write.exclude_tmpdir_env_var = false # default",
		"sandbox_workspace_write.network_access = false # default",
		"shell_environment_policy.experimental_use_profile = false # default",
		"shell_environment_policy.ignore_default_excludes = false # default",
		"shell_environment_policy.inherit = 'all' # default",
		"show_raw_agent_reasoning = false # default",
		"tools.view_image = true # default",
		"tools.web_search_request = true # file FILE:5:1",
		"tui.notifications = false # default",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSettingsOfTheEnvironment holds which variable counts where.
func TestSettingsOfTheEnvironment(t *testing.T) {
	t.Parallel()
	const openai, oss = "openai_base_url", "model_providers.oss.base_url"
	for _, test := range []struct {
		name, text string
		environ    []string
		key, want  string
	}{
		{"none", "", nil, openai, "default"},
		{"blank", "", []string{"OPENAI_BASE_URL= "}, openai, "default"},
		{"variable", "", []string{"OPENAI_BASE_URL=http://x"}, openai, "environment OPENAI_BASE_URL"},
		{"the file goes before", "openai_base_url = 'http://y'", []string{"OPENAI_BASE_URL=http://x"}, openai, "file FILE:1:1"},
		{"not when it is blank", "openai_base_url = ' '", []string{"OPENAI_BASE_URL=http://x"}, openai, "environment OPENAI_BASE_URL"},
		{"port", "", []string{"CODEX_OSS_PORT=1"}, oss, "environment CODEX_OSS_PORT"},
		{"address before port", "", []string{"CODEX_OSS_PORT=1", "CODEX_OSS_BASE_URL=http://x"}, oss, "environment CODEX_OSS_BASE_URL"},
		{"another variable", "", []string{"OPENAI_API_KEY=x"}, openai, "default"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text)
			l.Environ = test.environ
			origin := load(t, l, Overrides{}).Origins.Of(strings.Split(test.key, ".")...)
			if diff := gocmp.Diff(test.want, strings.ReplaceAll(origin.String(), filepath.Join(l.Home, FileName), "FILE")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
