package patch

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"
)

// maxLinks is how many symbolic links are followed on the way to one file.
const maxLinks = 40

// entry is one name in a folder: what it was on disk and what the sections
// have made of it so far.
type entry struct {
	name   string // as the patch spells it, at its first mention
	path   string // name joined to the working folder, not normalised
	key    string // where it really is: normalised, with no link among its folders
	linked bool   // first mentioned by the name of a link that leads to it

	// What is on disk.
	orig   fs.FileInfo // nil if there is nothing
	text   string      // content of a file, or of what a link leads to
	loaded bool        // text was read

	// What the patch has made of it.
	exists   bool
	touched  bool        // written or removed by a section
	written  bool        // content holds what it now contains
	content  string      // valid if written
	deleted  bool        // removed at some point, so no longer the file that it was
	added    bool        // last written as a whole, by an add section
	clobbers bool        // an add or a move replaced a file that was there before
	like     fs.FileInfo // whose mode and owner it has; nil for those of a new file
	lineage  *entry      // whose content this one continues; nil for a new file
	source   bool        // was moved away
	respell  *entry      // the entry that differs in case only and is the same file
}

func (e *entry) isLink() bool {
	return e.exists && !e.written && e.orig != nil && e.orig.Mode()&fs.ModeSymlink != 0
}

func (e *entry) isFolder() bool { return e.orig != nil && e.orig.IsDir() }

// checkFile returns why the entry cannot be read or written as a file.
func (e *entry) checkFile() error {
	switch {
	case !e.exists:
		return &fs.PathError{Op: "open", Path: e.path, Err: syscall.ENOENT}
	case e.isFolder():
		return &fs.PathError{Op: "open", Path: e.path, Err: syscall.EISDIR}
	case !e.written && !e.orig.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: e.path, Err: errNotRegular}
	}
	return nil
}

// write gives the entry new content.
func (e *entry) write(content string, lineage *entry) {
	e.exists, e.touched, e.written = true, true, true
	e.content = content
	e.lineage = lineage
}

// remove takes the entry away.
func (e *entry) remove() {
	e.exists, e.touched, e.written = false, true, false
	e.content = ""
	e.deleted, e.added = true, false
	e.like, e.lineage = nil, nil
}

// directory is the view of the file system that sections are evaluated
// against: the disk, overlaid with what earlier sections did.
type directory struct {
	fsys    FileSystem
	dir     string // the working folder, absolute
	entries map[string]*entry
	order   []*entry        // in the order of their first mention
	parents map[string]bool // all folders above a written entry
	folders map[string]string
}

func newDirectory(fsys FileSystem, dir string) *directory {
	return &directory{
		fsys: fsys, dir: dir,
		entries: map[string]*entry{},
		parents: map[string]bool{},
		folders: map[string]string{},
	}
}

// parentError is a failure on the way to an entry, not at the entry.
type parentError struct{ error }

func (e parentError) Unwrap() error { return e.error }

// join makes a path absolute without normalising it.
func (d *directory) join(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return strings.TrimSuffix(d.dir, string(filepath.Separator)) + string(filepath.Separator) + path
}

// lookup returns the entry of a path as a section spells it. The entry may not
// exist; that is no error.
func (d *directory) lookup(name string) (*entry, error) {
	path := d.join(name)
	return d.at(name, path, path)
}

