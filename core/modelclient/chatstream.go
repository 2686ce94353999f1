package modelclient

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// usageWait is how long a finished chat stream waits for the chunk that tells
// the usage.
const usageWait = time.Second

// chatDecoder reads the chunks of the Chat Completions API. Pieces of text are
// passed on at once, items once they are complete, in the order in which they
// began. (spec: agent-loop, Chat Completions stream)
type chatDecoder struct {
	wantsUsage bool
	texts      unescaper

	responseID string
	madeUp     string // in place of a missing responseID
	// For events; empty until they are needed.
	messageID, reasoningID string

	created   bool
	order     []chatPart // what began, in order; calls by their place in calls
	message   strings.Builder
	reasoning strings.Builder
	calls     []*chatCall
	finished  bool // finish_reason came and the items were handed out
	usage     *protocol.TokenUsage
	size      int // bytes of what is kept until the end
	room      int // for them
}

// callItemPrefix begins the id of a call, which goes on with that of the
// response and the place in it.
const callItemPrefix = "fc_"

// callBytes is what a call counts at least: a thousand of them in one answer are
// no answer of a model.
const callBytes = MaxEventBytes / 1000

// chatPart is an item that began: the message, the reasoning, or a call.
type chatPart int

const (
	partMessage   chatPart = -1
	partReasoning chatPart = -2
)

// chatCall is a function call that is coming in.
type chatCall struct {
	index     uint64
	id, name  string
	arguments strings.Builder
}

// chatChunk is a chunk of the stream.
type chatChunk struct {
	ID      json.RawMessage `json:"id,omitzero"`
	Choices []chatChoice    `json:"choices,omitzero"`
	Usage   json.RawMessage `json:"usage,omitzero"`
	Error   json.RawMessage `json:"error,omitzero"`
}

type chatChoice struct {
	Index        uint64    `json:"index,omitzero"`
	Delta        chatDelta `json:"delta,omitzero"`
	Message      chatDelta `json:"message,omitzero"`
	FinishReason string    `json:"finish_reason,omitzero"`
}

type chatDelta struct {
	Content          json.RawMessage `json:"content,omitzero"`
	Refusal          json.RawMessage `json:"refusal,omitzero"`
	Reasoning        json.RawMessage `json:"reasoning,omitzero"`
	ReasoningContent json.RawMessage `json:"reasoning_content,omitzero"`
	ToolCalls        []chatCallDelta `json:"tool_calls,omitzero"`
}

type chatCallDelta struct {
	Index    *uint64 `json:"index,omitzero"`
	ID       string  `json:"id,omitzero"`
	Function struct {
		Name      string          `json:"name,omitzero"`
		Arguments json.RawMessage `json:"arguments,omitzero"`
	} `json:"function,omitzero"`
}

type chatUsage struct {
	PromptTokens        uint64          `json:"prompt_tokens"`
	CompletionTokens    uint64          `json:"completion_tokens,omitzero"`
	TotalTokens         uint64          `json:"total_tokens,omitzero"`
	PromptTokensDetails json.RawMessage `json:"prompt_tokens_details,omitzero"`
	CompletionDetails   json.RawMessage `json:"completion_tokens_details,omitzero"`
}

func (d *chatDecoder) decode(s *Stream, data []byte) error {
	if string(bytes.TrimSpace(data)) == "[DONE]" {
		d.complete(s)
		return nil
	}
	if id, content, ok := scanChatDelta(data); ok && !d.finished {
		if !d.created {
			d.begin(s, d.texts.string(id))
		}
		d.say(s, d.texts.string(content))
		return d.checkSize()
	}
	var chunk chatChunk
	if err := wire.Unmarshal(data, &chunk); err != nil {
		s.skip(err)
		return nil
	}
	if len(chunk.Error) > 0 && string(chunk.Error) != "null" {
		e, ok := parseServiceError(chunk.Error)
		if !ok {
			return streamError(new(ResponseError))
		}
		return e.asError("")
	}
	d.begin(s, rawText(chunk.ID))
	d.readUsage(chunk.Usage)
	for i := range chunk.Choices {
		if chunk.Choices[i].Index == 0 && !d.finished {
			if err := d.choice(s, &chunk.Choices[i]); err != nil {
				return err
			}
		}
	}
	if err := d.checkSize(); err != nil {
		return err
	}
	if d.finished {
		if d.usage != nil || !d.wantsUsage {
			s.finish(d.responseID, d.usage)
			return nil
		}
		s.body.limit(usageWait)
	}
	return nil
}

