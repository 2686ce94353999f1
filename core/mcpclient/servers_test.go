package mcpclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/config"
)

// servers is a configuration of servers by name.
type servers = map[string]config.McpServer

func TestCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s, failures := w.prepared(servers{"s": within(stdio(t, fakeConfig{}), 0, time.Minute)}, nil)
	quick, quickFailures := w.prepared(servers{"s": within(stdio(t, fakeConfig{}), 0, 400*time.Millisecond)}, nil)
	tests := []struct {
		name string
		tool string
		args string
		want string
		err  string
	}{
		{"arguments as they are", "echo", `{"b": 1.0, "a":"x<y", "n":123456789012345678901}`,
			`{"name":"echo","arguments":{"b":1.0,"a":"x<y","n":123456789012345678901}}`, ""},
		{"without arguments", "echo", "", `{"name":"echo"}`, ""},
		{"null", "echo", "null", `{"name":"echo"}`, ""},
		{"no object", "echo", "[1]", "", "must be a JSON object"},
		{"error of the tool", "fail", "", "it failed", ""},
		{"error of the server", "rpcerror", "", "", "the server answered with error -32050: bad luck"},
		{"no result", "nothing", "", "", "content: missing"},
		{"a tool that is gone", "gone", "", "", "error -32602: unknown tool"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tool := Tool{Name: "s__echo", Server: "s", Tool: tt.tool}
			args, err := ParseArguments(tt.args)
			if err != nil {
				t.Fatal(err)
			}
			result, err := s.Call(t.Context(), tool, args)
			if tt.err != "" {
				var failed *CallError
				if !errors.As(err, &failed) || !contains(err.Error(), tt.err, `"s"`, fmt.Sprintf("%q", tt.tool)) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, textOf(result)); diff != "" {
				t.Error(diff)
			}
		})
	}

	t.Run("time-out", func(t *testing.T) {
		_, err := w.call(quick, "s__hang", "")
		var timeout *TimeoutError
		if !errors.As(err, &timeout) || !contains(err.Error(), "within 400ms") {
			t.Fatalf("error %v", err)
		}
		awaitCancelled(t, quick, 1)
	})
	t.Run("interrupt", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		time.AfterFunc(20*time.Millisecond, func() { cancel(stop) })
		tool, _ := s.Lookup("s__hang")
		if _, err := s.Call(ctx, tool, nil); !errors.Is(err, stop) {
			t.Fatalf("error %v", err)
		}
		awaitCancelled(t, s, 1)
	})
	none(t, failures)
	none(t, quickFailures)
}

// awaitCancelled waits until the server has heard of cancelled calls.
func awaitCancelled(t *testing.T, s *Servers, want int) {
	t.Helper()
	i := slices.IndexFunc(s.Tools(), func(t Tool) bool { return t.Tool == "cancelled" })
	for deadline := time.Now().Add(long); ; {
		result, err := s.Call(t.Context(), s.Tools()[i], nil)
		var timeout *TimeoutError
		if err != nil && !errors.As(err, &timeout) { // the machine may be busy
			t.Fatal(err)
		}
		if err == nil && textOf(result) == fmt.Sprint(want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server has not heard of %d cancelled calls", want)
		}
	}
}

func TestToolsOfServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	pages := [][]json.RawMessage{
		{fakeTool("zeta"), fakeTool("alpha")},
		{json.RawMessage(`{"name":"no name?","inputSchema":{"type":"object","properties":{"q":{"type":"integer"}}}}`)},
		{json.RawMessage(`{"inputSchema":{}}`), fakeTool("zeta")},
	}
	s, failures := w.prepared(servers{"b": stdio(t, fakeConfig{Pages: pages}), "a": stdio(t, fakeConfig{Pages: only("one")})}, nil)
	want := []Tool{
		{Name: "a__one", Description: "Does one.", Parameters: json.RawMessage(`{"type":"object","properties":{}}`), Server: "a", Tool: "one"},
		{Name: "b__alpha", Description: "Does alpha.", Parameters: json.RawMessage(`{"type":"object","properties":{}}`), Server: "b", Tool: "alpha"},
		{Name: "b__no_name_", Parameters: json.RawMessage(`{"type":"object","properties":{"q":{"type":"integer"}}}`), Server: "b", Tool: "no name?"},
		{Name: "b__zeta", Description: "Does zeta.", Parameters: json.RawMessage(`{"type":"object","properties":{}}`), Server: "b", Tool: "zeta"},
	}
	if diff := cmp.Diff(want, s.Tools()); diff != "" {
		t.Error(diff)
	}
	definition := s.Definitions()["b__no_name_"]
	if definition.Name != "no name?" || string(definition.InputSchema) != `{"type":"object","properties":{"q":{"type":"integer"}}}` {
		t.Errorf("definition %+v", definition)
	}
	if len(s.Definitions()) != 4 {
		t.Errorf("definitions %v", s.Definitions())
	}
	if _, ok := s.Lookup("b__zeta2"); ok {
		t.Error("a tool that is not there was found")
	}
	f := <-failures
	if want := `MCP server "b": 1 of its tools cannot be used: entry 0 of the list`; !strings.HasPrefix(f.Error(), want[:40]) {
		t.Errorf("failure %v", f)
	}
	none(t, failures)
}

