package modelclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
)

// bodyStream returns a stream that reads data.
func bodyStream(data []byte, d decoder) *Stream {
	body := newIdleBody(context.Background(), 0)
	body.src = io.NopCloser(bytes.NewReader(data))
	return newStream(body, d, redactor{"secret"})
}

// drainAll reads a stream to its end, which comes for every input.
func drainAll(t *testing.T, s *Stream, limit int) {
	t.Helper()
	defer s.Close()
	completed := false
	for range limit {
		event, err := s.Next(context.Background())
		switch {
		case err == io.EOF:
			if !completed {
				t.Fatal("the stream ended well without being completed")
			}
			return
		case err != nil:
			if completed {
				t.Fatalf("error after completion: %v", err)
			}
			if _, ok := errors.AsType[*StreamError](err); ok != Retryable(err) {
				t.Fatalf("Retryable of %v is %v", err, !ok)
			}
			if err.Error() == "" {
				t.Fatal("an error without text")
			}
			return
		case completed:
			t.Fatalf("event after completion: %v", event)
		}
		completed = event.Kind == Completed
		if event.Kind == ItemDone && event.Item == nil {
			t.Fatal("a finished item that is nil")
		}
	}
	t.Fatal("the stream does not end")
}

func FuzzResponsesStream(f *testing.F) {
	f.Add([]byte("data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n" +
		"data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n" +
		"data: {\"type\":\"response.output_item.added\",\"item\":{\"type\":\"web_search_call\",\"id\":\"w\"}}\n\n" +
		"data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"message\",\"role\":\"assistant\",\"content\":[]}}\n\n" +
		"data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"usage\":null}}\n\n"))
	f.Add([]byte("data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"try again in 1.5s\"}}}\n\n"))
	f.Add([]byte("data: {\"type\":\"error\",\"error\":\"secret\"}\n\n"))
	f.Add([]byte("data: {\"type\":\"response.incomplete\"}\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		drainAll(t, bodyStream(data, new(responsesDecoder)), 10+2*len(data))
	})
}

func FuzzChatStream(f *testing.F) {
	f.Add([]byte("data: {\"id\":\"x\",\"choices\":[{\"delta\":{\"content\":\"a\",\"reasoning\":{\"text\":\"b\"}}}]}\n\n" +
		"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"n\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n" +
		"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\ndata: [DONE]\n\n"))
	f.Add([]byte("data: {\"error\":{\"message\":\"secret\",\"code\":500}}\n\n"))
	f.Add([]byte("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		drainAll(t, bodyStream(data, &chatDecoder{wantsUsage: len(data)%2 == 0, room: MaxEventBytes}), 10+2*len(data))
	})
}
