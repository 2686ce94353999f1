package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/codex-go/codex/core/approval"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/internal/pause"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/protocol"
)

// retry runs a model call and repeats it as often as the provider allows, when
// repeating may help. (spec: agent-loop, turn-level retry)
func (s *Session) retry(t *task, call func() error) error {
	for attempt := 1; ; attempt++ {
		err := call()
		if err == nil || errors.Is(err, approval.ErrAborted) {
			return err
		}
		if t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		var limit *modelclient.UsageLimitError
		if errors.As(err, &limit) && limit.RateLimits != nil {
			s.limits(t, limit.RateLimits)
		}
		retries := s.o.Config.Provider.StreamRetries()
		if attempt > retries || !modelclient.Retryable(err) {
			return err
		}
		delay := modelclient.RetryDelay(err, attempt)
		s.emitItem(t, "", &protocol.StreamErrorEvent{
			Message: fmt.Sprintf("stream error: %v; retrying %d/%d in %s...", err, attempt, retries, shortDelay(delay)),
		}, &event.TurnFailed{Err: err, WillRetry: true})
		if err := pause.For(t.ctx, delay); err != nil {
			return err
		}
	}
}

// shortDelay prints a delay in milliseconds below a second, else in seconds.
func shortDelay(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return fmt.Sprintf("%.3fs", d.Seconds())
}
