package modelclient

import (
	"encoding/json"
	"strconv"

	"github.com/codex-go/codex/mcptypes/wire"
)

// Tool is something that the model may call: a [*FunctionTool], a
// [*LocalShellTool], a [*WebSearchTool] or a [*FreeformTool].
// (spec: agent-loop, tools)
type Tool interface{ isTool() }

// FunctionTool takes arguments as a JSON object.
type FunctionTool struct {
	Name        string
	Description string
	// Strict asks the provider to hold the model to Parameters.
	Strict bool
	// Parameters is the JSON Schema of the arguments. It is written as it is,
	// so that the order of its members is the order on the wire, which must be
	// the same in every request of a conversation. Nil stands for an object
	// with any members.
	Parameters json.RawMessage
}

// LocalShellTool is the shell tool that some models were trained on. Chat
// Completions providers do not know it; it is left out there.
type LocalShellTool struct{}

// WebSearchTool lets the provider search the web by itself. Chat Completions
// providers do not know it; it is left out there.
type WebSearchTool struct{}

// FreeformTool takes text that follows a grammar.
type FreeformTool struct {
	Name        string
	Description string
	// Syntax names the language of Definition; empty means "lark".
	Syntax string
	// Definition is the grammar.
	Definition string
	// Function stands in for the tool on Chat Completions, where the model
	// calls it as a function and the call comes back as a function call. Nil
	// stands for a function with the same name and one string argument named
	// "input", whose description is that of the tool followed by the grammar.
	Function *FunctionTool
}

func (*FunctionTool) isTool()   {}
func (*LocalShellTool) isTool() {}
func (*WebSearchTool) isTool()  {}
func (*FreeformTool) isTool()   {}

// appendMembers appends the members that describe the function.
func (t *FunctionTool) appendMembers(dst []byte) []byte {
	dst = wire.AppendString(append(dst, `"name":`...), t.Name)
	dst = wire.AppendString(append(dst, `,"description":`...), t.Description)
	dst = strconv.AppendBool(append(dst, `,"strict":`...), t.Strict)
	return append(append(dst, `,"parameters":`...), t.parameters()...)
}

// parameters returns the schema of the arguments.
func (t *FunctionTool) parameters() json.RawMessage {
	if len(t.Parameters) == 0 {
		return json.RawMessage(`{"type":"object","properties":{}}`)
	}
	return t.Parameters
}

func (t *FreeformTool) syntax() string {
	if t.Syntax == "" {
		return "lark"
	}
	return t.Syntax
}

// function returns the tool in the form of a function.
func (t *FreeformTool) function() *FunctionTool {
	if t.Function != nil {
		return t.Function
	}
	description := t.Description
	if t.Definition != "" {
		description += "\n\nThe argument follows this grammar (" + t.syntax() + "):\n" + t.Definition
	}
	return &FunctionTool{
		Name:        t.Name,
		Description: description,
		Parameters: json.RawMessage(`{"type":"object","properties":{"input":{"type":"string"}},` +
			`"required":["input"],"additionalProperties":false}`),
	}
}
