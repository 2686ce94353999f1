package rollout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/protocol"
)

// Archive moves the record of a conversation to the archive.
// (spec: events-and-rollouts, archive)
func (s *FileStore) Archive(ctx context.Context, id protocol.ConversationID, path string) (string, error) {
	var to string
	err := s.own(ctx, id, path, []string{sessionsDir}, func(file string) error {
		to = filepath.Join(s.root(true), filepath.Base(file))
		return move(file, to)
	})
	if err != nil {
		return "", fmt.Errorf("archive conversation %s: %w", id, err)
	}
	return to, nil
}

// Check reports what would keep Archive from moving the record.
func (s *FileStore) Check(ctx context.Context, id protocol.ConversationID, path string) error {
	err := s.own(ctx, id, path, []string{sessionsDir}, func(file string) error {
		to := filepath.Join(s.root(true), filepath.Base(file))
		if _, err := os.Lstat(to); err == nil {
			return fmt.Errorf("%s: %w", to, ErrExists)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("archive conversation %s: %w", id, err)
	}
	return nil
}

// Unarchive moves the record back to the day that its name tells.
func (s *FileStore) Unarchive(ctx context.Context, id protocol.ConversationID, path string) (string, error) {
	var to string
	err := s.own(ctx, id, path, []string{archivedDir}, func(file string) error {
		name := filepath.Base(file)
		at, ok := parseFileName(name)
		if !ok {
			return fmt.Errorf("%s does not tell its day: %w", name, ErrMismatch)
		}
		to = filepath.Join(s.root(false), at.stamp[:4], at.stamp[5:7], at.stamp[8:10], name)
		return move(file, to)
	})
	if err != nil {
		return "", fmt.Errorf("unarchive conversation %s: %w", id, err)
	}
	return to, nil
}

// Delete removes the record of a conversation.
func (s *FileStore) Delete(ctx context.Context, id protocol.ConversationID, path string) error {
	err := s.own(ctx, id, path, []string{sessionsDir, archivedDir}, os.Remove)
	if errors.Is(err, ErrNoMeta) || errors.Is(err, ErrEmpty) {
		// A file that lost its beginning goes by its name.
		err = s.take(ctx, id, path, []string{sessionsDir, archivedDir}, func(file string, _ protocol.ConversationID, _ bool) error {
			return os.Remove(file)
		})
	}
	if err != nil {
		return fmt.Errorf("delete conversation %s: %w", id, err)
	}
	return nil
}

// own calls act with the real path of the file at path, which must lie below
// one of the directories of the home and be that of the conversation id, by its
// name and by what it says, while no other process writes it.
func (s *FileStore) own(ctx context.Context, id protocol.ConversationID, path string, dirs []string, act func(file string) error) error {
	return s.take(ctx, id, path, dirs, func(file string, id protocol.ConversationID, live bool) error {
		meta, err := readMeta(ctx, file)
		switch {
		case live && errors.Is(err, ErrEmpty): // so young that nothing is written
		case err != nil:
			return fmt.Errorf("%s: %w", path, err)
		case meta.ID != id:
			return fmt.Errorf("%s is the conversation %s: %w", path, meta.ID, ErrMismatch)
		}
		return act(file)
	})
}

// take calls act with the real path of the file at path, which must lie below
// one of the directories of the home and have the name of the conversation id,
// while no other process writes it. act is given the id in the form that files
// have it in; live tells that this process writes the file.
func (s *FileStore) take(ctx context.Context, id protocol.ConversationID, path string, dirs []string, act func(file string, id protocol.ConversationID, live bool) error) (err error) {
	file, err := s.inside(path, dirs)
	if err != nil {
		return err
	}
	name := filepath.Base(file)
	id, err = protocol.ParseConversationID(string(id))
	if err != nil || !strings.HasPrefix(name, "rollout-") || !strings.HasSuffix(strings.ToLower(name), string(id)+".jsonl") {
		return fmt.Errorf("%s: %w", path, ErrMismatch)
	}
	release, err := s.o.Lock(ctx, id)
	var locked *LockedError
	// A writer of this process that did not end in time does not count: it
	// goes on writing to the file wherever that is.
	live := errors.As(err, &locked) && locked.PID == os.Getpid()
	switch {
	case err == nil:
		defer func() { err = errors.Join(err, release()) }()
	case !live:
		return err
	}
	return act(file, id, live)
}

// inside returns the real path of the regular file at path, which must lie
// below one of dirs once the symbolic links of both are followed.
func (s *FileStore) inside(path string, dirs []string) (string, error) {
	outside := func(why error) error {
		if why == nil {
			return fmt.Errorf("%s: %w", path, outsideError(dirs[0]))
		}
		return fmt.Errorf("%s: %w: %w", path, outsideError(dirs[0]), why)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", outside(err)
	}
	file, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", outside(err)
	}
	for _, dir := range dirs {
		root, err := filepath.EvalSymlinks(filepath.Join(s.home, dir))
		if err != nil {
			continue
		}
		rel, err := filepath.Rel(root, file)
		if err != nil || !filepath.IsLocal(rel) || rel == "." {
			continue
		}
		info, err := os.Lstat(file)
		if err != nil {
			return "", outside(err)
		}
		if !info.Mode().IsRegular() {
			return "", fmt.Errorf("%s: %w", path, ErrNotRegular)
		}
		return file, nil
	}
	return "", outside(nil)
}

// move moves a file to a path that nobody has taken, also to another file
// system.
func move(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	err := renameExclusive(from, to)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: %w", to, ErrExists)
	case !otherFileSystem(err):
		return err
	}
	return moveByCopy(from, to)
}

// moveByCopy copies a file and removes the original when the copy is on the
// disk. What can be seen at any time is the original, or a whole copy.
func moveByCopy(from, to string) (err error) {
	in, info, err := openRegular(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), ".moving-*")
	if err != nil {
		return err
	}
	temporary := out.Name()
	defer func() {
		if temporary != "" {
			err = errors.Join(err, os.Remove(temporary))
		}
	}()
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err := os.Chtimes(temporary, info.ModTime(), info.ModTime()); err != nil {
		return err
	}
	if err := renameExclusive(temporary, to); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s: %w", to, ErrExists)
		}
		return err
	}
	temporary = ""
	if err := os.Remove(from); err != nil {
		// Two files of one conversation would be worse than none moved.
		return errors.Join(err, os.Remove(to))
	}
	return nil
}

// renameUnlessThere is renameExclusive where one call cannot do it. The names
// of rollouts are unique, so that nobody takes the name in between.
func renameUnlessThere(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}
