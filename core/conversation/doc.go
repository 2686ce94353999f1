// Package conversation is the face of the agent: a [Manager] that creates,
// resumes, forks and finds conversations, and the [Conversation] itself, which
// takes operations and reports events.
//
//	m := conversation.NewManager(conversation.Options{Store: store, History: log, Runner: runner})
//	defer m.Close(ctx)
//	c, err := m.New(ctx, cfg, nil)
//	if err != nil {
//		return err
//	}
//	events := c.Subscribe()
//	defer events.Close()
//	if _, err := c.Submit(ctx, &protocol.UserInputOp{Items: items}); err != nil {
//		return err
//	}
//	for {
//		e, err := events.Next(ctx)
//		...
//	}
//
// The example holds a whole conversation. Package event describes the events;
// the transcripts among the tests of package session show in which order they
// come.
//
// A Manager owns the conversations that it made: until they end, by themselves
// or because somebody closed them, and at the latest until it is closed itself,
// which ends them all and waits. Removing a conversation takes it out of reach;
// whoever removes it closes it. One conversation is live at most once: resuming
// one that lives returns it, and resuming one that is about to end waits for
// that. All methods are safe for concurrent use.
// (spec: events-and-rollouts, conversation manager)
package conversation
