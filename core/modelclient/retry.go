package modelclient

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	backoffBase = 200 * time.Millisecond
	backoffCap  = 30 * time.Second
	// longestWait is the longest wait that a provider can ask for. Beyond it
	// a user is better served by an error that says when to come back.
	longestWait = 5 * time.Minute
)

// Retryable reports whether asking again may help after a call of
// [Client.Stream] or [Stream.Next] failed. What Stream itself has repeated
// already is not retryable, nor is anything that only the user can mend.
// (spec: agent-loop, do better, correctness)
func Retryable(err error) bool {
	var stream *StreamError
	return errors.As(err, &stream) && !errors.Is(err, context.Canceled)
}

// RetryDelay returns how long to wait before the attempt-th repetition,
// counting from 1, after an error that is [Retryable]: what the provider asked
// for, or 200 ms doubled for each earlier repetition, give or take a tenth, at
// most half a minute. (spec: agent-loop, delay)
func RetryDelay(err error, attempt int) time.Duration {
	var stream *StreamError
	if errors.As(err, &stream) && stream.RetryAfter > 0 {
		return min(stream.RetryAfter, longestWait)
	}
	return backoff(attempt, rand.Float64())
}

// backoff returns the wait before the attempt-th repetition; random is in
// [0, 1).
func backoff(attempt int, random float64) time.Duration {
	wait := backoffCap
	if shift := max(attempt, 1) - 1; shift < 16 {
		wait = min(backoffBase<<shift, backoffCap)
	}
	return min(time.Duration(float64(wait)*(0.9+0.2*random)), backoffCap)
}

// retryAfter reads the header of that name, which holds seconds or a date. ok
// is false when it is missing or neither.
func retryAfter(header http.Header, now time.Time) (wait time.Duration, ok bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		const limit = uint64(1 << 31)
		return time.Duration(min(seconds, limit)) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}
