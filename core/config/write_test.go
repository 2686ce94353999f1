package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/tomledit"
)

func stored(t *testing.T, l *Loader) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(l.Home, FileName))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSetDefaultModel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, before, profile string
		model                 *string
		effort                protocol.ReasoningEffort
		want                  string
	}{
		{"both", "# c\nmodel = \"a\" # keep?\nother=\"x\"\n[tools]\nweb_search=true\n", "", ptr("b"), protocol.EffortMinimal,
			"# c\nmodel = \"b\" # keep?\nother=\"x\"\nmodel_reasoning_effort = \"minimal\"\n[tools]\nweb_search=true\n"},
		{"empty file", "", "", ptr("b"), protocol.EffortLow, "model = \"b\"\nmodel_reasoning_effort = \"low\"\n"},
		{"the effort goes", "model = \"a\"\nmodel_reasoning_effort = \"high\"\n", "", ptr("b"), "", "model = \"b\"\n"},
		{"both go", "model = \"a\"\nmodel_reasoning_effort = \"high\"\n", "", nil, "", ""},
		{"nothing to do", "x = 1 \r\n", "", nil, "", "x = 1 \r\n"},
		{"empty model", "", "", ptr(""), "", "model = \"\"\n"},
		{"profile of the file", "profile = \"p\"\nmodel = \"a\"\n[profiles.p]\nmodel = \"z\"\n", "", ptr("b"), protocol.EffortHigh,
			"profile = \"p\"\nmodel = \"a\"\n[profiles.p]\nmodel = \"b\"\nmodel_reasoning_effort = \"high\"\n"},
		{"profile without a name", "profile = \"\"\nmodel = \"a\"\n", "", ptr("b"), "",
			"profile = \"\"\nmodel = \"a\"\n\n[profiles.\"\"]\nmodel = \"b\"\n"},
		{"profile that is no name", "profile = 5\nmodel = \"a\"\n", "", ptr("b"), "", "profile = 5\nmodel = \"b\"\n"},
		{"profile without a table", "profile = \"p\"\n", "", nil, protocol.EffortLow, "profile = \"p\"\n\n[profiles.p]\nmodel_reasoning_effort = \"low\"\n"},
		{"nothing in the profile", "profile = \"p\"\nmodel = \"a\"\n", "", nil, "", "profile = \"p\"\nmodel = \"a\"\n"},
		{"only tables", "[tools]\nweb_search = true\n", "", ptr("b"), "", "model = \"b\"\n[tools]\nweb_search = true\n"},
		{"array in place", "model = [\"a\"]\n", "", ptr("b"), "", "model = \"b\"\n"},
		{"text of many lines in place", "model = \"\"\"\na\nb\"\"\"\nx = 1\n", "", ptr("b"), "", "model = \"b\"\nx = 1\n"},
		{"profile of the process", "profile = \"p\"\n[profiles.p]\nmodel = \"z\"\n", "q", ptr("b"), "",
			"profile = \"p\"\n[profiles.p]\nmodel = \"z\"\n\n[profiles.q]\nmodel = \"b\"\n"},
		{"name with dots and blanks", "", "a.b c", ptr("b"), "", "[profiles.\"a.b c\"]\nmodel = \"b\"\n"},
		{"dotted", "profiles.p.model=\"z\"\n", "p", ptr("b"), protocol.EffortLow, "profiles.p.model=\"b\"\nprofiles.p.model_reasoning_effort = \"low\"\n"},
		{"effort for a dotted model", "profiles.p.model = \"z\" # c\nx = 1\n", "p", nil, protocol.EffortLow, "profiles.p.model_reasoning_effort = \"low\"\nx = 1\n"},
		{"a profile of dotted keys does not go", "profile = \"p\"\nprofiles.p.model = \"z\"\n", "", nil, "", "profile = \"p\"\n\n[profiles]\np = {}\n"},
		{"nor one beside others", "profiles.q.model = \"y\"\nprofiles.p.model = \"z\"\n", "p", nil, "", "profiles.q.model = \"y\"\nprofiles.p = {}\n"},
		{"nor one in an inline table", "profiles = { p.model = \"z\", q = {} }\n", "p", nil, "", "profiles = { q = {}, p = {} }\n"},
		{"a profile that is not there", "model = \"a\"\n", "p", nil, "", "model = \"a\"\n"},
		{"inline profile", "[profiles]\np={model=\"z\",approval_policy=\"never\"}\nq={model=\"y\"}\n", "p", ptr("b"), "",
			"[profiles]\np={model=\"b\",approval_policy=\"never\"}\nq={model=\"y\"}\n"},
		{"inline profiles", "profiles={p={model=\"z\"},q={model=\"y\"}}\n", "p", nil, protocol.EffortLow,
			"profiles={p={model_reasoning_effort = \"low\"},q={model=\"y\"}}\n"},
		{"other keys are invalid", "approval_policy = \"sometimes\"\n", "", ptr("b"), "", "approval_policy = \"sometimes\"\nmodel = \"b\"\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.before)
			if err := l.SetDefaultModel(t.Context(), test.profile, test.model, test.effort); err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(test.want, stored(t, l)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSetDefaultModelWithoutAFile(t *testing.T) {
	t.Parallel()
	l := &Loader{Home: filepath.Join(t.TempDir(), "home")}
	if err := l.SetDefaultModel(t.Context(), "", nil, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(l.Home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
	if err := l.SetDefaultModel(t.Context(), "", ptr("m"), ""); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff("model = \"m\"\n", stored(t, l)); diff != "" {
		t.Error(diff)
	}
	if c := load(t, l, Overrides{}); c.Model != "m" {
		t.Errorf("got %q", c.Model)
	}
}

func TestSetDefaultModelRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		check      func(error) bool
	}{
		{"not TOML", "model = \n", func(err error) bool {
			var syntax *tomledit.SyntaxError
			return errors.As(err, &syntax)
		}},
		{"the model is a table", "model = { a = 1 } # c\n", func(err error) bool { return errors.Is(err, tomledit.ErrIsTable) }},
		{"profiles are no table", "profiles = 1\nprofile = 'p'\n", func(err error) bool { return errors.Is(err, tomledit.ErrNotTable) }},
	} {
		l, _ := newLoader(t, test.text)
		if err := l.SetDefaultModel(t.Context(), "", ptr("b"), ""); !test.check(err) {
			t.Errorf("%s: got %v", test.name, err)
		}
		if diff := gocmp.Diff(test.text, stored(t, l)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestSetMcpServer(t *testing.T) {
	t.Parallel()
	stdio := func(command string, args []string, env map[string]string) McpServer {
		return McpServer{Transport: &McpStdio{Command: command, Args: args, Env: env}}
	}
	for _, test := range []struct {
		name, before string
		server       McpServer
		want         string
	}{
		{"new", "model = \"m\"\n", stdio("docs", []string{"-x", "y"}, map[string]string{"B": "2", "A": "1"}),
			"model = \"m\"\n\n[mcp_servers.s]\ncommand = \"docs\"\nargs = [\"-x\", \"y\"]\n\n[mcp_servers.s.env]\nA = \"1\"\nB = \"2\"\n"},
		{"minimal", "", stdio("docs", nil, nil), "[mcp_servers.s]\ncommand = \"docs\"\n"},
		{"http", "", McpServer{Transport: &McpHTTP{URL: "https://x", BearerToken: ptr("t")}, StartupTimeout: ptr(20 * time.Second), ToolTimeout: ptr(1500 * time.Millisecond)},
			"[mcp_servers.s]\nurl = \"https://x\"\nbearer_token = \"t\"\nstartup_timeout_sec = 20.0\ntool_timeout_sec = 1.5\n"},
		{"replaced in place", "[mcp_servers.a]\ncommand = \"a\" # a\n\n# about s\n[mcp_servers.s] # s\ncommand = 'old' # why\nargs = [\"x\"]\nfuture = 1\nstartup_timeout_sec = 20\n[mcp_servers.s.env]\nOLD = \"1\"\nA = \"0\" # a\n\n[mcp_servers.bad]\n",
			McpServer{Transport: &McpStdio{Command: "new", Env: map[string]string{"A": "1"}}, StartupTimeout: ptr(20 * time.Second)},
			"[mcp_servers.a]\ncommand = \"a\" # a\n\n# about s\n[mcp_servers.s] # s\ncommand = 'new' # why\nfuture = 1\nstartup_timeout_sec = 20\n[mcp_servers.s.env]\nA = \"1\" # a\n\n[mcp_servers.bad]\n"},
		{"another transport", "[mcp_servers.s]\nurl = \"https://x\"\nbearer_token = \"t\"\nstartup_timeout_ms = 5\n", stdio("c", nil, nil),
			"[mcp_servers.s]\ncommand = \"c\"\n"},
		{"environment goes", "[mcp_servers.s]\ncommand = \"c\"\n\n[mcp_servers.s.env]\nA = \"1\"\n", stdio("c", nil, nil), "[mcp_servers.s]\ncommand = \"c\"\n"},
		{"inline", "mcp_servers = { s = { command = \"c\" }, t = { url = \"u\" } }\n", stdio("d", nil, map[string]string{"A": "1"}),
			"mcp_servers = { s = { command = \"d\", env.A = \"1\" }, t = { url = \"u\" } }\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.before)
			for i := range 2 {
				orphan, err := l.SetMcpServer(t.Context(), "s", test.server)
				if err != nil {
					t.Fatal(err)
				}
				if want := i == 0 && test.name == "another transport"; (orphan == "https://x") != want || orphan != "" && !want {
					t.Errorf("the address %q has no server", orphan)
				}
				if diff := gocmp.Diff(test.want, stored(t, l)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	l, _ := newLoader(t, "")
	if _, err := l.SetMcpServer(t.Context(), "s", McpServer{}); err == nil {
		t.Error("no transport: no error")
	}
	for name, want := range map[string]bool{"a-B_1": true, "": false, "a b": false, "é": false, "a.b": false} {
		if ValidMcpServerName(name) != want {
			t.Errorf("%q: not %t", name, want)
		}
	}
}

func TestRemoveMcpServer(t *testing.T) {
	t.Parallel()
	const text = "# c\n[mcp_servers.a]\ncommand = \"a\"\n\n# bad\n[mcp_servers.\"b b\"]\nx = 1\n[mcp_servers.\"b b\".env]\ny = 2\n\n" +
		"[mcp_servers]\nd = { url = \"https://d\" }\ne = { url = \"https://d\", args = 1 }\n[tools]\n"
	l, _ := newLoader(t, text)
	for _, test := range []struct {
		name    string
		removed bool
		orphan  string
	}{
		{"none", false, ""},
		{"b b", true, ""},
		{"d", true, ""}, // e has the same address
		{"e", true, "https://d"},
		{"e", false, ""},
	} {
		removed, orphan, err := l.RemoveMcpServer(t.Context(), test.name)
		if err != nil || removed != test.removed || orphan != test.orphan {
			t.Errorf("%s: got %t, %q, %v", test.name, removed, orphan, err)
		}
		if test.name == "none" {
			if diff := gocmp.Diff(text, stored(t, l)); diff != "" {
				t.Error(diff)
			}
		}
	}
	if diff := gocmp.Diff("# c\n[mcp_servers.a]\ncommand = \"a\"\n\n[mcp_servers]\n[tools]\n", stored(t, l)); diff != "" {
		t.Error(diff)
	}
}

func TestSavedConfig(t *testing.T) {
	t.Parallel()
	full := protocol.UserSavedConfig{
		ApprovalPolicy: protocol.AskOnRequest, SandboxMode: protocol.SandboxWorkspaceWrite,
		SandboxSettings: &protocol.SandboxSettings{WritableRoots: []string{"/data"}, NetworkAccess: true},
		Model:           ptr("gpt-5"), ModelReasoningEffort: protocol.EffortHigh, ModelReasoningSummary: protocol.SummaryDetailed,
		ModelVerbosity: protocol.VerbosityMedium, Profile: ptr("p"),
		Tools: &protocol.SavedTools{WebSearch: ptr(true)},
		Profiles: map[string]protocol.SavedProfile{"bare": {}, "p": {
			Model: ptr("gpt-4o"), ModelProvider: ptr("mock"), ApprovalPolicy: ptr(protocol.AskOnFailure), ModelReasoningEffort: ptr(protocol.EffortLow),
			ModelReasoningSummary: ptr(protocol.SummaryConcise), ModelVerbosity: ptr(protocol.VerbosityLow), ChatgptBaseURL: ptr("https://x/"),
		}},
	}
	for _, test := range []struct {
		name, text string
		want       protocol.UserSavedConfig
	}{
		{"empty", "", protocol.UserSavedConfig{Profiles: map[string]protocol.SavedProfile{}}},
		{"empty tables", "[tools]\n[sandbox_workspace_write]\n", protocol.UserSavedConfig{
			SandboxSettings: &protocol.SandboxSettings{}, Tools: &protocol.SavedTools{}, Profiles: map[string]protocol.SavedProfile{},
		}},
		{"everything", `model = "gpt-5"
approval_policy = "on-request"
sandbox_mode = "workspace-write"
model_reasoning_effort = "high"
model_reasoning_summary = "detailed"
model_verbosity = "medium"
profile = "p"
model_provider = "unknown is fine here"
sandbox_workspace_write = { writable_roots = ["/data"], network_access = true }
tools.web_search_request = true
[profiles.bare]
experimental_instructions_file = "x"
[profiles.p]
model = "gpt-4o"
approval_policy = "on-failure"
model_reasoning_effort = "low"
model_reasoning_summary = "concise"
model_verbosity = "low"
model_provider = "mock"
chatgpt_base_url = "https://x/"
`, full},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, _ := newLoader(t, test.text, "model=flag")
			got, err := l.SavedConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindHome(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "real"), 0o700), os.Symlink("real", link)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		variables map[string]string
		want      string
		err       error
	}{
		{"variable", map[string]string{"CODEX_HOME": dir, "HOME": "/h"}, dir, nil},
		{"link", map[string]string{"CODEX_HOME": link}, filepath.Join(dir, "real"), nil},
		{"missing", map[string]string{"CODEX_HOME": filepath.Join(dir, "none"), "HOME": "/h"}, "", fs.ErrNotExist},
		{"empty", map[string]string{"CODEX_HOME": "", "HOME": "/h"}, "/h/.codex", nil},
		{"home of the user", map[string]string{"HOME": "/h"}, "/h/.codex", nil},
	} {
		got, err := FindHome(func(name string) string { return test.variables[name] })
		if !errors.Is(err, test.err) || got != test.want {
			t.Errorf("%s: got %q, %v", test.name, got, err)
		}
	}
	// Without any variable the system knows the user.
	if got, err := FindHome(func(string) string { return "" }); err == nil && filepath.Base(got) != ".codex" || err != nil && !errors.Is(err, ErrNoHome) {
		t.Errorf("got %q, %v", got, err)
	}
}

// FuzzLoad holds that no text breaks the loader, and that a text which loads
// can be edited.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", "model = 'x'\n[profiles.p]\nmodel = 1\n", "[mcp_servers.a]\ncommand = 'c'\n[[x]]\ny = [{z = 1}]\n",
		"tools = { web_search = true }\nnotify = ['a']\n", "a.b.c = 2025-01-01\n[history]\npersistence = 'none'\n", "\xef\xbb\xbfmodel='\r\n",
		"profiles = { p = { model = 'm' } }\nprofile = 'p'\n",
	} {
		f.Add([]byte(seed), "model=x", "p")
	}
	f.Fuzz(func(t *testing.T, text []byte, flag, profile string) {
		var flags []Override
		if override, err := ParseOverride(flag); err == nil {
			flags = append(flags, override)
		}
		l := &Loader{Home: t.TempDir(), Cwd: "/work", CLI: flags, Warn: func(string) {}}
		if err := os.WriteFile(filepath.Join(l.Home, FileName), text, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := l.Load(t.Context(), Overrides{Profile: Given(profile)})
		if err != nil {
			_ = err.Error()
			return
		}
		for _, key := range c.Origins.Keys() {
			if origin := c.Origins.Of(key...); origin.Layer == LayerFile && (origin.Line < 1 || origin.Column < 1) {
				t.Errorf("%q: %v", key, origin)
			}
		}
		saved, err := l.SavedConfig(t.Context())
		if err != nil {
			return // a flag may have mended the file
		}
		if saved.Profiles == nil {
			t.Error("no profiles")
		}
		if err := l.SetDefaultModel(t.Context(), profile, ptr("m"), ""); err != nil {
			return
		}
		l.CLI = nil
		if c, err := l.Load(t.Context(), Overrides{Profile: Given(profile)}); err == nil && profile != "" && c.Model != "m" {
			t.Errorf("got %q", c.Model)
		}
	})
}
