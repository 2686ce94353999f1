package mcpclient

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// fakeVariable makes the test program be an MCP server. It holds a fakeConfig.
const fakeVariable = "MCPCLIENT_TEST_SERVER"

// fakeConfig says how a fake server behaves.
type fakeConfig struct {
	// Initialize is "" for an answer, "hang", "error", "exit", or a version of
	// the protocol to answer with.
	Initialize string
	// Deaf servers go on when their input ends and when they get SIGTERM.
	Deaf bool
	// Child starts a child of the server that would outlive it.
	Child bool
	// Noise is written before every answer.
	Noise string
	// List is "" for an answer, "hang", "error", "endless" for a new cursor on
	// every page, "repeated" for always the same page, or "unsteady" for a list
	// that changes while it is read.
	List string
	// Pages are the tools, page by page; nil is one page of fakeTools.
	Pages [][]json.RawMessage
	// Pids is a file to which the ids of processes are appended, "" for none.
	Pids string
	// Starts is a file to which every start appends a line, "" for none. With
	// FailFrom and FailTo the starts of these numbers, from one, fail.
	Starts           string
	FailFrom, FailTo int
}

// fakeTool returns a tool that takes anything.
func fakeTool(name string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"name":%q,"description":"Does %s.","inputSchema":{"type":"object"}}`, name, name))
}

// fakeTools are the tools of a fake server that says nothing else.
var fakeTools = []json.RawMessage{
	fakeTool("echo"), fakeTool("fail"), fakeTool("structured"), fakeTool("bare"), fakeTool("nothing"), fakeTool("odd"),
	fakeTool("rpcerror"), fakeTool("hang"), fakeTool("cancelled"), fakeTool("crash"), fakeTool("quit"), fakeTool("environ"),
	fakeTool("cwd"), fakeTool("change"), fakeTool("ask"), fakeTool("pid"), fakeTool("stderr"), fakeTool("mute"),
}

// fakeServer is one connection to a fake server.
type fakeServer struct {
	config fakeConfig
	send   func(json.RawMessage)
	exit   func(code int)

	mu        sync.Mutex
	pages     [][]json.RawMessage
	listed    int // how often, with an unsteady list
	cancelled []string
	answers   map[string]chan json.RawMessage // to requests of the server
	initiated json.RawMessage                 // the params of initialize
}

func newFakeServer(c fakeConfig, send func(json.RawMessage), exit func(int)) *fakeServer {
	pages := c.Pages
	if pages == nil {
		pages = [][]json.RawMessage{fakeTools}
	}
	return &fakeServer{config: c, send: send, exit: exit, pages: pages, answers: map[string]chan json.RawMessage{}}
}

// fakeMain is the test program as a server on its standard streams.
func fakeMain(text string) int {
	var c fakeConfig
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if c.Deaf {
		ignoreTerm()
	}
	if c.Starts != "" {
		appendLine(c.Starts, "start")
		starts, err := os.ReadFile(c.Starts)
		if n := strings.Count(string(starts), "\n"); err != nil || n >= c.FailFrom && n <= c.FailTo {
			return 9
		}
	}
	if c.Child {
		child := exec.Command("sleep", "600")
		if err := child.Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		appendLine(c.Pids, strconv.Itoa(child.Process.Pid))
	}
	appendLine(c.Pids, strconv.Itoa(os.Getpid()))
	var mu sync.Mutex
	s := newFakeServer(c, func(m json.RawMessage) {
		mu.Lock()
		defer mu.Unlock()
		if c.Noise != "" {
			fmt.Println(c.Noise)
		}
		fmt.Printf("%s\n", m)
	}, os.Exit)
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if c.Deaf {
				time.Sleep(time.Hour)
			}
			return 0
		}
		s.receive(line)
	}
}

// appendLine appends a line to a file, unless the path is empty.
func appendLine(path, line string) {
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, line); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// fakeMessage is any message that a fake server gets.
type fakeMessage struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// receive handles a message. Requests are answered through send, calls of tools
// at the same time as others.
func (s *fakeServer) receive(line []byte) {
	var m fakeMessage
	if json.Unmarshal(line, &m) != nil {
		s.exit(7)
		return
	}
	switch {
	case m.Method == "":
		s.mu.Lock()
		answer := s.answers[string(m.ID)]
		s.mu.Unlock()
		if m.Error != nil {
			answer <- m.Error
		} else {
			answer <- m.Result
		}
	case m.Method == "notifications/cancelled":
		var p struct{ RequestID json.RawMessage }
		_ = json.Unmarshal(m.Params, &p)
		s.mu.Lock()
		s.cancelled = append(s.cancelled, string(p.RequestID))
		s.mu.Unlock()
	case m.ID == nil:
	case m.Method == "initialize":
		s.initialize(m)
	case m.Method == "tools/list":
		s.list(m)
	case m.Method == "tools/call":
		go s.call(m)
	default:
		s.fail(m, -32601, "no such method")
	}
}

func (s *fakeServer) answer(m fakeMessage, result string) {
	s.send(json.RawMessage(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result)))
}

func (s *fakeServer) fail(m fakeMessage, code int, text string) {
	s.send(json.RawMessage(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":%q}}`, m.ID, code, text)))
}

