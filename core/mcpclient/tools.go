package mcpclient

import (
	"encoding/json"
	"fmt"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// listedTool is a tool as its server lists it, ready for a model.
type listedTool struct {
	definition protocol.McpTool
	parameters json.RawMessage // what CleanSchema made of the input schema
}

// readTools reads a list of tools. What is no tool at all is left out, and
// named. Of several with one name the first counts. (spec: mcp, tool names; do
// better, client)
func readTools(raw []json.RawMessage) (tools []listedTool, repeated int, problems []string) {
	known := make(map[string]bool, len(raw))
	for i, r := range raw {
		definition, err := readTool(r)
		if err != nil {
			problems = append(problems, fmt.Sprintf("entry %d of the list: %v", i, err))
			continue
		}
		if known[definition.Name] {
			repeated++
			continue
		}
		known[definition.Name] = true
		parameters, _ := CleanSchema(definition.InputSchema)
		tools = append(tools, listedTool{definition: *definition, parameters: parameters})
	}
	return tools, repeated, problems
}

// readTool reads a tool. Members that are not what they should be are left out;
// only a name there must be.
func readTool(raw json.RawMessage) (*protocol.McpTool, error) {
	tool := new(protocol.McpTool)
	if err := wire.Unmarshal(raw, tool); err == nil {
		return tool, nil
	}
	var least struct {
		Name json.RawMessage `json:"name"`
	}
	if err := wire.Unmarshal(raw, &least); err != nil {
		return nil, err
	}
	name, ok := stringOf(least.Name)
	if !ok {
		return nil, fmt.Errorf("name: want string")
	}
	tool = &protocol.McpTool{Name: name, InputSchema: json.RawMessage(`{"type":"object"}`)}
	for member, target := range map[string]**string{"description": &tool.Description, "title": &tool.Title} {
		if value, ok := wire.Peek(raw, member); ok {
			if text, ok := stringOf(value); ok {
				*target = &text
			}
		}
	}
	if schema, ok := wire.Peek(raw, "inputSchema"); ok && string(schema) != "null" {
		tool.InputSchema = compactOr(schema, tool.InputSchema)
	}
	return tool, nil
}

// compactOr returns a copy of JSON, or otherwise if it cannot be written again.
func compactOr(raw, otherwise json.RawMessage) json.RawMessage {
	out, err := wire.AppendRaw(nil, raw)
	if err != nil {
		return otherwise
	}
	return out
}
