package appserver

import (
	"strings"
	"testing"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// BenchmarkConnect opens a connection, initializes it and closes it.
func BenchmarkConnect(b *testing.B) {
	o := stageOptions{}
	o.server.KeepRunning = true
	s := newStage(b, o)
	b.ReportAllocs()
	for b.Loop() {
		c, err := s.server.Connect(b.Context(), ClientOptions{Name: "bench", Version: "1.0"})
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCall sends a request on an open connection and waits for the response.
func BenchmarkCall(b *testing.B) {
	c := newStage(b, stageOptions{}).client(ClientOptions{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Call(b.Context(), c, getUserAgent); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTurn holds a short turn over the wire.
func BenchmarkTurn(b *testing.B) {
	s := newStage(b, stageOptions{handler: func(*modeltest.Request) modeltest.Response {
		return modeltest.Reply(modeltest.Text("ok"))
	}})
	w := s.dial()
	conversation := w.open()
	b.ReportAllocs()
	for b.Loop() {
		w.send(message(1, conversation, "go"))
		w.until("task_complete")
	}
}

// BenchmarkEvents streams 10,000 deltas of a model to a client that reads lines.
// An operation is a delta.
func BenchmarkEvents(b *testing.B) {
	const deltas = 10_000
	stream := strings.Repeat("data: {\"type\":\"response.output_text.delta\",\"delta\":\"a few words \"}\n\n", deltas)
	s := newStage(b, stageOptions{handler: func(*modeltest.Request) modeltest.Response {
		return modeltest.Reply(modeltest.Raw(stream), modeltest.Event(`{"type":"response.completed","response":{"id":"r"}}`))
	}})
	w := s.dial()
	conversation := w.open()
	b.ReportAllocs()
	for n := 0; n < b.N; n += deltas {
		w.send(message(1, conversation, "go"))
		w.until("task_complete")
	}
}
