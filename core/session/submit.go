package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/codex-go/codex/protocol"
)

// queueSize is how many submissions may wait. (spec: events-and-rollouts,
// queue model)
const queueSize = 64

// Errors of submissions.
var (
	// ErrClosed is returned for submissions to a conversation that has ended.
	ErrClosed = errors.New("the conversation has ended")
	// ErrNoTurn is returned for what needs a running turn.
	ErrNoTurn = errors.New("no turn is running")
	// ErrNotSteerable is returned for input to a review or a compaction.
	ErrNotSteerable = errors.New("the running turn takes no input")
)

// OtherTurnError says that another turn is running than the one that was meant.
type OtherTurnError struct {
	Running string // id of the turn
}

// Error names the running turn.
func (e *OtherTurnError) Error() string {
	return fmt.Sprintf("another turn is running: %s", e.Running)
}

// submission is an operation in the queue.
type submission struct {
	id     string
	turnID string // of the turn to start, or the one that is meant
	op     protocol.Op
	// interrupted receives the outcome of an interrupt, if not nil.
	interrupted chan<- Interruption
	// steered receives the outcome of a steer, if not nil. Then the operation
	// is a user input that starts no turn.
	steered chan<- error
}

// Submit queues an operation and returns the id that its events will carry. It
// waits while the queue is full. After the end it fails with [ErrClosed].
func (s *Session) Submit(ctx context.Context, op protocol.Op) (string, error) {
	return s.submit(ctx, submission{op: op})
}

// SubmitAs is like Submit with an id of the caller's choice, which does not
// count in the conversation's numbering. turnID is the id of the turn that the
// operation may start; empty lets the session choose one.
func (s *Session) SubmitAs(ctx context.Context, id, turnID string, op protocol.Op) error {
	_, err := s.submit(ctx, submission{id: id, turnID: turnID, op: op})
	return err
}

// Interruption tells how an interrupt ended.
type Interruption struct {
	// Reason is the reason of the turn_aborted event, interrupted when no turn
	// ran.
	Reason protocol.TurnAbortReason
	// Aborted reports whether there was a turn to abort. A turn that was at
	// its end already has ended normally when the outcome is known.
	Aborted bool
	// Seq is the last event that the interrupt caused or found.
	Seq uint64
}

// Interrupt aborts the running task. The channel receives one value when the
// task has ended and its processes with it, also when none ran.
func (s *Session) Interrupt(ctx context.Context) (<-chan Interruption, error) {
	outcome := make(chan Interruption, 1)
	_, err := s.submit(ctx, submission{op: &protocol.InterruptOp{}, interrupted: outcome})
	return outcome, err
}

// InterruptTurn is like Interrupt for one turn: when another one runs by then,
// that goes on and nothing is aborted. It does not count in the conversation's
// numbering.
func (s *Session) InterruptTurn(ctx context.Context, turnID string) (<-chan Interruption, error) {
	outcome := make(chan Interruption, 1)
	_, err := s.submit(ctx, submission{id: turnID, turnID: turnID, op: &protocol.InterruptOp{}, interrupted: outcome})
	return outcome, err
}

// Steer adds input to the running turn and reports at once whether it was
// taken: it fails with [ErrNoTurn], an [*OtherTurnError] or [ErrNotSteerable].
// When ctx ends first it may have been taken or not.
// What was taken is delivered, or recorded if the turn ends first. It does not
// count in the conversation's numbering.
func (s *Session) Steer(ctx context.Context, turnID string, items []protocol.InputItem) error {
	outcome := make(chan error, 1)
	_, err := s.submit(ctx, submission{id: turnID, turnID: turnID, op: &protocol.UserInputOp{Items: items}, steered: outcome})
	if err != nil {
		return err
	}
	select {
	case err := <-outcome:
		return err
	case <-ctx.Done():
		return ctx.Err() // nobody knows
	}
}

func (s *Session) submit(ctx context.Context, sub submission) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	// One at a time, so that the numbers are in the order of the queue.
	select {
	case s.turnstile <- struct{}{}:
	case <-s.done:
		return "", ErrClosed
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-s.turnstile }()
	if s.ended {
		return "", ErrClosed
	}
	own := sub.id == ""
	if own {
		sub.id = strconv.FormatUint(s.next, 10)
	}
	select {
	case s.queue <- sub:
	case <-s.stopping:
		return "", ErrClosed
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if own {
		s.next++
	}
	return sub.id, nil
}

// refuseSubmissions lets nothing more into the queue and answers those in it
// that somebody waits for. Only the loop calls it.
func (s *Session) refuseSubmissions() {
	close(s.stopping) // releases who waits for a place in the queue
	s.turnstile <- struct{}{}
	s.ended = true
	<-s.turnstile
	for {
		select {
		case sub := <-s.queue:
			if sub.interrupted != nil {
				sub.interrupted <- Interruption{Reason: protocol.AbortInterrupted, Seq: s.log.Seq()}
			}
			if sub.steered != nil {
				sub.steered <- ErrClosed
			}
		default:
			return
		}
	}
}
