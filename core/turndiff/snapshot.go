package turndiff

import (
	"crypto/sha1" // what git names blobs by
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"
)

// The file modes that git knows.
const (
	modeFile       = "100644"
	modeExecutable = "100755"
	modeLink       = "120000"
)

// absentID is the blob id of a file that does not exist.
const absentID = "0000000000000000000000000000000000000000"

// snapshot is a file at one moment. The zero value is a file that is absent.
type snapshot struct {
	exists bool
	mode   string // one of the modes above
	id     string // blob id, 40 hexadecimal digits
	// text is the content. It is empty if opaque is set: the content is not
	// UTF-8, or longer than the tracker keeps.
	text   string
	opaque bool
}

func (s *snapshot) blobID() string {
	if !s.exists {
		return absentID
	}
	return s.id
}

// fileKind is what stands at a path.
type fileKind uint8

const (
	nothing fileKind = iota // no file, or a folder, a device and the like
	file
	link
)

func (s *snapshot) kind() fileKind {
	switch {
	case !s.exists:
		return nothing
	case s.mode == modeLink:
		return link
	}
	return file
}

// kindOf looks at a path without reading the file.
func kindOf(path string) (fileKind, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nothing, nil
	case err != nil:
		return nothing, err
	case info.Mode()&fs.ModeSymlink != 0:
		return link, nil
	case info.Mode().IsRegular():
		return file, nil
	}
	return nothing, nil
}

// take reads what stands at a path. The content is kept if it is text of no
// more than limit bytes.
func take(path string, limit int64) (snapshot, error) {
	kind, err := kindOf(path)
	if err != nil || kind == nothing {
		return snapshot{}, err
	}
	var s snapshot
	if kind == link {
		s, err = takeLink(path, limit)
	} else {
		s, err = takeFile(path, limit)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return snapshot{}, nil
	}
	return s, err
}

// takeLink reads a symbolic link, whose content is its target.
func takeLink(path string, limit int64) (snapshot, error) {
	target, err := os.Readlink(path)
	if err != nil {
		return snapshot{}, err
	}
	target = filepath.ToSlash(target)
	s := snapshot{exists: true, mode: modeLink}
	err = s.fill(strings.NewReader(target), int64(len(target)), limit)
	return s, err
}

func takeFile(path string, limit int64) (snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return snapshot{}, err
	}
	defer f.Close() // nothing was written
	info, err := f.Stat()
	if err != nil {
		return snapshot{}, err
	}
	s := snapshot{exists: true, mode: modeFile}
	if info.Mode()&0o111 != 0 {
		s.mode = modeExecutable
	}
	if err := s.fill(f, info.Size(), limit); err != nil {
		return snapshot{}, fmt.Errorf("read %s: %w", path, err)
	}
	return s, nil
}

// fill reads size bytes of content. A file that grows while it is read is cut
// there, as git does; one that shrinks is an error.
func (s *snapshot) fill(r io.Reader, size, limit int64) error {
	hash := sha1.New()
	fmt.Fprintf(hash, "blob %d\x00", size)
	r = io.LimitReader(r, size)
	if size > limit {
		s.opaque = true
		n, err := io.Copy(hash, r)
		if err == nil && n < size {
			err = io.ErrUnexpectedEOF
		}
		s.id = hex.EncodeToString(hash.Sum(nil))
		return err
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(r, content); err != nil {
		return err
	}
	hash.Write(content)
	s.id = hex.EncodeToString(hash.Sum(nil))
	if utf8.Valid(content) {
		s.text = string(content)
	} else {
		s.opaque = true
	}
	return nil
}
