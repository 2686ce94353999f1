package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/codex-go/codex/protocol"
)

// object is a JSON object of the stream. Its members are written in the order
// of their names.
type object = map[string]any

// piece is something that a streamed answer does: it writes, or it waits.
type piece struct {
	data  []byte
	delay time.Duration
	gate  <-chan struct{}
	hang  bool
	abort bool
}

// renderer turns steps into the pieces of one answer.
type renderer struct {
	number int
	chat   bool
	usage  *protocol.TokenUsage
	calls  int // function calls so far
	items  int // items so far
	ended  bool
	pieces []piece
}

// render returns the pieces of the answer to a request.
func (r Response) render(request *Request) []piece {
	usage := DefaultUsage
	out := &renderer{number: request.Number, chat: request.Chat, usage: &usage}
	out.event(object{"type": "response.created", "response": object{"id": out.id("resp")}})
	for _, step := range r.steps {
		step(out)
	}
	out.finish()
	return out.pieces
}

// write sends the answer.
func (r Response) write(w http.ResponseWriter, hr *http.Request, request *Request, stop <-chan struct{}) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if r.status != 0 {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(r.status)
		_, _ = w.Write([]byte(r.body)) // the client may be gone
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "text/event-stream")
	}
	flusher, _ := w.(http.Flusher)
	flush := func() {
		if flusher != nil {
			flusher.Flush()
		}
	}
	flush() // a response that hangs has headers
	for _, p := range r.render(request) {
		var wait <-chan time.Time
		switch {
		case p.abort:
			panic(http.ErrAbortHandler) // what net/http offers for breaking off
		case p.hang, p.gate != nil:
		case p.delay > 0:
			timer := time.NewTimer(p.delay)
			defer timer.Stop()
			wait = timer.C
		default:
			if _, err := w.Write(p.data); err != nil {
				return
			}
			flush()
			continue
		}
		select {
		case <-wait:
		case <-p.gate:
		case <-hr.Context().Done():
			return
		case <-stop:
			return
		}
	}
}

func (r *renderer) id(prefix string) string { return fmt.Sprintf("%s-%d", prefix, r.number) }

func (r *renderer) add(p piece) { r.pieces = append(r.pieces, p) }

func (r *renderer) raw(text string) { r.add(piece{data: []byte(text)}) }

// event adds an event of the Responses API.
func (r *renderer) event(e object) {
	if !r.chat {
		r.raw(fmt.Sprintf("event: %s\ndata: %s\n\n", e["type"], encode(e)))
	}
}

// chunk adds a chunk of Chat Completions.
func (r *renderer) chunk(c object) {
	if r.chat {
		c["id"] = r.id("chatcmpl")
		r.raw(fmt.Sprintf("data: %s\n\n", encode(c)))
	}
}

func (r *renderer) delta(d object) {
	r.chunk(object{"choices": []object{{"index": 0, "delta": d}}})
}

// Item adds a finished item.
func (r *renderer) Item(item protocol.ResponseItem) {
	if r.chat {
		return
	}
	raw, err := protocol.AppendItem(nil, item, true)
	if err != nil {
		raw = encode(object{"type": "unencodable", "error": err.Error()})
	}
	r.event(object{"type": "response.output_item.done", "item": json.RawMessage(raw)})
}

func (r *renderer) message(text string, deltas []string) { r.paced(text, deltas, 0) }

// paced adds a message with a pause after each of its pieces.
func (r *renderer) paced(text string, deltas []string, pace time.Duration) {
	pause := func() {
		if pace > 0 {
			r.add(piece{delay: pace})
		}
	}
	if r.chat {
		if deltas == nil {
			deltas = []string{text}
		}
		for _, d := range deltas {
			r.delta(object{"role": "assistant", "content": d})
			pause()
		}
		return
	}
	r.items++
	id := fmt.Sprintf("msg-%d-%d", r.number, r.items)
	if deltas != nil {
		r.event(object{"type": "response.output_item.added", "item": object{
			"type": "message", "role": "assistant", "id": id, "content": []any{},
		}})
	}
	for _, d := range deltas {
		r.event(object{"type": "response.output_text.delta", "item_id": id, "delta": d})
		pause()
	}
	r.Item(&protocol.MessageItem{
		ID: id, Role: "assistant", Content: []protocol.ContentItem{&protocol.OutputTextContent{Text: text}},
	})
}

func (r *renderer) call(name, callID, arguments string) {
	index := r.calls
	r.calls++
	if r.chat {
		r.delta(object{"tool_calls": []object{{
			"index": index, "id": callID, "type": "function",
			"function": object{"name": name, "arguments": arguments},
		}}})
		return
	}
	r.Item(&protocol.FunctionCallItem{
		ID: fmt.Sprintf("fc-%d-%d", r.number, r.calls), Name: name, Arguments: arguments, CallID: callID,
	})
}

func (r *renderer) reasoning(t Thought) {
	if r.chat {
		for _, text := range t.Content {
			r.delta(object{"reasoning": text})
		}
		return
	}
	id := r.id("rs")
	item := &protocol.ReasoningItem{ID: id, Summary: []protocol.ReasoningSummaryPart{}}
	for i, text := range t.Summary {
		item.Summary = append(item.Summary, protocol.ReasoningSummaryPart{Text: text})
		if t.Deltas {
			r.event(object{"type": "response.reasoning_summary_part.added", "item_id": id, "summary_index": i})
			r.event(object{"type": "response.reasoning_summary_text.delta", "item_id": id, "summary_index": i, "delta": text})
		}
	}
	for i, text := range t.Content {
		item.Content = append(item.Content, &protocol.ReasoningText{Text: text})
		if t.Deltas {
			r.event(object{"type": "response.reasoning_text.delta", "item_id": id, "content_index": i, "delta": text})
		}
	}
	if t.Encrypted != "" {
		item.EncryptedContent = &t.Encrypted
	}
	r.Item(item)
}

// finish adds the events that complete the response.
func (r *renderer) finish() {
	if r.ended {
		return
	}
	if !r.chat {
		r.event(object{"type": "response.completed", "response": object{"id": r.id("resp"), "usage": r.responsesUsage()}})
		return
	}
	reason := "stop"
	if r.calls > 0 {
		reason = "tool_calls"
	}
	r.chunk(object{"choices": []object{{"index": 0, "delta": object{}, "finish_reason": reason}}})
	if u := r.usage; u != nil {
		r.chunk(object{"choices": []object{}, "usage": object{
			"prompt_tokens":             u.InputTokens,
			"prompt_tokens_details":     object{"cached_tokens": u.CachedInputTokens},
			"completion_tokens":         u.OutputTokens,
			"completion_tokens_details": object{"reasoning_tokens": u.ReasoningOutputTokens},
			"total_tokens":              u.TotalTokens,
		}})
	}
	r.raw("data: [DONE]\n\n")
}

func (r *renderer) responsesUsage() any {
	u := r.usage
	if u == nil {
		return nil
	}
	return object{
		"input_tokens":          u.InputTokens,
		"input_tokens_details":  object{"cached_tokens": u.CachedInputTokens},
		"output_tokens":         u.OutputTokens,
		"output_tokens_details": object{"reasoning_tokens": u.ReasoningOutputTokens},
		"total_tokens":          u.TotalTokens,
	}
}

// encode writes JSON without escaping what only HTML needs escaped.
func encode(o object) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(o); err != nil {
		return []byte(`{"type":"unencodable"}`)
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
