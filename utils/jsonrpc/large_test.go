package jsonrpc

import (
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Not parallel: the line takes memory and time.
func TestOversizeRequest(t *testing.T) {
	input := io.MultiReader(
		repeat(`{"id":"large","method":"m","params":{"text":"`, 70_000_000, "\"}}\n"),
		repeat(`{"id":"fits","method":"m","params":{"text":"`, 20_000_000, "\"}}\n"),
	)
	var out strings.Builder
	conn := NewConn(NewLineTransport(input, &out, nil), &Options{
		Router: RouterFunc(func(*Request) Work {
			return Work{Run: func(_ context.Context, req *Request) (any, error) { return len(req.Params), nil }}
		}),
		MaxInFlight: 1,
	})
	<-conn.InputDone()
	if err := conn.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	want := `{"jsonrpc":"2.0","id":"large","error":{"code":-32600,"message":"Invalid request: message is longer than 67108864 bytes"}}` + "\n" +
		`{"jsonrpc":"2.0","id":"fits","result":20000011}` + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// Not parallel: it measures memory.
func TestLargeRequestIsForgotten(t *testing.T) {
	in, inEnd := io.Pipe()
	conn := NewConn(NewLineTransport(in, io.Discard, nil), &Options{
		Router: RouterFunc(func(*Request) Work {
			return Work{Run: func(_ context.Context, req *Request) (any, error) { return len(req.Params), nil }}
		}),
	})
	if _, err := io.Copy(inEnd, repeat(`{"id":1,"method":"m","params":{"text":"`, 60_000_000, "\"}}\n")); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); held() > 40_000_000; {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes are held", held())
		}
		runtime.Gosched()
	}
	inEnd.Close()
	<-conn.InputDone()
	if err := conn.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
