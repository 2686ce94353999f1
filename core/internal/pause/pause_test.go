package pause

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestFor(t *testing.T) {
	t.Parallel()
	errGone := errors.New("gone")
	tests := []struct {
		name   string
		d      time.Duration
		cancel time.Duration // when the context ends; negative: before the call
		want   error
		waited time.Duration
	}{
		{"to its end", time.Minute, time.Hour, nil, time.Minute},
		{"cancelled on the way", time.Hour, time.Minute, errGone, time.Minute},
		{"cancelled before", time.Hour, -1, errGone, 0},
		{"no time", 0, time.Hour, nil, 0},
		{"no time and cancelled before", 0, -1, errGone, 0},
		{"less than no time", -time.Hour, time.Hour, nil, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if test.cancel < 0 {
					cancel(errGone)
				} else {
					defer time.AfterFunc(test.cancel, func() { cancel(errGone) }).Stop()
				}
				start := time.Now()
				if err := For(ctx, test.d); !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if waited := time.Since(start); waited != test.waited {
					t.Errorf("waited for %v, want %v", waited, test.waited)
				}
			})
		})
	}
}
