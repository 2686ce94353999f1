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
