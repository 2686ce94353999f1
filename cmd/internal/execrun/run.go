package execrun

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/codex-go/codex/core/agent"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/gitinfo"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// Exit codes beside 0 and 1.
const exitInterrupted = 130

// Options say what to run and how to show it.
type Options struct {
	Prompt string
	Images []string // paths of image files
	// OutputSchema is a JSON Schema for the last message, or nil.
	OutputSchema json.RawMessage
	// Resume continues a recorded conversation: its id, or "last" for the
	// newest one. Empty starts a new one.
	Resume string
	// WritableRoots are further folders that commands may write to when they may
	// write to the workspace.
	WritableRoots []string
	// SkipGitCheck runs outside of a repository too.
	SkipGitCheck bool
	// JSON writes events as JSON lines instead of text.
	JSON bool
	// Color styles text output.
	Color bool
	// LastMessageFile gets the last message of the agent, if not empty.
	LastMessageFile string
	Out, Err        io.Writer
}

// ResumeLast stands for the newest conversation in [Options].
const ResumeLast = "last"

// renderer shows the events of a run.
type renderer interface {
	// begin is called before the first event.
	begin(c *conversation.Conversation, prompt string)
	// event shows one event.
	event(msg protocol.EventMsg)
	// end is called when the turn has ended. failure is the last fatal error,
	// or nil; spent is what the run used, nil when nobody said.
	end(failure error, spent *protocol.TokenUsage)
}

// closeTime bounds the end of the conversation.
const closeTime = 10 * time.Second

// Run runs one turn and returns the exit code: 1 after a fatal error of the turn
// or of the start-up, and when the output cannot be written, 130 when ctx
// ended it, else 0.
// The error says why nothing was run, or what became of the output; that nobody
// reads it any more is none.
func Run(ctx context.Context, a *agent.Agent, o Options) (int, error) {
	if !o.SkipGitCheck {
		if _, ok := gitinfo.Root(a.Startup.Cwd); !ok {
			return 1, errors.New("not inside a git repository, and --skip-git-repo-check was not given")
		}
	}
	if err := checkImages(o.Images); err != nil {
		return 1, err
	}
	cfg := withRoots(a.Startup, o.WritableRoots)
	c, err := open(ctx, a, cfg, o)
	if err != nil {
		return 1, err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		if err := c.Close(end); err != nil {
			a.Log.Warn().Err(err).Msg("the conversation did not end in order")
		}
	}()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := &output{w: o.Out, stop: stop}
	var r renderer
	if o.JSON {
		r = newJSONOutput(out)
	} else {
		r = newHumanOutput(out, o.Color, cfg)
	}
	events, before := c.Join()
	defer events.Close()
	r.begin(c, o.Prompt)
	if err := submit(ctx, c, o); err != nil {
		switch {
		case out.err != nil:
			return 1, out.failure()
		case ctx.Err() != nil:
			return exitInterrupted, nil
		}
		return 1, err
	}
	code, err := follow(ctx, c, events, &meter{before: before.Tokens.Info}, r, o)
	if out.err != nil {
		return 1, out.failure()
	}
	return code, err
}

// output ends the run when it cannot be written any more.
type output struct {
	w    io.Writer
	stop context.CancelFunc
	err  error // the first one
}

// Write writes through, and stops the run when that fails.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil && o.err == nil {
		o.err = err
		o.stop()
	}
	return n, err
}

