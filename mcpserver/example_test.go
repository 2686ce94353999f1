package mcpserver_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/mcpserver"
	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// Example offers an agent to a client in the same process, with a scripted
// model.
func Example() {
	if err := run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: You said hello.
}

func run(ctx context.Context) error {
	model, err := modeltest.Serve(modeltest.Options{Script: []modeltest.Response{
		modeltest.Reply(modeltest.Text("You said hello.")),
	}})
	if err != nil {
		return err
	}
	defer model.Close()
	home, err := os.MkdirTemp("", "codex-example")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	config := fmt.Sprintf("model_provider = \"mock\"\n[model_providers.mock]\nname = \"mock\"\nbase_url = %q\n", model.BaseURL())
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(config), 0o600); err != nil {
		return err
	}

	server, err := mcpserver.New(ctx, &mcpserver.Options{Agent: agent.Options{Home: home, Cwd: home}})
	if err != nil {
		return err
	}
	defer server.Close(ctx)
	ours, theirs := jsonrpc.Pipe()
	go server.Serve(ctx, theirs)

	client := jsonrpc.NewConn(ours, nil)
	defer client.Close()
	var result mcptypes.CallToolResult
	err = client.Call(ctx, string(mcptypes.MethodCallTool), &mcptypes.CallToolRequestParams{
		Name: "codex", Arguments: []byte(`{"prompt":"hello"}`),
	}, &result)
	if err != nil {
		return err
	}
	for _, block := range result.Content {
		if text, ok := block.(*mcptypes.TextContent); ok {
			fmt.Println(text.Text)
		}
	}
	return nil
}
