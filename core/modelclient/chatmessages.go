package modelclient

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// chatMessages turns the items of a conversation into chat messages. What one
// response of the model brought (a text, calls) becomes one assistant message.
type chatMessages struct {
	dst []byte

	// The assistant message that is being collected.
	open      bool
	text      string
	hasText   bool
	calls     []byte // encoded, with commas between them
	reasoning strings.Builder

	waiting      strings.Builder // reasoning for the assistant message that follows
	lastText     string          // of the last assistant message since the user spoke
	hasLast      bool
	lastUser     int // index of the last user message
	endsWithUser bool
}

// appendChatMessages appends the messages of items, each with a comma before
// it.
func appendChatMessages(dst []byte, items []protocol.ResponseItem) ([]byte, error) {
	items = together(items)
	m := chatMessages{dst: dst, lastUser: -1}
	for i, item := range items {
		switch item := item.(type) {
		case *protocol.MessageItem:
			if m.endsWithUser = item.Role == "user"; m.endsWithUser {
				m.lastUser = i
			}
		case *protocol.FunctionCallItem, *protocol.LocalShellCallItem, *protocol.FunctionCallOutputItem, *protocol.CustomToolCallOutputItem:
			m.endsWithUser = false
		}
	}
	for i, item := range items {
		if err := m.add(i, item); err != nil {
			return nil, fmt.Errorf("encode an input item of type %q: %w", item.ItemType(), err)
		}
	}
	m.flush()
	return m.dst, nil
}

// together brings the calls of one response in front of their outputs, so that
// they become one message: they are recorded with each output behind its call.
func together(items []protocol.ResponseItem) []protocol.ResponseItem {
	ordered := make([]protocol.ResponseItem, 0, len(items))
	var outputs []protocol.ResponseItem // of the response that is being gathered
	response, last := "", 0
	for _, item := range items {
		switch i := item.(type) {
		case *protocol.FunctionCallItem:
			r, n := placeOf(i.ID)
			if r == "" || r != response || n <= last {
				ordered, outputs = append(ordered, outputs...), outputs[:0]
			}
			response, last = r, n
			ordered = append(ordered, item)
			continue
		case *protocol.FunctionCallOutputItem:
			if response != "" {
				outputs = append(outputs, item)
				continue
			}
		}
		ordered, outputs = append(ordered, outputs...), outputs[:0]
		response = ""
		ordered = append(ordered, item)
	}
	return append(ordered, outputs...)
}

// placeOf returns the response that a call came with and its place there, as
// the id tells that the decoder gave it, or "".
func placeOf(itemID string) (response string, place int) {
	rest, ok := strings.CutPrefix(itemID, callItemPrefix)
	end := strings.LastIndexByte(rest, '_')
	if !ok || end < 0 {
		return "", 0
	}
	place, err := strconv.Atoi(rest[end+1:])
	if err != nil {
		return "", 0
	}
	return rest[:end], place
}

func (m *chatMessages) add(index int, item protocol.ResponseItem) error {
	switch item := item.(type) {
	case *protocol.MessageItem:
		m.message(item)
	case *protocol.FunctionCallItem:
		m.call()
		m.calls = append(m.calls, `{"id":`...)
		m.calls = wire.AppendString(m.calls, item.CallID)
		m.calls = append(m.calls, `,"type":"function","function":{"name":`...)
		m.calls = wire.AppendString(m.calls, item.Name)
		m.calls = append(m.calls, `,"arguments":`...)
		m.calls = wire.AppendString(m.calls, item.Arguments)
		m.calls = append(m.calls, "}}"...)
	case *protocol.LocalShellCallItem:
		action, err := protocol.Append(nil, &item.Action)
		if err != nil {
			return err
		}
		m.call()
		m.calls = append(m.calls, `{"id":`...)
		m.calls = wire.AppendString(m.calls, localShellID(item))
		m.calls = append(m.calls, `,"type":"local_shell_call","status":`...)
		m.calls = wire.AppendString(m.calls, string(item.Status))
		m.calls = append(m.calls, `,"action":`...)
		m.calls = append(m.calls, action...)
		m.calls = append(m.calls, '}')
	case *protocol.CustomToolCallItem:
		m.call()
		m.calls = append(m.calls, `{"id":`...)
		m.calls = wire.AppendString(m.calls, item.CallID)
		m.calls = append(m.calls, `,"type":"custom","custom":{"name":`...)
		m.calls = wire.AppendString(m.calls, item.Name)
		m.calls = append(m.calls, `,"input":`...)
		m.calls = wire.AppendString(m.calls, item.Input)
		m.calls = append(m.calls, "}}"...)
	case *protocol.FunctionCallOutputItem:
		m.output(item.CallID, item.Output)
	case *protocol.CustomToolCallOutputItem:
		m.output(item.CallID, item.Output)
	case *protocol.ReasoningItem:
		m.reason(index, item)
	}
	return nil
}

