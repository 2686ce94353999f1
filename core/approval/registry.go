package approval

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/codex-go/codex/protocol"
)

// ErrAborted is returned to whoever asked when the answer was to end the turn.
var ErrAborted = errors.New("the user ended the turn instead of answering")

// Request is an open question.
type Request struct {
	SubmissionID string // of the turn, as the first generation shows it
	TurnID       string
	CallID       string
	// Question is an [*protocol.ExecApprovalRequestEvent] or an
	// [*protocol.ApplyPatchApprovalRequestEvent].
	Question protocol.EventMsg
}

// Hooks are called when questions open and close, one at a time and in order,
// before anybody learns of it in another way. They must not block and must not
// call the registry.
type Hooks struct {
	// Asked fires when a question becomes open.
	Asked func(Request)
	// Settled fires when a question is no longer open. Answered is false when
	// the end of the turn settled it.
	Settled func(r Request, d protocol.ReviewDecision, answered bool)
}

// Registry holds the open questions of one conversation.
type Registry struct {
	hooks Hooks

	mu   sync.Mutex
	open []*pending // in the order of asking
}

type pending struct {
	Request
	decision protocol.ReviewDecision // set before done is closed
	done     chan struct{}
}

// NewRegistry returns an empty registry.
func NewRegistry(h Hooks) *Registry { return &Registry{hooks: h} }

// Ask opens a question and waits for the answer, however long that takes and
// whoever listens. When the context ends first the question is settled as
// denied and the context's error returned; when the answer is to abort,
// [ErrAborted]. A second question of the same turn and call settles the first
// as denied. (spec: events-and-rollouts, approvals)
func (r *Registry) Ask(ctx context.Context, q Request) (protocol.ReviewDecision, error) {
	if err := ctx.Err(); err != nil {
		return protocol.ReviewDenied, err // the turn is over: nobody is asked
	}
	p := &pending{Request: q, done: make(chan struct{})}
	r.mu.Lock()
	if i := slices.IndexFunc(r.open, func(o *pending) bool { return o.TurnID == q.TurnID && o.CallID == q.CallID }); i >= 0 {
		r.settle(i, protocol.ReviewDenied, false)
	}
	r.open = append(r.open, p)
	if r.hooks.Asked != nil {
		r.hooks.Asked(q)
	}
	r.mu.Unlock()

	select {
	case <-p.done:
		return p.result()
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.open, p); i >= 0 {
		r.settle(i, protocol.ReviewDenied, false)
		return protocol.ReviewDenied, ctx.Err()
	}
	return p.result() // the answer came at the same moment
}

// result returns the decision of a settled question.
func (p *pending) result() (protocol.ReviewDecision, error) {
	if p.decision == protocol.ReviewAbort {
		return p.decision, ErrAborted
	}
	return p.decision, nil
}

// Answer settles the question that id names: its call id, or the submission id
// of its turn, which names the oldest open question of the turn. It reports
// whether there was one.
func (r *Registry) Answer(id string, d protocol.ReviewDecision) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.open, func(p *pending) bool { return p.CallID == id })
	if i < 0 {
		i = slices.IndexFunc(r.open, func(p *pending) bool { return p.SubmissionID == id })
	}
	if i < 0 {
		return false
	}
	r.settle(i, d, true)
	return true
}

// AnswerCall settles the question of one call of one turn and reports whether
// it was open.
func (r *Registry) AnswerCall(turnID, callID string, d protocol.ReviewDecision) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.open, func(p *pending) bool { return p.TurnID == turnID && p.CallID == callID })
	if i < 0 {
		return false
	}
	r.settle(i, d, true)
	return true
}

// EndTurn settles the open questions of a turn as denied.
func (r *Registry) EndTurn(turnID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := 0; i < len(r.open); {
		if r.open[i].TurnID == turnID {
			r.settle(i, protocol.ReviewDenied, false)
		} else {
			i++
		}
	}
}

// Open returns the open questions, oldest first.
func (r *Registry) Open() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	open := make([]Request, len(r.open))
	for i, p := range r.open {
		open[i] = p.Request
	}
	return open
}

// settle closes the question at i. The caller holds r.mu.
func (r *Registry) settle(i int, d protocol.ReviewDecision, answered bool) {
	p := r.open[i]
	r.open = slices.Delete(r.open, i, i+1)
	p.decision = d
	if r.hooks.Settled != nil {
		r.hooks.Settled(p.Request, d, answered)
	}
	close(p.done)
}
