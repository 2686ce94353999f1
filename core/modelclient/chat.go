package modelclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/mcptypes/wire"
)

// streamChat asks over the Chat Completions API. (spec: agent-loop, Chat
// Completions wire)
func (c *Client) streamChat(ctx context.Context, request *Request) (*Stream, error) {
	if len(request.OutputSchema) > 0 {
		return nil, fmt.Errorf("%w: an output schema needs the Responses API", ErrUnsupported)
	}
	for {
		withUsage := !c.noStreamOptions.Load()
		body, err := encodeChat(request, withUsage)
		if err != nil {
			return nil, err
		}
		call := &call{
			client: c,
			body:   [][]byte{body},
			header: []modelprovider.Header{
				{Name: "Accept", Value: "text/event-stream"},
				{Name: "Content-Type", Value: "application/json"},
			},
			classify: func(_ *attempt, response *http.Response, body []byte) error {
				if withUsage && refusesStreamOptions(response.StatusCode, body) {
					return errNoStreamOptions
				}
				return nil
			},
		}
		_, source, attempt, err := call.send(ctx)
		if err == errNoStreamOptions {
			c.noStreamOptions.Store(true)
			continue
		}
		if err != nil {
			return nil, err
		}
		return newStream(source, &chatDecoder{wantsUsage: withUsage, room: MaxEventBytes}, attempt.redact), nil
	}
}

// errNoStreamOptions says that a provider does not know how to report usage. It
// never leaves the package.
var errNoStreamOptions = errors.New("the provider does not accept stream_options")

// refusesStreamOptions reports whether a provider refused a request because it
// asked for usage.
func refusesStreamOptions(status int, body []byte) bool {
	return (status == http.StatusBadRequest || status == http.StatusUnprocessableEntity) &&
		bytes.Contains(body, []byte("stream_options"))
}

// encodeChat returns the body of a request. The messages of one request are a
// prefix of the next one's as long as its items are.
func encodeChat(request *Request, withUsage bool) ([]byte, error) {
	dst := append(make([]byte, 0, len(request.Instructions)+16<<10), `{"model":`...)
	dst = wire.AppendString(dst, request.Model)
	dst = append(dst, `,"messages":[{"role":"system","content":`...)
	dst = wire.AppendString(dst, request.Instructions)
	dst = append(dst, '}')
	dst, err := appendChatMessages(dst, request.Input)
	if err != nil {
		return nil, err
	}
	dst = append(dst, `],"stream":true`...)
	first := true
	for _, tool := range request.Tools {
		function := chatFunction(tool)
		if function == nil {
			continue
		}
		if first {
			dst = append(dst, `,"tools":[`...)
		} else {
			dst = append(dst, ',')
		}
		first = false
		dst = appendChatTool(dst, function)
	}
	if !first {
		dst = append(dst, ']')
	}
	if withUsage {
		dst = append(dst, `,"stream_options":{"include_usage":true}`...)
	}
	return append(dst, '}'), nil
}

// chatFunction returns the function that a tool is on this wire, or nil.
func chatFunction(tool Tool) *FunctionTool {
	switch t := tool.(type) {
	case *FunctionTool:
		return t
	case *FreeformTool:
		return t.function()
	}
	return nil
}

func appendChatTool(dst []byte, t *FunctionTool) []byte {
	dst = append(dst, `{"type":"function","function":{`...)
	return append(t.appendMembers(dst), "}}"...)
}
