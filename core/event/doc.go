// Package event carries what happens in a conversation from the session to
// everybody who follows it.
//
// An [Event] is a Go value that is richer than any wire: Msg is what clients
// of the first generation see, Detail what only later generations see. The
// session publishes into a [Log]; followers read through a [Subscription]:
//
//	log := event.NewLog(nil)
//	sub := log.Subscribe()
//	defer sub.Close()
//	for {
//		e, err := sub.Next(ctx)
//		if err != nil {
//			return err // io.EOF when the conversation has ended
//		}
//		handle(e)
//	}
//
// Every subscription sees every event in order from the point where it
// subscribed; the first one, and the first one after the last has left, also
// sees what was published meanwhile.
//
// Publishing never waits. Whoever produces in volume (text of a model, output
// of a command) calls [Log.Room] first, which waits while the followers are
// too far behind: a client that stops reading stops its own conversation's
// model stream and nothing else. Where several follow, the fastest sets the
// pace; the others get longer deltas, and are cut off only when they are very
// far behind. While nobody listens everything is kept but, past the bound,
// deltas. (spec: events-and-rollouts, queues)
//
// The owner of a log can keep a view of it, through Options.Observe, that is
// always that of the last event; [Log.SubscribeWith] takes a snapshot of the
// view and subscribes at the same moment.
//
// All methods are safe for concurrent use.
package event
