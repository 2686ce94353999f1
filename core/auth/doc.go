// Package auth keeps the credentials of the user: an API key or the tokens of
// a ChatGPT account, stored in auth.json in the home folder.
//
//	manager := auth.NewManager(auth.Options{Home: home, Identity: identity})
//	defer manager.Close(ctx)
//	credential, ok, err := manager.Token(ctx)
//	if ok {
//		request.Header.Set("Authorization", "Bearer "+credential.Bearer)
//	}
//
// # Ownership
//
// A [Manager] is the only owner of credentials in a process, and all servers
// and conversations share one. What is signed in changes only through it: a
// login or logout by another program is not seen until the process starts
// again, so that a conversation never changes its account behind the user's
// back. Newer tokens of the same account are taken over from the file, because
// the old ones stop working.
//
// # Refreshing
//
// Tokens are refreshed when they are older than 28 days or about to expire, and
// when [Manager.Refresh] says that they were refused. However many goroutines
// ask, one request goes out, and programs that share a home folder take turns
// and adopt each other's result. A refusal is remembered until other tokens are
// there; after other failures there is a pause.
//
// # Secrets
//
// Tokens and keys appear in no error and no message of this package, and values
// that hold them print without them.
//
// All methods of a Manager may be called from several goroutines.
package auth
