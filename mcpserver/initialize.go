package mcpserver

import (
	"slices"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/utils/jsonrpc"
)

const (
	serverName  = "codex-mcp-server"
	serverTitle = "Codex"
)

// versions are the protocol versions that the server speaks. To a client that
// asks for another it offers that of the generated types.
// (spec: mcp, do better, server correctness)
var versions = []string{"2024-11-05", "2025-03-26", mcptypes.SchemaVersion, "2025-11-25"}

// initialize answers the handshake. What it says of the client counts for
// everything that is read after it. (spec: mcp, initialize)
func (c *connection) initialize(req *jsonrpc.Request) jsonrpc.Work {
	var params mcptypes.InitializeRequestParams
	if err := decodeParams(req.Params, &params); err != nil {
		return refuse(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened {
		return refuse(jsonrpc.Errorf(jsonrpc.CodeInvalidRequest, "initialize was called before"))
	}
	c.opened = true
	c.identity = c.identity.WithClient(params.ClientInfo.Name, params.ClientInfo.Version)
	c.asks = params.Capabilities.Elicitation != nil
	version := params.ProtocolVersion
	if !slices.Contains(versions, version) {
		version = mcptypes.SchemaVersion
	}
	agent := c.identity.UserAgent()
	return answer(&mcptypes.InitializeResult{
		ProtocolVersion: version,
		Capabilities: mcptypes.ServerCapabilities{
			Tools: &mcptypes.ServerCapabilitiesTools{ListChanged: new(true)},
		},
		ServerInfo: mcptypes.Implementation{
			Name: serverName, Title: new(serverTitle), Version: c.identity.Version, UserAgent: &agent,
		},
	})
}
