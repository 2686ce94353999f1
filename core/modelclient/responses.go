package modelclient

import (
	"context"
	"net/http"
	"strconv"

	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// outputSchemaName is what the schema of an answer is called on the wire.
const outputSchemaName = "codex_output_schema"

// streamResponses asks over the Responses API.
func (c *Client) streamResponses(ctx context.Context, request *Request) (*Stream, error) {
	if c.options.FixturePath != "" {
		return c.streamFixture(ctx)
	}
	body, err := c.encodeResponses(request)
	if err != nil {
		return nil, err
	}
	call := &call{
		client: c,
		body:   body,
		header: []modelprovider.Header{
			{Name: "Openai-Beta", Value: "responses=experimental"},
			{Name: "Conversation_id", Value: request.ConversationID},
			{Name: "Session_id", Value: request.ConversationID},
			{Name: "Accept", Value: "text/event-stream"},
			{Name: "Content-Type", Value: "application/json"},
		},
		stored:   true,
		classify: classifyUsage,
	}
	response, source, attempt, err := call.send(ctx)
	if err != nil {
		return nil, err
	}
	return newResponsesStream(source, attempt, response.Header), nil
}

// classifyUsage finds the responses that say that the user's plan is at its
// end. (spec: agent-loop, Responses request loop)
func classifyUsage(a *attempt, response *http.Response, body []byte) error {
	if response.StatusCode != http.StatusTooManyRequests {
		return nil
	}
	e, ok := errorOfBody(body)
	if !ok {
		return nil
	}
	switch e.Type {
	case codeUsageLimit:
		return e.usageLimit(a.credential.Plan, rateLimits(response.Header))
	case codeUsageNotIncluded:
		return ErrUsageNotIncluded
	}
	return nil
}

// encodeResponses returns the body of a request in pieces: what comes before
// the input, the input, and what follows it. The input of one request is a
// prefix, byte by byte, of the next one's, so that the provider can use what it
// has cached. (spec: agent-loop, Responses request)
func (c *Client) encodeResponses(request *Request) ([][]byte, error) {
	azure := c.provider.IsAzure()
	input, err := c.input.encode(request.Input, azure)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 0, len(request.Instructions)+len(request.Instructions)/16+128)
	head = append(head, `{"model":`...)
	head = wire.AppendString(head, request.Model)
	head = append(head, `,"instructions":`...)
	head = wire.AppendString(head, request.Instructions)
	head = append(head, `,"input":[`...)

	tail := append(make([]byte, 0, 4<<10), `],"tools":[`...)
	for i, tool := range request.Tools {
		if i > 0 {
			tail = append(tail, ',')
		}
		tail = appendResponsesTool(tail, tool)
	}
	tail = append(tail, `],"tool_choice":"auto","parallel_tool_calls":false,"reasoning":`...)
	tail = appendReasoning(tail, request.Reasoning)
	tail = append(tail, `,"store":`...)
	tail = strconv.AppendBool(tail, azure)
	tail = append(tail, `,"stream":true,"include":[`...)
	if request.Reasoning != nil {
		tail = append(tail, `"reasoning.encrypted_content"`...)
	}
	tail = append(tail, `],"prompt_cache_key":`...)
	tail = wire.AppendString(tail, request.ConversationID)
	tail = appendTextOptions(tail, request)
	return [][]byte{head, input, append(tail, '}')}, nil
}

func appendReasoning(dst []byte, r *Reasoning) []byte {
	if r == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	if r.Effort != "" {
		dst = append(dst, `"effort":`...)
		dst = wire.AppendString(dst, string(r.Effort))
	}
	if r.Summary != "" && r.Summary != protocol.SummaryNone {
		if r.Effort != "" {
			dst = append(dst, ',')
		}
		dst = append(dst, `"summary":`...)
		dst = wire.AppendString(dst, string(r.Summary))
	}
	return append(dst, '}')
}

// appendTextOptions appends the member "text" if anything is to be said there.
func appendTextOptions(dst []byte, request *Request) []byte {
	schema := request.OutputSchema
	if request.Verbosity == "" && len(schema) == 0 {
		return dst
	}
	dst = append(dst, `,"text":{`...)
	if request.Verbosity != "" {
		dst = append(dst, `"verbosity":`...)
		dst = wire.AppendString(dst, string(request.Verbosity))
	}
	if len(schema) > 0 {
		if request.Verbosity != "" {
			dst = append(dst, ',')
		}
		dst = append(dst, `"format":{"type":"json_schema","strict":true,"schema":`...)
		dst = append(dst, schema...)
		dst = append(dst, `,"name":"`+outputSchemaName+`"}`...)
	}
	return append(dst, '}')
}

func appendResponsesTool(dst []byte, tool Tool) []byte {
	switch t := tool.(type) {
	case *FunctionTool:
		dst = append(dst, `{"type":"function",`...)
		return append(t.appendMembers(dst), '}')
	case *LocalShellTool:
		return append(dst, `{"type":"local_shell"}`...)
	case *WebSearchTool:
		return append(dst, `{"type":"web_search"}`...)
	case *FreeformTool:
		dst = append(dst, `{"type":"custom","name":`...)
		dst = wire.AppendString(dst, t.Name)
		dst = append(dst, `,"description":`...)
		dst = wire.AppendString(dst, t.Description)
		dst = append(dst, `,"format":{"type":"grammar","syntax":`...)
		dst = wire.AppendString(dst, t.syntax())
		dst = append(dst, `,"definition":`...)
		dst = wire.AppendString(dst, t.Definition)
		return append(dst, "}}"...)
	}
	return append(dst, "null"...) // there is no other tool: the union is sealed
}
