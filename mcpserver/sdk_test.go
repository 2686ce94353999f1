package mcpserver

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// TestOfficialClient runs a whole session with the official Go SDK, with its
// default way of connecting, which asks for a later version of MCP first: list,
// call with an approval, reply, cancel, close. (spec: mcp, interoperability with
// real clients)
func TestOfficialClient(t *testing.T) {
	t.Parallel()
	needShell(t)
	f := newFixture(t, nil)
	made := filepath.Join(f.work, "made.txt")
	f.model.Add(
		modeltest.Reply(shellCall(t, "call-1", "/bin/sh", "-c", "echo made > "+made)),
		modeltest.Reply(modeltest.Text("It is made.")),
		modeltest.Reply(modeltest.Text("You are welcome.")),
		hanging(),
		modeltest.Reply(modeltest.Text("Still here.")),
	)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- f.server.Serve(context.WithoutCancel(ctx), jsonrpc.NewLineTransport(fromClient, toClient, nil))
		toClient.Close()
	}()

	var asked atomic.Int64
	progressed := make(chan struct{}, 1)
	client := mcp.NewClient(&mcp.Implementation{Name: "sdk", Version: "1"}, &mcp.ClientOptions{
		ElicitationHandler: func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			asked.Add(1)
			if r.Params.Message == "" {
				t.Error("a question without words")
			}
			return &mcp.ElicitResult{Action: "accept"}, nil
		},
		ProgressNotificationHandler: func(context.Context, *mcp.ProgressNotificationClientRequest) {
			select {
			case progressed <- struct{}{}:
			default:
			}
		},
	})
	session, err := client.Connect(ctx, &mcp.IOTransport{Reader: fromServer, Writer: toServer}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if name := session.InitializeResult().ServerInfo.Name; name != "codex-mcp-server" {
		t.Errorf("server %q", name)
	}
	if err := session.Ping(ctx, nil); err != nil {
		t.Error(err)
	}
	list, err := session.ListTools(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Tools) != 2 || list.Tools[0].Name != "codex" || list.Tools[1].Name != "codex-reply" {
		t.Errorf("tools %+v", list.Tools)
	}
	if _, err := session.ListResources(ctx, nil); err == nil {
		t.Error("resources were listed")
	}

	first, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "codex", Arguments: map[string]string{"prompt": "make it"}})
	if err != nil {
		t.Fatal(err)
	}
	if text := sdkText(t, first); text != "It is made." || first.IsError || asked.Load() != 1 {
		t.Errorf("text %q, error %t, %d questions", text, first.IsError, asked.Load())
	}
	if _, err := os.Stat(made); err != nil {
		t.Error(err)
	}
	structured, ok := first.StructuredContent.(map[string]any)
	if !ok {
		t.Fatalf("structured content %v", first.StructuredContent)
	}
	reply := map[string]any{"conversationId": structured["conversationId"], "prompt": "thanks"}
	second, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "codex-reply", Arguments: reply})
	if err != nil {
		t.Fatal(err)
	}
	if text := sdkText(t, second); text != "You are welcome." {
		t.Errorf("text %q", text)
	}

	slow, stop := context.WithCancel(ctx)
	params := &mcp.CallToolParams{Name: "codex-reply", Arguments: reply}
	params.SetProgressToken("slow")
	go func() {
		defer stop()
		if _, err := f.model.Wait(ctx, 4); err != nil {
			t.Error(err)
		}
		// The model is asked and the progress is told by different
		// goroutines, and the client reads it with a third.
		select {
		case <-progressed:
		case <-ctx.Done():
			t.Error("no notification of progress")
		}
	}()
	if _, err := session.CallTool(slow, params); err == nil {
		t.Error("a cancelled call has a result")
	}
	last, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "codex-reply", Arguments: reply})
	if err != nil {
		t.Fatal(err)
	}
	if text := sdkText(t, last); text != "Still here." {
		t.Errorf("text %q", text)
	}
	unknown, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "nope"})
	if err != nil || !unknown.IsError {
		t.Errorf("unknown tool: %+v, %v", unknown, err)
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("serve: %v", err)
	}
}

// sdkText returns the only text of a result.
func sdkText(t *testing.T, r *mcp.CallToolResult) string {
	t.Helper()
	if len(r.Content) != 1 {
		t.Fatalf("content %+v", r.Content)
	}
	text, ok := r.Content[0].(*mcp.TextContent)
	if !ok {
		t.Fatalf("content %T", r.Content[0])
	}
	return text.Text
}