// checkSize refuses an answer that has no end: its items are kept until they are
// complete.
func (d *chatDecoder) checkSize() error {
	if d.size > d.room {
		return streamError(ErrAnswerTooLarge)
	}
	return nil
}

func (d *chatDecoder) begin(s *Stream, id string) {
	if d.created {
		return
	}
	d.created, d.responseID = true, id
	s.push(Event{Kind: Created, ResponseID: id})
}

// end is called when the connection ends without [DONE]. Once the model said
// that it is finished, only the usage can be missing.
func (d *chatDecoder) end(s *Stream, err error) error {
	if d.finished {
		s.finish(d.responseID, d.usage)
		return nil
	}
	return streamError(err)
}

// complete ends the stream.
func (d *chatDecoder) complete(s *Stream) {
	d.handOut(s, true)
	s.finish(d.responseID, d.usage)
}

func (d *chatDecoder) choice(s *Stream, choice *chatChoice) error {
	for _, raw := range [...]json.RawMessage{choice.Delta.Reasoning, choice.Delta.ReasoningContent, choice.Message.Reasoning} {
		if text := reasoningText(raw); text != "" {
			d.open(s, partReasoning, "reasoning")
			d.reasoning.WriteString(text)
			d.size += len(text)
			s.push(Event{Kind: ReasoningDelta, Delta: text, ItemID: d.itemID(partReasoning)})
			break
		}
	}
	for _, raw := range [...]json.RawMessage{choice.Delta.Content, choice.Delta.Refusal} {
		d.say(s, rawText(raw))
	}
	for i := range choice.Delta.ToolCalls {
		d.call(s, &choice.Delta.ToolCalls[i])
	}
	switch choice.FinishReason {
	case "":
		return nil
	case "length", "content_filter":
		// What was said stays; a call may be cut anywhere and must not run.
		d.handOut(s, false)
		return incomplete(choice.FinishReason)
	}
	d.handOut(s, true)
	return nil
}

// say adds text to the message.
func (d *chatDecoder) say(s *Stream, text string) {
	if text == "" {
		return
	}
	d.open(s, partMessage, "message")
	d.message.WriteString(text)
	d.size += len(text)
	s.push(Event{Kind: TextDelta, Delta: text, ItemID: d.itemID(partMessage)})
}

// open notes that an item began.
func (d *chatDecoder) open(s *Stream, part chatPart, itemType string) {
	for _, p := range d.order {
		if p == part {
			return
		}
	}
	d.order = append(d.order, part)
	s.push(Event{Kind: ItemOpened, ItemType: itemType, ItemID: d.itemID(part)})
}

// call adds a piece to the call that it belongs to. Calls are told apart by
// their index; servers that give every call the same one start a new call with
// another id.
func (d *chatDecoder) call(s *Stream, piece *chatCallDelta) {
	var call *chatCall
	if piece.Index == nil {
		if n := len(d.calls); n > 0 && (piece.ID == "" || piece.ID == d.calls[n-1].id) {
			call = d.calls[n-1]
		}
	} else {
		for _, c := range d.calls {
			if c.index == *piece.Index {
				call = c // the last one with that index
			}
		}
	}
	if call != nil && piece.ID != "" && call.id != "" && piece.ID != call.id {
		call = nil
	}
	if call == nil {
		call = &chatCall{index: uint64(len(d.calls))}
		if piece.Index != nil {
			call.index = *piece.Index
		}
		part := chatPart(len(d.calls))
		d.calls = append(d.calls, call)
		d.size += callBytes
		d.order = append(d.order, part)
		s.push(Event{Kind: ItemOpened, ItemType: "function_call", ItemID: d.itemID(part)})
	}
	if call.id == "" {
		call.id = piece.ID
	}
	if call.name == "" {
		call.name = piece.Function.Name
	}
	d.size += len(piece.Function.Arguments)
	switch raw := piece.Function.Arguments; {
	case len(raw) > 0 && raw[0] == '"':
		call.arguments.WriteString(rawText(raw))
	case len(raw) > 0 && raw[0] == '{':
		call.arguments.Write(raw) // some servers do not wrap them in a string
	}
}

