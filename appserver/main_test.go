package appserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/utils/jsonrpc"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for a message that must come.
const patience = 30 * time.Second

// stage is a server on scratch folders with a scripted model.
type stage struct {
	t          testing.TB
	server     *Server
	model      *modeltest.Server
	home, work string
}

// stageOptions say how a stage differs from the usual one.
type stageOptions struct {
	config   string            // lines in front of config.toml
	provider string            // lines at its end, for the provider
	files    map[string]string // in the home folder
	model    []modeltest.Response
	handler  modeltest.Handler // answers what model does not
	baseURL  string            // of the provider; empty: that of the model
	issuer   *tokenIssuer      // answers requests for new tokens
	server   Options
}

// newStage starts a server. Its conversations ask nobody and run everything,
// unless config says otherwise.
func newStage(t testing.TB, o stageOptions) *stage {
	t.Helper()
	s := &stage{t: t, home: t.TempDir(), work: t.TempDir()}
	for _, dir := range []*string{&s.home, &s.work} {
		real, err := filepath.EvalSymlinks(*dir) // as the server sees it
		if err != nil {
			t.Fatal(err)
		}
		*dir = real
	}
	model, err := modeltest.Serve(modeltest.Options{Script: o.model, Handler: o.handler, KeepRequests: 1000})
	if err != nil {
		t.Fatal(err)
	}
	s.model = model
	t.Cleanup(s.model.Close)
	if o.baseURL == "" {
		o.baseURL = s.model.BaseURL()
	}
	config := o.config
	for _, line := range []string{`model = "test-model"`, `model_provider = "test"`, `approval_policy = "never"`, `sandbox_mode = "danger-full-access"`} {
		if key, _, _ := strings.Cut(line, " "); !strings.Contains("\n"+config, "\n"+key+" ") {
			config += line + "\n"
		}
	}
	config += fmt.Sprintf("[model_providers.test]\nname = \"test\"\nbase_url = %q\nwire_api = \"responses\"\nrequest_max_retries = 0\nstream_max_retries = 0\n%s\n", o.baseURL, o.provider)
	s.write(filepath.Join(s.home, "config.toml"), config)
	for name, content := range o.files {
		s.write(filepath.Join(s.home, name), content)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	if o.issuer != nil {
		o.issuer.RoundTripper, client = client.Transport, &http.Client{Transport: o.issuer}
	}
	a := &o.server.Agent
	a.Home, a.Cwd = s.home, s.work
	if a.Environ == nil {
		a.Environ = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.home, "SHELL=/bin/sh", "LANG=C.UTF-8", "GIT_CONFIG_NOSYSTEM=1"}
	}
	a.HTTPClient = client
	server, err := New(t.Context(), &o.server)
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("close the server: %v", err)
		}
	})
	return s
}

func (s *stage) write(path, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// client connects a client of this package.
func (s *stage) client(o ClientOptions) *Client {
	s.t.Helper()
	if o.Name == "" {
		o.Name, o.Version = "test", "1.0"
	}
	c, err := s.server.Connect(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			s.t.Errorf("close a client: %v", err)
		}
	})
	return c
}

// wire is a client that sees nothing but lines.
type wire struct {
	t      testing.TB
	in     *io.PipeWriter // to the server
	lines  chan string    // from the server; closed at the end of its output
	served chan error     // receives what Serve returned
	once   sync.Once

	waitingFor string // for the message of a failure
}

// dial connects a client that sends and gets lines.
func (s *stage) dial() *wire {
	s.t.Helper()
	fromClient, in := io.Pipe()
	out, fromServer := io.Pipe()
	w := &wire{t: s.t, in: in, lines: make(chan string, 10_000), served: make(chan error, 1)}
	go func() {
		w.served <- s.server.Serve(context.Background(), jsonrpc.NewLineTransport(fromClient, fromServer, nil))
	}()
	go func() {
		defer close(w.lines)
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				if line != "" || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
					s.t.Errorf("the server's output ends with %q: %v", line, err)
				}
				return
			}
			w.lines <- strings.TrimSuffix(line, "\n")
		}
	}()
	s.t.Cleanup(func() { w.end() })
	return w
}

