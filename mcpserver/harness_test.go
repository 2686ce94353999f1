package mcpserver

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/utils/jsonrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds how long a test waits for something that must happen.
const patience = 30 * time.Second

// fixture is a server with a scripted model.
type fixture struct {
	t      *testing.T
	server *Server
	model  *modeltest.Server
	home   string
	work   string
	buffer int // messages that a client takes in before the test looks at them
}

// newFixture starts a server whose model follows the script. change may adjust
// the options.
func newFixture(t *testing.T, change func(*Options), script ...modeltest.Response) *fixture {
	t.Helper()
	model, err := modeltest.Serve(modeltest.Options{Script: script})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	f := &fixture{t: t, model: model, home: t.TempDir(), work: t.TempDir(), buffer: 1 << 12}
	f.configure("")
	f.start(change)
	return f
}

// configure writes config.toml, with extra settings at its top.
func (f *fixture) configure(extra string) {
	f.t.Helper()
	config := extra + fmt.Sprintf(`
model = "mock-model"
model_provider = "mock"
approval_policy = "untrusted"
sandbox_mode = "danger-full-access"

[model_providers.mock]
name = "mock"
base_url = %q
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`, f.model.BaseURL())
	if err := os.WriteFile(filepath.Join(f.home, "config.toml"), []byte(config), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// start starts a server on the fixture's home, which is closed when the test
// ends.
func (f *fixture) start(change func(*Options)) *Server {
	f.t.Helper()
	o := &Options{Agent: agent.Options{
		Home: f.home, Cwd: f.work,
		Environ: []string{"HOME=" + f.home, "PATH=/usr/bin:/bin", "TERM=dumb"},
	}}
	if change != nil {
		change(o)
	}
	server, err := New(f.t.Context(), o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.server = server
	f.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			f.t.Errorf("close the server: %v", err)
		}
	})
	return server
}

// peer is a client that sees every message in order.
type peer struct {
	t        *testing.T
	out      io.WriteCloser // to the server
	in       io.Closer      // from the server
	messages chan string
	served   chan error // what Serve returned
}

// dial connects a client to the server, with lines over streams as between
// processes.
func (f *fixture) dial() *peer {
	f.t.Helper()
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	p := &peer{t: f.t, out: toServer, in: fromServer, messages: make(chan string, f.buffer), served: make(chan error, 1)}
	server := f.server
	go func() {
		defer close(p.served)
		p.served <- server.Serve(context.Background(), jsonrpc.NewLineTransport(fromClient, toClient, nil))
		toClient.Close()
	}()
	go func() {
		defer close(p.messages)
		for lines := bufio.NewReader(fromServer); ; {
			text, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			p.messages <- strings.TrimSpace(text)
		}
	}()
	f.t.Cleanup(func() { p.hangUp() })
	return p
}

// connect connects a client and shakes hands.
func (f *fixture) connect() *peer {
	f.t.Helper()
	p := f.dial()
	p.initialize(`{"elicitation":{}}`)
	return p
}

