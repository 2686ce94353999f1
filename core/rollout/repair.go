package rollout

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/codex-go/codex/protocol"
)

// damagedSuffix is what the name of a file ends with that a repair put aside.
const damagedSuffix = ".damaged"

// Repaired is what [FileStore.Repair] did.
type Repaired struct {
	// Aside is where the file is kept as it was, "" when it was left alone.
	Aside string
	// LeftOut is how many lines could not be read; only the file aside has them.
	LeftOut int
	// Named is the conversation that the file tells again to be, "" when it
	// had not forgotten.
	Named protocol.ConversationID
}

// Repair puts a sound file into the place of one with lines that cannot be
// read, a last line that is cut off, or no line that says whose conversation it
// is, and keeps the old one beside it. All lines that can be read stay as they
// are. The first line is made again from the file's name, which tells id and
// time, and from the first turn, which tells the directory; the error wraps
// [ErrBeyondRepair] when these do not.
//
// At any time there is the old file or the new one under the name. The error is
// a [*LockedError] when the conversation is being written.
func (s *FileStore) Repair(ctx context.Context, path string) (done Repaired, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("repair rollout %s: %w", path, err)
		}
	}()
	h, err := verify(ctx, path)
	if err != nil || h.mended() {
		return Repaired{}, err
	}
	at, named := parseFileName(filepath.Base(h.Path))
	id := h.ID
	if id == "" {
		if id = at.id; !named {
			return Repaired{}, fmt.Errorf("%w: neither a line nor its name tells whose conversation it is", ErrBeyondRepair)
		}
	}
	release, err := s.o.Lock(ctx, id)
	if err != nil {
		return Repaired{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if h, err = verify(ctx, h.Path); err != nil || h.mended() {
		return Repaired{}, err // somebody else was at it
	}
	var first []byte
	if h.Nameless != nil {
		if first, err = s.metaAgain(at, h); err != nil {
			return Repaired{}, err
		}
		done.Named = at.id
	}
	done.LeftOut = h.Report.Invalid
	done.Aside, err = h.replace(ctx, first)
	return done, err
}

// metaAgain makes the first line of a file from what is left.
func (s *FileStore) metaAgain(at Cursor, h *Health) ([]byte, error) {
	if h.cwd == "" {
		return nil, fmt.Errorf("%w: it has no turn that tells the directory", ErrBeyondRepair)
	}
	start, err := time.ParseInLocation(stampLayout, at.stamp, s.o.Location)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBeyondRepair, err)
	}
	if exact, ok := timeOf(at.id); ok {
		start = exact
	}
	const unknown = "unknown" // readers want something to be there
	l := struct {
		Timestamp string     `json:"timestamp"`
		Ordinal   *int64     `json:"ordinal,omitempty"`
		Type      string     `json:"type"`
		Payload   storedMeta `json:"payload"`
	}{
		Timestamp: s.o.Now().UTC().Format(timestampLayout), Type: "session_meta",
		Payload: storedMeta{
			ID: at.id, Timestamp: start.UTC().Format(timestampLayout), Cwd: h.cwd,
			Originator: unknown, CLIVersion: unknown, Instructions: json.RawMessage("null"),
		},
	}
	if h.ordinal != nil { // newer releases give up a file with a line that has none
		before := max(*h.ordinal-1, 0)
		l.Ordinal, l.Payload.HistoryMode = &before, json.RawMessage(`"paginated"`)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err = enc.Encode(l)
	return b.Bytes(), err
}

// replace writes first and all lines that can be read into a new file, and puts
// that into the place of the old one, whose new path it returns.
func (h *Health) replace(ctx context.Context, first []byte) (aside string, err error) {
	in, _, err := openRegular(h.Path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(h.Path), ".repair-*")
	if err != nil {
		return "", err
	}
	temporary := out.Name()
	defer func() {
		if temporary != "" {
			err = errors.Join(err, os.Remove(temporary))
		}
	}()
	err = errors.Join(copySound(ctx, out, in, first), out.Sync(), out.Close())
	if err != nil {
		return "", err
	}
	if now, err := os.Stat(h.Path); err != nil || !os.SameFile(now, h.looked) || now.Size() != h.size || !now.ModTime().Equal(h.looked.ModTime()) {
		return "", errors.Join(errors.New("somebody writes to the file"), err)
	}
	if aside, err = keepAside(h.Path); err != nil {
		return "", err
	}
	if err := os.Rename(temporary, h.Path); err != nil {
		return "", errors.Join(err, os.Remove(aside))
	}
	temporary = ""
	return aside, nil
}

// copySound writes first and the lines that can be read.
func copySound(ctx context.Context, to io.Writer, from *os.File, first []byte) error {
	w := bufio.NewWriterSize(to, chunkBytes)
	if _, err := w.Write(first); err != nil {
		return err
	}
	err := eachLine(ctx, from, 0, nil, new(Report), func(l line) (bool, error) {
		if _, err := decodeLine(l.data); err != nil {
			return true, nil
		}
		if _, err := w.Write(l.data); err != nil {
			return false, err
		}
		return true, w.WriteByte('\n')
	})
	return errors.Join(err, w.Flush())
}

// keepAside gives the file at path a second name, or makes a copy where files
// have only one, and returns its path.
func keepAside(path string) (string, error) {
	for n := 1; ; n++ {
		aside := path + damagedSuffix
		if n > 1 {
			aside = fmt.Sprintf("%s-%d", aside, n)
		}
		err := os.Link(path, aside)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = copyNew(path, aside)
		}
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return aside, err
		}
	}
}

// copyNew copies a file to a path that nobody has taken.
func copyNew(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return nil
}
