package mcpclient

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) {
	if c := os.Getenv(fakeVariable); c != "" {
		os.Exit(fakeMain(c))
	}
	if h := os.Getenv(HostVariable); h != "" {
		os.Exit(HostMain(h))
	}
	goleak.VerifyTestMain(m)
}

// long is for what must not happen: no test takes that long.
const long = time.Minute

// logBuffer is a log that tests can read.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// world is a registry with what it needs.
type world struct {
	t        testing.TB
	registry *Registry
	runner   *exec.Runner
	log      *logBuffer
}

// newWorld returns a registry that starts real processes. It is closed at the
// end of the test.
func newWorld(t testing.TB, change func(*Options)) *world {
	t.Helper()
	w := &world{t: t, log: &logBuffer{}, runner: exec.NewRunner(&exec.RunnerOptions{TermGrace: 200 * time.Millisecond})}
	log := zerolog.New(w.log)
	o := Options{
		Start: func(c Command) (Process, error) {
			path, err := exec.LookPath(c.Argv[0], c.Dir, c.Search)
			if err != nil {
				return nil, err
			}
			p, err := w.runner.Start(exec.Command{Argv: c.Argv, Path: path, Dir: c.Dir, Env: c.Env})
			if err != nil {
				return nil, err
			}
			return p, nil
		},
		Version: "0.44.0",
		Log:     &log,
	}
	if change != nil {
		change(&o)
	}
	w.registry = NewRegistry(o)
	t.Cleanup(func() {
		if err := w.registry.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if err := w.runner.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("log:\n%s", w.log)
		}
	})
	return w
}

// stdio returns a fake server.
func stdio(t testing.TB, c fakeConfig) config.McpServer {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return config.McpServer{Transport: &config.McpStdio{Command: self, Env: map[string]string{
		fakeVariable: string(text),
		"GORACE":     os.Getenv("GORACE"), // servers get few variables of ours
	}}}
}

// within sets the time-outs of a server; 0 keeps one.
func within(s config.McpServer, startup, tool time.Duration) config.McpServer {
	if startup != 0 {
		s.StartupTimeout = &startup
	}
	if tool != 0 {
		s.ToolTimeout = &tool
	}
	return s
}

// open opens servers for one conversation and returns the failures that it is
// told of.
func (w *world) open(servers map[string]config.McpServer, change func(*OpenOptions)) (*Servers, chan *Failure) {
	w.t.Helper()
	failures := make(chan *Failure, 16)
	o := OpenOptions{
		Servers: servers, Dir: w.t.TempDir(), Environ: []string{"PATH=/usr/bin:/bin", "LANG=C", "SECRET_KEY=1"},
		Failed: func(f *Failure) { failures <- f },
	}
	if change != nil {
		change(&o)
	}
	s := w.registry.Open(o)
	w.t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			w.t.Error(err)
		}
	})
	return s, failures
}

// prepared opens servers and waits until their tools are there.
func (w *world) prepared(servers map[string]config.McpServer, change func(*OpenOptions)) (*Servers, chan *Failure) {
	w.t.Helper()
	s, failures := w.open(servers, change)
	if err := s.Prepare(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return s, failures
}

// call calls a tool and returns the text of its result, or its error.
func (w *world) call(s *Servers, name, args string) (string, error) {
	w.t.Helper()
	tool, ok := s.Lookup(name)
	if !ok {
		w.t.Fatalf("no tool %q among %v", name, names(s))
	}
	parsed, err := ParseArguments(args)
	if err != nil {
		w.t.Fatal(err)
	}
	result, err := s.Call(w.t.Context(), tool, parsed)
	if err != nil {
		return "", err
	}
	return textOf(result), nil
}

// textOf returns the texts of a result.
func textOf(r *protocol.McpToolResult) string {
	var texts []string
	for _, c := range r.Content {
		if c, ok := c.(*mcptypes.TextContent); ok {
			texts = append(texts, c.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// names returns the names of the tools of the turn.
func names(s *Servers) []string {
	var names []string
	for _, t := range s.Tools() {
		names = append(names, t.Name)
	}
	return names
}

// only returns a fake server's tools of these names, on one page.
func only(names ...string) [][]json.RawMessage {
	var tools []json.RawMessage
	for _, n := range names {
		tools = append(tools, fakeTool(n))
	}
	return [][]json.RawMessage{tools}
}

// none checks that nothing was reported.
func none(t *testing.T, failures chan *Failure) {
	t.Helper()
	select {
	case f := <-failures:
		t.Errorf("unexpected failure: %v", f)
	default:
	}
}

// contains reports whether a text has all parts.
func contains(text string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
}
