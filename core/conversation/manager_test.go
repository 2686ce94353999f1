package conversation_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/protocol"
)

func TestNew(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	c := h.start(t)
	configured := c.Configured()
	if configured.SessionID != c.ID() || configured.Model != "mock-model" || configured.RolloutPath != c.RolloutPath() {
		t.Errorf("configured %+v", configured)
	}
	if configured.InitialMessages != nil {
		t.Error("a new conversation has initial messages")
	}
	if got, err := h.Get(c.ID()); err != nil || got != c {
		t.Errorf("Get = %v, %v", got, err)
	}
	if c.Cwd() != h.cwd || c.Config() != h.config {
		t.Errorf("cwd %s", c.Cwd())
	}
	h.model.Add(modeltest.Reply(modeltest.Deltas("Hel", "lo")))
	if got := last(say(t, c, "Hi")); got != "Hello" {
		t.Errorf("answer %q", got)
	}
	request := h.model.Requests()[0]
	if request.ConversationID() != string(c.ID()) {
		t.Errorf("the provider was told conversation %q", request.ConversationID())
	}
	if diff := cmp.Diff([]protocol.ConversationID{c.ID()}, h.created); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}

func TestNewFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	file := filepath.Join(h.cwd, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		change   func(*config.Config)
		contains string
	}{
		{"no such directory", func(c *config.Config) { c.Cwd = filepath.Join(h.cwd, "gone") }, "working directory"},
		{"not a directory", func(c *config.Config) { c.Cwd = file }, "is not a directory"},
		{"no endpoint", func(c *config.Config) { c.Provider.ID, c.Provider.BaseURL = "demo", "" }, "has no endpoint"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := *h.config
			c.change(&cfg)
			if _, err := h.New(t.Context(), &cfg, nil); err == nil || !strings.Contains(err.Error(), c.contains) {
				t.Errorf("New = %v, want an error that contains %q", err, c.contains)
			}
			if live := h.Live(); len(live) != 0 {
				t.Errorf("%d conversations are live", len(live))
			}
		})
	}
}

// A conversation that is read from its record goes on as if it had never been
// closed: the model is told the same. (spec: events-and-rollouts, resume)
func TestResumeGoesOnAsBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil, "include_plan_tool = true")
	if err := os.WriteFile(filepath.Join(h.cwd, "AGENTS.md"), []byte("Be kind."), 0o600); err != nil {
		t.Fatal(err)
	}
	c := h.start(t)
	h.model.Add(
		modeltest.Reply(modeltest.Reasoning(modeltest.Thought{Summary: []string{"hm"}, Encrypted: "ENC"}), modeltest.Call("update_plan", "c1", `{"plan":[]}`)),
		modeltest.Reply(modeltest.Text("One")),
		modeltest.Reply(modeltest.Text("Summary")),
		modeltest.Reply(modeltest.CustomCall("nonsense", "c2", "x"), modeltest.Text("Two")),
		modeltest.Reply(modeltest.Text("Three")),
		modeltest.Reply(modeltest.Text("Four")),
		modeltest.Reply(modeltest.Text("Five")),
	)
	say(t, c, "first")
	run(t, c, &protocol.CompactOp{})
	say(t, c, "second")
	say(t, c, "third")
	path := c.RolloutPath()
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	resumed, err := h.Resume(t.Context(), h.config, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resumed.ID() != c.ID() || resumed.RolloutPath() != path {
		t.Errorf("resumed %s at %s", resumed.ID(), resumed.RolloutPath())
	}
	if got := resumed.Configured().InitialMessages; got == nil || len(got) != 0 {
		t.Errorf("initial messages %v, want an empty list", got)
	}
	say(t, resumed, "fourth")
	requests := h.model.Requests()
	before, after := texts(requests[5]), texts(requests[6])
	want := append(before, "Four", "fourth")
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("what the model is told (-live +resumed):\n%s", diff)
	}
}

