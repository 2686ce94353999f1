package conversation

import (
	"context"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/protocol"
)

// Conversation is one live conversation.
type Conversation struct {
	session    *session.Session
	config     *config.Config
	configured protocol.SessionConfiguredEvent
}

// ID returns the id of the conversation.
func (c *Conversation) ID() protocol.ConversationID { return c.session.ID() }

// Config returns what the conversation was started with. It must not be
// changed.
func (c *Conversation) Config() *config.Config { return c.config }

// Cwd returns the working directory of later turns, which turns may change.
func (c *Conversation) Cwd() string { return c.session.Cwd() }

// Configured returns the first event of the conversation, which subscriptions
// do not bring. The initial messages of a resumed conversation are empty in it:
// they are read from the rollout when somebody wants them.
func (c *Conversation) Configured() protocol.SessionConfiguredEvent { return c.configured }

// RolloutPath returns the path of the file that records the conversation.
func (c *Conversation) RolloutPath() string { return c.session.RolloutPath() }

// Submit queues an operation and returns the id that its events will carry. It
// waits while many others are queued.
func (c *Conversation) Submit(ctx context.Context, op protocol.Op) (string, error) {
	return c.session.Submit(ctx, op)
}

// SubmitAs queues an operation under an id of the caller's choice, which does
// not advance the conversation's numbering. turnID is the id of the turn that
// it may start, "" for a new one.
func (c *Conversation) SubmitAs(ctx context.Context, id, turnID string, op protocol.Op) error {
	return c.session.SubmitAs(ctx, id, turnID, op)
}

// Interruption tells how an interrupt ended.
type Interruption = session.Interruption

// Interrupt aborts the running turn. The channel receives one value when that
// is done, also when no turn ran or the conversation ended first.
func (c *Conversation) Interrupt(ctx context.Context) (<-chan Interruption, error) {
	return c.session.Interrupt(ctx)
}

// InterruptTurn is like Interrupt for one turn: another one goes on.
func (c *Conversation) InterruptTurn(ctx context.Context, turnID string) (<-chan Interruption, error) {
	return c.session.InterruptTurn(ctx, turnID)
}

// Steer adds input to the running turn, if it is the given one, and reports at
// once whether it was taken. Its errors are [session.ErrNoTurn],
// [*session.OtherTurnError], [session.ErrNotSteerable] and
// [session.ErrClosed].
func (c *Conversation) Steer(ctx context.Context, turnID string, items []protocol.InputItem) error {
	return c.session.Steer(ctx, turnID, items)
}

// Subscribe returns the events from now on, after those that nobody has seen
// yet.
func (c *Conversation) Subscribe() *event.Subscription { return c.session.Events().Subscribe() }

// Snapshot is the state of a conversation at one moment.
type Snapshot = session.Snapshot

// Join subscribes and returns the state that the subscription goes on from.
func (c *Conversation) Join() (*event.Subscription, Snapshot) { return c.session.Join() }

// Approvals returns the open questions of the conversation.
func (c *Conversation) Approvals() *approval.Registry { return c.session.Approvals() }

// Done is closed when the conversation has ended.
func (c *Conversation) Done() <-chan struct{} { return c.session.Done() }

// Close ends the conversation: a running turn is aborted, its processes are
// gone and the rollout is on the disk when it returns. It may be called more
// than once.
func (c *Conversation) Close(ctx context.Context) error { return c.session.Close(ctx) }
