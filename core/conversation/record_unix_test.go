//go:build unix

package conversation_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/protocol"
)

// TestRecordIsRemoved removes all records while a conversation goes on. The
// client is told before the turn ends, and the conversation can be resumed.
func TestRecordIsRemoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.model.Add(modeltest.Reply(modeltest.Deltas("one")), modeltest.Reply(modeltest.Deltas("two")), modeltest.Reply(modeltest.Deltas("three")))
	c := h.start(t)
	say(t, c, "first")
	if err := os.RemoveAll(filepath.Join(h.home, "sessions")); err != nil {
		t.Fatal(err)
	}
	told := func(e event.Event) bool {
		b, ok := e.Msg.(*protocol.BackgroundEvent)
		return ok && strings.Contains(b.Message, "was removed") && strings.Contains(b.Message, c.RolloutPath())
	}
	if events := say(t, c, "second"); !slices.ContainsFunc(events, told) {
		t.Errorf("nobody was told: %v", events)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c, err := h.Resume(t.Context(), h.config, c.RolloutPath(), nil); err != nil {
		t.Error(err)
	} else if say(t, c, "third"); !slices.Contains(texts(h.model.Requests()[2]), "one") {
		t.Errorf("the model was told %q", texts(h.model.Requests()[2]))
	}
}
