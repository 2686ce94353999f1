// Package pause waits for a time without outliving a context:
//
//	if err := pause.For(ctx, delay); err != nil {
//		return err // nobody wants the next attempt
//	}
package pause

import (
	"context"
	"time"
)

// For waits for d. When ctx is done before, or was when For was called, it
// returns ctx's cause at once. A d of zero or less does not wait.
func For(ctx context.Context, d time.Duration) error {
	if d <= 0 || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