// One conversation is live once, however many resume it, and only as long as it
// lives. (spec: app-server, do better)
func TestResumeIsLiveOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	c := h.start(t)
	path := c.RolloutPath()
	h.model.Add(modeltest.Reply(modeltest.Text("One")))
	say(t, c, "first")
	if got, err := h.Resume(t.Context(), h.config, path, nil); err != nil || got != c {
		t.Errorf("Resume of a live conversation = %v, %v", got, err)
	}

	// It ends by itself: an operation, not the manager, shuts it down.
	if _, err := c.Submit(t.Context(), &protocol.ShutdownOp{}); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	var wg sync.WaitGroup
	resumed := make([]*conversation.Conversation, 8)
	for i := range resumed {
		wg.Go(func() {
			var err error
			if resumed[i], err = h.Resume(t.Context(), h.config, path, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, r := range resumed {
		if r == nil || r == c || r != resumed[0] {
			t.Fatalf("resumed %p and %p, the ended one is %p", r, resumed[0], c)
		}
	}

	// It is removed: whoever resumes it waits for its end.
	removed, ok := h.Remove(c.ID())
	if !ok || removed != resumed[0] {
		t.Fatalf("Remove = %v, %v", removed, ok)
	}
	if _, ok := h.Remove(c.ID()); ok {
		t.Error("it was removed twice")
	}
	if _, err := h.Get(c.ID()); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("Get after Remove: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Resume(ctx, h.config, path, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Resume of one that has not ended: %v", err)
	}
	wg.Go(func() {
		again, err := h.Resume(t.Context(), h.config, path, nil)
		if err != nil || again == removed {
			t.Errorf("Resume of one that ends = %v, %v", again, err)
		}
	})
	if err := removed.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := len(h.Live()); n != 1 {
		t.Errorf("%d conversations are live", n)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.created) != 3 || len(h.closed) != 2 {
		t.Errorf("%d were created and %d closed, want 3 and 2", len(h.created), len(h.closed))
	}
}

// What cannot be resumed is left alone, and not locked.
func TestResumeFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	write := func(name, content string) string {
		path := filepath.Join(h.cwd, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name, path string
		is         error
	}{
		{"missing", filepath.Join(h.cwd, "gone.jsonl"), os.ErrNotExist},
		{"empty", write("empty.jsonl", ""), rollout.ErrEmpty},
		{"no rollout", write("other.jsonl", "{}\n"), rollout.ErrNoMeta},
		{"a directory", h.cwd, rollout.ErrNotRegular},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for range 2 {
				if _, err := h.Resume(t.Context(), h.config, c.path, nil); !errors.Is(err, c.is) {
					t.Errorf("Resume = %v, want %v", err, c.is)
				}
			}
		})
	}
}

// A failure after the file was opened gives it up again.
func TestFailureReleasesTheRecord(t *testing.T) {
	t.Parallel()
	var broken failingLoads
	h := newHouse(t, func(o *conversation.Options) {
		broken.Store = o.Store
		o.Store = &broken
	})
	c := h.start(t)
	h.model.Add(modeltest.Reply(modeltest.Text("One")), modeltest.Reply(modeltest.Text("Two")))
	say(t, c, "first")
	say(t, c, "second")
	path := c.RolloutPath()
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	broken.err = errors.New("disk on fire")
	if _, err := h.Resume(t.Context(), h.config, path, nil); !errors.Is(err, broken.err) {
		t.Fatalf("Resume = %v", err)
	}
	if _, err := h.Fork(t.Context(), h.config, path, 1, nil); !errors.Is(err, broken.err) {
		t.Fatalf("Fork = %v", err)
	}
	broken.err = nil
	if _, err := h.Resume(t.Context(), h.config, path, nil); err != nil {
		t.Errorf("the failure left the record locked: %v", err)
	}
}

// failingLoads is a store that cannot read.
type failingLoads struct {
	rollout.Store
	err error
}

func (s *failingLoads) Load(ctx context.Context, path string) (*rollout.History, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.Store.Load(ctx, path)
}

// A fork goes on before the nth message of the user. (spec:
// events-and-rollouts, fork)
func TestFork(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	c := h.start(t)
	for _, answer := range []string{"One", "Two", "Forked", "Fresh"} {
		h.model.Add(modeltest.Reply(modeltest.Text(answer)))
	}
	say(t, c, "first")
	say(t, c, "second")
	for _, tt := range []struct {
		name string
		nth  int
		want []string // behind the environment
	}{
		{"before the second", 1, []string{"first", "One", "other"}},
		{"out of range", 7, []string{"other"}},
	} {
		forked, err := h.Fork(t.Context(), h.config, c.RolloutPath(), tt.nth, nil)
		if err != nil {
			t.Fatal(err)
		}
		if forked.ID() == c.ID() || forked.RolloutPath() == c.RolloutPath() {
			t.Errorf("%s: a fork of its own: %s", tt.name, forked.RolloutPath())
		}
		say(t, forked, "other")
		requests := h.model.Requests()
		if diff := cmp.Diff(tt.want, texts(requests[len(requests)-1])[1:]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Closing the manager ends everything, twice without harm, and lets nothing new
// begin.
func TestManagerClose(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.model.Add(modeltest.Reply(modeltest.Hang()))
	busy, idle, removed := h.start(t), h.start(t), h.start(t)
	if _, err := busy.Submit(t.Context(), userInput("hi")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.model.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	h.Remove(removed.ID())
	for range 2 {
		if err := h.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*conversation.Conversation{busy, idle, removed} {
		select {
		case <-c.Done():
		default:
			t.Error("a conversation outlives its manager")
		}
		if _, err := c.Submit(t.Context(), &protocol.InterruptOp{}); !errors.Is(err, session.ErrClosed) {
			t.Errorf("Submit after the end: %v", err)
		}
	}
	if _, err := h.New(t.Context(), h.config, nil); !errors.Is(err, conversation.ErrClosed) {
		t.Errorf("New after Close: %v", err)
	}
	if live := h.Live(); len(live) != 0 {
		t.Errorf("%d conversations are live", len(live))
	}
}