// message adds the message of anyone.
func (m *chatMessages) message(item *protocol.MessageItem) {
	text, images := chatContent(item.Content)
	if item.Role == "assistant" {
		if text == "" || m.hasLast && text == m.lastText {
			return
		}
		m.flush()
		m.begin()
		m.text, m.hasText = text, true
		m.lastText, m.hasLast = text, true
		return
	}
	m.flush()
	m.hasLast = false
	m.waiting.Reset()
	m.dst = append(m.dst, `,{"role":`...)
	m.dst = wire.AppendString(m.dst, item.Role)
	m.dst = append(m.dst, `,"content":`...)
	if len(images) == 0 || item.Role != "user" {
		m.dst = wire.AppendString(m.dst, text)
	} else {
		m.dst = append(m.dst, '[')
		if text != "" {
			m.dst = append(m.dst, `{"type":"text","text":`...)
			m.dst = wire.AppendString(m.dst, text)
			m.dst = append(m.dst, `},`...)
		}
		for i, url := range images {
			if i > 0 {
				m.dst = append(m.dst, ',')
			}
			m.dst = append(m.dst, `{"type":"image_url","image_url":{"url":`...)
			m.dst = wire.AppendString(m.dst, url)
			m.dst = append(m.dst, "}}"...)
		}
		m.dst = append(m.dst, ']')
	}
	m.dst = append(m.dst, '}')
}

// call makes room for another call in the open assistant message.
func (m *chatMessages) call() {
	m.begin()
	if len(m.calls) > 0 {
		m.calls = append(m.calls, ',')
	}
}

// begin opens an assistant message if none is, and gives it the reasoning that
// waits for one.
func (m *chatMessages) begin() {
	m.open = true
	m.reasoning.WriteString(m.waiting.String())
	m.waiting.Reset()
}

// output adds the result of a call.
func (m *chatMessages) output(callID, output string) {
	m.flush()
	m.waiting.Reset()
	m.dst = append(m.dst, `,{"role":"tool","tool_call_id":`...)
	m.dst = wire.AppendString(m.dst, callID)
	m.dst = append(m.dst, `,"content":`...)
	m.dst = wire.AppendString(m.dst, output)
	m.dst = append(m.dst, '}')
}

// reason adds reasoning to the assistant message it stands next to. Only the
// reasoning since the user last spoke is of use, and only while the model is
// not yet done. (spec: agent-loop, Chat Completions request)
func (m *chatMessages) reason(index int, item *protocol.ReasoningItem) {
	if m.endsWithUser || index < m.lastUser {
		return
	}
	var text strings.Builder
	for _, part := range item.Content {
		text.WriteString(part.ReasoningText())
	}
	switch {
	case strings.TrimSpace(text.String()) == "":
	case m.open && m.hasText && len(m.calls) == 0:
		m.reasoning.WriteString(text.String())
	default:
		m.waiting.WriteString(text.String())
	}
}

// flush ends the open assistant message.
func (m *chatMessages) flush() {
	if !m.open {
		return
	}
	m.dst = append(m.dst, `,{"role":"assistant","content":`...)
	if m.hasText {
		m.dst = wire.AppendString(m.dst, m.text)
	} else {
		m.dst = append(m.dst, "null"...)
	}
	if len(m.calls) > 0 {
		m.dst = append(m.dst, `,"tool_calls":[`...)
		m.dst = append(m.dst, m.calls...)
		m.dst = append(m.dst, ']')
	}
	if m.reasoning.Len() > 0 {
		m.dst = append(m.dst, `,"reasoning":`...)
		m.dst = wire.AppendString(m.dst, m.reasoning.String())
	}
	m.dst = append(m.dst, '}')
	m.open, m.hasText, m.text, m.calls = false, false, "", m.calls[:0]
	m.reasoning.Reset()
}

// chatContent returns the text of a message and the addresses of its images.
// Of parts that are not known, such as a refusal, the text counts.
func chatContent(content []protocol.ContentItem) (text string, images []string) {
	var b strings.Builder
	for _, part := range content {
		switch part := part.(type) {
		case *protocol.InputTextContent:
			b.WriteString(part.Text)
		case *protocol.OutputTextContent:
			b.WriteString(part.Text)
		case *protocol.InputImageContent:
			images = append(images, part.ImageURL)
		case *protocol.UnknownContent:
			b.WriteString(part.Text())
		}
	}
	return b.String(), images
}

// localShellID returns the id that the output of a shell call names.
func localShellID(item *protocol.LocalShellCallItem) string {
	if item.CallID != nil {
		return *item.CallID
	}
	return item.ID
}
