// Package jsonrpc is a symmetric JSON-RPC 2.0 connection. Servers, in-process
// clients and tests all use the same [Conn]: either side may send requests and
// notifications, and answers those of the other.
//
// The layers, from the bottom:
//
//   - A [Transport] moves whole messages. [NewLineTransport] carries one JSON
//     value a line over byte streams, [Pipe] connects two ends in memory.
//   - [ParseMessage] tells what a text is, on raw bytes and strictly.
//   - [Conn] matches replies with calls, gives requests to handlers, and queues
//     what is sent.
//   - A [Router] is the server: it knows methods.
//
// A server in a nutshell:
//
//	stdin := jsonrpc.InterruptibleReader(os.Stdin)
//	conn := jsonrpc.NewConn(jsonrpc.NewLineTransport(stdin, os.Stdout, nil), &jsonrpc.Options{
//		Router: jsonrpc.RouterFunc(func(req *jsonrpc.Request) jsonrpc.Work {
//			return jsonrpc.Work{Run: handlers[req.Method]}
//		}),
//	})
//	select {
//	case <-conn.InputDone(): // end of input
//	case <-conn.Done(): // the client does not read any more
//	case <-ctx.Done(): // a signal
//	}
//	// end what the server has running, then
//	err := conn.Shutdown(deadline)
//
// # Receiving
//
// One goroutine reads. It completes calls with the replies that come, so that
// no request can hold up a reply, and asks the router about everything else.
// Handlers run concurrently, except that a [Work] waits for earlier ones that
// change what it reads or changes; those that answer at once may do so inline, in
// order. Input that is not a message is dropped and reported to
// [Hooks]; nothing that the peer sends ends the connection. A handler that waits
// for something other than its own work, such as a turn that ends much later,
// should use [Request.Defer] and let go of its goroutine.
//
// # Sending
//
// Messages are encoded by the goroutine that sends them and then enter one
// queue in memory, first in, first out. One goroutine writes, as many small
// messages at once as there are. When [Conn.Notify], [Conn.Go] or
// [Responder.Reply] has returned, everything sent after it follows it on the
// wire; the result that a handler returns follows everything that the handler
// sent. The queue is bounded in bytes: when the peer reads too slowly, senders
// wait in line, and nothing is dropped. The result of a handler takes its place in
// that line and lets the handler go, so that the works behind it, such as one that
// interrupts, are not held up by a peer that does not read. Very large
// results and params are written as a [Stream].
//
// # Ownership
//
// A Conn owns its transport and its goroutines: two, and one for each handler
// that runs. [Conn.Shutdown] and [Conn.Close] end them. Everything is safe for
// concurrent use unless it says otherwise.
//
// A process that writes to its standard output should ignore SIGPIPE (with
// signal.Ignore or signal.Notify), or it dies when the client goes away, before
// the connection can report [ErrBrokenPipe].
package jsonrpc
