package jsonrpc

import (
	"bufio"
	"context"
	"io"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
)

// delta is like the notification of a piece of text.
type delta struct{ n int }

func (d *delta) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"conversationId":"67e55044-10b1-426f-9247-bb680e5fe0c8","id":"1","msg":{"type":"agent_message_delta","delta":"w`...)
	dst = strconv.AppendInt(dst, int64(d.n), 10)
	return append(dst, ` "}}`...), nil
}

// osPipes connects a transport to a peer over pipes of the system.
func osPipes(b *testing.B) (near, far Transport, writes *atomic.Int64) {
	r1, w1, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	r2, w2, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	counter := &writeCounter{WriteCloser: w1}
	return NewLineTransport(r2, counter, nil), NewLineTransport(r1, w2, nil), &counter.n
}

type writeCounter struct {
	io.WriteCloser
	n atomic.Int64
}

func (w *writeCounter) Write(p []byte) (int, error) {
	w.n.Add(1)
	return w.WriteCloser.Write(p)
}

// BenchmarkNotify sends small notifications to a process that reads them.
func BenchmarkNotify(b *testing.B) {
	for _, bench := range []struct {
		name   string
		params func(n int) any
	}{
		{"appender", func() func(int) any { d := new(delta); return func(n int) any { d.n = n; return d } }()},
		{"encoding-json", func() func(int) any {
			v := &struct{ Delta string }{"w0 "}
			return func(int) any { return v }
		}()},
	} {
		b.Run(bench.name, func(b *testing.B) {
			r, w, err := os.Pipe()
			if err != nil {
				b.Fatal(err)
			}
			in, inEnd := io.Pipe()
			counter := &writeCounter{WriteCloser: w}
			conn := NewConn(NewLineTransport(in, counter, nil), nil)
			read := make(chan error)
			go func() {
				lines := bufio.NewReaderSize(r, 1<<16)
				for range b.N {
					if _, err := lines.ReadSlice('\n'); err != nil {
						read <- err
						return
					}
				}
				read <- nil
			}()
			ctx := context.Background()
			b.ReportAllocs()
			b.ResetTimer()
			for n := range b.N {
				if err := conn.Notify(ctx, "codex/event/agent_message_delta", bench.params(n)); err != nil {
					b.Fatal(err)
				}
			}
			if err := <-read; err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(float64(counter.n.Load())/float64(b.N), "writes/op")
			inEnd.Close()
			if err := conn.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkRoundTrip makes one call after the other.
func BenchmarkRoundTrip(b *testing.B) {
	echo := RouterFunc(func(*Request) Work {
		return Work{Run: func(_ context.Context, req *Request) (any, error) { return req.Params, nil }}
	})
	for _, bench := range []struct {
		name string
		ends func(b *testing.B) (Transport, Transport)
	}{
		{"memory", func(*testing.B) (Transport, Transport) { return Pipe() }},
		{"pipe", func(b *testing.B) (Transport, Transport) { near, far, _ := osPipes(b); return near, far }},
	} {
		for _, parallel := range []bool{false, true} {
			b.Run(bench.name+"/"+map[bool]string{false: "serial", true: "parallel"}[parallel], func(b *testing.B) {
				near, far := bench.ends(b)
				server, client := NewConn(near, &Options{Router: echo}), NewConn(far, nil)
				ctx := context.Background()
				params := &delta{}
				call := func() {
					if err := client.Call(ctx, "echo", params, nil); err != nil {
						b.Error(err)
					}
				}
				b.ReportAllocs()
				b.ResetTimer()
				if parallel {
					b.SetParallelism(16)
					b.RunParallel(func(p *testing.PB) {
						for p.Next() {
							call()
						}
					})
				} else {
					for range b.N {
						call()
					}
				}
				b.StopTimer()
				if err := client.Close(); err != nil {
					b.Fatal(err)
				}
				if err := server.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