// failure is what to tell about an output that failed: nothing when its reader
// went away, as that of "codex exec | head" does.
func (o *output) failure() error {
	if errors.Is(o.err, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("write the output: %w", o.err)
}

// open starts or resumes the conversation.
func open(ctx context.Context, a *agent.Agent, cfg *config.Config, o Options) (*conversation.Conversation, error) {
	if o.Resume == "" {
		return a.Conversations.New(ctx, cfg, nil)
	}
	var path string
	if o.Resume == ResumeLast {
		page, err := a.Store.List(ctx, rollout.ListQuery{PageSize: 1, AnySource: true})
		if err != nil {
			return nil, err
		}
		if len(page.Items) == 0 {
			return nil, errors.New("there is no conversation to resume")
		}
		path = page.Items[0].Path
	} else {
		id, err := protocol.ParseConversationID(o.Resume)
		if err != nil {
			return nil, fmt.Errorf("resume conversation: %w", err)
		}
		found, err := a.Store.Find(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("resume conversation: %w", err)
		}
		path = found.Path
	}
	return a.Conversations.Resume(ctx, cfg, path, nil)
}

// checkImages refuses files that cannot be opened, before anything was said.
func checkImages(paths []string) error {
	for _, path := range paths {
		image, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("read image: %w", err)
		}
		_ = image.Close() // nothing was written
	}
	return nil
}

// withRoots returns cfg with more folders that commands may write to.
func withRoots(cfg *config.Config, roots []string) *config.Config {
	w, ok := cfg.SandboxPolicy.(*protocol.WorkspaceWritePolicy)
	if !ok || len(roots) == 0 {
		return cfg
	}
	c, policy := *cfg, *w
	policy.WritableRoots = slices.Concat(w.WritableRoots, roots)
	c.SandboxPolicy = &policy
	return &c
}

// submit sends the prompt with the images before it, as one turn.
func submit(ctx context.Context, c *conversation.Conversation, o Options) error {
	var items []protocol.InputItem
	for _, path := range o.Images {
		items = append(items, &protocol.LocalImageInput{Path: path})
	}
	items = append(items, &protocol.TextInput{Text: o.Prompt})
	cfg := c.Config()
	_, err := c.Submit(ctx, &protocol.UserTurnOp{
		Items:                 items,
		Cwd:                   cfg.Cwd,
		ApprovalPolicy:        cfg.ApprovalPolicy,
		SandboxPolicy:         cfg.SandboxPolicy,
		Model:                 cfg.Model,
		Effort:                cfg.ReasoningEffort,
		Summary:               cfg.ReasoningSummary,
		FinalOutputJSONSchema: o.OutputSchema,
	})
	return err
}

// follow shows events until the turn has ended.
func follow(ctx context.Context, c *conversation.Conversation, events *event.Subscription, m *meter, r renderer, o Options) (int, error) {
	var failure error // of the turn
	failed, interrupted := false, false
	for {
		e, err := events.Next(ctx)
		switch {
		case err == nil:
		case ctx.Err() != nil && !interrupted:
			// The user wants to stop: end the turn and show its end.
			interrupted = true
			ctx = context.WithoutCancel(ctx)
			if _, err := c.Interrupt(ctx); err != nil {
				return exitInterrupted, nil
			}
			continue
		default:
			return 1, fmt.Errorf("the conversation ended early: %w", err)
		}
		m.observe(e.Msg)
		switch msg := e.Msg.(type) {
		case nil:
			continue
		case *protocol.ErrorEvent:
			failed = true
			if e.SubmissionID != "" { // else the start-up went wrong, such as that of an MCP server
				failure = errors.New(msg.Message)
			}
		case *protocol.TaskCompleteEvent:
			writeLastMessage(o, msg.LastAgentMessage)
			r.end(failure, m.spent())
			if failed {
				return 1, nil
			}
			return 0, nil
		case *protocol.TurnAbortedEvent:
			r.end(errors.New("the turn was interrupted"), m.spent())
			if interrupted {
				return exitInterrupted, nil
			}
			return 1, nil
		}
		r.event(e.Msg)
	}
}

// writeLastMessage writes the file that was asked for. A failure is reported
// and changes nothing else.
func writeLastMessage(o Options, message *string) {
	if o.LastMessageFile == "" {
		return
	}
	text := ""
	if message != nil {
		text = *message
	} else {
		fmt.Fprintf(o.Err, "Warning: no last agent message; %s is empty\n", o.LastMessageFile)
	}
	if err := os.WriteFile(o.LastMessageFile, []byte(text), 0o600); err != nil {
		fmt.Fprintf(o.Err, "Failed to write the last message: %v\n", err)
	}
}
