package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestOrigins(t *testing.T) {
	t.Parallel()
	l, _ := newLoader(t, `model = "file"
approval_policy = "never" # here
[sandbox_workspace_write]
network_access = true
[profiles.x]
model_verbosity = "low"
model_reasoning_effort = "low"
[mcp_servers]
a = { command = "c", args = [ "x" ] }
`, "review_model=flag", "profiles.x.model_reasoning_summary=none", "tools.web_search=true")
	c := load(t, l, Overrides{
		Profile: ptr("x"), SandboxMode: protocol.SandboxReadOnly,
		Config: raw(map[string]string{"hide_agent_reasoning": "true", "tools.web_search": "false"}),
	})
	path := filepath.Join(l.Home, FileName)
	for _, test := range []struct{ key, want string }{
		{"model", "file " + path + ":1:1"},
		{"approval_policy", "file " + path + ":2:1"},
		{"sandbox_workspace_write.network_access", "file " + path + ":4:1"},
		{"sandbox_workspace_write", "file " + path + ":3:2"},
		{"mcp_servers.a.args", "file " + path + ":9:22"},
		{"model_verbosity", `profile "x" ` + path + ":6:1"},
		{"model_reasoning_summary", `profile "x" (-c flag)`},
		{"review_model", "-c flag"},
		{"profile", "override"},
		{"sandbox_mode", "override"},
		{"hide_agent_reasoning", "conversation"},
		{"tools.web_search", "conversation"},
		{"notify", "default"},
		{"model.x", "default"},
	} {
		if diff := gocmp.Diff(test.want, c.Origins.Of(strings.Split(test.key, ".")...).String()); diff != "" {
			t.Errorf("%s: %s", test.key, diff)
		}
	}
	var keys []string
	for _, key := range c.Origins.Keys() {
		keys = append(keys, strings.Join(key, "."))
	}
	if !slices.IsSorted(keys) || !slices.Contains(keys, "sandbox_mode") || !slices.Contains(keys, "mcp_servers.a.command") {
		t.Errorf("got %q", keys)
	}
	if (Origins{}).Of("model") != (Origin{}) || (Origins{}).Keys() != nil {
		t.Error("zero origins know something")
	}
}

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
		path + ":8:1: unknown key `mcp_servers.a.enabled`",
		path + ":4:1: `profiles.p.sandbox_mode` has no effect in a profile",
		path + ":10:1: unknown key `tools.web_serach` (did you mean `web_search`?)",
		"conversation: unknown key `bogus`",
		path + ":1:1: unknown key `modle` (did you mean `model`?)",
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

func TestEffortsOfNewerReleases(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"none", "minimal"}, {"xhigh", "high"}, {"max", "high"}, {"ultra", "high"}, {"persistent", "high"},
	} {
		l, w := newLoader(t, "[profiles.p]\nmodel_reasoning_effort = \""+test.text+"\"", "model_reasoning_effort="+test.text)
		if got := load(t, l, Overrides{}).ReasoningEffort; string(got) != test.want {
			t.Errorf("%s: %q, want %q", test.text, got, test.want)
		}
		note := fmt.Sprintf("%q is of a newer release and counts as %q", test.text, test.want)
		want := []string{
			"-c flag: `model_reasoning_effort`: " + note,
			filepath.Join(l.Home, FileName) + ":2:1: `profiles.p.model_reasoning_effort`: " + note,
		}
		if diff := gocmp.Diff(want, w.list); diff != "" {
			t.Error(diff)
		}
		saved, err := l.SavedConfig(t.Context())
		if got := saved.Profiles["p"].ModelReasoningEffort; err != nil || string(*got) != test.want {
			t.Errorf("%s: saved as %v, %v", test.text, got, err)
		}
	}
}
