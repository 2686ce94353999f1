package rollout

import (
	"io/fs"
	"iter"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	// largeDay is how many files make a day worth remembering.
	largeDay = 256
	// dayLife is how long a day is remembered: as long as somebody pages
	// through it, and not much longer than a file system that does not say
	// that a directory has changed would be believed anyway.
	dayLife = 2 * time.Second
)

// dayCache remembers the last large day that was read, in order, so that who
// pages through it does not read and sort all of it for every page.
//
// It is used only for pages after the first, and only while the directories
// look as they did. They have to have looked that way for longer than a step of
// the file system's clock before they were read: what comes within the same
// step would not show.
type dayCache struct {
	mu      sync.Mutex
	dirs    []string
	looked  []stamp // how dirs look
	since   time.Time
	entries []entry   // in order; nil when nothing is remembered
	begun   time.Time // when they were read
}

// read returns the rollouts in the directories of a day that stand after the
// cursor, newest first. A nil cache remembers nothing.
func (c *dayCache) read(date string, dirs []string, after Cursor) (iter.Seq[entry], error) {
	if entries, ok := c.recall(dirs, after); ok {
		return slices.Values(entries), nil
	}
	begun := time.Now()
	looked := make([]stamp, len(dirs))
	var found [][]fs.DirEntry
	total := 0
	for i, dir := range dirs {
		looked[i] = lookAt(dir)
		here, err := readDir(dir)
		if err != nil && !(date != "" && unreadable(err)) {
			return nil, err
		}
		found = append(found, here)
		total += len(here)
	}
	settled := total >= largeDay && c.settled(dirs, looked, begun) && !after.IsZero()
	from := after
	if settled {
		from = Cursor{} // all of it, for the pages that follow
	}
	var entries []entry
	for i, dir := range dirs {
		entries = rollouts(entries, dir, found[i], date, from)
	}
	if !settled {
		return newest(entries).all(), nil
	}
	slices.SortFunc(entries, func(e, f entry) int {
		if e.before(&f) {
			return -1
		}
		return 1
	})
	c.remember(dirs, looked, entries, begun)
	return slices.Values(behind(entries, after)), nil
}

// behind returns the entries that stand after the cursor.
func behind(entries []entry, after Cursor) []entry {
	if after.IsZero() {
		return entries
	}
	i, _ := slices.BinarySearchFunc(entries, after, func(e entry, after Cursor) int {
		if after.compare(e.at) < 0 {
			return 1
		}
		return -1
	})
	return entries[i:]
}

// recall returns what is remembered of the directories.
func (c *dayCache) recall(dirs []string, after Cursor) ([]entry, bool) {
	if c == nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.begun) > dayLife {
		c.entries = nil
	}
	if c.entries == nil || after.IsZero() || !slices.Equal(dirs, c.dirs) {
		return nil, false
	}
	for i, dir := range dirs {
		if lookAt(dir) != c.looked[i] {
			return nil, false
		}
	}
	return behind(c.entries, after), true
}

// settled reports whether the directories have looked as they do for long
// enough, and takes note of how they look.
func (c *dayCache) settled(dirs []string, looked []stamp, begun time.Time) bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(dirs, c.dirs) || !slices.Equal(looked, c.looked) {
		c.dirs, c.looked, c.since, c.entries = dirs, looked, begun, nil
		return false
	}
	step := 100 * time.Millisecond
	for _, s := range looked {
		if s.modified%int64(time.Second) == 0 { // a clock of whole seconds
			step = settleTime
		}
	}
	return begun.Sub(c.since) > step
}

// remember keeps what was read of the directories, unless another reader has
// found another day or another state since.
func (c *dayCache) remember(dirs []string, looked []stamp, entries []entry, begun time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Equal(dirs, c.dirs) && slices.Equal(looked, c.looked) {
		c.entries, c.begun = entries, begun
	}
}

// lookAt returns how a directory looks; one that cannot be looked at looks as
// no other does, and as little as itself.
func lookAt(dir string) stamp {
	info, err := os.Stat(dir)
	if err != nil {
		return stamp{modified: time.Now().UnixNano()}
	}
	if s, _, ok := stampOf(info); ok {
		return s
	}
	return stamp{modified: info.ModTime().UnixNano()}
}
