package config

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestWarnings(t *testing.T) {
	t.Parallel()
	l, w := newLoader(t, `modle = "x"
experimental_resume = "old"
[profiles.p]
sandbox_mode = "read-only"
model = "m"
[mcp_servers.a]
command = "c"
enabled = true
[tools]
web_serach = true
`, "model=flag")
	for range 2 {
		load(t, l, Overrides{Profile: ptr("p"), Config: raw(map[string]string{"bogus.key": "1"})})
	}
	path := filepath.Join(l.Home, FileName)
	want := []string{
		path + ":1:1: unknown key `modle` (did you mean `model`?)",
		path + ":4:1: `profiles.p.sandbox_mode` has no effect in a profile",
		path + ":8:1: unknown key `mcp_servers.a.enabled`",
		path + ":10:1: unknown key `tools.web_serach` (did you mean `web_search`?)",
		"conversation: unknown key `bogus`",
		"the -c flag override of `model` has no effect, because profile `p` sets it; override `profiles.p.model` instead",
	}
	if diff := gocmp.Diff(want, w.list); diff != "" {
		t.Error(diff)
	}
	l.Strict = true
	var unknown *UnknownKeysError
	if _, err := l.Load(t.Context(), Overrides{}); !errors.As(err, &unknown) || len(unknown.Keys) != 4 {
		t.Errorf("got %v", err)
	}
}

// TestUnknownKeys holds that a key which no setting has is accepted in every
// table, with one warning that says where it stands, and that a strict loader
// refuses it.
func TestUnknownKeys(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"x = 1", "unknown key `x`"},
		{"[x.y]\nz = 1", "unknown key `x`"},
		{"features = {}", "unknown key `features`"},
		{"developer_instructions = 'x'", "unknown key `developer_instructions`"},
		{"cli_auth_credentials_store = 'file'", "unknown key `cli_auth_credentials_store`"},
		{"include_plan_tool = true", "unknown key `include_plan_tool`"},
		{"tools.x = 1", "unknown key `tools.x`"},
		{"tui.theme = 'dark'", "unknown key `tui.theme`"},
		{"history = { persistence = 'none', x = 1 }", "unknown key `history.x`"},
		{"sandbox_workspace_write.x = 1", "unknown key `sandbox_workspace_write.x`"},
		{"shell_environment_policy.x = 1", "unknown key `shell_environment_policy.x`"},
		{"projects.'/a'.x = 1", "unknown key `projects.\"/a\".x`"},
		{"otel.x = 1", "unknown key `otel.x`"},
		{"otel.exporter.otlp-http = { endpoint = 'e', headers = {}, protocol = 'json', x = 1 }", "unknown key `otel.exporter.otlp-http.x`"},
		{"otel.exporter.otlp-grpc = { endpoint = 'e', headers = {}, x = 1 }", "unknown key `otel.exporter.otlp-grpc.x`"},
		{"profiles.p.x = 1", "unknown key `profiles.p.x`"},
		{"profiles.p.sandbox_mode = 'nonsense'", "`profiles.p.sandbox_mode` has no effect in a profile"},
		{"profiles.p.review_model = 1", "`profiles.p.review_model` has no effect in a profile"},
		{"model_providers.p = { name = 'P', stream_idle_timeout = 1 }", "unknown key `model_providers.p.stream_idle_timeout` (did you mean `stream_idle_timeout_ms`?)"},
		{"mcp_servers.s = { command = 'c', cwd = 1 }", "unknown key `mcp_servers.s.cwd`"},
		{"mcp_servers.s = { command = 'c', enabled = 'x' }", "unknown key `mcp_servers.s.enabled`"},
		{"mcp_servers.s = { url = 'u', bearer_token_env_var = 'x' }", "unknown key `mcp_servers.s.bearer_token_env_var`"},
		{"mcp_servers.s = { url = 'u', http_headers = 1 }", "unknown key `mcp_servers.s.http_headers`"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			l, w := newLoader(t, test.text)
			for range 2 {
				load(t, l, Overrides{})
			}
			if _, err := l.SavedConfig(t.Context()); err != nil {
				t.Error(err)
			}
			path := filepath.Join(l.Home, FileName)
			if len(w.list) != 1 || !strings.HasPrefix(w.list[0], path+":") || !strings.HasSuffix(w.list[0], ": "+test.want) {
				t.Errorf("warnings: %q", w.list)
			}
			l.Strict = true
			var unknown *UnknownKeysError
			if _, err := l.Load(t.Context(), Overrides{}); !errors.As(err, &unknown) || len(unknown.Keys) != 1 || err.Error() != w.list[0] {
				t.Errorf("strict: got %v", err)
			}
		})
	}
}

// TestRetiredKeys holds that keys of old releases are passed over without a
// word, whatever they hold.
func TestRetiredKeys(t *testing.T) {
	t.Parallel()
	for _, key := range retiredKeys {
		for _, value := range []string{"true", "'x'", "{}", "[1]"} {
			l, w := newLoader(t, key+" = "+value)
			l.Strict = true
			load(t, l, Overrides{})
			if len(w.list) != 0 {
				t.Errorf("%s = %s: %q", key, value, w.list)
			}
		}
	}
}
