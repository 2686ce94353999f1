// Package mcptypes holds the messages of the Model Context Protocol as Go
// types, generated from the published schema whose version is [SchemaVersion].
//
//	var params mcptypes.CallToolRequestParams
//	if err := wire.UnmarshalAt("params", raw, &params); err != nil {
//		return err // "params.name: missing, want string"
//	}
//	result := &mcptypes.CallToolResult{
//		Content: []mcptypes.ContentBlock{&mcptypes.TextContent{Text: "done"}},
//	}
//
// # Shapes
//
// A definition of the schema is a type of the same name; what stands inside of
// a definition without a name of its own is named after its place. Members that
// may be absent are pointers, or nil slices, maps, raw values and unions; an
// empty list and false are not the same as absence. Sum types are sealed
// interfaces with pointers to structs as cases. What this version of the schema
// does not know is kept and written as it came: content of other types
// ([Unknown]), notifications ([UnknownNotification]), other values of enums, and
// other members where the schema allows them (the fields Extra). JSON whose form
// is the peer's own business is json.RawMessage, which keeps the order of
// members and the spelling of numbers.
//
// A request stands in the constants twice: [MethodCallTool] is its name and, by
// its type, says which params and result go with it.
//
// # Codec
//
// Package wire reads and writes the types; encoding/json gives the same form.
// Reading matches names exactly, refuses what is missing or of the wrong type,
// and names the place. Values of sum types alone are read with wire.Unmarshal
// into a variable of the interface type.
//
// The package does no I/O, logs nothing, starts no goroutine and depends on the
// standard library alone. Values are not safe for concurrent changes.
// (spec: mcp, MCP types)
package mcptypes
