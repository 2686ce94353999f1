package rollout

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestFork(t *testing.T) {
	t.Parallel()
	first := item("user", context1) + item("user", "A") + asked("A", "plain") + item("assistant", "1") +
		`{"timestamp":"t","type":"world_state","payload":{"x": 1},"beside":true}` + "\n"
	second := item("user", "<user_action>B</user_action>") + item("user") + "junk\n" + item("assistant", "2")
	third := item("user", "C")
	origin := withMeta(testID, `"cli"`) + first + second + third
	tests := []struct {
		name   string
		nth    int
		want   string // what was copied, in the words of the origin
		forked bool
	}{
		{"before the first", 0, item("user", context1), true},
		{"before the second", 1, first, true},
		{"before the third", 2, first + strings.Replace(second, "junk\n", "", 1), true},
		{"beyond the last", 3, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			s := newStore(t, home)
			path := writeFile(t, filepath.Join(home, "origin.jsonl"), origin)
			w, forked, err := s.Fork(t.Context(), path, test.nth, Meta{Cwd: "/new", Source: protocol.SourceVSCode}, WriterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			record(t, w, said("end"))
			closeWriter(t, w)
			if forked != test.forked || w.ID() == testID || w.Path() == path {
				t.Errorf("forked %v, id %s", forked, w.ID())
			}
			if readFile(t, path) != origin {
				t.Error("the origin was changed")
			}
			text := readFile(t, w.Path())
			head, rest, _ := strings.Cut(text, "\n")
			if !strings.Contains(head, `"cwd":"/new"`) || strings.Contains(rest, "session_meta") {
				t.Errorf("file:\n%s", text)
			}
			now := `"timestamp":"2025-09-30T12:00:00.123Z"`
			rest, _, _ = strings.Cut(rest, "{"+now+`,"type":"event_msg","payload":{"type":"agent_message"`)
			if diff := cmp.Diff(strings.ReplaceAll(test.want, `"timestamp":"t"`, now), rest); diff != "" {
				t.Error(diff)
			}
		})
	}
	s := newStore(t, t.TempDir())
	path := writeFile(t, filepath.Join(t.TempDir(), "origin.jsonl"), origin)
	if _, _, err := s.Fork(t.Context(), path, -1, Meta{}, WriterOptions{}); err == nil {
		t.Error("forked before the message -1")
	}
}

// TestForkOfNumberedLines: the numbers belong to the other file.
func TestForkOfNumberedLines(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	path := writeFile(t, filepath.Join(t.TempDir(), "x.jsonl"), readFile(t, "testdata/release-0.163.jsonl")+userLine("last"))
	w, forked, err := s.Fork(t.Context(), path, 1, Meta{Cwd: "/w"}, WriterOptions{})
	if err != nil || !forked {
		t.Fatal(forked, err)
	}
	closeWriter(t, w)
	text := readFile(t, w.Path())
	if strings.Contains(text, "ordinal") || !strings.Contains(text, `"internal_chat_message_metadata_passthrough":{"x":1}`) || lineCount(t, w.Path()) != 9 {
		t.Errorf("file:\n%s", text)
	}
	h, err := s.Load(t.Context(), w.Path())
	if err != nil || h.Compacted == nil || len(h.Replacement) != 2 {
		t.Errorf("%+v %v", h, err)
	}
}
