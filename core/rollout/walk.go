package rollout

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// entry is a file in the list of conversations, before anybody looked inside.
type entry struct {
	at   Cursor
	dir  string
	name string
}

// path returns the path of the file.
func (e *entry) path() string { return e.dir + string(filepath.Separator) + e.name }

// newest is a heap of entries with the newest on top: putting all of them in
// order would cost more than the few that a page needs.
type newest []entry

// heapify makes a heap of entries in any order.
func (n newest) heapify() {
	for i := len(n)/2 - 1; i >= 0; i-- {
		n.down(i)
	}
}

// pop takes the top out.
func (n *newest) pop() entry {
	h := *n
	top, last := h[0], len(h)-1
	h[0] = h[last]
	*n = h[:last]
	n.down(0)
	return top
}

// down moves the entry at i to its place among those below it.
func (n newest) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(n) {
			return
		}
		if right := child + 1; right < len(n) && n[right].before(&n[child]) {
			child = right
		}
		if !n[child].before(&n[i]) {
			return
		}
		n[i], n[child] = n[child], n[i]
		i = child
	}
}

// before reports whether e comes before f in the list.
func (e *entry) before(f *entry) bool {
	c := e.at.compare(f.at)
	return c < 0 || c == 0 && e.path() < f.path()
}

// all takes the entries out, newest first.
func (n newest) all() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		n.heapify()
		for len(n) > 0 && yield(n.pop()) {
		}
	}
}

// walkDays returns the rollouts below root, newest first, that stand after a
// cursor. It reads a day's directory when it gets there, and none that is
// newer than the cursor; days may have the one that the page before ended in.
// An error comes with an empty entry; so does the end of the sequence.
//
// The order is that of the days and, within a day, of the file names. A file
// that lies under another day than its name says counts as the first or last
// moment of the day it lies under, so that no place in the list is reached
// twice or never. (spec: events-and-rollouts, listing and finding)
func walkDays(root string, after Cursor, days *dayCache) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		err := eachDay(root, after, func(date string, dirs []string) (bool, error) {
			entries, err := days.read(date, dirs, after)
			return err == nil && each(entries, yield), err
		})
		if err != nil {
			yield(entry{}, err)
		}
	}
}

// walkFlat returns the rollouts in the directory root.
func walkFlat(root string, after Cursor, days *dayCache) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		entries, err := days.read("", []string{root}, after)
		if err != nil {
			yield(entry{}, err)
			return
		}
		each(entries, yield)
	}
}

// each hands out entries, newest first, until yield returns false. Of several
// files at one place, as copies in 1 and in 01 are, it hands out one: the next
// page could not begin between them.
func each(entries iter.Seq[entry], yield func(entry, error) bool) bool {
	var last Cursor
	for e := range entries {
		if e.at == last {
			continue
		}
		if last = e.at; !yield(e, nil) {
			return false
		}
	}
	return true
}

// eachDay calls visit for each day below root, newest first, until it returns
// false: with the date, and with the directories of that day, which may be
// several when some are named without the zero. Days after the cursor's are
// left out.
func eachDay(root string, after Cursor, visit func(date string, dirs []string) (bool, error)) error {
	latest := "9999-12-31"
	if !after.IsZero() {
		latest = after.stamp[:len("2006-01-02")]
	}
	found, err := readDir(root)
	if err != nil {
		return err
	}
	for _, y := range numbered(nil, root, found, 9999) {
		year := fmt.Sprintf("%04d", y.number)
		if year > latest[:4] {
			continue
		}
		months, err := numberedIn(y.paths, 12)
		if err != nil {
			return err
		}
		for _, m := range months {
			month := fmt.Sprintf("%s-%02d", year, m.number)
			if month > latest[:7] {
				continue
			}
			days, err := numberedIn(m.paths, 31)
			if err != nil {
				return err
			}
			for _, d := range days {
				date := fmt.Sprintf("%s-%02d", month, d.number)
				if date > latest {
					continue
				}
				if more, err := visit(date, d.paths); err != nil || !more {
					return err
				}
			}
		}
	}
	return nil
}

// group is the directories that are named by one number.
type group struct {
	number int
	paths  []string
}

// numberedIn returns the directories in dirs that are named by a number from 0
// to limit, in falling order.
func numberedIn(dirs []string, limit int) ([]group, error) {
	var groups []group
	for _, dir := range dirs {
		found, err := readDir(dir)
		if err != nil && !unreadable(err) {
			return nil, err
		}
		groups = numbered(groups, dir, found, limit)
	}
	return groups, nil
}

// numbered adds to groups those that were found in dir.
func numbered(groups []group, dir string, found []fs.DirEntry, limit int) []group {
	for _, e := range found {
		n, ok := number(e.Name())
		if !e.IsDir() || !ok || n > limit {
			continue
		}
		path := dir + string(filepath.Separator) + e.Name()
		i, known := slices.BinarySearchFunc(groups, n, func(g group, n int) int { return n - g.number })
		if known {
			groups[i].paths = append(groups[i].paths, path)
		} else {
			groups = slices.Insert(groups, i, group{n, []string{path}})
		}
	}
	return groups
}

// number reads a name that is nothing but a few digits.
func number(name string) (n int, ok bool) {
	if name == "" || len(name) > 5 {
		return 0, false
	}
	for i := range len(name) {
		if name[i] < '0' || name[i] > '9' {
			return 0, false
		}
		n = 10*n + int(name[i]-'0')
	}
	return n, true
}

// rollouts adds to entries the rollouts found in dir that stand after the
// cursor. date is the day of the directory, "" for none.
func rollouts(entries []entry, dir string, found []fs.DirEntry, date string, after Cursor) []entry {
	entries = slices.Grow(entries, len(found))
	for _, e := range found {
		at, ok := parseFileName(e.Name())
		if !ok || !e.Type().IsRegular() {
			continue
		}
		at.clamp(date)
		if after.IsZero() || after.compare(at) < 0 {
			entries = append(entries, entry{at, dir, e.Name()})
		}
	}
	return entries
}

// clamp moves the cursor into the day date, unless that is "".
func (c *Cursor) clamp(date string) {
	if date == "" {
		return
	}
	switch strings.Compare(c.stamp[:len(date)], date) {
	case -1:
		c.stamp = date + "T00-00-00"
	case 1:
		c.stamp = date + "T23-59-59"
	}
}

// readDir returns what is in a directory, in any order; nothing when there is
// no such directory.
func readDir(path string) ([]fs.DirEntry, error) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		var found []fs.DirEntry
		if found, err = f.ReadDir(-1); err == nil {
			return found, nil
		}
	}
	if missing(err) {
		return nil, nil
	}
	return nil, err
}

// unreadable reports whether err says that a directory below the root is not
// for us.
func unreadable(err error) bool { return errors.Is(err, fs.ErrPermission) }
