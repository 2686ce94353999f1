package protocol_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// stable checks that what reads as a T is JSON, is written as one line of
// UTF-8, and reads as the same again.
func stable[T any](t *testing.T, data []byte) {
	t.Helper()
	var first, second T
	if err := protocol.Unmarshal(data, &first); err != nil {
		return
	}
	if !json.Valid(data) {
		t.Fatalf("%T was read from what is not JSON", first)
	}
	options := wire.Options{InputFields: true}
	out, err := options.Append(nil, &first)
	if err != nil {
		t.Fatalf("write %T: %v", first, err)
	}
	if !json.Valid(out) || !utf8.Valid(out) || bytes.ContainsAny(out, "\n\r") {
		t.Fatalf("%T is written as %q", first, out)
	}
	if err := protocol.Unmarshal(out, &second); err != nil {
		t.Fatalf("read %T again from %s: %v", first, out, err)
	}
	again, err := options.Append(nil, &second)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out, again) {
		t.Fatalf("%T changes when it is read and written again:\n%s\n%s", first, out, again)
	}
}

func addSamples(f *testing.F, names ...string) {
	f.Helper()
	for _, name := range names {
		for _, line := range readSamples(f, name) {
			f.Add(line)
		}
	}
}

func FuzzEvent(f *testing.F) {
	addSamples(f, "events")
	f.Fuzz(func(t *testing.T, data []byte) { stable[protocol.EventMsg](t, data) })
}

func FuzzItem(f *testing.F) {
	addSamples(f, "items")
	f.Add([]byte(`{"type":"reasoning","summary":[],"content":[{"type":"text","text":"t"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var item protocol.ResponseItem
		if protocol.Unmarshal(data, &item) == nil && isLostReasoning(item) {
			return
		}
		stable[protocol.ResponseItem](t, data)
	})
}

// isLostReasoning reports whether an item has reasoning that is not written,
// which no reader of what is written can know of: it reads as null.
func isLostReasoning(item protocol.ResponseItem) bool {
	reasoning, ok := item.(*protocol.ReasoningItem)
	return ok && reasoning.Content.IsZero()
}

func FuzzOp(f *testing.F) {
	addSamples(f, "ops")
	f.Fuzz(func(t *testing.T, data []byte) { stable[protocol.Op](t, data) })
}

func FuzzRolloutLine(f *testing.F) {
	addSamples(f, "rollout_lines")
	f.Add([]byte(`{"timestamp":"a","timestamp":"b","type":"compacted","type":"event_msg","payload":{"message":"m"},"payload":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var line protocol.RolloutLine
		if protocol.Unmarshal(data, &line) != nil {
			return
		}
		if item, ok := line.Item.(*protocol.ResponseItemLine); !ok || !isLostReasoning(item.Item) {
			stable[protocol.RolloutLine](t, data)
		}
		// A line that can be read is what a glance takes it for.
		typ, payload, ok := protocol.PeekRolloutLine(data)
		if !ok || typ != line.Item.RolloutType() {
			t.Fatalf("peeked at %q, %v; it is %q", typ, ok, line.Item.RolloutType())
		}
		var tag string
		switch item := line.Item.(type) {
		case *protocol.EventMsgLine:
			tag = item.Msg.EventType()
		case *protocol.ResponseItemLine:
			tag = item.Item.ItemType()
		}
		if payload != tag {
			t.Fatalf("peeked at %q; it is %q", payload, tag)
		}
		if timestamp, ok := wire.PeekString(data, "timestamp"); !ok || string(timestamp) != line.Timestamp {
			t.Fatalf("peeked at the time %q, %v; it is %q", timestamp, ok, line.Timestamp)
		}
	})
}

func FuzzClientRequest(f *testing.F) {
	for _, line := range readSamples(f, "client_requests") {
		var x exchange
		if err := json.Unmarshal(line, &x); err != nil {
			f.Fatal(err)
		}
		f.Add(x.Method, []byte(x.Params))
	}
	f.Fuzz(func(t *testing.T, method string, params []byte) {
		first, err := protocol.DecodeClientRequest(method, params)
		if err != nil {
			return
		}
		out, err := protocol.Append(nil, first)
		if err != nil {
			t.Fatal(err)
		}
		second, err := protocol.DecodeClientRequest(method, out)
		if err != nil {
			t.Fatalf("read again from %s: %v", out, err)
		}
		again, err := protocol.Append(nil, second)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out, again) {
			t.Fatalf("the params of %s change:\n%s\n%s", method, out, again)
		}
	})
}

func FuzzFileChanges(f *testing.F) {
	for _, line := range readSamples(f, "file_changes") {
		f.Add(append(append([]byte(`{"/a":`), line...), '}'))
	}
	f.Add([]byte(`{"/a":{"type":"add","content":"c"},"/b":{"unified_diff":"","type":"update"}}`))
	f.Fuzz(func(t *testing.T, data []byte) { stable[protocol.FileChanges](t, data) })
}