func TestStartFailures(t *testing.T) {
	t.Parallel()
	missing := config.McpServer{Transport: &config.McpStdio{Command: "no-such-program-here"}}
	tests := []struct {
		name   string
		server string
		config config.McpServer
		want   []string
	}{
		{"no program", "ghost", missing, []string{`"ghost" failed to start`, "no-such-program-here", "not found"}},
		{"name", "bad name", stdio(t, fakeConfig{}), []string{`"bad name" failed to start`, "letters"}},
		{"exits", "s", stdio(t, fakeConfig{Initialize: "exit"}), []string{"handshake failed", "the server has ended", "exit status 5"}},
		{"refuses", "s", stdio(t, fakeConfig{Initialize: "error"}), []string{"handshake failed", "-32000", "not today"}},
		{"too slow", "s", within(stdio(t, fakeConfig{Initialize: "hang"}), 60*time.Millisecond, 0), []string{"timed out", "initialize", "60ms"}},
		{"no protocol", "s", within(config.McpServer{Transport: &config.McpStdio{Command: "sh", Args: []string{"-c", "echo hello; exec sleep 600"}}}, 60*time.Millisecond, 0),
			[]string{"timed out"}},
	}
	w := newWorld(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, failures := w.prepared(servers{tt.server: tt.config, "fine": stdio(t, fakeConfig{Pages: only("x")})}, nil)
			f := <-failures
			if f.Server != tt.server || !contains(f.Error(), tt.want...) {
				t.Errorf("failure %v, want %q", f, tt.want)
			}
			if diff := cmp.Diff([]string{"fine__x"}, names(s)); diff != "" {
				t.Error(diff)
			}
			none(t, failures)
		})
	}
}

func TestNothingConfigured(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s, _ := w.prepared(nil, nil)
	if s.Tools() != nil || len(s.Definitions()) != 0 || s.Definitions() == nil {
		t.Errorf("tools %v, definitions %v", s.Tools(), s.Definitions())
	}
	if _, err := s.Call(t.Context(), Tool{Name: "x"}, nil); err == nil {
		t.Error("a tool of nobody was called")
	}
}

// TestParallelStart checks that servers start at the same time, that Open does
// not wait and that Prepare waits no longer than a server may take.
func TestParallelStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	began := time.Now()
	s, failures := w.open(servers{
		"fast": stdio(t, fakeConfig{Pages: only("x")}),
		"h1":   within(stdio(t, fakeConfig{Initialize: "hang"}), time.Second, 0),
		"h2":   within(stdio(t, fakeConfig{Initialize: "hang"}), time.Second, 0),
		"h3":   within(stdio(t, fakeConfig{Initialize: "hang"}), time.Second, 0),
	}, nil)
	if took := time.Since(began); took > 900*time.Millisecond {
		t.Errorf("Open took %v", took)
	}
	early, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Prepare(early); !errors.Is(err, context.Canceled) {
		t.Errorf("Prepare of an aborted turn: %v", err)
	}
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < time.Second || took > 2900*time.Millisecond {
		t.Errorf("Prepare took %v", took)
	}
	if diff := cmp.Diff([]string{"fast__x"}, names(s)); diff != "" {
		t.Error(diff)
	}
	for range 3 {
		<-failures
	}
}

func TestEnvironmentAndDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, _ := w.prepared(servers{"s": stdio(t, fakeConfig{})}, func(o *OpenOptions) { o.Dir = dir })
	got, err := w.call(s, "s__environ", "")
	if err != nil {
		t.Fatal(err)
	}
	var variables []string
	for line := range strings.Lines(got) {
		name, _, _ := strings.Cut(line, "=")
		variables = append(variables, name)
	}
	if diff := cmp.Diff([]string{"PATH", "LANG", "GORACE", fakeVariable}, variables); diff != "" {
		t.Error(diff)
	}
	if got, err := w.call(s, "s__cwd", ""); got != dir || err != nil {
		t.Errorf("runs in %q, %v, want %q", got, err, dir)
	}
}

