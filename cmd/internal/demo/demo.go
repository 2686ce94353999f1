package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/codex-go/codex/appserver"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// Options say how to run the demonstration. Executable and Out are required.
type Options struct {
	// Executable is this program, which is started again as the server.
	Executable string
	// Flags are further flags of the server.
	Flags []string
	// Out is where everything is shown. The demonstration ends when it cannot be
	// written to.
	Out io.Writer
	// Color styles the output for a terminal.
	Color bool
	// JSON prints the messages as they go over the wire, one a line, and
	// nothing else.
	JSON bool
	// Ask asks the user whether something may be done; ctx ends when the answer is
	// no longer needed. Nil approves everything.
	Ask func(ctx context.Context, question string) (bool, error)
	// Pace is the time between two words of the scripted model.
	Pace time.Duration
}

// Limits of the demonstration.
const (
	turnTime = time.Minute      // a turn, without the time the user thinks
	endTime  = 10 * time.Second // the end of the server
)

// Run runs the demonstration. When it fails, or ctx ends before, nothing stays
// behind.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := &output{w: o.Out, failed: cancel}
	o.Out = out
	dir, err := os.MkdirTemp("", "codex-demo-")
	if err != nil {
		return fmt.Errorf("make a scratch folder: %w", err)
	}
	err = run(ctx, o, dir)
	if failure := out.failure(); failure != nil { // the cause of all that followed
		err = fmt.Errorf("write the output: %w", failure)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return nil
}

// run runs the demonstration in dir.
func run(ctx context.Context, o Options, dir string) (err error) {
	model, err := modeltest.Serve(modeltest.Options{Handler: modeltest.Demo(o.Pace)})
	if err != nil {
		return fmt.Errorf("start the scripted model: %w", err)
	}
	defer model.Close()
	home, work, err := scratch(dir, model.BaseURL())
	if err != nil {
		return err
	}
	p := newPrinter(o.Out, o.Color, o.JSON)
	p.note("A scripted model plays at %s; everything else is real.", model.BaseURL())
	if o.Ask == nil {
		p.note("Nobody is asked: everything is approved.")
	}
	p.note("The server is \"%s app-server\" with CODEX_HOME=%s.", filepath.Base(o.Executable), home)

	server, err := startServer(o.Executable, o.Flags, home, work)
	if err != nil {
		return err
	}
	wire := newTap(server.transport, p)
	defer func() { err = errors.Join(err, server.stop(wire.ended)) }()
	d := &demo{o: o, printer: p, done: make(chan error, 1)}
	client, err := appserver.Dial(ctx, wire, appserver.ClientOptions{
		Name: "codex-demo", Title: "Codex demo", Version: "1.0",
		Notify: d.notified,
		Ask:    d.asked,
	})
	if err != nil {
		return err
	}
	defer func() {
		server.stdin.Close()
		select { // the rest of what the server writes
		case <-wire.ended:
		case <-time.After(endTime):
		}
		client.Close(ctx)
	}()
	return d.converse(ctx, client, work)
}

// scratch lays out the folders of the demonstration.
func scratch(dir, modelURL string) (home, work string, err error) {
	home, work = filepath.Join(dir, "home"), filepath.Join(dir, "work")
	for _, d := range []string{home, work} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return "", "", fmt.Errorf("make a scratch folder: %w", err)
		}
	}
	config := fmt.Sprintf("model = \"demo-model\"\nmodel_provider = \"demo\"\napproval_policy = \"on-request\"\nsandbox_mode = \"read-only\"\n\n"+
		"[model_providers.demo]\nname = \"demo\"\nbase_url = %q\nwire_api = \"responses\"\n", modelURL)
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(config), 0o600); err != nil {
		return "", "", fmt.Errorf("write the configuration: %w", err)
	}
	return home, work, nil
}

// server is the process of the app-server.
type server struct {
	cmd       *exec.Cmd
	transport jsonrpc.Transport
	stdin     io.Closer
}

func startServer(executable string, flags []string, home, work string) (*server, error) {
	cmd := exec.Command(executable, append([]string{"app-server"}, flags...)...)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "CODEX_HOME="+home)
	if os.Getenv("RUST_LOG") == "" {
		// Nobody wants to be warned that a demonstration was broken off.
		cmd.Env = append(cmd.Env, "RUST_LOG=error")
	}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	return &server{cmd: cmd, stdin: stdin, transport: jsonrpc.NewLineTransport(stdout, stdin, nil)}, nil
}

// stop ends the input of the server and waits for its end, once the last
// message was read.
func (s *server) stop(read <-chan struct{}) error {
	s.stdin.Close() // closed already, as a rule
	kill := time.AfterFunc(endTime, func() { s.cmd.Process.Kill() })
	defer kill.Stop()
	<-read
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the server: %w", err)
	}
	return nil
}

// demo is the client's side of the conversation.
type demo struct {
	o       Options
	printer *printer
	done    chan error // receives the end of the turn
	diff    string     // the last turn diff
	failure error      // the last error event
}

// converse holds the conversation.
func (d *demo) converse(ctx context.Context, client *appserver.Client, work string) error {
	started, err := appserver.Call(ctx, client, &protocol.NewConversationParams{Cwd: work})
	if err != nil {
		return err
	}
	_, err = appserver.Call(ctx, client,
		&protocol.AddConversationListenerParams{ConversationID: started.ConversationID})
	if err != nil {
		return err
	}
	_, err = appserver.Call(ctx, client, &protocol.SendUserMessageParams{
		ConversationID: started.ConversationID,
		Items:          []protocol.ClientInput{&protocol.TextClientInput{Text: "Show me what you can do."}},
	})
	if err != nil {
		return err
	}
	timeout := time.NewTimer(turnTime)
	defer timeout.Stop()
	for {
		select {
		case err := <-d.done:
			if err != nil {
				return err
			}
			d.printer.end(d.diff, started.RolloutPath)
			return nil
		case <-client.Done():
			return errors.New("the server went away")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-timeout.C:
			if d.o.Ask == nil {
				return fmt.Errorf("the turn took longer than %s", turnTime)
			}
		}
	}
}

// notified looks for what the end of the demonstration needs; the printer has
// shown the message already.
func (d *demo) notified(n protocol.ServerNotification) {
	e, ok := n.(*protocol.EventNotification)
	if !ok {
		return
	}
	switch m := e.Msg.(type) {
	case *protocol.TurnDiffEvent:
		d.diff = m.UnifiedDiff
	case *protocol.ErrorEvent:
		d.failure = errors.New(m.Message)
	case *protocol.TaskCompleteEvent:
		d.done <- d.failure
	case *protocol.TurnAbortedEvent:
		d.done <- errors.New("the turn was aborted")
	}
}

// asked answers the server's questions.
func (d *demo) asked(ctx context.Context, r protocol.ServerRequest) (protocol.ReviewDecision, error) {
	question := "Apply this patch?"
	if c, ok := r.(*protocol.ExecCommandApprovalParams); ok {
		question = fmt.Sprintf("Run \"%s\"?", strings.Join(c.Command, " "))
	}
	if d.o.Ask == nil {
		d.printer.note("%s Approved.", question)
		return protocol.ReviewApproved, nil
	}
	yes, err := d.o.Ask(ctx, question)
	if err != nil || !yes {
		return protocol.ReviewDenied, err
	}
	return protocol.ReviewApproved, nil
}
