package modeltest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/codex-go/codex/protocol"
)

// Response is the answer to one request. Make it with [Reply] or [Status].
type Response struct {
	status int
	header http.Header
	body   string
	steps  []Step
}

// Step is a part of a streamed answer.
type Step func(*renderer)

// Reply answers with a stream of steps. Unless one of them ends the stream in
// another way, it ends with the events that say that the response is complete.
func Reply(steps ...Step) Response { return Response{steps: steps} }

// Status answers with an HTTP status and a body.
func Status(status int, body string) Response { return Response{status: status, body: body} }

// With returns the response with a header added.
func (r Response) With(name, value string) Response {
	r.header = r.header.Clone()
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set(name, value)
	return r
}

// Text is an assistant message that comes as a whole. (Chat Completions has
// only deltas; there it is a single one.)
func Text(text string) Step { return func(r *renderer) { r.message(text, nil) } }

// Deltas is an assistant message that comes in pieces.
func Deltas(pieces ...string) Step {
	return func(r *renderer) { r.message(strings.Join(pieces, ""), pieces) }
}

// Call calls a function. arguments is JSON text.
func Call(name, callID, arguments string) Step {
	return func(r *renderer) { r.call(name, callID, arguments) }
}

// CustomCall calls a free-form tool. Chat Completions does not have them; there
// it is a function call with the argument "input".
func CustomCall(name, callID, input string) Step {
	return func(r *renderer) {
		if r.chat {
			arguments, _ := json.Marshal(map[string]string{"input": input}) // cannot fail
			r.call(name, callID, string(arguments))
			return
		}
		r.Item(&protocol.CustomToolCallItem{
			ID: r.id("ctc"), Status: "completed", CallID: callID, Name: name, Input: input,
		})
	}
}

// LocalShell calls the provider's shell tool. Chat Completions does not have
// it; there it is left out.
func LocalShell(callID string, command ...string) Step {
	return Item(&protocol.LocalShellCallItem{
		CallID: &callID,
		Status: protocol.LocalShellCompleted,
		Action: protocol.LocalShellAction{Command: command},
	})
}

// WebSearch is a web search that the provider makes: it begins and is done.
// Chat Completions does not have it; there it is left out.
func WebSearch(id, query string) Step {
	return func(r *renderer) {
		r.event(object{"type": "response.output_item.added", "item": object{
			"type": "web_search_call", "id": id, "status": "in_progress",
		}})
		r.Item(&protocol.WebSearchCallItem{ID: id, Status: "completed", Action: &protocol.SearchAction{Query: query}})
	}
}

// Thought is the reasoning of a model.
type Thought struct {
	// Summary are the parts of the summary, Content those of the raw reasoning.
	Summary, Content []string
	// Encrypted is the encrypted form; empty means none.
	Encrypted string
	// Deltas sends the parts as deltas too, before the item.
	Deltas bool
}

// Reasoning is an item of reasoning. Chat Completions has only the raw
// reasoning, as deltas.
func Reasoning(t Thought) Step { return func(r *renderer) { r.reasoning(t) } }

// Item is any finished item. Chat Completions has none; there it is left out.
func Item(item protocol.ResponseItem) Step { return func(r *renderer) { r.Item(item) } }

// Usage replaces the token usage that the response reports. The default is
// [DefaultUsage].
func Usage(usage protocol.TokenUsage) Step { return func(r *renderer) { r.usage = &usage } }

// NoUsage lets the response report none.
func NoUsage() Step { return func(r *renderer) { r.usage = nil } }

// DefaultUsage is the token usage of a response that says nothing else.
var DefaultUsage = protocol.TokenUsage{
	InputTokens: 100, CachedInputTokens: 20, OutputTokens: 30, ReasoningOutputTokens: 10, TotalTokens: 130,
}

// Event is any event of the stream, as JSON text.
func Event(json string) Step { return func(r *renderer) { r.raw("data: " + json + "\n\n") } }

// Raw are pieces of the stream as they are, each written at once. Nothing comes
// after them but further steps.
func Raw(pieces ...string) Step {
	return func(r *renderer) {
		for _, piece := range pieces {
			r.raw(piece)
		}
		r.ended = true
	}
}

// Failed ends the response with a failure.
func Failed(code, message string) Step {
	return func(r *renderer) {
		failure := object{"code": code, "message": message}
		if r.chat {
			r.chunk(object{"error": failure})
		} else {
			r.event(object{"type": "response.failed", "response": object{"id": r.id("resp"), "error": failure}})
		}
		r.ended = true
	}
}

// Incomplete ends the response before it is done. The reasons of the Responses
// API are "max_output_tokens" and "content_filter", those of Chat Completions
// "length" and "content_filter".
func Incomplete(reason string) Step {
	return func(r *renderer) {
		if r.chat {
			r.chunk(object{"choices": []object{{"index": 0, "delta": object{}, "finish_reason": reason}}})
		} else {
			r.event(object{"type": "response.incomplete", "response": object{
				"id": r.id("resp"), "incomplete_details": object{"reason": reason},
			}})
		}
		r.ended = true
	}
}

// End ends the stream without completing the response.
func End() Step { return func(r *renderer) { r.ended = true } }

// Disconnect breaks the connection off.
func Disconnect() Step { return func(r *renderer) { r.add(piece{abort: true}) } }

// Hang leaves the connection open without writing, until the client goes away
// or the server is closed.
func Hang() Step { return func(r *renderer) { r.add(piece{hang: true}) } }

// Delay pauses.
func Delay(d time.Duration) Step { return func(r *renderer) { r.add(piece{delay: d}) } }

// Until pauses until the channel is closed, so that a test can decide when the
// answer goes on.
func Until(gate <-chan struct{}) Step { return func(r *renderer) { r.add(piece{gate: gate}) } }
