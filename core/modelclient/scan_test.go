package modelclient

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/mcptypes/wire"
)

// What the fast path accepts, the general decoder must understand in the same
// way.
func FuzzScanDelta(f *testing.F) {
	for _, seed := range []string{
		`{"type":"response.output_text.delta","item_id":"m1","output_index":0,"content_index":0,"delta":"Hé\n","logprobs":[],"obfuscation":"x"}`,
		` { "delta" : "\u00e9\ud83d\ude00\\\/" , "type":"response.reasoning_summary_text.delta","summary_index":12,"a":null,"b":true,"c":{},"d":false}`,
		`{"type":"response.reasoning_text.delta","delta":"a","delta":"b","n":1e5}`,
		`{"type":"response.refusal.delta","delta":"\xff"}`,
		`{"delta":"a","type":"response.output_text.delta","summary_index":007}`,
		`{"delta":"a","type":"response.output_text.delta"} x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, ok := scanDelta(data)
		if !ok {
			return
		}
		var want responsesEvent
		if err := wire.Unmarshal(data, &want); err != nil || want.Delta == nil {
			t.Fatalf("the general decoder does not read %q: %v", data, err)
		}
		if kind := hotKind([]byte(want.Type)); kind != got.kind {
			t.Errorf("kind %v, want %v", got.kind, kind)
		}
		if diff := cmp.Diff(*want.Delta, string(got.delta.appendText(nil))); diff != "" {
			t.Errorf("delta of %q differs (-want +got):\n%s", data, diff)
		}
		if id := string(got.itemID.appendText(nil)); id != rawText(want.ItemID) {
			t.Errorf("item id %q, want %q", id, rawText(want.ItemID))
		}
	})
}

// The events that models really send take the fast path.
func TestScanDeltaReadsRealEvents(t *testing.T) {
	t.Parallel()
	for _, event := range []string{
		`{"type":"response.output_text.delta","sequence_number":6,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"In","logprobs":[],"obfuscation":"Zh0OuM3OZKj"}`,
		`{"type":"response.output_text.delta","delta":"\"quoted\" \\ \n\t\u003c"}`,
		`{"type":"response.output_text.delta","delta":"日本語 😀"}`,
		`{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"**Thinking","sequence_number":4}`,
	} {
		if _, ok := scanDelta([]byte(event)); !ok {
			t.Errorf("%s is left to the general decoder", event)
		}
	}
}

func TestScanDeltaAllocatesNothing(t *testing.T) {
	event := []byte(`{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"a\nb","logprobs":[]}`)
	if n := testing.AllocsPerRun(100, func() {
		if _, ok := scanDelta(event); !ok {
			t.Fatal("not read")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What the fast path accepts, the general decoder must understand in the same
// way.
func FuzzScanChatDelta(f *testing.F) {
	for _, seed := range []string{
		`{"id":"x","object":"chat.completion.chunk","created":1694268190,"model":"m","system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"H\u00e9\n"},"logprobs":null,"finish_reason":null}],"usage":null}`,
		`{"choices":[{"delta":{"content":"a","reasoning":null,"tool_calls":null}}]}`,
		`{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`,
		`{"choices":[{"delta":{"content":"a","role":{}},"index":1}]}`,
		`{"id":1,"choices":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		id, content, ok := scanChatDelta(data)
		if !ok {
			return
		}
		var want chatChunk
		if err := wire.Unmarshal(data, &want); err != nil || len(want.Choices) != 1 {
			t.Fatalf("the general decoder does not read %q: %v", data, err)
		}
		choice := want.Choices[0]
		got := []string{string(id.appendText(nil)), string(content.appendText(nil))}
		if diff := cmp.Diff([]string{rawText(want.ID), rawText(choice.Delta.Content)}, got); diff != "" {
			t.Errorf("%q differs (-want +got):\n%s", data, diff)
		}
		if choice.Index != 0 || choice.FinishReason != "" || len(choice.Delta.ToolCalls) > 0 ||
			rawText(want.Usage)+rawText(want.Error)+reasoningText(choice.Delta.Reasoning)+rawText(choice.Delta.Refusal) != "" {
			t.Errorf("%q says more than text", data)
		}
	})
}

// The chunks that servers really send take the fast path.
func TestScanChatDeltaReadsRealChunks(t *testing.T) {
	t.Parallel()
	for _, chunk := range []string{
		`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","service_tier":"default","system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}`,
		`{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-oss:20b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi\n"},"finish_reason":null}]}`,
		`{"choices":[{"delta":{"content":"hi"}}]}`,
	} {
		if _, _, ok := scanChatDelta([]byte(chunk)); !ok {
			t.Errorf("%s is left to the general decoder", chunk)
		}
	}
}
