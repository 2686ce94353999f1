package mcptable

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/codex-go/codex/core/config"
)

// seconds prints as a number with a fraction, also when it is whole.
type seconds float64

// MarshalJSON writes at least one digit behind the point.
func (s seconds) MarshalJSON() ([]byte, error) {
	text := strconv.FormatFloat(float64(s), 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return []byte(text), nil
}

func secondsOf(d *time.Duration) *seconds {
	if d == nil {
		return nil
	}
	s := seconds(d.Seconds())
	return &s
}

type server struct {
	Name           string   `json:"name"`
	Transport      any      `json:"transport"`
	StartupTimeout *seconds `json:"startup_timeout_sec"`
	ToolTimeout    *seconds `json:"tool_timeout_sec"`
}

type stdio struct {
	Type    string            `json:"type"`
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env"`
}

type streamableHTTP struct {
	Type        string  `json:"type"`
	URL         string  `json:"url"`
	BearerToken *string `json:"bearer_token"`
}

func (p Printer) server(name string, s config.McpServer) server {
	out := server{Name: name, StartupTimeout: secondsOf(s.StartupTimeout), ToolTimeout: secondsOf(s.ToolTimeout)}
	switch t := s.Transport.(type) {
	case *config.McpStdio:
		args := t.Args
		if args == nil {
			args = []string{}
		}
		out.Transport = stdio{Type: "stdio", Command: t.Command, Args: args, Env: p.env(t.Env)}
	case *config.McpHTTP:
		token := t.BearerToken
		if token != nil {
			masked := p.secret(*token)
			token = &masked
		}
		out.Transport = streamableHTTP{Type: "streamable_http", URL: p.address(t.URL), BearerToken: token}
	}
	return out
}

// ListJSON prints all servers of cfg as a JSON array, sorted by name.
func (p Printer) ListJSON(w io.Writer, cfg *config.Config) error {
	servers := []server{}
	for _, name := range cfg.McpServerNames() {
		servers = append(servers, p.server(name, cfg.McpServers[name]))
	}
	return writeJSON(w, servers)
}

// GetJSON prints one server as a JSON object.
func (p Printer) GetJSON(w io.Writer, name string, s config.McpServer) error {
	return writeJSON(w, p.server(name, s))
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print MCP servers: %w", err)
	}
	return nil
}
