package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

// Directories below the home directory.
const (
	sessionsDir = "sessions"
	archivedDir = "archived_sessions"
	locksDir    = "thread-writer-locks"
)

// Options are the settings of a [FileStore]. The zero value is usual.
type Options struct {
	// Now is the clock. nil: time.Now.
	Now func() time.Time
	// Location is the zone of the dates in the names of files and directories.
	// nil: the local one, or UTC where that is unknown.
	Location *time.Location
	// OpenFile opens files for writing; tests inject faults with it. nil:
	// os.OpenFile.
	OpenFile OpenFunc
	// Lock takes a conversation for writing; the function that it returns
	// gives it up. The error is a [*LockedError] when somebody else has it.
	// nil: a lock file in the home directory, which other processes respect.
	Lock LockFunc
}

// LockFunc takes a conversation for writing.
type LockFunc func(ctx context.Context, id protocol.ConversationID) (release func() error, err error)

// FileStore is the [Store] that keeps conversations in files under a home
// directory. The directory need not exist. It holds nothing open but what its
// writers do.
type FileStore struct {
	home    string
	o       Options
	readers sync.Pool // of *headReader
	days    dayCache  // for pages that follow
	skips   skipIndex // of what lists pass over
}

var _ Store = (*FileStore)(nil)

// NewFileStore returns the store under home, an absolute path. o may be nil.
func NewFileStore(home string, o *Options) *FileStore {
	s := &FileStore{home: filepath.Clean(home)}
	s.skips = skipIndex{path: filepath.Join(s.home, skipsFile), clock: fileClock}
	if o != nil {
		s.o = *o
	}
	if s.o.Now == nil {
		s.o.Now = time.Now
	}
	if s.o.Location == nil {
		s.o.Location = time.Local
	}
	if s.o.OpenFile == nil {
		s.o.OpenFile = openOS
	}
	if s.o.Lock == nil {
		locks := &lockDir{path: filepath.Join(s.home, locksDir), now: s.o.Now}
		s.o.Lock = locks.take
	}
	return s
}

// Create begins the record of a new conversation.
func (s *FileStore) Create(ctx context.Context, meta Meta, o WriterOptions) (Writer, error) {
	w, err := s.create(ctx, meta, o)
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (s *FileStore) create(ctx context.Context, meta Meta, o WriterOptions) (_ *fileWriter, err error) {
	if meta.Start.IsZero() {
		meta.Start = s.o.Now()
	}
	if meta.ID == "" {
		meta.ID = protocol.NewConversationID(meta.Start)
	}
	release, err := s.o.Lock(ctx, meta.ID)
	if err != nil {
		return nil, fmt.Errorf("create rollout: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, release())
		}
	}()
	local := meta.Start.In(s.o.Location)
	dir := filepath.Join(s.home, sessionsDir, local.Format("2006"), local.Format("01"), local.Format("02"))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create rollout: %w", err)
	}
	file, err := createSink(filepath.Join(dir, fileName(local, meta.ID)), s.o.OpenFile)
	if err != nil {
		return nil, fmt.Errorf("create rollout: %w", err)
	}
	w := newWriter(meta.ID, file, s.o.Now, o, release)
	w.written = -1 // until the first line is in the file
	ctx = context.WithoutCancel(ctx)
	go w.run(file, func() ([]byte, error) { return meta.firstLine(ctx, s.o.Now, w.hurry, &w.background) })
	return w, nil
}

// Resume continues the record at path.
func (s *FileStore) Resume(ctx context.Context, path string, o WriterOptions) (_ Writer, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("resume rollout: %w", err)
	}
	meta, err := readMeta(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("resume rollout %s: %w", path, err)
	}
	release, err := s.o.Lock(ctx, meta.ID)
	if err != nil {
		return nil, fmt.Errorf("resume rollout %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, release())
		}
	}()
	// What is read of the file from here on does not change any more.
	file, err := openSink(path, s.o.OpenFile)
	if err != nil {
		return nil, fmt.Errorf("resume rollout %s: %w", path, err)
	}
	file.head = meta.line
	w := newWriter(meta.ID, file, s.o.Now, o, release)
	if meta.numbered {
		if w.ordinal, err = nextOrdinal(path); err != nil {
			return nil, errors.Join(fmt.Errorf("resume rollout %s: %w", path, err), file.close())
		}
	}
	go w.run(file, nil)
	return w, nil
}

// root returns the directory of the conversations, archived or not.
func (s *FileStore) root(archived bool) string {
	if archived {
		return filepath.Join(s.home, archivedDir)
	}
	return filepath.Join(s.home, sessionsDir)
}

// missing reports whether err says that a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
