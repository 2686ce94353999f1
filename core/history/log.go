package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/codex-go/codex/core/internal/pause"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

const (
	fileName = "history.jsonl"
	// lockTries and lockPause are how often, and how far apart, to ask for the
	// lock before giving up.
	lockTries = 10
	lockPause = 100 * time.Millisecond
	// maxEntry is the longest line that is looked up.
	maxEntry = 64 << 20
)

var (
	// ErrBusy says that another program held the file all the time.
	ErrBusy = errors.New("the message history is locked by another program")
	// ErrNoEntry says that there is no such entry, or not any more.
	ErrNoEntry = errors.New("no such entry in the message history")
	// ErrForeign says that what stands in the place of the file is not ours to
	// write: a symbolic link, a directory, or a file of another user.
	ErrForeign = errors.New("not a regular file of this user")

	// errLocked is what tryLock returns when another open file holds the lock.
	errLocked = errors.New("locked")
)

// Options are the settings of a [Log]. The zero value is usual.
type Options struct {
	// Off makes Append do nothing. What was written before can be looked up.
	Off bool
	// MaxBytes bounds the file: an append that goes beyond it drops the oldest
	// entries, and a few more, to have room for the next ones. 0: no bound.
	MaxBytes int64
	// Now is the clock. nil: time.Now.
	Now func() time.Time
	// pause waits between two tries to lock the file; tests replace it.
	pause func(context.Context, time.Duration) error
}

// Log is the message history of a home directory.
type Log struct {
	path string
	o    Options

	mu    sync.Mutex // guards the index
	index index
}

// New returns the message history in home, which need not exist. o may be nil.
func New(home string, o *Options) *Log {
	l := &Log{path: filepath.Join(home, fileName)}
	if o != nil {
		l.o = *o
	}
	if l.o.Now == nil {
		l.o.Now = time.Now
	}
	if l.o.pause == nil {
		l.o.pause = pause.For
	}
	return l
}

// Append adds a message of a conversation. The error wraps [ErrBusy] when the
// file could not be locked within a second.
func (l *Log) Append(ctx context.Context, id protocol.ConversationID, text string) error {
	if l.o.Off {
		return nil
	}
	if err := l.append(ctx, l.encode(id, text)); err != nil {
		return fmt.Errorf("append to %s: %w", l.path, err)
	}
	return nil
}

// encode returns the line of a message.
func (l *Log) encode(id protocol.ConversationID, text string) []byte {
	b := wire.AppendString([]byte(`{"session_id":`), string(id))
	b = strconv.AppendInt(append(b, `,"ts":`...), l.o.Now().Unix(), 10)
	b = wire.AppendString(append(b, `,"text":`...), text)
	return append(b, "}\n"...)
}

func (l *Log) append(ctx context.Context, line []byte) error {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return err
	}
	f, err := l.openLocked(ctx, os.O_RDWR|os.O_APPEND|os.O_CREATE, exclusive)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := private(f, info); err != nil {
		return err
	}
	size := info.Size()
	if size > 0 { // end a line that a crash cut off
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	n, err := f.Write(line)
	if err != nil {
		// Half an entry would spoil the next one.
		return errors.Join(err, f.Truncate(size))
	}
	size += int64(n)
	if l.o.MaxBytes > 0 && size > l.o.MaxBytes {
		return l.trim(f, size)
	}
	return nil
}

// openLocked opens the file and locks it. The file is the one that stands in
// its place once the lock is held: a program that shortens the history puts
// another one there.
func (l *Log) openLocked(ctx context.Context, flag int, mode lockMode) (*os.File, error) {
	for try := 0; ; try++ {
		f, err := openNoFollow(l.path, flag, 0o600)
		if err != nil {
			return nil, err
		}
		err = tryLock(f, mode)
		if err == nil {
			var current bool
			if current, err = l.inPlace(f); current {
				return f, nil
			}
		}
		f.Close()
		switch {
		case err != nil && !errors.Is(err, errLocked):
			return nil, err
		case try+1 >= lockTries:
			return nil, ErrBusy
		case err != nil: // otherwise another file took the place of this one
			if err := l.o.pause(ctx, lockPause); err != nil {
				return nil, err
			}
		}
	}
}

// inPlace reports whether f is the file that others open.
func (l *Log) inPlace(f *os.File) (bool, error) {
	opened, err := f.Stat()
	if err != nil {
		return false, err
	}
	if !opened.Mode().IsRegular() {
		return false, ErrForeign
	}
	there, err := os.Lstat(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(opened, there), err
}

// Metadata returns the identity of the file and the number of its entries;
// both are 0 when there is none.
func (l *Log) Metadata() (logID, entries uint64) {
	f, err := openNoFollow(l.path, os.O_RDONLY, 0)
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.index.update(f); err != nil {
		return 0, 0
	}
	return l.index.file, l.index.lines
}

// Lookup returns the entry with the number offset, counted from 0, of the file
// logID. The error wraps [ErrNoEntry] when there is none.
func (l *Log) Lookup(ctx context.Context, logID, offset uint64) (*protocol.HistoryEntry, error) {
	line, err := l.line(ctx, logID, offset)
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNoEntry
	}
	if err != nil {
		return nil, fmt.Errorf("look up entry %d of %s: %w", offset, l.path, err)
	}
	var stored struct {
		SessionID string `json:"session_id"`
		Timestamp uint64 `json:"ts"`
		Text      string `json:"text"`
	}
	if err := wire.Unmarshal(line, &stored); err != nil {
		return nil, fmt.Errorf("look up entry %d of %s: %w", offset, l.path, err)
	}
	return &protocol.HistoryEntry{ConversationID: stored.SessionID, Timestamp: stored.Timestamp, Text: stored.Text}, nil
}

// line returns the line with the number offset.
func (l *Log) line(ctx context.Context, logID, offset uint64) ([]byte, error) {
	f, err := l.openLocked(ctx, os.O_RDONLY, shared)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	l.mu.Lock()
	err = l.index.update(f)
	file, known := l.index.file, offset < l.index.lines
	var start int64
	var skip uint64
	if known {
		start, skip = l.index.find(offset)
	}
	l.mu.Unlock()
	switch {
	case err != nil:
		return nil, err
	case file != logID || !known:
		return nil, ErrNoEntry
	}
	in := newScanner(io.NewSectionReader(f, start, 1<<62))
	for range skip {
		if _, err := in.skip(); err != nil {
			return nil, err
		}
	}
	line, err := in.next(maxEntry)
	return bytes.TrimSpace(line), err
}
