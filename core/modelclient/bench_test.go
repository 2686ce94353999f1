package modelclient

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/codex-go/codex/protocol"
)

const benchDeltas = 50_000

func BenchmarkResponsesDeltas(b *testing.B) {
	var text strings.Builder
	for i := range benchDeltas {
		fmt.Fprintf(&text, "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":%d,"+
			"\"item_id\":\"msg_68a1\",\"output_index\":0,\"content_index\":0,\"delta\":\" word\\n\",\"logprobs\":[],\"obfuscation\":\"abcdef\"}\n\n", i)
	}
	text.WriteString("data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n")
	benchStream(b, text.String(), func() decoder { return new(responsesDecoder) })
}

func BenchmarkChatDeltas(b *testing.B) {
	text := strings.Repeat("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","+
		"\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n", benchDeltas) + "data: [DONE]\n\n"
	benchStream(b, text, func() decoder { return new(chatDecoder) })
}

func benchStream(b *testing.B, text string, newDecoder func() decoder) {
	data := []byte(text)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		s := bodyStream(data, newDecoder())
		deltas := 0
		for {
			event, err := s.Next(context.Background())
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			if event.Kind == TextDelta {
				deltas++
			}
		}
		if deltas != benchDeltas {
			b.Fatalf("%d deltas", deltas)
		}
	}
}

// benchHistory is a conversation of n items, of 4 KB each.
func benchHistory(n int) []protocol.ResponseItem {
	filler := strings.Repeat("a line of output with \"quotes\"\n", 128)
	items := make([]protocol.ResponseItem, n)
	for i := range items {
		id := fmt.Sprint("call-", i/2)
		if i%2 == 0 {
			items[i] = &protocol.FunctionCallItem{Name: "shell", Arguments: `{"command":["ls"]}`, CallID: id}
		} else {
			items[i] = &protocol.FunctionCallOutputItem{CallID: id, Output: filler}
		}
	}
	return items
}

func BenchmarkEncodeHistory(b *testing.B) {
	items := benchHistory(200)
	request := &Request{Model: "gpt-5", Instructions: strings.Repeat("Be good. ", 1000), Input: items}
	b.Run("first request", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			encodeBench(b, new(Client), request)
		}
	})
	b.Run("next request", func(b *testing.B) {
		c := new(Client)
		encodeBench(b, c, request)
		b.ReportAllocs()
		for b.Loop() {
			encodeBench(b, c, request)
		}
	})
	b.Run("chat", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encodeChat(request, true); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func encodeBench(b *testing.B, c *Client, request *Request) {
	body, err := c.encodeResponses(request)
	if err != nil || !bytes.HasPrefix(body[1], []byte(`{"type":"function_call"`)) {
		b.Fatal(err)
	}
}

// A delta costs its text and nothing else.
func TestDeltaAllocations(t *testing.T) {
	const events = 1000
	line := "data: {\"type\":\"response.output_text.delta\",\"item_id\":\"m\",\"delta\":\"some text\"}\n\n"
	data := []byte(strings.Repeat(line, events))
	n := testing.AllocsPerRun(5, func() {
		s := bodyStream(data, new(responsesDecoder))
		for range events {
			if _, err := s.Next(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
	})
	if n > events+50 {
		t.Errorf("%v allocations for %d deltas", n, events)
	}
}
