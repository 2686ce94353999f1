// Package conversation is the face of the agent: a [Manager] that creates,
// resumes, forks and finds conversations, and the [Conversation] itself, which
// takes operations and reports events.
//
//	m := conversation.NewManager(conversation.Options{Store: store, Auth: auth, ...})
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
// A Manager owns the conversations it made until they are removed; closing it
// ends them all and waits. One conversation is live at most once: resuming one
// that lives returns it. All methods are safe for concurrent use.
// (spec: events-and-rollouts, conversation manager)
package conversation
