package mcpclient

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/config"
)

// deadProcess is a process whose output is given.
type deadProcess struct{ stdout io.Reader }

type discard struct{ io.Writer }

func (discard) Close() error { return nil }

func (p deadProcess) Stdin() io.WriteCloser { return discard{io.Discard} }
func (p deadProcess) Stdout() io.Reader     { return p.stdout }
func (deadProcess) Stderr() io.Reader       { return strings.NewReader("") }
func (deadProcess) Exited() <-chan struct{} { return nil }
func (deadProcess) Stop(time.Duration) error {
	return nil
}
func (deadProcess) Status() string { return "over" }

// readAll returns the messages of a server's output, encoded again, and the
// error behind them.
func readAll(t testing.TB, output io.Reader) (messages []string, err error) {
	log := zerolog.Nop()
	c := newPipe(deadProcess{output}, func() {}, newMask(config.McpServer{}), &log)
	for {
		msg, err := c.Read(t.Context())
		if err != nil {
			if status := c.wait(); status != "over" {
				t.Errorf("status %q", status)
			}
			return messages, err
		}
		text, err := jsonrpc.EncodeMessage(msg)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, string(text))
	}
}

func TestPipeRead(t *testing.T) {
	t.Parallel()
	const one, two = `{"jsonrpc":"2.0","id":1,"result":{"a":1.0}}`, `{"jsonrpc":"2.0","method":"m"}`
	tests := []struct {
		name   string
		output string
		want   []string
	}{
		{"nothing", "", nil},
		{"messages", one + "\n" + two + "\r\n", []string{one, two}},
		{"without an end", one + "\n  " + two, []string{one, two}},
		{"noise", "hello\n\n" + one + "\n{}\n{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{}}\nnull\n[1]\n[]\n\xff\n" + two + "\n", []string{one, two}},
		{"a batch", "[" + one + "," + two + "]\n[" + two + ", 3]\n", []string{one, two, two}},
		{"a long line", `{"jsonrpc":"2.0","method":"m","params":{"a":"` + strings.Repeat("x", 200_000) + `"}}` + "\n" + two,
			[]string{`{"jsonrpc":"2.0","method":"m","params":{"a":"` + strings.Repeat("x", 200_000) + `"}}`, two}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := readAll(t, strings.NewReader(tt.output))
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, io.EOF) {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
}

func FuzzPipeRead(f *testing.F) {
	f.Add([]byte("x\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n[{\"jsonrpc\":\"2.0\",\"method\":\"m\"}]"))
	f.Add([]byte(`{"jsonrpc":"2.0","id":"a","error":{"code":1,"message":""}}`))
	f.Fuzz(func(t *testing.T, output []byte) {
		messages, err := readAll(t, bytes.NewReader(output))
		if !errors.Is(err, io.EOF) || len(messages) > len(output) {
			t.Errorf("%d messages, %v", len(messages), err)
		}
	})
}

func TestLogLines(t *testing.T) {
	t.Parallel()
	buffer := &logBuffer{}
	log := zerolog.New(buffer)
	mask := newMask(config.McpServer{Transport: &config.McpStdio{
		Env: map[string]string{"API_KEY": "hunter2-secret", "TOKEN": "short", "MODE": "production"},
	}})
	logLines(strings.NewReader("one\r\n\n"+strings.Repeat("x", 3*maxLogLine)+"\nproduction short (hunter2-secret)\nlast \xff"), mask, &log)
	want := `{"level":"info","stderr":"one","cut":false,"message":"MCP server says"}` + "\n" +
		`{"level":"info","stderr":"` + strings.Repeat("x", maxLogLine) + `","cut":true,"message":"MCP server says"}` + "\n" +
		`{"level":"info","stderr":"production short (***)","cut":false,"message":"MCP server says"}` + "\n" +
		`{"level":"info","stderr":"last ` + "\uFFFD" + `","cut":false,"message":"MCP server says"}` + "\n"
	if diff := cmp.Diff(want, buffer.String()); diff != "" {
		t.Error(diff)
	}
}
