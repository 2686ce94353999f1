package mcptypes_test

import (
	"encoding/json"
	"fmt"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
)

func Example() {
	raw := []byte(`{"name":"echo","arguments":{"text":"hello"},"_meta":{"progressToken":"p1"}}`)
	var params mcptypes.CallToolRequestParams
	if err := wire.UnmarshalAt("params", raw, &params); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(params.Name, string(params.Arguments), params.Meta.ProgressToken)

	result, err := json.Marshal(mcptypes.CallToolResult{
		Content: []mcptypes.ContentBlock{&mcptypes.TextContent{Text: "hello"}},
	})
	fmt.Println(string(result), err)
	// Output:
	// echo {"text":"hello"} p1
	// {"content":[{"type":"text","text":"hello"}]} <nil>
}

func ExampleContentBlock() {
	var block mcptypes.ContentBlock
	if err := wire.Unmarshal([]byte(`{"type":"hologram","depth":3}`), &block); err != nil {
		fmt.Println(err)
		return
	}
	switch block := block.(type) {
	case *mcptypes.TextContent:
		fmt.Println("text", block.Text)
	case *mcptypes.Unknown:
		fmt.Println("not known:", block.Type)
	}
	// Output: not known: hologram
}

func ExampleTool_ParseInputSchema() {
	tool := mcptypes.Tool{Name: "echo", InputSchema: json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}`)}
	schema, err := tool.ParseInputSchema()
	fmt.Println(schema.Required, err)
	// Output: [text] <nil>
}
