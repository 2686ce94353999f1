package rollout

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// fileMeta is what a file tells about its conversation.
type fileMeta struct {
	protocol.SessionMeta
	// numbered tells that newer releases number the lines of the file and give
	// it up when a line has no number. (spec: app-server-v2, history and
	// rollout compatibility)
	numbered bool
	// base is where the conversation begins, nil when it begins in the file.
	base *base
	// line is all of it as it stands in the file, with its end.
	line []byte
}

// base is what newer releases write into a fork instead of what the two
// conversations have in common. (spec: app-server-v2, history and rollout
// compatibility)
type base struct {
	id     protocol.ConversationID
	before *uint64 // number of the first line that is not in common; nil: all are
}

// unknownSource stands for doors that are not named by a string. Lists of
// interactive conversations leave them out.
const unknownSource protocol.SessionSource = "unknown"

// storedMeta is the payload of session_meta as any release may have written
// it. What later releases changed the form of is read for what it is worth.
type storedMeta struct {
	ID           protocol.ConversationID `json:"id"`
	Timestamp    string                  `json:"timestamp"`
	Cwd          string                  `json:"cwd"`
	Originator   string                  `json:"originator"`
	CLIVersion   string                  `json:"cli_version"`
	Instructions json.RawMessage         `json:"instructions,omitzero"`
	Source       json.RawMessage         `json:"source,omitzero"`
	Git          json.RawMessage         `json:"git,omitzero"`
	HistoryMode  json.RawMessage         `json:"history_mode,omitzero"`
	HistoryBase  json.RawMessage         `json:"history_base,omitzero"`
	ForkedBefore json.RawMessage         `json:"forked_from_ordinal_exclusive,omitzero"`
}

// metaLine is a session_meta line.
type metaLine struct {
	Timestamp string     `json:"timestamp"`
	Payload   storedMeta `json:"payload"`
}

// decodeMeta reads a session_meta line.
func decodeMeta(data []byte) (*fileMeta, error) {
	var l metaLine
	if err := wire.Unmarshal(data, &l); err != nil {
		return nil, err
	}
	p := &l.Payload
	m := &fileMeta{SessionMeta: protocol.SessionMeta{
		ID: p.ID, Timestamp: p.Timestamp, Cwd: p.Cwd, Originator: p.Originator, CLIVersion: p.CLIVersion,
	}}
	var text string
	if p.Instructions != nil && wire.Unmarshal(p.Instructions, &text) == nil {
		instructions := text
		m.Instructions = &instructions
	}
	if p.Source != nil {
		m.Source = unknownSource
		if wire.Unmarshal(p.Source, &text) == nil {
			m.Source = protocol.SessionSource(text)
		}
	}
	var git protocol.GitInfo
	if p.Git != nil && wire.Unmarshal(p.Git, &git) == nil {
		m.Git = &git
	}
	m.numbered = string(p.HistoryMode) == `"paginated"`
	if thread, ok := wire.PeekString(p.HistoryBase, "thread_id"); ok {
		m.base = &base{id: protocol.ConversationID(thread)}
		if n, err := strconv.ParseUint(string(p.ForkedBefore), 10, 63); err == nil {
			m.base.before = &n
		}
	}
	return m, nil
}

// readMeta returns what the file at path tells about its conversation: its
// first session_meta line counts.
func readMeta(ctx context.Context, path string) (*fileMeta, error) {
	f, _, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var meta *fileMeta
	var report Report
	err = eachLine(ctx, f, 0, wants("session_meta"), &report, func(l line) (bool, error) {
		if typeOf(l.data) == "session_meta" {
			meta, err = decodeMeta(l.data)
			if err != nil {
				report.invalid(l, err)
			} else {
				meta.line = append(bytes.Clone(l.data), '\n')
			}
		}
		return meta == nil, nil
	})
	if err != nil {
		return nil, err
	}
	if meta == nil {
		return nil, report.noMeta()
	}
	return meta, nil
}

// noMeta is the error for a file without a session_meta line.
func (r *Report) noMeta() error {
	switch {
	case r.Lines == 0:
		return ErrEmpty
	case r.First != nil:
		return fmt.Errorf("%w: %w", ErrNoMeta, r.First)
	}
	return ErrNoMeta
}

// wants returns a skim function for readers that look at lines of some types
// only. Lines whose type is behind a long payload are wanted too.
func wants(types ...string) func([]byte) bool {
	return func(prefix []byte) bool {
		t := typeOf(prefix)
		if t == "" {
			return true
		}
		for _, wanted := range types {
			if t == wanted {
				return true
			}
		}
		return false
	}
}

// nextOrdinal returns the number for the next line of a file whose lines are
// numbered; nil if its last line is not: then the promise is broken already.
func nextOrdinal(path string) (*uint64, error) {
	f, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	last, err := lastLine(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("read the end of %s: %w", path, err)
	}
	raw, ok := wire.Peek(last, "ordinal")
	if !ok {
		return nil, nil
	}
	n, err := strconv.ParseUint(string(raw), 10, 63)
	if err != nil {
		return nil, nil
	}
	n++
	return &n, nil
}

// lastLine returns the last line of a file of the given size that is not
// blank.
func lastLine(f *os.File, size int64) ([]byte, error) {
	for n := min(size, chunkBytes); ; n = min(size, 2*n) {
		tail := make([]byte, n)
		if _, err := f.ReadAt(tail, size-n); err != nil {
			return nil, err
		}
		text := bytes.TrimRight(tail, "\r\n\t ")
		if i := bytes.LastIndexByte(text, '\n'); i >= 0 || n == size || n > MaxLineBytes {
			return text[i+1:], nil
		}
	}
}
