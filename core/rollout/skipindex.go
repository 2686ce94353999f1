package rollout

import (
	"encoding/hex"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/codex-go/codex/protocol"
)

const (
	// skipsFile keeps the index, below the home directory. It is a cache: it
	// may be removed at any time.
	skipsFile = "sessions.cache"
	// fewSkips is how many files are looked into again rather than bothering
	// the disk with them.
	fewSkips = 128
	// maxSkips bounds the index: it takes a few megabytes.
	maxSkips = 1 << 17
	// maxSources bounds how many different doors it tells apart.
	maxSources = 200
	// settleTime is how long a file must have been left alone when it was read:
	// longer than the coarsest clock of a file system needs for a step.
	settleTime = 3 * time.Second
)

// skipIndex remembers what files lists have passed over, and why: so that a
// list of the conversations that a person held does not look into the thousands
// that programs held, time and again.
//
// It tells nothing but that. Which files there are the directories say, and
// what a list shows of a file is always read from it; a file is opened and
// compared with its stamp before it is passed over, because opening is what
// makes network file systems look again. So the index cannot show what is not
// there, nor hide a file that somebody wrote to, whoever wrote it. When it is
// lost, damaged or cannot be written, files are looked into.
//
// An entry is kept only if its file had been left alone for [settleTime] by the
// clock of the file system: one that is written twice within a step of that
// clock could look as before.
//
// All methods are safe for concurrent use.
type skipIndex struct {
	path string
	// clock returns the time and the device of a directory's file system.
	clock func(dir string) (now time.Time, device uint64, ok bool)

	mu      sync.Mutex
	known   map[skipKey]skip
	doors   []protocol.SessionSource // that a skip.why below len(doors) stands for
	pending []pendingSkip            // not known yet to have been left alone
	unsaved int                      // entries of known that the file does not have
	loaded  stamp                    // of the file when it was read last
	off     bool                     // the home directory takes no file
}

// stamp tells a state of a file from the others.
type stamp struct {
	inode             uint64
	size              int64
	modified, changed int64 // in nanoseconds
}

// skipKey names a file.
type skipKey struct {
	id    [16]byte // of the conversation, from the name
	inode uint64
}

// skip is why a file is passed over while it has a stamp.
type skip struct {
	size              int64
	modified, changed int64
	why               uint8 // which door it came in by, or showsNothing
	used              bool  // in this process
}

// showsNothing says that a file has nothing for a list to show.
const showsNothing = 255

func (s skip) matches(t stamp) bool {
	return s.size == t.size && s.modified == t.modified && s.changed == t.changed
}

// pendingSkip is a file that was passed over.
type pendingSkip struct {
	key    skipKey
	skip   skip
	device uint64
	read   time.Time // no later than that it was read
}

// keyOf returns the key of a file. Ids have the form that file names have.
func keyOf(id protocol.ConversationID, inode uint64) (k skipKey) {
	k.inode = inode
	// An id that is no UUID has a key that it shares, which the stamp mends.
	_, _ = hex.Decode(k.id[:], []byte(strings.ReplaceAll(string(id), "-", "")))
	return k
}

// skips reports whether a list can pass over a file in this state.
func (x *skipIndex) skips(id protocol.ConversationID, s stamp, wanted func(protocol.SessionSource) bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.known) == 0 {
		return false
	}
	key := keyOf(id, s.inode)
	k, ok := x.known[key]
	if !ok || !k.matches(s) || k.why != showsNothing && wanted(x.doors[k.why]) {
		return false
	}
	if !k.used {
		k.used = true
		x.known[key] = k
	}
	return true
}

// passedOver takes note of a file that a list does not show, because it came in
// by a door that is not wanted or, if source is nil, because there is nothing
// to show. read is a time before it was read.
func (x *skipIndex) passedOver(id protocol.ConversationID, s stamp, device uint64, read time.Time, source *protocol.SessionSource) {
	x.mu.Lock()
	defer x.mu.Unlock()
	why := uint8(showsNothing)
	if source != nil {
		var ok bool
		if why, ok = x.door(*source); !ok {
			return
		}
	}
	if x.off || len(x.pending) >= maxSkips {
		return
	}
	x.pending = append(x.pending, pendingSkip{
		keyOf(id, s.inode), skip{s.size, s.modified, s.changed, why, true}, device, read,
	})
}

// door returns the number of a source; ok is false when there are too many.
func (x *skipIndex) door(source protocol.SessionSource) (n uint8, ok bool) {
	for i, s := range x.doors {
		if s == source {
			return uint8(i), true
		}
	}
	if len(x.doors) >= maxSources || len(source) > 255 {
		return 0, false
	}
	x.doors = append(x.doors, source)
	return uint8(len(x.doors) - 1), true
}

// settle takes the files that were passed over into the index, when there are
// enough of them, and writes it when it has grown by a good part, or at the end
// of a list. root is the directory that was listed.
func (x *skipIndex) settle(root string, end bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.off || len(x.pending) < fewSkips && (!end || x.unsaved < fewSkips) {
		return
	}
	clock, device, ok := x.clock(root)
	if !ok {
		x.off, x.pending = true, nil
		return
	}
	asked := time.Now()
	if x.known == nil {
		x.known = make(map[skipKey]skip, len(x.pending))
	}
	for _, p := range x.pending {
		read := clock.Add(p.read.Sub(asked)) // by the clock of the file system
		left := read.Add(-settleTime).UnixNano()
		if p.device == device && p.skip.modified < left && p.skip.changed < left {
			x.known[p.key] = p.skip
			x.unsaved++
		}
	}
	x.pending = x.pending[:0]
	if x.unsaved >= fewSkips && (end || x.unsaved >= len(x.known)/4) {
		x.save()
	}
}

// fileClock returns the time and the device of the file system of dir, by
// making a file there.
func fileClock(dir string) (now time.Time, device uint64, ok bool) {
	f, err := os.CreateTemp(dir, ".clock-*")
	if err != nil {
		return time.Time{}, 0, false
	}
	defer os.Remove(f.Name())
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return time.Time{}, 0, false
	}
	s, device, ok := stampOf(info)
	return time.Unix(0, s.modified), device, ok
}