// handOut queues the finished items.
func (d *chatDecoder) handOut(s *Stream, withCalls bool) {
	if d.finished {
		return
	}
	d.finished = true
	for _, part := range d.order {
		id := d.itemID(part)
		switch {
		case part == partMessage:
			s.push(Event{Kind: ItemDone, ItemID: id, Item: &protocol.MessageItem{
				Role:    "assistant",
				Content: []protocol.ContentItem{&protocol.OutputTextContent{Text: d.message.String()}},
			}})
		case part == partReasoning:
			s.push(Event{Kind: ItemDone, ItemID: id, Item: &protocol.ReasoningItem{
				Summary: []protocol.ReasoningSummaryPart{},
				Content: []protocol.ReasoningContent{&protocol.ReasoningText{Text: d.reasoning.String()}},
			}})
		case withCalls:
			call := d.calls[part]
			s.push(Event{Kind: ItemDone, ItemID: id, Item: &protocol.FunctionCallItem{
				ID:        id, // tells which calls belong together
				Name:      call.name,
				Arguments: call.arguments.String(),
				CallID:    d.callID(int(part)),
			}})
		}
	}
}

// callID returns the id of a call. Servers that give none get one that no
// other call of the conversation is likely to have.
func (d *chatDecoder) callID(i int) string {
	if id := d.calls[i].id; id != "" {
		return id
	}
	return "call_" + d.key() + "_" + strconv.Itoa(i)
}

// itemID returns the id under which the events of an item belong together. The
// wire has none, so that only a call is given it: see [together].
func (d *chatDecoder) itemID(part chatPart) string {
	switch part {
	case partMessage:
		if d.messageID == "" {
			d.messageID = "msg_" + d.key()
		}
		return d.messageID
	case partReasoning:
		if d.reasoningID == "" {
			d.reasoningID = "rs_" + d.key()
		}
		return d.reasoningID
	}
	return callItemPrefix + d.key() + "_" + strconv.Itoa(int(part))
}

// key returns what tells this response from others.
func (d *chatDecoder) key() string {
	if d.responseID != "" {
		return d.responseID
	}
	if d.madeUp == "" {
		d.madeUp = protocol.NewTurnID(time.Now())
	}
	return d.madeUp
}

func (d *chatDecoder) readUsage(raw json.RawMessage) {
	var u chatUsage
	if wire.Unmarshal(raw, &u) != nil {
		return
	}
	d.usage = &protocol.TokenUsage{
		InputTokens:           u.PromptTokens,
		CachedInputTokens:     peekUint(u.PromptTokensDetails, "cached_tokens"),
		OutputTokens:          u.CompletionTokens,
		ReasoningOutputTokens: peekUint(u.CompletionDetails, "reasoning_tokens"),
		TotalTokens:           max(u.TotalTokens, u.PromptTokens+u.CompletionTokens),
	}
}

func peekUint(object json.RawMessage, name string) uint64 {
	raw, _ := wire.Peek(object, name)
	n, err := strconv.ParseUint(string(raw), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// reasoningText reads the forms in which servers write reasoning: a string, or
// an object with "text" or "content".
func reasoningText(raw json.RawMessage) string {
	if len(raw) == 0 {
		return ""
	}
	if raw[0] != '{' {
		return rawText(raw)
	}
	if text := peekText(raw, "text"); text != "" {
		return text
	}
	return peekText(raw, "content")
}
