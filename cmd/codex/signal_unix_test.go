//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/appserver"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// serverProcess is a server in a process of its own.
type serverProcess struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	stderr bytes.Buffer
}

// startProcess starts "codex app-server" with a home folder.
func startProcess(t *testing.T, home string, args ...string) *serverProcess {
	t.Helper()
	return startCodex(t, home, append([]string{"app-server"}, args...)...)
}

// startCodex starts the program with a home folder.
func startCodex(t *testing.T, home string, args ...string) *serverProcess {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	p := &serverProcess{cmd: exec.CommandContext(ctx, os.Args[0], args...)}
	p.cmd.Args[0] = "codex"
	p.cmd.Dir = t.TempDir()
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "CODEX_HOME=" + home, "GORACE=" + os.Getenv("GORACE")}
	p.cmd.Stderr = &p.stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if p.stdout, err = p.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// mockHome is a CODEX_HOME whose model is a scripted one.
func mockHome(t *testing.T, script ...modeltest.Response) string {
	t.Helper()
	model := modeltest.Start(script...)
	t.Cleanup(model.Close)
	home := t.TempDir()
	config := fmt.Sprintf("model = \"m\"\nmodel_provider = \"mock\"\napproval_policy = \"never\"\nsandbox_mode = \"danger-full-access\"\n"+
		"[model_providers.mock]\nname = \"mock\"\nbase_url = %q\nwire_api = \"responses\"\n", model.BaseURL())
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

// TestEnds ends the server in the middle of a turn, in every way. It goes down in
// order: the last events are sent as long as somebody reads them, the rollout is
// whole and says that the turn was aborted, no process is left, and the exit code
// is 0.
func TestEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func(p *serverProcess) error
		deaf bool // nobody reads the last events
	}{
		{"SIGTERM", func(p *serverProcess) error { return p.cmd.Process.Signal(syscall.SIGTERM) }, false},
		{"SIGINT", func(p *serverProcess) error { return p.cmd.Process.Signal(syscall.SIGINT) }, false},
		{"SIGHUP", func(p *serverProcess) error { return p.cmd.Process.Signal(syscall.SIGHUP) }, false},
		{"end of input", func(p *serverProcess) error { return p.stdin.Close() }, false},
		{"closed output", func(p *serverProcess) error {
			// The next thing that the server writes fails.
			err := p.stdout.Close()
			_, err2 := io.WriteString(p.stdin, `{"id":90,"method":"getUserAgent"}`+"\n")
			return errors.Join(err, err2)
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := mockHome(t, modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["sh","-c","echo $$ > pid; echo started; exec sleep 100"]}`)))
			p := startProcess(t, home)
			events := make(chan string, 100)
			client, err := appserver.Dial(t.Context(), jsonrpc.NewLineTransport(p.stdout, p.stdin, nil), appserver.ClientOptions{
				Name: "test", Version: "1",
				Notify: func(n protocol.ServerNotification) {
					if e, ok := n.(*protocol.EventNotification); ok {
						events <- e.Msg.EventType()
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			started, err := appserver.Call(t.Context(), client, &protocol.NewConversationParams{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := appserver.Call(t.Context(), client, &protocol.AddConversationListenerParams{ConversationID: started.ConversationID}); err != nil {
				t.Fatal(err)
			}
			if _, err := appserver.Call(t.Context(), client, &protocol.SendUserMessageParams{
				ConversationID: started.ConversationID, Items: []protocol.ClientInput{&protocol.TextClientInput{Text: "go"}},
			}); err != nil {
				t.Fatal(err)
			}
			for event := ""; event != "exec_command_output_delta"; {
				event = <-events
			}
			if err := test.end(p); err != nil {
				t.Fatal(err)
			}
			<-client.Done()
			if err := p.cmd.Wait(); err != nil {
				t.Errorf("exit: %v\n%s", err, p.stderr.Bytes())
			}
			client.Close(t.Context())
			close(events)
			if !test.deaf {
				var last []string
				for event := range events {
					last = append(last, event)
				}
				if diff := cmp.Diff([]string{"turn_aborted", "shutdown_complete"}, last[max(0, len(last)-2):]); diff != "" {
					t.Error(diff)
				}
			}
			checkRollout(t, started.RolloutPath)
			pid, err := os.ReadFile(filepath.Join(p.cmd.Dir, "pid"))
			if err != nil {
				t.Fatal(err)
			}
			var n int
			if _, err := fmt.Sscan(string(pid), &n); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(n, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("the command is left: %v", err)
			}
		})
	}
}

// checkRollout checks that a rollout is whole and ends with an aborted turn.
func checkRollout(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(text, []byte("\n")) {
		t.Error("the rollout ends in the middle of a line")
	}
	for line := range bytes.Lines(text) {
		if !json.Valid(line) {
			t.Errorf("not a line of JSON: %q", line)
		}
	}
	if !bytes.Contains(text, []byte(`"type":"turn_aborted"`)) {
		t.Errorf("the rollout does not say that the turn was aborted:\n%s", text)
	}
}

// TestExitsAtOnce starts servers that cannot run, with an input that does not
// end. They say why and exit without a look at the input.
func TestExitsAtOnce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		home func(t *testing.T) string
		args []string
		want string
	}{
		{"missing home", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, nil, "none"},
		{"bad flag", func(t *testing.T) string { return t.TempDir() }, []string{"-c", "nonsense"}, "nonsense"},
		{"bad configuration", func(t *testing.T) string {
			home := t.TempDir()
			if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte("model = ["), 0o600); err != nil {
				t.Fatal(err)
			}
			return home
		}, nil, "config.toml:1:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := startProcess(t, test.home(t), test.args...)
			out, err := io.ReadAll(p.stdout)
			if err != nil || len(out) > 0 {
				t.Errorf("output %q, %v", out, err)
			}
			err = p.cmd.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("exit: %v", err)
			}
			if text := p.stderr.String(); !strings.HasPrefix(text, "Error: ") || !strings.Contains(text, test.want) || strings.Count(text, "\n") != 1 {
				t.Errorf("standard error: %q", text)
			}
		})
	}
}

// TestInterruptedPrompt breaks "codex exec" off while it reads its prompt: one
// signal is enough.
func TestInterruptedPrompt(t *testing.T) {
	t.Parallel()
	p := startCodex(t, t.TempDir(), "exec", "-")
	// More than a pipe holds: once it is written, the program reads.
	if _, err := p.stdin.Write(bytes.Repeat([]byte("go on\n"), 64<<10)); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(p.stdout)
	if err != nil {
		t.Fatal(err)
	}
	err = p.cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != interrupted || len(out) > 0 || p.stderr.Len() > 0 {
		t.Errorf("exit: %v, output %q, standard error %q", err, out, p.stderr.String())
	}
}

// TestReaderGone ends quietly when nobody reads what it prints, as in
// "codex mcp list | head -0", and says what else keeps it from printing.
func TestReaderGone(t *testing.T) {
	t.Parallel()
	reader, gone, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer gone.Close()
	readOnly, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close()
	for _, tt := range []struct {
		name   string
		stdout *os.File
		want   string
	}{
		{"a pipe without a reader", gone, ""},
		{"not for writing", readOnly, "Error: write /dev/stdout: bad file descriptor\n"},
	} {
		cmd := exec.Command(os.Args[0], "mcp", "list")
		cmd.Args[0] = "codex"
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CODEX_HOME=" + t.TempDir()}
		var complaints bytes.Buffer
		cmd.Stdout, cmd.Stderr = tt.stdout, &complaints
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != 1 || complaints.String() != tt.want {
			t.Errorf("%s: %v, complaints %q, want status 1 and %q", tt.name, err, complaints.String(), tt.want)
		}
	}
}
