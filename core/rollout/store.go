package rollout

import (
	"context"
	"iter"
	"time"

	"github.com/codex-go/codex/protocol"
)

// MaxLineBytes bounds a line of a rollout. Longer lines count as invalid and
// are passed over.
const MaxLineBytes = 256 << 20

// Store keeps conversations. The one of this package keeps them in files; a
// program that embeds the agent may bring its own.
type Store interface {
	// Create begins the record of a new conversation and owns it until the
	// writer is closed. When it returns, the file exists. The error is a
	// [*LockedError] when somebody else owns the id.
	Create(ctx context.Context, meta Meta, o WriterOptions) (Writer, error)

	// Resume continues the record at path, which may lie anywhere but must be
	// a regular file that names its conversation. It adds nothing to the file,
	// except that it ends a last line that a crash cut off. The error is a
	// [*LockedError] when somebody else owns the conversation, and wraps
	// [ErrEmpty] or [ErrNoMeta] when the file is no rollout.
	Resume(ctx context.Context, path string, o WriterOptions) (Writer, error)

	// Fork begins a new conversation with everything of the file at path that
	// stands before the nth message of its user, counted from zero as
	// [UserMessage] does. What this release does not know is copied as it is;
	// the file at path stays as it is. When there are no more than nth
	// messages, nothing is copied. forked reports whether anything was.
	Fork(ctx context.Context, path string, nth int, meta Meta, o WriterOptions) (w Writer, forked bool, err error)

	// Meta returns the first thing that the file at path tells about its
	// conversation. It reads little more than that.
	Meta(ctx context.Context, path string) (protocol.SessionMeta, error)

	// Load reads what a conversation needs to go on. See [History].
	Load(ctx context.Context, path string) (*History, error)

	// Read returns the lines of the conversation recorded at path, in order and
	// one at a time: first those that it has in common with another one, where
	// it begins in that one's file. Lines that cannot be read are passed over
	// and counted in report, which may be nil; so is a beginning that cannot. An
	// error ends the sequence; it comes with an empty line.
	Read(ctx context.Context, path string, report *Report) iter.Seq2[protocol.RolloutLine, error]

	// EventMessages returns the events that the file at path records, in order
	// and as the JSON objects that stand in the file, so that a server can
	// pass them on without holding them. Only events that the policy records
	// and that clients can read are given. filter, when it is not nil, says
	// which of them. A payload is valid until the next one. An error ends the
	// sequence; it comes with a nil payload.
	EventMessages(ctx context.Context, path string, filter EventFilter) iter.Seq2[[]byte, error]

	// List returns a page of conversations, newest first.
	List(ctx context.Context, q ListQuery) (Page, error)

	// Find returns where the conversation id is kept, archived or not. The
	// error wraps [ErrNotFound] when it is not.
	Find(ctx context.Context, id protocol.ConversationID) (Location, error)

	// Check reports the error that Archive would return, and moves nothing, so
	// that a conversation is not ended for a move that cannot be.
	Check(ctx context.Context, id protocol.ConversationID, path string) error

	// Archive moves the record at path, which must be that of the conversation
	// id, out of the list, and returns its new path. The error wraps
	// [ErrOutside], [ErrMismatch] or [ErrExists], or is a [*LockedError] when
	// another process owns the conversation. A writer of this process should
	// be closed first.
	Archive(ctx context.Context, id protocol.ConversationID, path string) (string, error)

	// Unarchive undoes Archive. Its errors are the same.
	Unarchive(ctx context.Context, id protocol.ConversationID, path string) (string, error)

	// Delete removes the record at path, archived or not, for good. Its errors
	// are those of Archive.
	Delete(ctx context.Context, id protocol.ConversationID, path string) error
}

// Writer appends to the record of one conversation.
type Writer interface {
	// ID returns the id of the conversation.
	ID() protocol.ConversationID

	// Path returns the absolute path of the file.
	Path() string

	// Record queues those items that the policy keeps (see [Persists]), in
	// order, and stamps them with the time. It does not wait for the disk,
	// unless a few megabytes are waiting already. The items are encoded before
	// it returns. The error is [ErrClosed], that of an item that cannot be
	// encoded, or that of a disk that does not take any more; items that were
	// recorded before one that fails are kept.
	Record(items ...protocol.RolloutItem) error

	// Flush returns when the operating system has everything that was recorded
	// before, which survives the end of the process but not that of the
	// machine.
	Flush(ctx context.Context) error

	// Close flushes, brings the file to the disk, and gives the conversation
	// up. It may be called again and returns the same.
	Close(ctx context.Context) error
}

