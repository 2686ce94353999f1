package modeltest

import (
	"encoding/json"
	"net/http"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// Request is a request that came in.
type Request struct {
	// Number counts requests from 1.
	Number int
	Method string
	// Path is the path of the URL, Query what follows the question mark.
	Path, Query string
	Header      http.Header
	Body        []byte
	// Chat is true for Chat Completions.
	Chat bool
}

// Model returns the slug of the model that is asked.
func (r *Request) Model() string { return text(r.Body, "model") }

// Instructions returns the base instructions.
func (r *Request) Instructions() string {
	if !r.Chat {
		return text(r.Body, "instructions")
	}
	for _, message := range r.messages() {
		if message.Role == "system" {
			return message.text()
		}
	}
	return ""
}

// ConversationID returns the id of the conversation, which Chat Completions
// does not tell.
func (r *Request) ConversationID() string { return text(r.Body, "prompt_cache_key") }

// Input returns the JSON of the conversation as it came: the member "input", or
// "messages" of Chat Completions.
func (r *Request) Input() json.RawMessage {
	name := "input"
	if r.Chat {
		name = "messages"
	}
	raw, _ := wire.Peek(r.Body, name)
	return raw
}

// Items returns the conversation as items, whichever wire API it came over.
// What cannot be read is left out.
func (r *Request) Items() []protocol.ResponseItem {
	var items []protocol.ResponseItem
	if r.Chat {
		for _, message := range r.messages() {
			items = append(items, message.items()...)
		}
		return items
	}
	var raw []json.RawMessage
	if wire.Unmarshal(r.Input(), &raw) != nil {
		return nil
	}
	for _, one := range raw {
		var item protocol.ResponseItem
		if protocol.Unmarshal(one, &item) == nil {
			items = append(items, item)
		}
	}
	return items
}

// Tool is a tool that the request offers.
type Tool struct {
	// Type is "function", "custom", "local_shell" or "web_search".
	Type string
	// Name is empty for tools without one.
	Name string
}

// Tools returns the tools that the request offers, in their order.
func (r *Request) Tools() []Tool {
	raw, _ := wire.Peek(r.Body, "tools")
	var list []json.RawMessage
	if wire.Unmarshal(raw, &list) != nil {
		return nil
	}
	tools := make([]Tool, len(list))
	for i, one := range list {
		tools[i] = Tool{Type: text(one, "type"), Name: text(one, "name")}
		if tools[i].Name == "" {
			tools[i].Name = text(one, "function", "name")
		}
	}
	return tools
}

// Tool returns the offered tool of that name.
func (r *Request) Tool(name string) (Tool, bool) {
	for _, tool := range r.Tools() {
		if tool.Name == name || tool.Name == "" && tool.Type == name {
			return tool, true
		}
	}
	return Tool{}, false
}

// Output returns what the call with that id came to.
func (r *Request) Output(callID string) (string, bool) {
	for _, item := range r.Items() {
		switch item := item.(type) {
		case *protocol.FunctionCallOutputItem:
			if item.CallID == callID {
				return item.Output, true
			}
		case *protocol.CustomToolCallOutputItem:
			if item.CallID == callID {
				return item.Output, true
			}
		}
	}
	return "", false
}

// LastUserText returns the text of the last message of the user.
func (r *Request) LastUserText() string {
	last := ""
	for _, item := range r.Items() {
		if message, ok := item.(*protocol.MessageItem); ok && message.Role == "user" {
			last = messageText(message)
		}
	}
	return last
}

func messageText(message *protocol.MessageItem) string {
	var all string
	for _, part := range message.Content {
		switch part := part.(type) {
		case *protocol.InputTextContent:
			all += part.Text
		case *protocol.OutputTextContent:
			all += part.Text
		}
	}
	return all
}

// chatMessage is a message of Chat Completions.
type chatMessage struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content,omitzero"`
	ToolCallID string          `json:"tool_call_id,omitzero"`
	ToolCalls  []struct {
		ID       string `json:"id,omitzero"`
		Function struct {
			Name      string `json:"name,omitzero"`
			Arguments string `json:"arguments,omitzero"`
		} `json:"function,omitzero"`
	} `json:"tool_calls,omitzero"`
}

func (r *Request) messages() []chatMessage {
	var messages []chatMessage
	if wire.Unmarshal(r.Input(), &messages) != nil {
		return nil
	}
	return messages
}

// text returns the text of a message, whose content is a string or a list of
// parts.
func (m *chatMessage) text() string {
	var whole string
	if wire.Unmarshal(m.Content, &whole) == nil {
		return whole
	}
	var parts []json.RawMessage
	if wire.Unmarshal(m.Content, &parts) == nil {
		for _, part := range parts {
			whole += text(part, "text")
		}
	}
	return whole
}

func (m *chatMessage) items() []protocol.ResponseItem {
	switch m.Role {
	case "system":
		return nil
	case "tool":
		return []protocol.ResponseItem{&protocol.FunctionCallOutputItem{CallID: m.ToolCallID, Output: m.text()}}
	}
	var items []protocol.ResponseItem
	if content := m.text(); content != "" {
		var part protocol.ContentItem = &protocol.InputTextContent{Text: content}
		if m.Role == "assistant" {
			part = &protocol.OutputTextContent{Text: content}
		}
		items = append(items, &protocol.MessageItem{Role: m.Role, Content: []protocol.ContentItem{part}})
	}
	for _, call := range m.ToolCalls {
		items = append(items, &protocol.FunctionCallItem{
			Name: call.Function.Name, Arguments: call.Function.Arguments, CallID: call.ID,
		})
	}
	return items
}

// text returns a string member of an object, or "".
func text(object []byte, path ...string) string {
	s, _ := wire.PeekString(object, path...)
	return string(s)
}