func (s *fakeServer) initialize(m fakeMessage) {
	s.mu.Lock()
	s.initiated = m.Params
	s.mu.Unlock()
	version := "2025-06-18"
	switch s.config.Initialize {
	case "hang":
		return
	case "error":
		s.fail(m, -32000, "not today")
		return
	case "exit":
		s.exit(5)
		return
	case "":
	default:
		version = s.config.Initialize
	}
	s.answer(m, fmt.Sprintf(`{"protocolVersion":%q,"capabilities":{"tools":{}},"serverInfo":{"name":"fake","version":"1"}}`, version))
}

func (s *fakeServer) list(m fakeMessage) {
	var p struct{ Cursor string }
	_ = json.Unmarshal(m.Params, &p)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.config.List {
	case "hang":
		return
	case "error":
		s.fail(m, -32603, "no list")
		return
	case "endless":
		s.answer(m, fmt.Sprintf(`{"tools":[%s],"nextCursor":"%sx"}`, fakeTool("echo"), p.Cursor))
		return
	case "repeated":
		s.answer(m, fmt.Sprintf(`{"tools":[%s],"nextCursor":"more"}`, fakeTool("echo")))
		return
	case "unsteady":
		s.listed++
		s.pages = [][]json.RawMessage{{fakeTool("echo"), fakeTool(fmt.Sprintf("list-%d", s.listed))}}
		s.send(json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`))
	}
	page, _ := strconv.Atoi(p.Cursor)
	next := ""
	if page+1 < len(s.pages) {
		next = fmt.Sprintf(`,"nextCursor":"%d"`, page+1)
	}
	tools, _ := json.Marshal(s.pages[page])
	s.answer(m, fmt.Sprintf(`{"tools":%s%s}`, tools, next))
}

func text(format string, args ...any) string {
	quoted, _ := json.Marshal(fmt.Sprintf(format, args...))
	return fmt.Sprintf(`{"content":[{"type":"text","text":%s}]}`, quoted)
}

func (s *fakeServer) call(m fakeMessage) {
	var p struct {
		Name      string
		Arguments json.RawMessage
	}
	_ = json.Unmarshal(m.Params, &p)
	switch p.Name {
	case "echo":
		s.answer(m, text("%s", m.Params))
	case "fail":
		s.answer(m, `{"content":[{"type":"text","text":"it failed"}],"isError":true}`)
	case "structured":
		s.answer(m, `{"content":[{"type":"text","text":"x"}],"structuredContent":{"z":1.0,"a":[1e3]}}`)
	case "bare":
		s.answer(m, `{"structuredContent":{"only":true}}`)
	case "nothing":
		s.answer(m, `{}`)
	case "odd":
		s.answer(m, `{"content":[{"type":"hologram","depth":3.0},{"type":"image","data":"aGk=","mimeType":"image/png"}]}`)
	case "rpcerror":
		s.fail(m, -32050, "bad luck")
	case "hang":
	case "cancelled":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.answer(m, text("%d", len(s.cancelled)))
	case "crash":
		s.exit(3)
	case "quit": // answers first
		s.answer(m, text("bye"))
		s.exit(0)
	case "environ":
		s.answer(m, text("%s", strings.Join(os.Environ(), "\n")))
	case "cwd":
		dir, _ := os.Getwd()
		s.answer(m, text("%s", dir))
	case "pid":
		s.answer(m, text("%d", os.Getpid()))
	case "stderr":
		fmt.Fprintln(os.Stderr, "a word to the log")
		s.answer(m, text("done"))
	case "change":
		s.mu.Lock()
		s.pages = [][]json.RawMessage{{fakeTool("change"), fakeTool("brand-new")}}
		s.mu.Unlock()
		s.send(json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`))
		s.answer(m, text("changed"))
	case "mute":
		s.mu.Lock()
		s.config.List = "hang"
		s.mu.Unlock()
		s.send(json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`))
		s.answer(m, text("muted"))
	case "ask":
		s.ask(m)
	default:
		s.fail(m, -32602, "unknown tool")
	}
}

// ask sends requests to the client and answers with what it says.
func (s *fakeServer) ask(m fakeMessage) {
	requests := []string{
		`"method":"ping"`,
		`"method":"roots/list"`,
		`"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}`,
		`"method":"elicitation/create","params":{"message":"who?","requestedSchema":{"type":"object","properties":{}}}`,
		`"method":"foo/bar"`,
	}
	var said []string
	for i, r := range requests {
		id := fmt.Sprintf(`"ask-%s-%d"`, strings.Trim(string(m.ID), `"`), i)
		answer := make(chan json.RawMessage, 1)
		s.mu.Lock()
		s.answers[id] = answer
		s.mu.Unlock()
		s.send(json.RawMessage(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,%s}`, id, r)))
		said = append(said, string(<-answer))
	}
	s.send(json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning","data":"careful"}}`))
	s.send(json.RawMessage(`{"jsonrpc":"2.0","method":"notifications/what","params":{}}`))
	s.answer(m, text("%s", strings.Join(said, "\n")))
}

// ignoreTerm makes the process live on when it is asked to end.
func ignoreTerm() { signal.Ignore(syscall.SIGTERM) }
