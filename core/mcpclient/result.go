package mcpclient

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// decodeResult reads the result of a call. A result with structured content may
// leave the content out. (spec: mcp, calling a tool)
func decodeResult(raw json.RawMessage) (*protocol.McpToolResult, error) {
	content, ok := wire.Peek(raw, "content")
	if !ok || string(content) == "null" {
		var structured struct {
			Content           json.RawMessage            `json:"content" wire:"nullable"`
			IsError           *bool                      `json:"isError,omitzero"`
			StructuredContent json.RawMessage            `json:"structuredContent,omitzero"`
			Meta              map[string]json.RawMessage `json:"_meta,omitzero"`
		}
		if err := wire.Unmarshal(raw, &structured); err != nil {
			return nil, fmt.Errorf("read result: %w", err)
		}
		if structured.StructuredContent != nil {
			return &protocol.McpToolResult{
				Content:           []mcptypes.ContentBlock{},
				IsError:           structured.IsError,
				StructuredContent: structured.StructuredContent,
				Meta:              structured.Meta,
			}, nil
		}
	}
	result := new(protocol.McpToolResult)
	if err := wire.Unmarshal(raw, result); err != nil {
		return nil, fmt.Errorf("read result: %w", err)
	}
	return result, nil
}

// failedPrefix tells a model that what follows is an error that the tool
// reported.
const failedPrefix = "The tool reported an error:\n"

// ModelText returns what a model reads of a result, and whether the tool says
// that it succeeded: the structured content, if there is one, and otherwise the
// list of content blocks, as compact JSON. An error of the tool is named as
// one. Where the text is longer than limit bytes, images, audio and other
// binary data are replaced by their size; the text may still be longer then.
// (spec: mcp, calling a tool; do better, client)
func ModelText(r *protocol.McpToolResult, limit int) (text string, success bool) {
	success = r.IsError == nil || !*r.IsError
	text = resultJSON(r)
	if len(text) > limit && r.StructuredContent == nil {
		text = resultJSON(&protocol.McpToolResult{Content: withoutData(r.Content)})
	}
	if !success {
		text = failedPrefix + text
	}
	return text, success
}

// resultJSON returns the part of a result that models read.
func resultJSON(r *protocol.McpToolResult) string {
	var text []byte
	var err error
	if r.StructuredContent != nil {
		text, err = wire.AppendRaw(nil, r.StructuredContent)
	} else {
		text, err = appendBlocks(nil, r.Content)
	}
	if err != nil {
		return fmt.Sprintf("the result cannot be shown: %v", err) // only for values that were not read from JSON
	}
	return string(text)
}

func appendBlocks(dst []byte, blocks []mcptypes.ContentBlock) ([]byte, error) {
	dst = append(dst, '[')
	for i, b := range blocks {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = wire.Append(dst, b); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// withoutData returns blocks with the size of binary data in place of the data.
func withoutData(blocks []mcptypes.ContentBlock) []mcptypes.ContentBlock {
	size := func(base64 string) string {
		return fmt.Sprintf("(%d bytes left out)", len(strings.TrimRight(base64, "="))*3/4)
	}
	out := make([]mcptypes.ContentBlock, len(blocks))
	for i, b := range blocks {
		switch b := b.(type) {
		case *mcptypes.ImageContent:
			short := *b
			short.Data = size(b.Data)
			out[i] = &short
		case *mcptypes.AudioContent:
			short := *b
			short.Data = size(b.Data)
			out[i] = &short
		case *mcptypes.EmbeddedResource:
			short := *b
			if blob, ok := b.Resource.(*mcptypes.BlobResourceContents); ok {
				cut := *blob
				cut.Blob = size(blob.Blob)
				short.Resource = &cut
			}
			out[i] = &short
		default:
			out[i] = b
		}
	}
	return out
}
