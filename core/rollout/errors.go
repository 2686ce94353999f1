package rollout

import (
	"errors"
	"fmt"
	"time"

	"github.com/codex-go/codex/protocol"
)

// Errors that callers decide on.
var (
	// ErrNotFound says that a conversation is not kept here.
	ErrNotFound = errors.New("no rollout found")
	// ErrOutside says that a path is not below the directory of the store. When
	// it should be in the archive, the text says so.
	ErrOutside error = outsideError(sessionsDir)
	// ErrMismatch says that a file is not that of the conversation.
	ErrMismatch = errors.New("path and conversation id do not match")
	// ErrExists says that the place where a file should go is taken.
	ErrExists = errors.New("a file of this name exists already")
	// ErrEmpty says that a file holds nothing.
	ErrEmpty = errors.New("empty session file")
	// ErrNoMeta says that a file does not tell whose conversation it is.
	ErrNoMeta = errors.New("no session metadata in the file")
	// ErrNotRegular says that a path is that of a directory, a pipe or a
	// device.
	ErrNotRegular = errors.New("not a regular file")
	// ErrCompressed says that a file is packed, as newer releases keep old
	// conversations.
	ErrCompressed = errors.New("the file is compressed with zstd; unpack it first, with zstd -d")
	// ErrReplaced says that another file has taken the place of a live record.
	ErrReplaced = errors.New("another file is in the place of the record")
	// ErrNoBeginning says that a conversation begins in another file, which
	// cannot be read.
	ErrNoBeginning = errors.New("the beginning of the conversation cannot be read")
	// ErrBeyondRepair says that nothing tells what a file has lost.
	ErrBeyondRepair = errors.New("the file cannot be repaired")
	// ErrClosed says that a writer is closed.
	ErrClosed = errors.New("rollout writer is closed")

	// errNoType is why a line without a type is invalid.
	errNoType = errors.New("no type")
)

// outsideError is the directory that a file should be in.
type outsideError string

func (e outsideError) Error() string {
	if e == archivedDir {
		return "not in the archive"
	}
	return "not in the sessions directory"
}

// Is makes [ErrOutside] of all of them.
func (e outsideError) Is(target error) bool { return target == ErrOutside }

// LockedError says that somebody else writes a conversation.
type LockedError struct {
	ID protocol.ConversationID
	// PID is the process that owns the conversation, which may be this one; 0
	// when it did not say.
	PID int
	// Since is when it took the conversation; zero when it did not say.
	Since time.Time
}

// Error names the conversation and the process. Clients look for the words
// "already has an active writer".
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("conversation %s already has an active writer", e.ID)
	}
	return fmt.Sprintf("conversation %s already has an active writer: process %d", e.ID, e.PID)
}