// initialize shakes hands with the capabilities.
func (p *peer) initialize(capabilities string) {
	p.t.Helper()
	p.send(`{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":%s,"clientInfo":{"name":"test","version":"1"}}}`, capabilities)
	p.response(`"init"`)
	p.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// send sends a line.
func (p *peer) send(format string, args ...any) {
	p.t.Helper()
	line := format
	if len(args) > 0 {
		line = fmt.Sprintf(format, args...)
	}
	if _, err := io.WriteString(p.out, line+"\n"); err != nil {
		p.t.Fatalf("send %s: %v", line, err)
	}
}

// call calls a tool under an id, which is JSON.
func (p *peer) call(id, tool, arguments string) {
	p.t.Helper()
	p.send(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, id, tool, arguments)
}

// next returns the next message.
func (p *peer) next() message {
	p.t.Helper()
	select {
	case text, ok := <-p.messages:
		if !ok {
			p.t.Fatal("the server closed the connection")
		}
		return parse(p.t, text)
	case <-time.After(patience):
		p.t.Fatal("no message came")
	}
	return message{}
}

// until returns the first message that matches, with all before it.
func (p *peer) until(what string, match func(message) bool) (found message, before []message) {
	p.t.Helper()
	for {
		m := p.next()
		if match(m) {
			return m, before
		}
		before = append(before, m)
		if len(before) > 10_000 {
			p.t.Fatalf("%s did not come", what)
		}
	}
}

// response waits for the response to the id, which is JSON.
func (p *peer) response(id string) (m message, before []message) {
	p.t.Helper()
	return p.until("response "+id, func(m message) bool { return m.Method == "" && string(m.ID) == id })
}

// event waits for an event of the type.
func (p *peer) event(eventType string) message {
	p.t.Helper()
	m, _ := p.until(eventType, func(m message) bool { return m.eventType() == eventType })
	return m
}

// request waits for a request of the server.
func (p *peer) request(method string) message {
	p.t.Helper()
	m, _ := p.until(method, func(m message) bool { return m.Method == method && m.ID != nil })
	return m
}

// answer answers a request of the server.
func (p *peer) answer(m message, result string) {
	p.t.Helper()
	p.send(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result)
}

// hangUp ends the client's output, waits until the server is done with it and
// returns what it still wrote. It may be called more than once.
func (p *peer) hangUp() (rest []message) {
	p.t.Helper()
	p.out.Close()
	deadline := time.After(patience)
	for {
		select {
		case text, ok := <-p.messages:
			if !ok {
				if err := <-p.served; err != nil {
					p.t.Errorf("serve: %v", err)
				}
				return rest
			}
			rest = append(rest, parse(p.t, text))
		case <-deadline:
			p.in.Close()
			p.t.Fatal("the server did not end")
		}
	}
}

// message is a message of the server.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int64  `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	text string
}

func parse(t *testing.T, text string) message {
	t.Helper()
	m := message{text: text}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("the server wrote %q: %v", text, err)
	}
	return m
}

// eventType returns the type of the event that a notification carries, or "".
func (m message) eventType() string {
	if m.Method != "codex/event" {
		return ""
	}
	text, _ := wire.PeekString(m.Params, "msg", "type")
	return string(text)
}

// label is the method of a message, the type of an event, or the id of a
// response.
func (m message) label() string {
	if t := m.eventType(); t != "" {
		return t
	}
	if m.Method != "" {
		return m.Method
	}
	return "response " + string(m.ID)
}

func labels(messages []message) []string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.label()
	}
	return all
}

// at returns a member of the message as JSON, or "".
func (m message) at(path ...string) string {
	raw, _ := wire.Peek([]byte(m.text), path...)
	return string(raw)
}

// text returns a string member of the message.
func (m message) str(path ...string) string {
	text, _ := wire.PeekString([]byte(m.text), path...)
	return string(text)
}

// resultText returns the text of a tool's result.
func (m message) resultText(t *testing.T) string {
	t.Helper()
	var result struct {
		Content []struct{ Type, Text string } `json:"content"`
	}
	if err := json.Unmarshal(m.Result, &result); err != nil || len(result.Content) != 1 || result.Content[0].Type != "text" {
		t.Fatalf("no result with one text: %s", m.text)
	}
	return result.Content[0].Text
}

// sameJSON compares two JSON texts.
func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("bad expectation %s: %v", want, err)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("not JSON: %s: %v", got, err)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("(-want +got):\n%s\nin %s", diff, got)
	}
}

// needShell skips a test that runs commands where there is no shell for it.
func needShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("runs commands of a POSIX system")
	}
}

// shellCall is a model's call of the shell.
func shellCall(t *testing.T, callID string, command ...string) modeltest.Step {
	t.Helper()
	arguments, err := json.Marshal(map[string][]string{"command": command})
	if err != nil {
		t.Fatal(err)
	}
	return modeltest.Call("shell", callID, string(arguments))
}

// in returns the fixture for a subtest.
func (f *fixture) in(t *testing.T) *fixture {
	sub := *f
	sub.t = t
	return &sub
}
