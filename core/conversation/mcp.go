package conversation

import (
	"cmp"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/mcpclient"
	"github.com/codex-go/codex/core/tools"
)

// mcpOptions are the options of the MCP servers of a manager's conversations.
func mcpOptions(o *Options) mcpclient.Options {
	return mcpclient.Options{
		Start:      tools.McpStarter(o.Runner, o.Sandbox),
		HTTPClient: o.HTTPClient,
		Token:      o.McpToken,
		Version:    cmp.Or(o.Identity.Version, clientid.ProtocolVersion),
		Log:        o.Log,
		Now:        o.Now,
	}
}

// mcpServers opens the MCP servers that the configuration names. They run in
// the directory of the conversation. (spec: mcp, connection manager; do better,
// client)
func (b *builder) mcpServers(failed func(*mcpclient.Failure)) *mcpclient.Servers {
	return b.m.mcp.Open(mcpclient.OpenOptions{
		Servers: b.config.McpServers,
		HTTP:    b.config.UseRmcpClient,
		Dir:     b.config.Cwd,
		Environ: b.withLinks(b.config.Environ),
		Failed:  failed,
	})
}
