package conversation_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/history"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a manager with a scripted model, a home and a working directory.
type house struct {
	*conversation.Manager
	model  *modeltest.Server
	store  *rollout.FileStore
	config *config.Config
	home   string
	cwd    string

	mu      sync.Mutex
	created []protocol.ConversationID
	closed  []protocol.ConversationID
}

// newHouse builds one that the test's end takes down. change may change the
// options of the manager, and lines are added to config.toml.
func newHouse(t *testing.T, change func(*conversation.Options), lines ...string) *house {
	t.Helper()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cwd, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{model: modeltest.Start(), home: home, cwd: cwd}
	t.Cleanup(h.model.Close)
	text := `model = "mock-model"
model_provider = "mock"
approval_policy = "never"
sandbox_mode = "danger-full-access"
`
	for _, line := range lines {
		text += line + "\n"
	}
	text += `[model_providers.mock]
name = "mock"
base_url = "` + h.model.BaseURL() + `"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`
	if err := os.WriteFile(filepath.Join(home, "config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
	loader := &config.Loader{Home: home, Cwd: cwd, Environ: environ}
	if h.config, err = loader.Load(t.Context(), config.Overrides{}); err != nil {
		t.Fatal(err)
	}
	h.store = rollout.NewFileStore(home, nil)
	client := modelclient.NewHTTPClient(nil)
	t.Cleanup(client.CloseIdleConnections)
	runner := exec.NewRunner(nil)
	o := conversation.Options{
		Store:      h.store,
		History:    history.New(home, nil),
		Runner:     runner,
		Identity:   clientid.New(clientid.Options{LookupEnv: func(string) (string, bool) { return "", false }}),
		Source:     protocol.SourceVSCode,
		HTTPClient: client,
		Shell:      func(context.Context) shellenv.Shell { return shellenv.Shell{} },
		Observer: conversation.Observer{
			Created: func(c *conversation.Conversation) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.created = append(h.created, c.ID())
			},
			Closed: func(c *conversation.Conversation) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.closed = append(h.closed, c.ID())
			},
		},
	}
	if change != nil {
		change(&o)
	}
	h.Manager = conversation.NewManager(o)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if err := errors.Join(h.Manager.Close(ctx), runner.Close()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// start starts a conversation.
func (h *house) start(t *testing.T) *conversation.Conversation {
	t.Helper()
	c, err := h.New(t.Context(), h.config, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// say sends a text and returns the events of the turn.
func say(t *testing.T, c *conversation.Conversation, text string) []event.Event {
	t.Helper()
	return run(t, c, userInput(text))
}

func userInput(text string) *protocol.UserInputOp {
	return &protocol.UserInputOp{Items: []protocol.InputItem{&protocol.TextInput{Text: text}}}
}

// run submits an operation that starts a task and returns the events up to its
// end.
func run(t *testing.T, c *conversation.Conversation, op protocol.Op) []event.Event {
	t.Helper()
	sub := c.Subscribe()
	defer sub.Close()
	id, err := c.Submit(t.Context(), op)
	if err != nil {
		t.Fatal(err)
	}
	var events []event.Event
	for {
		e, err := sub.Next(t.Context())
		if err == io.EOF {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
		switch e.Msg.(type) {
		case *protocol.TaskCompleteEvent, *protocol.TurnAbortedEvent:
			if e.SubmissionID == id {
				return events
			}
		}
	}
}

// last returns the last message of the agent in the events of a turn.
func last(events []event.Event) string {
	done, ok := events[len(events)-1].Msg.(*protocol.TaskCompleteEvent)
	if !ok || done.LastAgentMessage == nil {
		return ""
	}
	return *done.LastAgentMessage
}

// texts returns the texts of the messages of a request.
func texts(r *modeltest.Request) []string {
	var list []string
	for _, i := range r.Items() {
		m, ok := i.(*protocol.MessageItem)
		if !ok {
			list = append(list, i.ItemType())
			continue
		}
		for _, c := range m.Content {
			switch c := c.(type) {
			case *protocol.InputTextContent:
				list = append(list, c.Text)
			case *protocol.OutputTextContent:
				list = append(list, c.Text)
			}
		}
	}
	return list
}
