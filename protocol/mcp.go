package protocol

import (
	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
)

// McpTool is a tool of an MCP server, in the form of MCP.
type McpTool = mcptypes.Tool

// McpToolResult is the result of a call, in the form of MCP.
type McpToolResult = mcptypes.CallToolResult

// AppendWire appends {"Ok": result} or {"Err": text}.
func (r *McpCallResult) AppendWire(dst []byte) ([]byte, error) {
	if r.Ok == nil {
		dst = wire.AppendString(append(dst, `{"Err":`...), r.Err)
		return append(dst, '}'), nil
	}
	dst, err := wire.Append(append(dst, `{"Ok":`...), r.Ok)
	return append(dst, '}'), err
}

// DecodeWire reads {"Ok": result} or {"Err": text}.
func (r *McpCallResult) DecodeWire(d *wire.Decoder) error {
	found := false
	at := d.Offset()
	err := d.Object(func(key []byte) error {
		*r = McpCallResult{}
		switch string(key) {
		case "Ok":
			found = true
			r.Ok = new(McpToolResult)
			return d.Value(r.Ok)
		case "Err":
			found = true
			return d.Value(&r.Err)
		}
		return d.Skip()
	})
	if err == nil && !found {
		return d.MismatchAt(at, `an object with "Ok" or "Err"`)
	}
	return err
}
