package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

const (
	// leakyServer is the name under which this program is an MCP server that
	// leaves processes behind wherever it can.
	leakyServer = "leaky-mcp-server"
	// holdVariable names a pipe that the server and all its processes hold open.
	holdVariable = "LEAKY_HOLD"
	// leakyProcesses is how many processes a server is, itself included.
	leakyProcesses = 4
)

func init() { roles[leakyServer] = leakyMain }

// leakyMain is an MCP server with a child, a child in a session of its own, and
// an orphan in another one that ignores every signal that can be ignored. Each
// writes a line to the pipe when it runs. A tool call makes the server crash.
func leakyMain() {
	hold, err := os.OpenFile(os.Getenv(holdVariable), os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	const started = "echo $$ >&3; exec sleep 1000"
	for _, c := range []struct {
		script  string
		session bool
	}{
		{started, false},
		{started, true},
		{"(trap '' HUP INT TERM; " + started + ") & exit 0", true},
	} {
		cmd := exec.Command("/bin/sh", "-c", c.script)
		cmd.ExtraFiles = []*os.File{hold}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: c.session}
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		go func() { _ = cmd.Wait() }()
	}
	fmt.Fprintln(hold, os.Getpid())
	in := json.NewDecoder(os.Stdin)
	for {
		var request struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}
		if err := in.Decode(&request); err != nil {
			return // the end, without a thought for the children
		}
		switch request.Method {
		case "initialize":
			fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"leaky","version":"1"}}}`+"\n", request.ID)
		case "tools/list":
			fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"crash","inputSchema":{"type":"object"}}]}}`+"\n", request.ID)
		case "tools/call":
			os.Exit(7)
		}
	}
}

// leakyConversations is how many conversations, with three servers each, run at
// the same time; CODEX_LONG asks for many more.
func leakyConversations() int {
	if os.Getenv("CODEX_LONG") != "" {
		return 50
	}
	return 3
}

// leak is a server process whose conversations have MCP servers.
type leak struct {
	*caller
	held  *os.File          // the reading end of what MCP servers hold open
	ids   []string          // of the conversations
	paths map[string]string // of their files, with the app-server
}

// startLeak starts conversations in folders of their own, so that they share no
// MCP server, and returns when all processes of these run.
func startLeak(t *testing.T, command ...string) *leak {
	t.Helper()
	dir := t.TempDir()
	hold := filepath.Join(dir, "hold")
	if err := syscall.Mkfifo(hold, 0o600); err != nil {
		t.Fatal(err)
	}
	l := &leak{paths: map[string]string{}}
	var err error
	if l.held, err = os.OpenFile(hold, os.O_RDONLY|syscall.O_NONBLOCK, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.held.Close() })
	// Until all have opened it; without a writer it would be at its end.
	first, err := os.OpenFile(hold, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	server := filepath.Join(dir, leakyServer)
	if err := os.Symlink(os.Args[0], server); err != nil {
		t.Fatal(err)
	}
	model, err := modeltest.Serve(modeltest.Options{Handler: func(r *modeltest.Request) modeltest.Response {
		if _, called := r.Output("c"); !called && r.LastUserText() == "crash" {
			return modeltest.Reply(modeltest.Call("one__crash", "c", "{}"))
		}
		return modeltest.Reply(modeltest.Text("Done."))
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	home := t.TempDir()
	var file strings.Builder
	fmt.Fprintf(&file, "model = \"m\"\nmodel_provider = \"mock\"\napproval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n"+
		"[model_providers.mock]\nname = \"mock\"\nbase_url = %q\nwire_api = \"responses\"\n", model.BaseURL())
	for _, name := range []string{"one", "two", "three"} {
		fmt.Fprintf(&file, "[mcp_servers.%s]\ncommand = %q\nenv = {%s = %q, GORACE = %q}\nstartup_timeout_sec = 120\n", name, server, holdVariable, hold, os.Getenv("GORACE"))
	}
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	l.caller = startCaller(t, home, command...)
	for range leakyConversations() {
		cwd := strconv.Quote(t.TempDir())
		switch command[0] {
		case "app-server":
			made := l.request("newConversation", `{"cwd":`+cwd+`}`)
			id := made.field("conversationId")
			l.ids = append(l.ids, id)
			l.paths[id] = made.field("rolloutPath")
		default:
			l.ids = append(l.ids, l.tool("codex", `{"prompt":"hello","cwd":`+cwd+`}`).field("structuredContent", "conversationId"))
		}
	}
	started := bufio.NewReader(l.held)
	_ = l.held.SetReadDeadline(time.Now().Add(time.Minute))
	for n := range leakyProcesses * 3 * leakyConversations() {
		if _, err := started.ReadString('\n'); err != nil {
			t.Fatalf("after %d processes: %v\n%s", n, err, l.process.stderr.Bytes())
		}
	}
	return l
}

// tool calls a tool.
func (l *leak) tool(name, arguments string) reply {
	l.t.Helper()
	return l.request("tools/call", fmt.Sprintf(`{"name":%q,"arguments":%s}`, name, arguments))
}

// gone waits until no process holds the pipe, whose end shows that.
func (l *leak) gone() {
	l.t.Helper()
	_ = l.held.SetReadDeadline(time.Now().Add(time.Minute))
	rest, err := io.ReadAll(l.held)
	if err != nil {
		l.t.Errorf("processes are left: %v", err)
	}
	if n := bytes.Count(rest, []byte("\n")); n > 0 {
		l.t.Errorf("%d processes were started at the end", n)
	}
}

// TestNoProcessIsLeft ends conversations whose MCP servers leave processes
// behind, also outside of their process group and session, in every way there
// is. Nothing of them is left, also not when nobody could clean up.
func TestNoProcessIsLeft(t *testing.T) {
	t.Parallel()
	kill := func(l *leak) {
		if err := l.process.cmd.Process.Kill(); err != nil {
			l.t.Error(err)
		}
		l.wait(false)
		l.gone()
	}
	signalled := func(l *leak) {
		if err := l.process.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			l.t.Error(err)
		}
		l.wait(true)
		l.gone()
	}
	ended := func(l *leak) {
		l.end()
		l.gone()
	}
	app, mcp := []string{"app-server"}, []string{"mcp-server", "--extra-tools"}
	tests := []struct {
		name    string
		command []string
		end     func(*leak)
	}{
		{"app-server, archived", app, func(l *leak) {
			for _, id := range l.ids {
				l.request("archiveConversation", fmt.Sprintf(`{"conversationId":%q,"rolloutPath":%q}`, id, l.paths[id]))
			}
			l.gone()
			l.end()
		}},
		{"app-server, end of input", app, ended},
		{"app-server, SIGTERM", app, signalled},
		{"app-server, SIGKILL", app, kill},
		{"mcp-server, codex-close", mcp, func(l *leak) {
			for _, id := range l.ids {
				l.tool("codex-close", fmt.Sprintf(`{"conversationId":%q}`, id))
			}
			l.gone()
			l.end()
		}},
		{"mcp-server, servers crash", mcp, func(l *leak) {
			for _, id := range l.ids {
				l.tool("codex-reply", fmt.Sprintf(`{"conversationId":%q,"prompt":"crash"}`, id))
			}
			l.end()
			l.gone()
		}},
		{"mcp-server, end of input", mcp, ended},
		{"mcp-server, SIGTERM", mcp, signalled},
		{"mcp-server, SIGKILL", mcp, kill},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if leakyConversations() <= 3 {
				t.Parallel()
			}
			test.end(startLeak(t, test.command...))
		})
	}
}
