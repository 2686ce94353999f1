package jsonrpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// serve returns a connection whose handlers answer with a result, and the other
// end of its transport.
func serve(t *testing.T, opts Options, result func(req *Request) any) (*Conn, Transport) {
	near, far := Pipe()
	opts.Router = RouterFunc(func(*Request) Work {
		return Work{Run: func(_ context.Context, req *Request) (any, error) { return result(req), nil }}
	})
	conn := NewConn(near, &opts)
	closing(t, conn)
	return conn, far
}

// exchange sends one message and returns the next.
func exchange(t *testing.T, far Transport, text string) string {
	t.Helper()
	if err := far.WriteBatch([]byte(text + "\n")); err != nil {
		t.Fatal(err)
	}
	got, err := far.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestStream(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("text ", 100_000)
	write := pieces
	failing := func(parts ...string) Stream {
		return func(w io.Writer) error {
			if err := write(parts...)(w); err != nil {
				return err
			}
			return Errorf(7, "source is gone")
		}
	}
	const head = `{"jsonrpc":"2.0","id":1,`
	tests := []struct {
		name   string
		result Stream
		want   string
	}{
		{"short", write(`{"a":`, `1}`), head + `"result":{"a":1}}`},
		{"long", write(`{"text":"`, long, `"}`), head + `"result":{"text":"` + long + `"}}`},
		{"line breaks", write("{\n", "\"a\":\r\n1\n}\n"), head + "\"result\":{ \"a\":\r 1 } }"},
		{"long with line breaks", write("[\n\"", long, "\"\n]\n"), head + "\"result\":[ \"" + long + "\" ] }"},
		{"nothing", write(), head + `"error":{"code":-32603,"message":"message cannot be encoded: encoder wrote no value"}}`},
		{"blanks", write(" \n"), head + `"error":{"code":-32603,"message":"message cannot be encoded: encoder wrote no value"}}`},
		{"failure at once", failing(), head + `"error":{"code":7,"message":"source is gone"}}`},
		{"failure in the middle", failing("["), head + `"error":{"code":7,"message":"source is gone"}}`},
		{"failure after much", failing("[\"", long), head + `"error":{"code":7,"message":"source is gone"}}`},
		{"panic after much", func(w io.Writer) error {
			_ = write("[\"", long)(w)
			panic("producer")
		}, head + `"error":{"code":-32603,"message":"internal error"}}`},
	}
	for _, test := range tests {
		for _, size := range []struct {
			name      string
			threshold int
		}{{"in memory", 0}, {"in a file", 1000}} {
			t.Run(test.name+"/"+size.name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				_, far := serve(t, Options{SpoolThreshold: size.threshold, SpoolDir: dir}, func(*Request) any { return test.result })
				got := exchange(t, far, `{"id":1,"method":"m"}`)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
				left, err := os.ReadDir(dir)
				if err != nil || len(left) > 0 {
					t.Errorf("files left: %v, error %v", left, err)
				}
			})
		}
	}
}

// TestStreamParams checks notifications whose params are a stream.
func TestStreamParams(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("text ", 100_000)
	tests := []struct {
		name   string
		params Stream
		want   string // of the notification; empty for none
		err    string
		hooked bool // the hooks are told
	}{
		{name: "short", params: pieces("{\"a\":", "1}"), want: `{"jsonrpc":"2.0","method":"n","params":{"a":1}}`},
		{name: "long", params: pieces(`["`, long, "\"\n]"), want: `{"jsonrpc":"2.0","method":"n","params":["` + long + `" ]}`},
		{name: "nothing", params: pieces(), err: "notification n: message cannot be encoded: encoder wrote no value", hooked: true},
		{name: "failure after much", params: func(w io.Writer) error {
			return errors.Join(pieces(`["`, long)(w), io.ErrUnexpectedEOF)
		}, err: "notification n: unexpected EOF"},
		{name: "panic", params: func(io.Writer) error { panic("producer") }, err: "notification n: internal error (code -32603)"},
	}
	for _, test := range tests {
		for _, threshold := range []int{0, 1000} {
			t.Run(fmt.Sprint(test.name, "/", threshold), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				near, far := Pipe()
				hooked := false
				conn := NewConn(near, &Options{SpoolThreshold: threshold, SpoolDir: dir, Hooks: &Hooks{
					Unencodable: func(string, ID, error) { hooked = true },
				}})
				closing(t, conn)
				err := conn.Notify(t.Context(), "n", test.params)
				if got := fmt.Sprint(err); test.err != "" && got != test.err || test.err == "" && err != nil {
					t.Errorf("error %v", err)
				}
				if hooked != test.hooked {
					t.Errorf("the hooks were told: %v", hooked)
				}
				if err := conn.Notify(t.Context(), "last", nil); err != nil {
					t.Error(err)
				}
				want := []string{test.want, `{"jsonrpc":"2.0","method":"last"}`}
				if test.want == "" {
					want = want[1:]
				}
				for _, want := range want {
					got, err := far.ReadMessage()
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want, string(got)); diff != "" {
						t.Error(diff)
					}
				}
				if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
					t.Errorf("files left: %v, error %v", left, err)
				}
			})
		}
	}
}

