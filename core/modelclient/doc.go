// Package modelclient asks language models. A [Client] sends requests to one
// provider and hands back what the model says as a stream of events, the same
// events for both wire APIs.
//
//	client := modelclient.New(modelclient.Options{Provider: provider, Getenv: os.Getenv})
//	stream, err := client.Stream(ctx, &modelclient.Request{Model: "gpt-5", Input: items})
//	if err != nil {
//		return err
//	}
//	defer stream.Close()
//	for {
//		event, err := stream.Next(ctx)
//		if err == io.EOF {
//			return nil
//		}
//		if err != nil {
//			return err // see Retryable
//		}
//		switch event.Kind {
//		case modelclient.TextDelta:
//			fmt.Print(event.Delta)
//		}
//	}
//
// # Who does what
//
// [Client.Stream] repeats a request that failed before its answer began, as
// often as the provider allows, and refreshes the credentials once. An answer
// that breaks off is the caller's business: [Retryable] and [RetryDelay] say
// whether and when to ask again. The two never repeat the same cause.
//
// The caller owns the [Request] and everything it points to, and must not
// change an item after it was sent once: the client keeps the encoded form of
// the last input and sends it again when the next input begins with the same
// items. The caller owns the [Stream] and must close it.
//
// A Client is safe for concurrent use; a Stream belongs to one goroutine at a
// time. Nothing is read ahead: whoever stops calling Next stops the model. No
// goroutine outlives a call. (spec: agent-loop, Responses request, Responses
// stream, errors and request retry, Chat Completions wire)
package modelclient
