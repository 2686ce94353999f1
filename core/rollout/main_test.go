package rollout

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/codex-go/codex/protocol"
)

// roleVariable makes the test binary play another process.
const roleVariable = "ROLLOUT_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role, os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// noon is the time of most tests.
var noon = time.Date(2025, 9, 30, 12, 0, 0, 123_456_789, time.UTC)

const testID = protocol.ConversationID("01999b5c-7a80-7000-8000-00000000000a")

// newStore returns a store at noon UTC.
func newStore(t testing.TB, home string) *FileStore {
	t.Helper()
	return NewFileStore(home, &Options{Now: func() time.Time { return noon }, Location: time.UTC})
}

func create(t testing.TB, s Store, meta Meta, o WriterOptions) Writer {
	t.Helper()
	w, err := s.Create(t.Context(), meta, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(context.WithoutCancel(t.Context())) })
	return w
}

func record(t testing.TB, w Writer, items ...protocol.RolloutItem) {
	t.Helper()
	if err := w.Record(items...); err != nil {
		t.Fatal(err)
	}
}

func flush(t testing.TB, w Writer) {
	t.Helper()
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func closeWriter(t testing.TB, w Writer) {
	t.Helper()
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func message(role, text string) *protocol.ResponseItemLine {
	var content protocol.ContentItem = &protocol.InputTextContent{Text: text}
	if role == "assistant" {
		content = &protocol.OutputTextContent{Text: text}
	}
	return &protocol.ResponseItemLine{Item: &protocol.MessageItem{Role: role, Content: []protocol.ContentItem{content}}}
}

func said(text string) *protocol.EventMsgLine {
	return &protocol.EventMsgLine{Msg: &protocol.AgentMessageEvent{Message: text}}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeFile(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// lineCount returns the number of whole lines, and fails for a file that does
// not end with one.
func lineCount(t testing.TB, path string) int {
	t.Helper()
	text := readFile(t, path)
	if text != "" && !strings.HasSuffix(text, "\n") {
		t.Errorf("%s ends within a line: %q", path, text[max(0, len(text)-80):])
	}
	return strings.Count(text, "\n")
}

// agentTexts returns the texts of the agent_message events of a file.
func agentTexts(t testing.TB, path string) []string {
	t.Helper()
	var texts []string
	var report Report
	for line, err := range newStore(t, "").Read(t.Context(), path, &report) {
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := line.Item.(*protocol.EventMsgLine); ok {
			if m, ok := e.Msg.(*protocol.AgentMessageEvent); ok {
				texts = append(texts, m.Message)
			}
		}
	}
	return texts
}
