package rollout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/codex-go/codex/core/internal/pause"
	"github.com/codex-go/codex/core/proctree"
	"github.com/codex-go/codex/protocol"
)

const (
	// coordinationLock is held while lock files are made, read or removed.
	coordinationLock = ".coordination.lock"
	// coordinationWait is how long to wait for it; who holds it longer hangs.
	coordinationWait = 5 * time.Second
	// coordinationPoll is how often to look.
	coordinationPoll = 2 * time.Millisecond
	// inheritWait is how long to wait for a lock whose owner was killed: a child
	// that it was just starting has it until it becomes another program.
	inheritWait = 2 * time.Second
	// inheritPoll is how often to look.
	inheritPoll = 20 * time.Millisecond
)

// errLocked is what tryLock returns when another open file holds the lock.
var errLocked = errors.New("locked")

// lockDir is the directory of the writer locks: one file for each conversation
// that is being written, locked as a whole by its writer and removed when the
// writer is done. The lock counts, not the file; what stands in the file is
// for people and for error messages. (spec: app-server-v2, loading and
// unloading)
type lockDir struct {
	path string
	now  func() time.Time

	// held are the locks that were taken here. File locks alone do not keep
	// apart the threads of one process on every file system.
	mu   sync.Mutex
	held map[protocol.ConversationID]time.Time
}

// lease is what stands in a lock file.
type lease struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// take takes the conversation id. Where files cannot be locked, or nothing can
// be written, it lets the writer go ahead: releases before the lock did
// without.
func (d *lockDir) take(ctx context.Context, id protocol.ConversationID) (release func() error, err error) {
	now := d.now()
	d.mu.Lock()
	if since, taken := d.held[id]; taken {
		d.mu.Unlock()
		return nil, &LockedError{ID: id, PID: os.Getpid(), Since: since}
	}
	if d.held == nil {
		d.held = make(map[protocol.ConversationID]time.Time)
	}
	d.held[id] = now
	d.mu.Unlock()

	f, err := d.lockFile(ctx, id, now)
	if err != nil && !unlockable(err) {
		d.forget(id)
		return nil, err
	}
	return sync.OnceValue(func() error {
		defer d.forget(id)
		if f == nil {
			return nil
		}
		// The file is removed while its lock is held and nobody is between
		// opening and locking it, so that no two processes ever lock different
		// files of this name. It has to be removed whatever becomes of ctx.
		coordination, err := d.coordinate(context.WithoutCancel(ctx))
		if missing(err) { // somebody removed all locks
			return f.Close()
		}
		if err != nil {
			return errors.Join(err, f.Close())
		}
		defer coordination.Close()
		err = os.Remove(f.Name())
		cerr := f.Close()
		if err != nil && !missing(err) { // some systems do not remove open files
			err = os.Remove(f.Name())
		}
		if missing(err) {
			err = nil
		}
		return errors.Join(err, cerr)
	}), nil
}

func (d *lockDir) forget(id protocol.ConversationID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.held, id)
}

// lockFile makes and locks the file of id. What a killed process has left locked
// it waits for.
func (d *lockDir) lockFile(ctx context.Context, id protocol.ConversationID, now time.Time) (*os.File, error) {
	for waited := time.Duration(0); ; waited += inheritPoll {
		f, err := d.tryLockFile(ctx, id, now)
		var locked *LockedError
		if !errors.As(err, &locked) || locked.PID == 0 || waited >= inheritWait || !proctree.Gone(locked.PID) {
			return f, err
		}
		if pause.For(ctx, inheritPoll) != nil {
			return nil, err
		}
	}
}

// tryLockFile makes and locks the file of id. It fails with a [*LockedError] when
// another process has the lock.
func (d *lockDir) tryLockFile(ctx context.Context, id protocol.ConversationID, now time.Time) (*os.File, error) {
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return nil, err
	}
	coordination, err := d.coordinate(ctx)
	if err != nil {
		return nil, err
	}
	defer coordination.Close()
	f, err := os.OpenFile(filepath.Join(d.path, string(id)+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := tryLock(f); err != nil {
		defer f.Close()
		if !errors.Is(err, errLocked) {
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		var holder lease
		if b, err := io.ReadAll(io.LimitReader(f, 4096)); err == nil {
			_ = json.Unmarshal(b, &holder) // other releases leave the file empty
		}
		return nil, &LockedError{ID: id, PID: holder.PID, Since: holder.Since}
	}
	// A note that cannot be written costs the name of the holder, no more.
	if b, err := json.Marshal(lease{PID: os.Getpid(), Since: now.UTC()}); err == nil && f.Truncate(0) == nil {
		_, _ = f.WriteAt(append(b, '\n'), 0)
	}
	return f, nil
}

// coordinate takes the lock under which lock files come and go. Closing the
// file releases it.
func (d *lockDir) coordinate(ctx context.Context) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(d.path, coordinationLock), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.NewTimer(coordinationWait)
	defer deadline.Stop()
	for {
		err := tryLock(f)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, errLocked) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		poll := time.NewTimer(coordinationPoll)
		select {
		case <-poll.C:
		case <-ctx.Done():
			poll.Stop()
			f.Close()
			return nil, ctx.Err()
		case <-deadline.C:
			poll.Stop()
			f.Close()
			return nil, fmt.Errorf("lock %s: another process does not let go of it", f.Name())
		}
	}
}

// unlockable reports whether err says that there can be no locks here.
func unlockable(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) ||
		errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission)
}
