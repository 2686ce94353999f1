package mcpclient

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/codex-go/codex/core/config"
)

// memberOf returns a server that lists tools without there being one.
func memberOf(name string, tools int) *member {
	raw := make([]json.RawMessage, 0, tools)
	for i := range tools {
		raw = append(raw, fakeTool(fmt.Sprintf("tool number %d", i)))
	}
	c := &client{}
	c.tools, _, _ = readTools(raw)
	return &member{name: name, lease: &lease{client: c}}
}

// BenchmarkTable makes the table of a turn from ten servers of fifty tools.
func BenchmarkTable(b *testing.B) {
	s := &Servers{r: NewRegistry(Options{})}
	for i := range 10 {
		s.members = append(s.members, memberOf(fmt.Sprintf("server%d", i), 50))
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(s.current().tools) != 500 {
			b.Fatal("tools are missing")
		}
	}
}

// BenchmarkCall calls a tool of a process.
func BenchmarkCall(b *testing.B) {
	w := newWorld(b, nil)
	s, _ := w.prepared(map[string]config.McpServer{"s": stdio(b, fakeConfig{})}, nil)
	tool, ok := s.Lookup("s__echo")
	if !ok {
		b.Fatal("no tool")
	}
	args := json.RawMessage(`{"text":"hello"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Call(context.Background(), tool, args); err != nil {
			b.Fatal(err)
		}
	}
}
