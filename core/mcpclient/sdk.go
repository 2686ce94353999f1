package mcpclient

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/rs/zerolog"
)

// protocolVersion is the version of MCP that servers are asked for.
const protocolVersion = "2025-06-18"

// peer is the SDK's side of one connection.
type peer struct {
	log  *zerolog.Logger
	mask *strings.Replacer // goes over what is logged
	// changed is called when the server says that its tools have changed, some
	// time after that was read. It must not block. Nil does nothing.
	changed func()
}

// client returns an SDK client that makes one connection. It announces no
// capabilities. (spec: mcp, start-up; do better, client)
func (p *peer) client(version string) (*mcp.Client, error) {
	c := mcp.NewClient(&mcp.Implementation{Name: "codex-mcp-client", Title: "Codex", Version: version}, &mcp.ClientOptions{
		Capabilities:   &mcp.ClientCapabilities{},
		MultiRoundTrip: &mcp.MultiRoundTripOptions{Disabled: true},
		ToolListChangedHandler: func(context.Context, *mcp.ToolListChangedRequest) {
			if p.changed != nil {
				p.changed()
			}
		},
		//lint:ignore SA1019 servers of the older protocols still log
		LoggingMessageHandler: func(_ context.Context, r *mcp.LoggingMessageRequest) {
			p.logMessage(r.Params)
		},
		ProgressNotificationHandler: func(_ context.Context, r *mcp.ProgressNotificationClientRequest) {
			p.log.Debug().Float64("progress", r.Params.Progress).Msg("MCP server reports progress")
		},
	})
	if err := mcp.AddSendingCustomMethod[*mcp.ListToolsParams, *rawResult](c, rawMethodList); err != nil {
		return nil, fmt.Errorf("prepare MCP client: %w", err)
	}
	if err := mcp.AddSendingCustomMethod[*mcp.CallToolParams, *rawResult](c, rawMethodCall); err != nil {
		return nil, fmt.Errorf("prepare MCP client: %w", err)
	}
	c.AddSendingMiddleware(p.anyVersion)
	c.AddReceivingMiddleware(p.answer)
	return c, nil
}

// anyVersion accepts every version that a server answers to initialize.
func (p *peer) anyVersion(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		result, err := next(ctx, method, req)
		if r, ok := result.(*mcp.InitializeResult); ok && err == nil && !slices.Contains(mcp.SupportedProtocolVersions(), r.ProtocolVersion) {
			p.log.Warn().Str("version", r.ProtocolVersion).Msg("an MCP server speaks a version of the protocol that nobody knows")
			r.ProtocolVersion = protocolVersion
		}
		return result, err
	}
}

// answer declines what servers may ask of clients and this one does not offer.
// The SDK answers ping, an empty list of roots, and that it does not know other
// methods.
func (p *peer) answer(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		switch method {
		case "elicitation/create":
			return &mcp.ElicitResult{Action: "decline"}, nil
		case "sampling/createMessage":
			return nil, &jsonrpc.Error{Code: jsonrpc.CodeMethodNotFound, Message: "method not found"}
		}
		return next(ctx, method, req)
	}
}

// logMessage writes a log message of the server at its level.
//
//lint:ignore SA1019 servers of the older protocols still log
func (p *peer) logMessage(m *mcp.LoggingMessageParams) {
	level := zerolog.InfoLevel
	switch m.Level {
	case "debug":
		level = zerolog.DebugLevel
	case "warning":
		level = zerolog.WarnLevel
	case "error", "critical", "alert", "emergency":
		level = zerolog.ErrorLevel
	}
	data, err := json.Marshal(m.Data)
	if err != nil {
		return // it came as JSON
	}
	p.log.WithLevel(level).Str("logger", m.Logger).Str("data", clip(data, p.mask)).Msg("MCP server logs")
}
