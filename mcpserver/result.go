package mcpserver

import (
	"fmt"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// toolResult is the result of a call. Failed turns have the text in the member
// error too, where consumers of older servers look for it.
// (spec: mcp, do better, server correctness)
type toolResult struct {
	mcptypes.CallToolResult
	Error *string `json:"error,omitzero"`
}

// AppendJSON appends the form on the wire.
func (r *toolResult) AppendJSON(dst []byte) ([]byte, error) { return wire.Append(dst, r) }

// success is the result of a call that did what it was asked for.
func success(text string) *toolResult {
	return &toolResult{CallToolResult: mcptypes.CallToolResult{
		Content: []mcptypes.ContentBlock{&mcptypes.TextContent{Text: text}},
	}}
}

// failure is the result of a call that did not.
func failure(format string, args ...any) *toolResult {
	r := success(fmt.Sprintf(format, args...))
	r.IsError = new(true)
	return r
}

// with names the conversation in the structured content.
func (r *toolResult) with(id protocol.ConversationID) *toolResult {
	return r.structured(&conversationContent{ConversationID: id})
}

// structured sets the structured content.
func (r *toolResult) structured(content any) *toolResult {
	if raw, err := wire.Append(nil, content); err == nil { // cannot fail for types of this package
		r.StructuredContent = raw
	}
	return r
}

// conversationContent is the structured content of results about one
// conversation.
type conversationContent struct {
	ConversationID protocol.ConversationID `json:"conversationId"`
}
