package modelclient

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// responsesDecoder reads the events of the Responses API.
// (spec: agent-loop, Responses stream)
type responsesDecoder struct {
	plan   string // of the token
	itemID string // the last one, which the next delta most likely has too
	texts  unescaper
}

// newResponsesStream returns a stream whose first event tells the rate limits.
func newResponsesStream(body *idleBody, a *attempt, header http.Header) *Stream {
	s := newStream(body, &responsesDecoder{plan: a.credential.Plan}, a.redact)
	s.push(Event{Kind: RateLimits, RateLimits: rateLimits(header)})
	return s
}

// responsesEvent is any event of the Responses API.
type responsesEvent struct {
	Type         string          `json:"type"`
	Response     json.RawMessage `json:"response,omitzero"`
	Item         json.RawMessage `json:"item,omitzero"`
	Delta        *string         `json:"delta,omitzero"`
	ItemID       json.RawMessage `json:"item_id,omitzero"`
	SummaryIndex json.RawMessage `json:"summary_index,omitzero"`
	ContentIndex json.RawMessage `json:"content_index,omitzero"`
	// Of the event "error", in one form or the other.
	Error   json.RawMessage `json:"error,omitzero"`
	Code    json.RawMessage `json:"code,omitzero"`
	Message json.RawMessage `json:"message,omitzero"`
}

func (d *responsesDecoder) decode(s *Stream, data []byte) error {
	if event, ok := scanDelta(data); ok {
		s.push(Event{
			Kind:   event.kind,
			Delta:  d.texts.string(event.delta),
			ItemID: d.item(event.itemID),
			Index:  event.index,
		})
		return nil
	}
	var event responsesEvent
	if err := wire.Unmarshal(data, &event); err != nil {
		s.skip(err)
		return nil
	}
	switch event.Type {
	case "response.created":
		if event.Response != nil {
			s.push(Event{Kind: Created, ResponseID: peekText(event.Response, "id")})
		}
	case "response.output_item.added":
		d.itemAdded(s, event.Item)
	case "response.output_item.done":
		// The item keeps its own copy of what it needs.
		var item protocol.ResponseItem
		if err := protocol.Unmarshal(event.Item, &item); err != nil {
			s.skip(fmt.Errorf("%s: %w", event.Type, err))
			return nil
		}
		s.push(Event{Kind: ItemDone, Item: item, ItemID: item.ItemID()})
	case "response.reasoning_summary_part.added":
		s.push(Event{Kind: SummaryPartAdded, ItemID: rawText(event.ItemID), Index: event.index()})
	case "response.completed":
		return d.completed(s, event.Response)
	case "response.incomplete":
		return incomplete(peekText(event.Response, "incomplete_details", "reason"))
	case "response.failed":
		raw, _ := wire.Peek(event.Response, "error")
		return d.failed(raw)
	case "error":
		raw := event.Error
		if len(raw) == 0 {
			raw = data
		}
		return d.failed(raw)
	default:
		if kind := hotKind([]byte(event.Type)); kind != 0 && event.Delta != nil {
			s.push(Event{Kind: kind, Delta: *event.Delta, ItemID: rawText(event.ItemID), Index: event.index()})
		}
	}
	return nil
}

func (d *responsesDecoder) end(_ *Stream, err error) error { return streamError(err) }

// item makes the string of an item id, which is allocated once for an item.
func (d *responsesDecoder) item(raw rawString) string {
	switch {
	case raw.escaped:
		return d.texts.string(raw)
	case string(raw.body) != d.itemID:
		d.itemID = string(raw.body)
	}
	return d.itemID
}

func (d *responsesDecoder) itemAdded(s *Stream, item []byte) {
	kind, id := peekText(item, "type"), peekText(item, "id")
	if kind == "" {
		return
	}
	s.push(Event{Kind: ItemOpened, ItemType: kind, ItemID: id})
	if kind == "web_search_call" {
		s.push(Event{Kind: WebSearchBegin, CallID: id, ItemID: id})
	}
}

// responsesResult is the response object of a completed response.
type responsesResult struct {
	ID    string          `json:"id"`
	Usage *responsesUsage `json:"usage,omitzero"`
}

type responsesUsage struct {
	InputTokens        uint64 `json:"input_tokens"`
	InputTokensDetails *struct {
		CachedTokens uint64 `json:"cached_tokens"`
	} `json:"input_tokens_details,omitzero"`
	OutputTokens        uint64 `json:"output_tokens"`
	OutputTokensDetails *struct {
		ReasoningTokens uint64 `json:"reasoning_tokens"`
	} `json:"output_tokens_details,omitzero"`
	TotalTokens uint64 `json:"total_tokens"`
}

func (d *responsesDecoder) completed(s *Stream, response []byte) error {
	var result responsesResult
	if err := wire.Unmarshal(response, &result); err != nil {
		return unreadable("response.completed", err)
	}
	var usage *protocol.TokenUsage
	if u := result.Usage; u != nil {
		usage = &protocol.TokenUsage{
			InputTokens:  u.InputTokens,
			OutputTokens: u.OutputTokens,
			TotalTokens:  u.TotalTokens,
		}
		if u.InputTokensDetails != nil {
			usage.CachedInputTokens = u.InputTokensDetails.CachedTokens
		}
		if u.OutputTokensDetails != nil {
			usage.ReasoningOutputTokens = u.OutputTokensDetails.ReasoningTokens
		}
	}
	s.finish(result.ID, usage)
	return nil
}

func (d *responsesDecoder) failed(raw []byte) error {
	e, ok := parseServiceError(raw)
	if !ok {
		return streamError(new(ResponseError))
	}
	return e.asError(d.plan)
}

// incomplete returns the error of a response that stopped early. What the
// model may not say, or not at this length, it would not say the next time
// either.
func incomplete(reason string) error {
	err := &IncompleteError{Reason: reason}
	switch reason {
	case "max_output_tokens", "length", "content_filter":
		return err
	}
	return streamError(err)
}

// index returns the number of the part that the event is about.
func (e *responsesEvent) index() int {
	for _, raw := range [...]json.RawMessage{e.SummaryIndex, e.ContentIndex} {
		var n uint32
		if wire.Unmarshal(raw, &n) == nil {
			return int(n)
		}
	}
	return 0
}

// peekText returns a string member of an object, or "".
func peekText(object []byte, path ...string) string {
	text, _ := wire.PeekString(object, path...)
	return string(text)
}

// rawText returns the text of a JSON string, or "" for anything else.
func rawText(raw json.RawMessage) string {
	var text string
	if wire.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}
