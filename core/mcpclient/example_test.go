package mcpclient_test

import (
	"context"
	"fmt"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/mcpclient"
	"github.com/codex-go/codex/core/tools"
)

// Start the servers of a configuration, show their tools and call one.
func Example() {
	ctx := context.Background()
	runner := exec.NewRunner(nil)
	defer runner.Close()
	registry := mcpclient.NewRegistry(mcpclient.Options{Start: tools.McpStarter(runner, nil)})
	defer registry.Close(ctx)

	servers := registry.Open(mcpclient.OpenOptions{
		Servers: map[string]config.McpServer{
			"docs": {Transport: &config.McpStdio{Command: "no-such-docs-server", Args: []string{"--stdio"}}},
		},
		Dir:     "/",
		Environ: []string{"PATH=/usr/bin:/bin"},
		Failed:  func(f *mcpclient.Failure) { fmt.Println(f) },
	})
	if err := servers.Prepare(ctx); err != nil {
		fmt.Println(err)
	}
	for _, tool := range servers.Tools() {
		fmt.Println(tool.Name, string(tool.Parameters))
	}
	if tool, ok := servers.Lookup("docs__search"); ok {
		result, err := servers.Call(ctx, tool, []byte(`{"query":"pipes"}`))
		if err == nil {
			fmt.Println(mcpclient.ModelText(result, 10_000))
		}
	}
	if err := servers.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output: MCP server "docs" failed to start: start "no-such-docs-server": program not found
}