// at returns the entry at where. name and path are how errors and results call
// it if nothing has mentioned it before; where differs from path behind a link.
func (d *directory) at(name, path, where string) (*entry, error) {
	cut := strings.LastIndexFunc(where, func(r rune) bool { return r < 0x80 && isSeparator(byte(r)) })
	base := where[cut+1:]
	if base == "" || base == "." || base == ".." {
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	folder, err := d.folder(where[:cut+1])
	if err != nil {
		return nil, parentError{err}
	}
	key := filepath.Join(folder, base)
	if e := d.entries[key]; e != nil {
		return e, nil
	}
	e := &entry{name: name, path: path, key: key, linked: where != path}
	info, err := d.lstat(key)
	switch {
	case err == nil:
		e.orig, e.like, e.exists = info, info, true
		e.lineage = e
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if e.orig == nil && d.parents[key] {
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	d.entries[key] = e
	d.order = append(d.order, e)
	return e, nil
}

// lstat describes what is on disk at a real path. What lies below something
// that the patch removed does not count.
func (d *directory) lstat(key string) (fs.FileInfo, error) {
	if d.belowRemoved(key) {
		return nil, &fs.PathError{Op: "lstat", Path: key, Err: syscall.ENOENT}
	}
	return d.fsys.Lstat(key)
}

// belowRemoved reports whether the patch removes something that stands where
// key needs a folder.
func (d *directory) belowRemoved(key string) bool {
	for at := filepath.Dir(key); at != filepath.Dir(at); at = filepath.Dir(at) {
		if e := d.entries[at]; e != nil && e.touched && !e.exists && e.orig != nil {
			return true
		}
	}
	return false
}

func isSeparator(c byte) bool { return c == '/' || c == filepath.Separator }

// folder returns the real path of a folder: links resolved, . and .. applied
// to what they stand behind. Folders that do not exist yet are taken as spelled.
func (d *directory) folder(path string) (string, error) {
	if real, ok := d.folders[path]; ok {
		return real, nil
	}
	volume := filepath.VolumeName(path)
	at := volume + string(filepath.Separator)
	todo := components(path[len(volume):])
	links := 0
	complete := true
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if name == ".." {
			at = filepath.Dir(at)
			continue
		}
		next := filepath.Join(at, name)
		if e := d.entries[next]; e != nil && e.touched {
			if e.exists {
				return "", &fs.PathError{Op: "mkdir", Path: next, Err: syscall.ENOTDIR}
			}
			at, complete = next, false
			continue
		}
		info, err := d.lstat(next)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			at, complete = next, false
		case err != nil:
			return "", err
		case info.Mode()&fs.ModeSymlink != 0:
			if links++; links > maxLinks {
				return "", &fs.PathError{Op: "open", Path: path, Err: syscall.ELOOP}
			}
			target, err := d.fsys.Readlink(next)
			if err != nil {
				return "", err
			}
			if filepath.IsAbs(target) {
				volume = filepath.VolumeName(target)
				at = volume + string(filepath.Separator)
				target = target[len(volume):]
			}
			todo = slices.Concat(components(target), todo)
		case !info.IsDir():
			return "", &fs.PathError{Op: "mkdir", Path: next, Err: syscall.ENOTDIR}
		default:
			at = next
		}
	}
	if complete {
		d.folders[path] = at
	}
	return at, nil
}

// components splits a path at its separators and leaves out what means nothing.
func components(path string) []string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r < 0x80 && isSeparator(byte(r)) })
	return slices.DeleteFunc(parts, func(part string) bool { return part == "." })
}

// follow returns the entry that e leads to if it is a link, and e otherwise.
// The end of a dangling link is an entry that does not exist.
func (d *directory) follow(e *entry) (*entry, error) {
	first := e
	for links := 0; e.isLink(); links++ {
		if links == maxLinks {
			return nil, &fs.PathError{Op: "open", Path: first.path, Err: syscall.ELOOP}
		}
		target, err := d.fsys.Readlink(e.key)
		if err != nil {
			return nil, err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Dir(e.key) + string(filepath.Separator) + target
		}
		if e, err = d.at(first.name, first.path, target); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// read returns the current content of a file.
func (d *directory) read(e *entry) (string, error) {
	if err := e.checkFile(); err != nil {
		return "", err
	}
	if e.written {
		return e.content, nil
	}
	return e.text, d.load(e)
}

// load reads what was on disk.
func (d *directory) load(e *entry) error {
	if e.loaded {
		return nil
	}
	data, err := d.fsys.ReadFile(e.key, MaxFileBytes)
	if err != nil {
		return err
	}
	if !utf8.Valid(data) {
		return &fs.PathError{Op: "read", Path: e.path, Err: errNotText}
	}
	e.text, e.loaded = string(data), true
	return nil
}

// claim notes that there will be a file at the entry, so that what is above it
// must be folders.
func (d *directory) claim(e *entry) {
	for at := filepath.Dir(e.key); !d.parents[at]; at = filepath.Dir(at) {
		d.parents[at] = true
	}
}

// forget drops the cached folders, after a link among them may have gone.
func (d *directory) forget(e *entry) {
	if e.orig != nil && e.orig.Mode()&fs.ModeSymlink != 0 {
		clear(d.folders)
	}
}
