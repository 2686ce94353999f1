package atomicfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// errHeld is what tryLock returns when another open file holds the lock.
var errHeld = errors.New("held by somebody else")

// Bounds of the pause between two tries to take a lock.
const (
	shortestPause = time.Millisecond
	longestPause  = 25 * time.Millisecond
)

// Lock takes the advisory lock of the file at path, which it creates with mode
// 0600 if need be, and waits while somebody else holds it. The file stays when
// the lock is given back, because removing it would let two holders in. The
// error wraps that of ctx when ctx ended the wait. Where the file system has no
// locks the caller goes ahead without one.
//
// The returned function gives the lock back; further calls do nothing.
func Lock(ctx context.Context, path string) (unlock func() error, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	pause := shortestPause
	for {
		err := tryLock(file)
		switch {
		case err == nil:
			return sync.OnceValue(file.Close), nil // closing gives the lock back
		case unsupported(err):
			return sync.OnceValue(file.Close), nil
		case !errors.Is(err, errHeld):
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(fmt.Errorf("wait for the lock %s: %w", path, context.Cause(ctx)), file.Close())
		case <-timer.C:
		}
		pause = min(2*pause, longestPause)
	}
}