// send sends lines.
func (w *wire) send(lines ...string) {
	w.t.Helper()
	if _, err := io.WriteString(w.in, strings.Join(lines, "\n")+"\n"); err != nil {
		w.t.Fatalf("send: %v", err)
	}
}

// next returns the next line, or false at the end of the output.
func (w *wire) next() (string, bool) {
	w.t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case line, ok := <-w.lines:
		return line, ok
	case <-timer.C:
		w.t.Fatalf("the server says nothing; waiting for %s", w.waitingFor)
		return "", false
	}
}

// until returns the lines up to and with the first that holds a text.
func (w *wire) until(text string) []string {
	w.t.Helper()
	var lines []string
	for {
		line, ok := w.next()
		if !ok {
			w.t.Fatalf("the output ended before %q:\n%s", text, strings.Join(lines, "\n"))
		}
		lines = append(lines, line)
		if strings.Contains(line, text) {
			return lines
		}
	}
}

// end ends the input of the server, once, and returns the rest of its output.
func (w *wire) end() (rest []string) {
	w.t.Helper()
	w.once.Do(func() {
		w.in.Close()
		for {
			line, ok := w.next()
			if !ok {
				break
			}
			rest = append(rest, line)
		}
		if err := <-w.served; err != nil {
			w.t.Errorf("serve: %v", err)
		}
	})
	return rest
}

// call sends a request and decodes the result of the response, which must be the
// next message. The error object is returned as text.
func (w *wire) call(id int, method, params string, result any) string {
	w.t.Helper()
	w.send(fmt.Sprintf(`{"id":%d,"method":%q,"params":%s}`, id, method, params))
	lines := w.until(fmt.Sprintf(`"id":%d,`, id))
	var response struct {
		Result json.RawMessage
		Error  json.RawMessage
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &response); err != nil {
		w.t.Fatal(err)
	}
	if response.Error == nil && result != nil {
		if err := json.Unmarshal(response.Result, result); err != nil {
			w.t.Fatal(err)
		}
	}
	return string(response.Error)
}

const initialize = `{"id":0,"method":"initialize","params":{"clientInfo":{"name":"test","version":"1.0"}}}`

// open initializes the connection, starts a conversation and returns its id.
func (w *wire) open() string {
	w.t.Helper()
	w.send(initialize)
	w.until(`"id":0,`)
	return w.start()
}

// start starts a conversation with a listener and returns its id.
func (w *wire) start() string {
	w.t.Helper()
	var started struct{ ConversationID, RolloutPath string }
	if err := w.call(90_001, "newConversation", `{}`, &started); err != "" {
		w.t.Fatal(err)
	}
	if err := w.call(90_002, "addConversationListener", fmt.Sprintf(`{"conversationId":%q}`, started.ConversationID), nil); err != "" {
		w.t.Fatal(err)
	}
	return started.ConversationID
}

// message is the request that sends a text.
func message(id int, conversation, text string) string {
	return fmt.Sprintf(`{"id":%d,"method":"sendUserMessage","params":{"conversationId":%q,"items":[{"type":"text","data":{"text":%q}}]}}`, id, conversation, text)
}

// interrupt is the request that interrupts a conversation.
func interrupt(id int, conversation string) string {
	return fmt.Sprintf(`{"id":%d,"method":"interruptConversation","params":{"conversationId":%q}}`, id, conversation)
}

// eventually waits until a condition holds that no message tells of.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not in time", what)
		}
		runtime.Gosched()
	}
}

// checkRollouts checks that every rollout of the stage ends with a whole line and
// holds nothing but JSON, and returns the texts.
func (s *stage) checkRollouts() []string {
	s.t.Helper()
	var texts []string
	err := filepath.WalkDir(filepath.Join(s.home, "sessions"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".jsonl" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.HasSuffix(text, []byte("\n")) {
			s.t.Errorf("%s ends in the middle of a line", path)
		}
		for line := range bytes.Lines(text) {
			if !json.Valid(line) {
				s.t.Errorf("%s: not a line of JSON: %q", path, line)
			}
		}
		texts = append(texts, string(text))
		return nil
	})
	if err != nil {
		s.t.Error(err)
	}
	return texts
}
