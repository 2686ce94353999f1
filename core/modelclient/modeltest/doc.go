// Package modeltest is a model for tests, examples and demonstrations: a
// server on loopback that speaks the Responses API and Chat Completions, and
// says what a script tells it to.
//
//	server := modeltest.Start(
//		modeltest.Reply(modeltest.Call("shell", "call-1", `{"command":["pwd"]}`)),
//		modeltest.Reply(modeltest.Deltas("Do", "ne")),
//	)
//	defer server.Close()
//	provider := modelprovider.Provider{Name: "test", BaseURL: server.BaseURL(), WireAPI: modelprovider.WireResponses}
//	...
//	request, err := server.Wait(ctx, 2) // the second request, once it is there
//
// A [Response] answers one request: a stream made of [Step]s, or a plain HTTP
// answer. The same steps serve both wire APIs. A [Handler] chooses the response
// instead of a script; [Demo] is one that holds a conversation. Requests are
// recorded.
//
// A Server owns its goroutines; Close ends what hangs and waits for them. All
// methods of Server are safe for concurrent use.
package modeltest