// TestServerAsks checks what servers may send beside answers.
func TestServerAsks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	noise := "starting up\n{\"jsonrpc\":\"2.0\"}\n[1,2]\n\n{\"half\": "
	s, _ := w.prepared(servers{"s": stdio(t, fakeConfig{Noise: noise, Initialize: "2001-01-01"})}, nil)
	got, err := w.call(s, "s__ask", "")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`{}`,
		`{"roots":[]}`,
		`{"code":-32601,"message":"method not found: \"sampling/createMessage\""}`,
		`{"action":"decline"}`,
		`{"code":-32601,"message":"method not found: \"foo/bar\""}`,
	}, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := w.call(s, "s__stderr", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil { // the log is complete
		t.Fatal(err)
	}
	if !contains(w.log.String(), `"stderr":"a word to the log"`, `"mcp_server":"s"`, `"data":"\"careful\""`, "starting up", "2001-01-01") {
		t.Errorf("log %s", w.log)
	}
}

func TestCrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	starts := filepath.Join(t.TempDir(), "starts")
	s, failures := w.prepared(servers{"s": stdio(t, fakeConfig{Starts: starts})}, nil)
	first, err := w.call(s, "s__pid", "")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = w.call(s, "s__crash", "")
	if !errors.Is(err, ErrEnded) || !contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the call failed after %v", took)
	}
	second, err := w.call(s, "s__pid", "")
	if err != nil || second == first {
		t.Errorf("process %s, then %s, %v", first, second, err)
	}
	// Many calls at once start it once.
	if _, err := w.call(s, "s__crash", ""); err == nil {
		t.Error("no error")
	}
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if _, err := w.call(s, "s__pid", ""); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	// Ending without a call is noticed too.
	if _, err := w.call(s, "s__quit", ""); err != nil {
		t.Error(err)
	}
	<-s.members[0].lease.client.currentSession().ended
	if _, err := w.call(s, "s__pid", ""); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(starts); strings.Count(string(text), "\n") != 4 || err != nil {
		t.Errorf("starts %q, %v", text, err)
	}
	none(t, failures)
}

// currentSession returns the session that the client has.
func (c *client) currentSession() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

// TestBackOff checks that a server which does not start again is left alone for
// a while.
func TestBackOff(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	advance := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	w := newWorld(t, func(o *Options) {
		o.Now = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
	})
	starts := filepath.Join(t.TempDir(), "starts")
	s, _ := w.prepared(servers{"s": stdio(t, fakeConfig{Starts: starts, FailFrom: 2, FailTo: 4})}, nil)
	if _, err := w.call(s, "s__crash", ""); err == nil {
		t.Fatal("no error")
	}
	count := func(want int) {
		t.Helper()
		text, err := os.ReadFile(starts)
		if got := strings.Count(string(text), "\n"); got != want || err != nil {
			t.Errorf("%d starts, %v, want %d", got, err, want)
		}
	}
	fails := func() {
		t.Helper()
		if _, err := w.call(s, "s__pid", ""); err == nil || !contains(err.Error(), "does not start", "exit status 9") {
			t.Errorf("error %v", err)
		}
	}
	fails() // starts and fails
	count(2)
	fails() // too early
	count(2)
	advance(time.Second)
	fails()
	count(3)
	advance(1900 * time.Millisecond)
	fails()
	count(3)
	advance(100 * time.Millisecond)
	fails()
	count(4)
	advance(4 * time.Second)
	if _, err := w.call(s, "s__pid", ""); err != nil {
		t.Error(err)
	}
	count(5)
}