// pieces is a stream of texts.
func pieces(parts ...string) Stream {
	return func(w io.Writer) error {
		for _, p := range parts {
			if n, err := io.WriteString(w, p); err != nil || n != len(p) {
				return err
			}
		}
		return nil
	}
}

func TestStreamWithoutFolder(t *testing.T) {
	t.Parallel()
	_, far := serve(t, Options{SpoolThreshold: 1, SpoolDir: t.TempDir() + "/missing"}, func(*Request) any {
		return Stream(func(w io.Writer) error {
			_, err := io.WriteString(w, "1")
			if _, again := io.WriteString(w, "2"); again == nil {
				t.Error("writing went on")
			}
			return err
		})
	})
	got := exchange(t, far, `{"id":1,"method":"m"}`)
	if !strings.HasPrefix(got, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"create spool file: `) {
		t.Errorf("got %s", got)
	}
}

// TestSlowStream checks that a stream whose producer computes holds nothing up.
func TestSlowStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		conn, far := serve(t, Options{SpoolThreshold: 10}, func(req *Request) any {
			if req.Method == "quick" {
				return true
			}
			return Stream(func(w io.Writer) error {
				_, err := io.WriteString(w, `"`+strings.Repeat("x", 100))
				<-goOn
				_, err2 := io.WriteString(w, `"`)
				return errors.Join(err, err2)
			})
		})
		if err := far.WriteBatch([]byte("{\"id\":1,\"method\":\"slow\"}\n{\"id\":2,\"method\":\"quick\"}\n")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := conn.Notify(t.Context(), "n", nil); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		close(goOn)
		synctest.Wait()
		if err := conn.Notify(t.Context(), "last", nil); err != nil {
			t.Error(err)
		}
		var got []string
		for range 4 {
			m, err := far.ReadMessage()
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(m))
		}
		want := []string{
			`{"jsonrpc":"2.0","id":2,"result":true}`,
			`{"jsonrpc":"2.0","method":"n"}`,
			`{"jsonrpc":"2.0","id":1,"result":"` + strings.Repeat("x", 100) + `"}`,
			`{"jsonrpc":"2.0","method":"last"}`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestStreamDropped checks that the file of a reply that is never written is
// closed.
func TestStreamDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn, far := serve(t, Options{SpoolThreshold: 1}, func(*Request) any {
			return Stream(func(w io.Writer) error {
				_, err := io.WriteString(w, "[1,2,3]")
				return err
			})
		})
		for range 3 { // nobody reads: one is in the pipe, two wait
			if err := conn.Notify(t.Context(), "n", strings.Repeat("x", pipeBytes)); err != nil {
				t.Fatal(err)
			}
		}
		if err := far.WriteBatch([]byte("{\"id\":1,\"method\":\"m\"}\n")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		conn.mu.Lock()
		queued := conn.out.segments[len(conn.out.segments)-1]
		conn.mu.Unlock()
		if queued.spool == nil {
			t.Fatal("the reply is not in a file")
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if err := queued.spool.f.Close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("the file was open: %v", err)
		}
	})
}

// Not parallel: it measures memory.
func TestStreamMemory(t *testing.T) {
	const count, piece = 3000, 100_000
	text := []byte(strings.Repeat("x", piece))
	in, inEnd := io.Pipe()
	out := new(countWriter)
	conn := NewConn(NewLineTransport(in, out, nil), &Options{
		SpoolDir: t.TempDir(),
		Router: RouterFunc(func(*Request) Work {
			return Work{Run: func(context.Context, *Request) (any, error) {
				return Stream(func(w io.Writer) error {
					_, err := w.Write([]byte{'"'})
					for range count {
						if err == nil {
							_, err = w.Write(text)
						}
					}
					_, err2 := w.Write([]byte{'"'})
					return errors.Join(err, err2)
				}), nil
			}}
		}),
	})
	got := allocated(func() {
		if _, err := io.WriteString(inEnd, "{\"id\":1,\"method\":\"m\"}\n"); err != nil {
			t.Error(err)
		}
		inEnd.Close()
		<-conn.InputDone()
		if err := conn.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if out.n < count*piece {
		t.Errorf("%d bytes were written", out.n)
	}
	if got > 8<<20 {
		t.Errorf("%d bytes allocated for a reply of %d", got, out.n)
	}
}

type countWriter struct{ n, writes int }

func (w *countWriter) Write(p []byte) (int, error) {
	w.n += len(p)
	w.writes++
	return len(p), nil
}
