package config

import (
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
