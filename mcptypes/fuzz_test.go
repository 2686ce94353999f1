package mcptypes_test

import (
	"testing"

	"github.com/codex-go/codex/mcptypes"
	"github.com/codex-go/codex/mcptypes/wire"
)

// FuzzReading reads anything as messages of both sides: what can be read can be
// written, and reads the same again.
func FuzzReading(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"a":1}}}`,
		`{"method":"notifications/message","params":{"level":"info","data":null}}`,
		`{"content":[{"type":"text","text":"x"},{"type":"new"}],"isError":true}`,
		`{"method":"elicitation/create","params":{"message":"m","requestedSchema":{"type":"object","properties":{"a":{"type":"string","enum":["b"]}}}}}`,
		`{"contents":[{"uri":"u","text":"t"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, target := range []func() any{
			func() any { return new(mcptypes.JSONRPCMessage) },
			func() any { return new(mcptypes.ClientRequest) },
			func() any { return new(mcptypes.ServerRequest) },
			func() any { return new(mcptypes.ServerNotification) },
			func() any { return new(mcptypes.ServerResult) },
		} {
			first := target()
			if wire.Unmarshal(data, first) != nil {
				continue
			}
			written, err := wire.Append(nil, first)
			if err != nil {
				t.Fatalf("%T was read and cannot be written: %v", first, err)
			}
			second := target()
			if err := wire.Unmarshal(written, second); err != nil {
				t.Fatalf("cannot read %s again: %v", written, err)
			}
			again, err := wire.Append(nil, second)
			if err != nil || string(again) != string(written) {
				t.Fatalf("not stable:\n%s\n%s\n%v", written, again, err)
			}
		}
	})
}

func BenchmarkCallToolResult(b *testing.B) {
	data := []byte(`{"content":[{"type":"text","text":"done"},{"type":"resource_link","name":"a","uri":"file:///a"}],"structuredContent":{"conversationId":"x"}}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	var buf []byte
	for b.Loop() {
		var r mcptypes.CallToolResult
		if err := wire.Unmarshal(data, &r); err != nil {
			b.Fatal(err)
		}
		var err error
		if buf, err = wire.Append(buf[:0], &r); err != nil {
			b.Fatal(err)
		}
	}
}
