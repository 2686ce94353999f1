// Package oauth signs in to MCP servers behind HTTP that want it, and keeps the
// credentials.
//
//	store := oauth.NewStore(filepath.Join(home, oauth.FileName), nil)
//	err := oauth.Login(ctx, oauth.LoginOptions{
//		URL:   server.URL,
//		Store: store,
//		Show:  func(address string) { fmt.Println("Open", address) },
//	})
//	...
//	token, err := store.Token(ctx, server.URL, "")
//
// [Login] finds the authorization server of an MCP server, registers there as a
// client, sends the user to its page and waits on loopback for the answer. A
// [Store] is a file that only its owner can read; its tokens are refreshed when
// they are about to expire. Programs that share the file take turns.
//
// A Store may be used from several goroutines at once. The server on loopback
// and its goroutines have ended when Login returns.
package oauth
