// Package login signs a user in to a ChatGPT account: with a browser that comes
// back to a server on this machine, or with a code that the user types on
// another one.
//
//	server, err := login.Start(ctx, login.Options{Store: manager, Originator: identity.Originator})
//	if err != nil {
//		return err
//	}
//	defer server.Close()
//	fmt.Println(server.AuthURL())
//	if err := server.Wait(ctx); err != nil {
//		return err
//	}
//	<-server.Stopped() // the browser has its last page
//
// [Device] is the way without a browser here.
//
// # Life of a login
//
// A login ends once: with nil when the tokens are stored, or with the reason
// why not. It can end by [Server.Cancel], by its context, by its time-out, by a
// refusal of the issuer, or because another program starts a login. Whatever
// comes first counts, also while tokens are being fetched; tokens that come too
// late are thrown away. A mistake on the way, such as a code that the issuer
// does not accept, leaves the login open for another try.
//
// # Safety
//
// The server listens on the loopback addresses alone, answers only requests
// that name it as their host, and takes a code only together with the random
// state of this login. No address that the browser keeps holds a token, and no
// error or message of this package does.
//
// All methods may be called from several goroutines. Goroutines of a server end
// before [Server.Close] returns.
package login
