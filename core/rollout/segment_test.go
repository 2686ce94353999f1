package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

const (
	parentID = protocol.ConversationID("01999b5c-7a80-7000-8000-0000000000a1")
	childID  = protocol.ConversationID("01999b5c-7a80-7000-8000-0000000000a2")
	grandID  = protocol.ConversationID("01999b5c-7a80-7000-8000-0000000000a3")
)

// paginated writes a file as newer releases do, whose lines begin at the number
// first, and returns its path. more are further members of its first line.
func paginated(t *testing.T, home string, id protocol.ConversationID, first int, more string, payloads ...string) string {
	t.Helper()
	var file strings.Builder
	add := func(kind, payload string) {
		fmt.Fprintf(&file, `{"timestamp":"2025-09-30T12:00:00.000Z","ordinal":%d,"type":%q,"payload":%s}`+"\n", first, kind, payload)
		first++
	}
	add("session_meta", fmt.Sprintf(`{"id":%q,"timestamp":"2025-09-30T12:00:00Z","cwd":"/w","originator":"o","cli_version":"0.163.0","history_mode":"paginated"%s}`, id, more))
	for _, payload := range payloads {
		kind, text, _ := strings.Cut(payload, ":")
		switch kind {
		case "compacted":
			add(kind, fmt.Sprintf(`{"message":%q}`, text))
		default:
			add("response_item", fmt.Sprintf(`{"type":"message","role":%q,"content":[{"type":"input_text","text":%q}]}`, kind, text))
			add("event_msg", fmt.Sprintf(`{"type":"agent_message","message":%q}`, text))
		}
	}
	return writeFile(t, filepath.Join(home, sessionsDir, "2025/09/30", fileName(noon, id)), file.String())
}

// forks writes a conversation, a fork of it and a fork of that, and returns
// the path of the last.
func forks(t *testing.T, home string, last ...string) string {
	t.Helper()
	paginated(t, home, parentID, 0, "", "user:one", "assistant:two", "user:three")
	paginated(t, home, childID, 5, fmt.Sprintf(`,"forked_from_id":%q,"history_base":{"thread_id":%[1]q},"forked_from_ordinal_exclusive":5`, parentID),
		"user:four", "assistant:five")
	return paginated(t, home, grandID, 10, fmt.Sprintf(`,"history_base":{"thread_id":%q}`, childID), last...)
}

func TestLoadFollowsTheBase(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	path := forks(t, home, "user:six")
	h, err := s.Load(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if h.ID != grandID || h.Path != path {
		t.Errorf("%s %s", h.ID, h.Path)
	}
	if diff := cmp.Diff([]string{"one", "assistant", "four", "assistant", "six"}, texts(h.Items)); diff != "" {
		t.Error(diff)
	}
	var events []string
	for payload, err := range s.EventMessages(t.Context(), path, nil) {
		if err != nil {
			t.Fatal(err)
		}
		var e struct{ Message string }
		if err := json.Unmarshal(payload, &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e.Message)
	}
	if diff := cmp.Diff([]string{"one", "two", "four", "five", "six"}, events); diff != "" {
		t.Error(diff)
	}
}

func TestLoadOfASummaryBehindTheBase(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	h, err := newStore(t, home).Load(t.Context(), forks(t, home, "user:six", "compacted:so far", "user:seven"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"seven"}, texts(h.Items)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"one", "four", "six"}, h.UserMessages); diff != "" {
		t.Error(diff)
	}
}

func TestForkFollowsTheBase(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	path := forks(t, home, "user:six", "user:seven")
	for nth, want := range [][]string{nil, {"one", "assistant"}, {"one", "assistant", "four", "assistant"}, {"one", "assistant", "four", "assistant", "six"}} {
		w, forked, err := s.Fork(t.Context(), path, nth, Meta{Cwd: "/w"}, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		closeWriter(t, w)
		h, err := s.Load(t.Context(), w.Path())
		if err != nil {
			t.Fatal(err)
		}
		if got := texts(h.Items); !slices.Equal(got, want) || forked != (want != nil) {
			t.Errorf("before message %d: %q, forked %v", nth, got, forked)
		}
		if strings.Contains(readFile(t, w.Path()), "history_base") {
			t.Error("the copy has a base")
		}
	}
}

func TestBaseErrors(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	orphan := paginated(t, home, childID, 3, fmt.Sprintf(`,"history_base":{"thread_id":%q}`, parentID), "user:x")
	_, err := s.Load(t.Context(), orphan)
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), string(parentID)) {
		t.Errorf("base that is not there: %v", err)
	}
	paginated(t, home, parentID, 0, fmt.Sprintf(`,"history_base":{"thread_id":%q}`, childID), "user:y")
	if _, err := s.Load(t.Context(), orphan); err == nil || !strings.Contains(err.Error(), "again and again") {
		t.Errorf("bases in a circle: %v", err)
	}
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	path := writeFile(t, filepath.Join(home, sessionsDir, "2025/09/30", fileName(noon, testID)+".zst"), zstdMagic+"\x04\x00packed")
	_, loadErr := s.Load(t.Context(), path)
	_, resumeErr := s.Resume(t.Context(), path, WriterOptions{})
	_, findErr := s.Find(t.Context(), testID)
	for name, err := range map[string]error{"Load": loadErr, "Resume": resumeErr, "Find": findErr} {
		if !errors.Is(err, ErrCompressed) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if page, err := s.List(t.Context(), ListQuery{}); err != nil || len(page.Items) != 0 {
		t.Errorf("List: %v %v", page, err)
	}
	if text := readFile(t, path); !strings.HasPrefix(text, zstdMagic) {
		t.Error("the file was changed")
	}
}
