package mcptable

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/config"
)

func servers() *config.Config {
	seconds := func(n float64) *time.Duration {
		d := time.Duration(n * float64(time.Second))
		return &d
	}
	token := "tok"
	return &config.Config{McpServers: map[string]config.McpServer{
		"docs": {
			Transport:      &config.McpStdio{Command: "echo", Args: []string{"a", "b c"}, Env: map[string]string{"Z": "1", "API_KEY": "2"}},
			StartupTimeout: seconds(20), ToolTimeout: seconds(30.5),
		},
		"odd nämé": {Transport: &config.McpStdio{Command: "ü"}},
		"web":      {Transport: &config.McpHTTP{URL: "https://example.com/mcp", BearerToken: &token}},
		"web2":     {Transport: &config.McpHTTP{URL: "https://example.com/"}, StartupTimeout: seconds(0.25)},
	}}
}

// printed returns what a method of a printer printed.
func printed(t *testing.T, print func(*strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	if err := print(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestList(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		printer Printer
		cfg     *config.Config
		want    string
	}{
		{"none", Printer{}, &config.Config{}, "No MCP servers configured yet. Try \"codex mcp add my-server -- my-command\".\n"},
		{"masked", Printer{}, servers(), "" +
			"Name      Command  Args   Env             \n" +
			"docs      echo     a b c  API_KEY=***, Z=1\n" +
			"odd nämé  ü        -      -               \n" +
			"\n" +
			"Name  Url                      Has Bearer Token\n" +
			"web   https://example.com/mcp  True            \n" +
			"web2  https://example.com/     False           \n"},
		{"one kind", Printer{ShowSecrets: true}, &config.Config{McpServers: map[string]config.McpServer{"docs": servers().McpServers["docs"]}}, "" +
			"Name  Command  Args   Env           \n" +
			"docs  echo     a b c  API_KEY=2, Z=1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := printed(t, func(b *strings.Builder) error { return test.printer.List(b, test.cfg) })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the tables differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"docs": "docs\n  transport: stdio\n  command: echo\n  args: a b c\n  env: API_KEY=***, Z=1\n" +
			"  startup_timeout_sec: 20\n  tool_timeout_sec: 30.5\n  remove: codex mcp remove docs\n",
		"odd nämé": "odd nämé\n  transport: stdio\n  command: ü\n  args: -\n  env: -\n  remove: codex mcp remove odd nämé\n",
		"web":      "web\n  transport: streamable_http\n  url: https://example.com/mcp\n  bearer_token: ***\n  remove: codex mcp remove web\n",
		"web2": "web2\n  transport: streamable_http\n  url: https://example.com/\n  bearer_token: -\n" +
			"  startup_timeout_sec: 0.25\n  remove: codex mcp remove web2\n",
	} {
		got := printed(t, func(b *strings.Builder) error { return Printer{}.Get(b, name, servers().McpServers[name]) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	compact := func(text string) string {
		var b strings.Builder
		for line := range strings.Lines(text) {
			b.WriteString(strings.TrimSpace(line))
		}
		return b.String()
	}
	got := printed(t, func(b *strings.Builder) error { return Printer{ShowSecrets: true}.ListJSON(b, servers()) })
	want := `[{"name": "docs","transport": {"type": "stdio","command": "echo","args": ["a","b c"],"env": {"API_KEY": "2","Z": "1"}},` +
		`"startup_timeout_sec": 20.0,"tool_timeout_sec": 30.5},` +
		`{"name": "odd nämé","transport": {"type": "stdio","command": "ü","args": [],"env": null},` +
		`"startup_timeout_sec": null,"tool_timeout_sec": null},` +
		`{"name": "web","transport": {"type": "streamable_http","url": "https://example.com/mcp","bearer_token": "tok"},` +
		`"startup_timeout_sec": null,"tool_timeout_sec": null},` +
		`{"name": "web2","transport": {"type": "streamable_http","url": "https://example.com/","bearer_token": null},` +
		`"startup_timeout_sec": 0.25,"tool_timeout_sec": null}]`
	if diff := cmp.Diff(want, compact(got)); diff != "" {
		t.Errorf("the list differs (-want +got):\n%s", diff)
	}
	if got := printed(t, func(b *strings.Builder) error { return Printer{}.ListJSON(b, &config.Config{}) }); got != "[]\n" {
		t.Errorf("no servers are %q", got)
	}
	one := printed(t, func(b *strings.Builder) error { return Printer{}.GetJSON(b, "web", servers().McpServers["web"]) })
	if !strings.HasPrefix(one, "{\n  \"name\": \"web\",\n") || !strings.Contains(one, `"bearer_token": "***"`) {
		t.Errorf("one server is %s", one)
	}
}
