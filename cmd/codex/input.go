package main

import "context"

// interrupted is the exit code of a command that the user broke off.
const interrupted = 130

// untilInterrupted runs a read of what the user types or pipes in. Such a read
// cannot be broken off: when ctx ends it is left behind, to end with the
// program, and the error is an [*exitError] that says nothing.
func untilInterrupted[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, &exitError{code: interrupted}
	}
}