// Meta is what the first line of a new rollout tells.
type Meta struct {
	// ID is the conversation's id. Zero: the store makes a new one.
	ID protocol.ConversationID
	// Start is when the conversation began. Zero: now. It names the file.
	Start time.Time
	// Cwd is where the conversation began, as an absolute path.
	Cwd string
	// Originator is the name of the client; CLIVersion the protocol level.
	Originator string
	CLIVersion string
	// Instructions is the text of the user's instructions, nil for none.
	Instructions *string
	// Source is the door through which the conversation came in.
	Source protocol.SessionSource
	// Git returns the facts about the repository around Cwd, or nil. It runs
	// beside the conversation: the first line waits for it, for up to five
	// seconds, or less when somebody waits for the file. Its context ends when
	// nobody waits any more. nil: no facts.
	Git func(context.Context) *protocol.GitInfo
}

// WriterOptions says how a conversation is written. The zero value is usual.
type WriterOptions struct {
	// ItemIDs writes the ids that the model gave to its items beside them, for
	// providers that need them after a resume.
	ItemIDs bool
	// OnError is told once, when the file cannot be written and opening it
	// again did not help. It is called from the writer's goroutine, with no
	// lock held; it must not call Close. nil: nobody is told, but Flush and
	// Close say so too.
	OnError func(error)
	// OnRestored is told when somebody removed or shortened the file while the
	// conversation went on. When it was removed, it was put back with everything
	// that it held. When it was shortened where it is, lost is true: what was
	// cut off is gone, and if that was the first line, which says whose the
	// conversation is, it was written again. It is called from the writer's
	// goroutine before Flush returns; it must not wait for the writer. nil:
	// nobody is told.
	OnRestored func(lost bool)
}

// Report says what a reader passed over.
type Report struct {
	Lines   int   // lines that are not blank, including those passed over
	Invalid int   // lines that are not records of a rollout
	TooLong int   // lines longer than [MaxLineBytes], counted as invalid too
	First   error // why the first invalid line is invalid
	// Missing is why the beginning of the conversation cannot be read, which is
	// in another file; it wraps [ErrNoBeginning]. nil when it can be.
	Missing error
}

// History is what is needed to go on with a conversation.
type History struct {
	ID   protocol.ConversationID
	Path string // absolute
	Meta protocol.SessionMeta

	// Compacted is the last summary of the conversation, nil when it was never
	// summed up. UserMessages are then the texts of the user's messages before
	// it, oldest first; when they are very long, only the newest.
	Compacted    *protocol.CompactedLine
	UserMessages []string
	// Replacement is what a newer release put in the place of everything up to
	// the summary; nil when the line tells the summary only.
	Replacement []protocol.ResponseItem

	// Items are the items since the last summary, or all of them, with the ids
	// that were kept.
	Items []protocol.ResponseItem

	// LastTurn, LastTokens and LastRateLimits are the last ones in the file,
	// nil when there are none.
	LastTurn       *protocol.TurnContextLine
	LastTokens     *protocol.TokenUsageInfo
	LastRateLimits *protocol.RateLimitSnapshot

	// Report says what could not be read.
	Report Report
}

// EventFilter says whether an event is wanted. payload is the JSON object.
type EventFilter func(eventType string, payload []byte) bool

// ListQuery asks for a page of conversations. The zero value asks for the
// first 25 that a person would look for.
type ListQuery struct {
	// PageSize is how many conversations to return: 25 when zero, none when
	// negative, 1000 at most.
	PageSize int
	// After is the end of the page before. Zero: begin with the newest.
	After Cursor
	// Sources are the wanted doors; "" stands for files that do not name one.
	// nil: [InteractiveSources].
	Sources []protocol.SessionSource
	// AnySource takes conversations of all doors.
	AnySource bool
	// Archived lists the archive instead.
	Archived bool
}

// Page is a part of the list of conversations.
type Page struct {
	Items []Summary
	// Next asks for what follows; zero when nothing does. It stands at the
	// last file that was looked at, so it may be set on an empty page.
	Next Cursor
	// Scanned is how many files were opened.
	Scanned int
}

// Summary is one conversation in the list.
type Summary struct {
	ID        protocol.ConversationID
	Path      string // absolute
	Preview   string // what the user asked first
	Timestamp string // the start as the file tells it; "" when it does not
	Cwd       string
	Source    protocol.SessionSource
	Git       *protocol.GitInfo
	Modified  time.Time // of the file
}

// Location is where a conversation is kept.
type Location struct {
	Path     string // absolute
	Archived bool
}
