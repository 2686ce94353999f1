// Package clients is what the servers have in common that speak JSON-RPC with
// any number of clients: which of them there are, how a connection comes to its
// end, and what is logged about it. What is said on a connection is the server's
// own affair:
//
//	type connection struct {
//		clients.Connection
//		...
//	}
//
//	func (s *Server) Serve(ctx context.Context, transport jsonrpc.Transport) error {
//		c, err := s.clients.Open(transport, s.newConnection)
//		if err != nil {
//			return err
//		}
//		defer s.clients.Served()
//		defer c.Wait(ctx)()
//		... // takes the connection down
//	}
//
// Everything is safe for concurrent use.
package clients
