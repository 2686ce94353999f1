package mcptable

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/codex-go/codex/core/config"
)

// Printer prints servers. The zero value masks secrets.
type Printer struct {
	ShowSecrets bool
}

// secret masks a value.
func (p Printer) secret(value string) string {
	if p.ShowSecrets {
		return value
	}
	return config.Masked
}

// address masks what is secret in an address.
func (p Printer) address(url string) string {
	if p.ShowSecrets {
		return url
	}
	return config.MaskURL(url)
}

// env masks the values of variables that look like secrets.
func (p Printer) env(env map[string]string) map[string]string {
	if env == nil || p.ShowSecrets {
		return env
	}
	masked := maps.Clone(env)
	for name := range masked {
		if config.IsSecretVariable(name) {
			masked[name] = p.secret(masked[name])
		}
	}
	return masked
}

func (p Printer) envText(env map[string]string) string {
	env = p.env(env)
	if len(env) == 0 {
		return "-"
	}
	pairs := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		pairs = append(pairs, name+"="+env[name])
	}
	return strings.Join(pairs, ", ")
}

func argsText(args []string) string {
	if len(args) == 0 {
		return "-"
	}
	return strings.Join(args, " ")
}

// List prints up to two tables: the servers that are started, then those that
// are reached over HTTP.
func (p Printer) List(w io.Writer, cfg *config.Config) error {
	if len(cfg.McpServers) == 0 {
		_, err := fmt.Fprintln(w, "No MCP servers configured yet. Try \"codex mcp add my-server -- my-command\".")
		return err
	}
	started := [][]string{{"Name", "Command", "Args", "Env"}}
	reached := [][]string{{"Name", "Url", "Has Bearer Token"}}
	for _, name := range cfg.McpServerNames() {
		switch t := cfg.McpServers[name].Transport.(type) {
		case *config.McpStdio:
			started = append(started, []string{name, t.Command, argsText(t.Args), p.envText(t.Env)})
		case *config.McpHTTP:
			has := "False"
			if t.BearerToken != nil {
				has = "True"
			}
			reached = append(reached, []string{name, p.address(t.URL), has})
		}
	}
	var b strings.Builder
	if len(started) > 1 {
		table(&b, started)
	}
	if len(reached) > 1 {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		table(&b, reached)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// table prints rows with every column padded to its width in characters.
func table(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		b.WriteByte('\n')
	}
}

// Get prints one server.
func (p Printer) Get(w io.Writer, name string, s config.McpServer) error {
	var b strings.Builder
	line := func(key, value string) { fmt.Fprintf(&b, "  %s: %s\n", key, value) }
	b.WriteString(name + "\n")
	switch t := s.Transport.(type) {
	case *config.McpStdio:
		line("transport", "stdio")
		line("command", t.Command)
		line("args", argsText(t.Args))
		line("env", p.envText(t.Env))
	case *config.McpHTTP:
		line("transport", "streamable_http")
		line("url", p.address(t.URL))
		token := "-"
		if t.BearerToken != nil {
			token = p.secret(*t.BearerToken)
		}
		line("bearer_token", token)
	}
	timeout := func(key string, d *time.Duration) {
		if d != nil {
			line(key, strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
		}
	}
	timeout("startup_timeout_sec", s.StartupTimeout)
	timeout("tool_timeout_sec", s.ToolTimeout)
	line("remove", "codex mcp remove "+name)
	_, err := io.WriteString(w, b.String())
	return err
}
