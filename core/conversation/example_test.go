package conversation_test

import (
	"context"
	"fmt"
	"os"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/history"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// A Go program that holds a conversation: it asks, approves the command that
// the model proposes, and reads the answer. The model is a scripted one.
func Example() {
	ctx := context.Background()
	model := modeltest.Start(
		modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["sh","-c","echo hello > note; cat note"]}`)),
		modeltest.Reply(modeltest.Deltas("It says ", "hello.")),
	)
	defer model.Close()

	home, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(home)
	loader := &config.Loader{Home: home, Cwd: home, Environ: os.Environ()}
	cfg, err := loader.Load(ctx, config.Overrides{
		ApprovalPolicy: protocol.AskUntrusted,
		SandboxMode:    protocol.SandboxReadOnly,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Usually config.toml names the provider.
	cfg.Provider = modelprovider.Provider{Name: "script", BaseURL: model.BaseURL(), WireAPI: modelprovider.WireResponses}

	runner := exec.NewRunner(nil)
	defer runner.Close()
	client := modelclient.NewHTTPClient(nil)
	defer client.CloseIdleConnections()
	manager := conversation.NewManager(conversation.Options{
		Store:      rollout.NewFileStore(home, nil),
		History:    history.New(home, nil),
		Runner:     runner,
		HTTPClient: client,
	})
	defer manager.Close(ctx)

	c, err := manager.New(ctx, cfg, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	events := c.Subscribe()
	defer events.Close()
	input := &protocol.UserInputOp{Items: []protocol.InputItem{&protocol.TextInput{Text: "Run something."}}}
	if _, err := c.Submit(ctx, input); err != nil {
		fmt.Println(err)
		return
	}
	for {
		e, err := events.Next(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		switch m := e.Msg.(type) {
		case *protocol.ExecApprovalRequestEvent:
			fmt.Printf("may I run %q?\n", m.Command)
			c.Approvals().AnswerCall(e.TurnID, m.CallID, protocol.ReviewApproved)
		case *protocol.ExecCommandEndEvent:
			fmt.Printf("exit code %d: %s", m.ExitCode, m.Stdout)
		case *protocol.AgentMessageEvent:
			fmt.Println(m.Message)
		case *protocol.TaskCompleteEvent:
			return
		}
	}
	// Output:
	// may I run ["sh" "-c" "echo hello > note; cat note"]?
	// exit code 0: hello
	// It says hello.
}