func TestSharing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	dir := t.TempDir()
	in := func(o *OpenOptions) { o.Dir = dir }
	server := stdio(t, fakeConfig{})
	pid := func(s *Servers, name string) string {
		t.Helper()
		got, err := w.call(s, name+"__pid", "")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	one, _ := w.prepared(servers{"s": server}, in)
	two, _ := w.prepared(servers{"s": server}, in)
	shared := pid(one, "s")
	if got := pid(two, "s"); got != shared {
		t.Error("two conversations have two servers")
	}
	other := stdio(t, fakeConfig{})
	other.Transport.(*config.McpStdio).Args = []string{"x"}
	for name, different := range map[string]func() (*Servers, string){
		"directory": func() (*Servers, string) { s, _ := w.prepared(servers{"s": server}, nil); return s, "s" },
		"name":      func() (*Servers, string) { s, _ := w.prepared(servers{"n": server}, in); return s, "n" },
		"arguments": func() (*Servers, string) { s, _ := w.prepared(servers{"s": other}, in); return s, "s" },
		"time-out": func() (*Servers, string) {
			s, _ := w.prepared(servers{"s": within(server, 0, time.Hour)}, in)
			return s, "s"
		},
	} {
		if s, server := different(); pid(s, server) == shared {
			t.Errorf("a server with another %s is shared", name)
		}
	}
	if err := one.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := pid(two, "s"); got != shared {
		t.Error("the server has gone with the first conversation")
	}
	if err := two.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := two.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	three, _ := w.prepared(servers{"s": server}, in)
	if pid(three, "s") == shared {
		t.Error("the server has outlived its conversations")
	}
}

// TestFailedServerIsTriedAgain checks that a failure is not shared with later
// conversations.
func TestFailedServerIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	dir := t.TempDir()
	in := func(o *OpenOptions) { o.Dir = dir }
	server := stdio(t, fakeConfig{Starts: filepath.Join(dir, "starts"), FailFrom: 1, FailTo: 1})
	one, failures := w.prepared(servers{"s": server}, in)
	<-failures
	two, failures := w.prepared(servers{"s": server}, in)
	none(t, failures)
	if len(one.Tools()) != 0 || len(two.Tools()) == 0 {
		t.Errorf("tools %v and %v", names(one), names(two))
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s, failures := w.prepared(servers{"s": stdio(t, fakeConfig{})}, nil)
	waiting := make(chan error)
	go func() {
		tool, _ := s.Lookup("s__hang")
		_, err := s.Call(context.Background(), tool, nil)
		waiting <- err
	}()
	if _, err := w.call(s, "s__pid", ""); err != nil {
		t.Fatal(err)
	}
	if err := w.registry.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, errClosed) {
		t.Errorf("the call that was waiting: %v", err)
	}
	if _, err := w.call(s, "s__pid", ""); !errors.Is(err, errClosed) {
		t.Errorf("a call after Close: %v", err)
	}
	none(t, failures)
	_, failures = w.open(servers{"s": stdio(t, fakeConfig{})}, nil)
	if f := <-failures; !contains(f.Error(), "ending") {
		t.Errorf("a server after Close: %v", f)
	}
}

// TestNoProcesses checks a registry that can start nothing.
func TestNoProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Start = nil })
	_, failures := w.open(servers{"s": stdio(t, fakeConfig{})}, nil)
	if f := <-failures; !errors.Is(f, errNoProcesses) {
		t.Errorf("failure %v", f)
	}
}

// TestDeafServer checks that a server which does not read holds up nobody
// longer than a call may take.
func TestDeafServer(t *testing.T) {
	t.Parallel()
	script := `read a; printf '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"x","version":"1"}}}\n'
read b; read c; printf '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"t","inputSchema":{"type":"object"}}]}}\n'; exec sleep 600`
	w := newWorld(t, func(o *Options) { o.Grace = 10 * time.Millisecond })
	s, _ := w.prepared(servers{"s": within(config.McpServer{Transport: &config.McpStdio{Command: "sh", Args: []string{"-c", script}}}, 0, 300*time.Millisecond)}, nil)
	tool, ok := s.Lookup("s__t")
	if !ok {
		t.Fatal("no tool")
	}
	args := json.RawMessage(`{"a":"` + strings.Repeat("x", 64<<10) + `"}`)
	var calls sync.WaitGroup
	for range 2 * maxQueued {
		calls.Go(func() {
			var timeout *TimeoutError
			if _, err := s.Call(t.Context(), tool, args); !errors.As(err, &timeout) {
				t.Errorf("error %v", err)
			}
		})
	}
	calls.Wait()
}

// TestMessageTooLong checks that a server cannot fill the memory.
func TestMessageTooLong(t *testing.T) {
	t.Parallel()
	script := `read a; head -c 20000000 /dev/zero | tr '\0' 'x'; cat >/dev/null`
	w := newWorld(t, nil)
	_, failures := w.open(servers{"s": config.McpServer{Transport: &config.McpStdio{Command: "sh", Args: []string{"-c", script}}}}, nil)
	if f := <-failures; !contains(f.Error(), "16 MiB") {
		t.Errorf("failure %v", f)
	}
}
