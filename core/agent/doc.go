// Package agent puts a whole agent together: the configuration, the
// credentials, the recorded conversations, the processes and the live
// conversations that every way in shares. Servers and commands are doors to
// one [Agent].
//
//	a, err := agent.New(ctx, &agent.Options{Home: home})
//	if err != nil {
//		return err
//	}
//	defer a.Close(ctx)
//	cfg, err := a.Config.Load(ctx, config.Overrides{Cwd: dir})
//	if err != nil {
//		return err
//	}
//	c, err := a.Conversations.New(ctx, cfg, nil)
//
// New reads the configuration and nothing else: credentials, processes and the
// lists of conversations are looked at when they are needed, so that a server
// answers its first request at once. The Agent owns everything that it made;
// Close ends it. All of it is safe for concurrent use.
package agent
