package mcptypes

import (
	"encoding/json"

	"github.com/codex-go/codex/mcptypes/wire"
)

// Tool is a tool of an MCP server. This file stands in for the generated
// types and goes when they come.
type Tool struct {
	Name         string          `json:"name"`
	Title        string          `json:"title,omitzero"`
	Description  string          `json:"description,omitzero"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema,omitzero"`
	Annotations  json.RawMessage `json:"annotations,omitzero"`
	Meta         json.RawMessage `json:"_meta,omitzero"`
}

// CallToolResult is the result of a tool call.
type CallToolResult struct {
	Content           []json.RawMessage `json:"content"`
	StructuredContent json.RawMessage   `json:"structuredContent,omitzero"`
	IsError           *bool             `json:"isError,omitzero"`
	Meta              json.RawMessage   `json:"_meta,omitzero"`
}

// MarshalJSON returns the form on the wire.
func (t Tool) MarshalJSON() ([]byte, error) { return wire.Append(nil, &t) }

// UnmarshalJSON reads the form on the wire.
func (t *Tool) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, t) }

// MarshalJSON returns the form on the wire.
func (r CallToolResult) MarshalJSON() ([]byte, error) { return wire.Append(nil, &r) }

// UnmarshalJSON reads the form on the wire.
func (r *CallToolResult) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, r) }
