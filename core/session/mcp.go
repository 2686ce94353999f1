package session

import (
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/mcpclient"
	"github.com/codex-go/codex/protocol"
)

// mcpFailed tells the user of an MCP server that the conversation has to do
// without. (spec: mcp, start-up)
func (s *Session) mcpFailed(f *mcpclient.Failure) {
	s.log.Publish(event.Event{Msg: &protocol.ErrorEvent{Message: f.Error()}})
}

// listMcpTools answers with the tools of the MCP servers, once these have
// started or failed to.
func (s *Session) listMcpTools(sub submission) {
	answer := func() {
		s.reply(sub, &protocol.McpListToolsResponseEvent{Tools: s.o.Tools.McpTools()})
	}
	ready := s.o.Tools.McpReady()
	select {
	case <-ready:
		answer()
		return
	default:
	}
	s.tasks.Go(func() {
		select {
		case <-ready:
			answer()
		case <-s.stopping:
		}
	})
}
