package mcpclient

import (
	"encoding/json"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The SDK decodes results into types that forget the order of members, the
// spelling of numbers and what they do not know. Results of tools must come
// through as they are, so that their methods are called under names that the SDK
// does not know, with results that stay raw; the transports write the real
// names.
const (
	rawPrefix     = "raw:"
	methodList    = "tools/list"
	methodCall    = "tools/call"
	rawMethodList = rawPrefix + methodList
	rawMethodCall = rawPrefix + methodCall

	methodListChanged = "notifications/tools/list_changed"
)

// rawResult is a result as the server sent it.
type rawResult struct {
	mcp.ResultBase
	raw json.RawMessage
}

// UnmarshalJSON keeps a copy of the text.
func (r *rawResult) UnmarshalJSON(text []byte) error {
	r.raw = append(json.RawMessage(nil), text...)
	return nil
}

// withRealMethod returns the message as it goes to the server.
func withRealMethod(msg jsonrpc.Message) jsonrpc.Message {
	req, ok := msg.(*jsonrpc.Request)
	if !ok {
		return msg
	}
	method, raw := strings.CutPrefix(req.Method, rawPrefix)
	if !raw {
		return msg
	}
	real := *req
	real.Method = method
	return &real
}
