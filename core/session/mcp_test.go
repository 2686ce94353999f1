package session_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/mcpclient"
)

// openMcp gives a session two MCP servers: "srv", and "gone", which cannot be
// started. The registry is closed by whoever asked.
func openMcp(s *setup) *mcpclient.Registry {
	registry := mcpclient.NewRegistry(mcpclient.Options{Start: func(c mcpclient.Command) (mcpclient.Process, error) {
		if c.Argv[0] != "srv" {
			return nil, errors.New("no such program")
		}
		return newMcpProcess(), nil
	}})
	s.tools.McpServers = func(failed func(*mcpclient.Failure)) *mcpclient.Servers {
		return registry.Open(mcpclient.OpenOptions{
			Servers: map[string]config.McpServer{
				"srv":  {Transport: &config.McpStdio{Command: "srv"}},
				"gone": {Transport: &config.McpStdio{Command: "gone"}},
			},
			Dir:    s.config.Cwd,
			Failed: failed,
		})
	}
	return registry
}

// mcpProcess is an MCP server in this process.
type mcpProcess struct {
	in   *io.PipeWriter
	out  *io.PipeReader
	stop func()
	done chan struct{}
}

func newMcpProcess() *mcpProcess {
	fromClient, in := io.Pipe()
	out, toClient := io.Pipe()
	p := &mcpProcess{in: in, out: out, done: make(chan struct{})}
	p.stop = sync.OnceFunc(func() {
		fromClient.Close()
		toClient.Close()
		<-p.done
	})
	go func() {
		defer close(p.done)
		lines := bufio.NewScanner(fromClient)
		for lines.Scan() {
			if answer := answerMcp(lines.Bytes()); answer != "" {
				if _, err := fmt.Fprintln(toClient, answer); err != nil {
					return
				}
			}
		}
	}()
	return p
}

// answerMcp answers one message to the server: its tool "echo" repeats its
// arguments, "data" has a structured result, and "fail" says that it failed.
func answerMcp(line []byte) string {
	var m struct {
		ID     json.RawMessage
		Method string
		Params struct {
			ProtocolVersion string
			Name            string
			Arguments       json.RawMessage
		}
	}
	if json.Unmarshal(line, &m) != nil || m.ID == nil {
		return ""
	}
	result := "{}"
	switch m.Method {
	case "initialize":
		result = fmt.Sprintf(`{"protocolVersion":%q,"capabilities":{"tools":{}},"serverInfo":{"name":"srv","version":"1"}}`, m.Params.ProtocolVersion)
	case "tools/list":
		result = `{"tools":[{"name":"echo","inputSchema":{"type":"object"}},{"name":"data","inputSchema":{"type":"object"}},{"name":"fail","inputSchema":{"type":"object"}}]}`
	case "tools/call":
		switch m.Params.Name {
		case "echo":
			result = fmt.Sprintf(`{"content":[{"type":"text","text":%q}]}`, m.Params.Arguments)
		case "data":
			result = `{"content":[{"type":"text","text":"see data"}],"structuredContent":{"k":1}}`
		case "fail":
			result = `{"content":[{"type":"text","text":"out of order"}],"isError":true}`
		}
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result)
}

func (p *mcpProcess) Stdin() io.WriteCloser   { return p.in }
func (p *mcpProcess) Stdout() io.Reader       { return p.out }
func (p *mcpProcess) Stderr() io.Reader       { return strings.NewReader("") }
func (p *mcpProcess) Exited() <-chan struct{} { return p.done }
func (p *mcpProcess) Status() string          { return "exit status 0" }

func (p *mcpProcess) Stop(time.Duration) error {
	p.in.Close()
	p.stop()
	return nil
}
