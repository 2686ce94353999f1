package conversation

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/gitinfo"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// builder gathers what a new conversation is made of.
type builder struct {
	m            *Manager
	config       *config.Config
	identity     clientid.Identity
	source       protocol.SessionSource
	instructions string // of the user

	// Set by the step that opens the rollout.
	id       protocol.ConversationID
	recorder rollout.Writer
	history  *rollout.History // nil for a new conversation

	session atomic.Pointer[session.Session] // for what its writer has to tell
}

// start makes a conversation; open opens its rollout.
func (m *Manager) start(ctx context.Context, cfg *config.Config, o *StartOptions, open func(context.Context, *builder) error) (*Conversation, error) {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil, ErrClosed
	}
	m.making.Add(1)
	m.mu.Unlock()
	defer m.making.Done()

	b := &builder{m: m, config: cfg, identity: m.o.Identity, source: m.o.Source}
	if o != nil {
		if o.Identity != nil {
			b.identity = *o.Identity
		}
		if o.Source != "" {
			b.source = o.Source
		}
	}
	if info, err := os.Stat(cfg.Cwd); err != nil {
		return nil, fmt.Errorf("working directory: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("working directory %s is not a directory", cfg.Cwd)
	}
	model, err := b.model(ctx)
	if err != nil {
		return nil, err
	}
	b.instructions = instructionsOf(cfg, m.o.Log)(cfg.Cwd)
	var c *Conversation
	if err = open(ctx, b); err == nil {
		c, err = b.conversation(ctx, model)
	}
	if err != nil {
		if b.recorder != nil {
			_ = b.recorder.Close(context.WithoutCancel(ctx)) // the first error counts
		}
		return nil, err
	}
	if err := m.add(c); err != nil {
		return nil, errors.Join(err, c.Close(context.WithoutCancel(ctx)))
	}
	return c, nil
}

// create opens the rollout of a new conversation.
func (m *Manager) create(ctx context.Context, b *builder) error {
	w, err := m.o.Store.Create(ctx, b.meta(), b.writerOptions())
	if err != nil {
		return err // it says what was being done
	}
	b.recorder, b.id = w, w.ID()
	return nil
}

// instructionsOf returns a function that reads the AGENTS.md files for a
// directory. A project file that cannot be read is reported and left out.
func instructionsOf(c *config.Config, log *zerolog.Logger) func(cwd string) string {
	return func(cwd string) string {
		text, err := prompt.UserInstructions(c.HomeInstructions, prompt.DocOptions{
			Cwd:       cwd,
			MaxBytes:  c.ProjectDocMaxBytes,
			Fallbacks: c.ProjectDocFallbackFilenames,
		})
		if err != nil && log != nil {
			log.Warn().Err(err).Msg("project instructions were left out")
		}
		return text
	}
}

// meta returns what the first line of the rollout says.
func (b *builder) meta() rollout.Meta {
	meta := rollout.Meta{
		ID:         b.id,
		Start:      b.m.o.Now(),
		Cwd:        b.config.Cwd,
		Originator: b.identity.Originator,
		CLIVersion: b.identity.Version,
		Source:     b.source,
		Git: func(ctx context.Context) *protocol.GitInfo {
			return gitinfo.Collect(ctx, b.config.Cwd)
		},
	}
	if b.instructions != "" {
		meta.Instructions = &b.instructions
	}
	return meta
}

func (b *builder) writerOptions() rollout.WriterOptions {
	return rollout.WriterOptions{
		ItemIDs: b.config.Provider.IsAzure(),
		OnRestored: func(lost bool) {
			if s := b.session.Load(); s != nil {
				s.RecordRestored(lost)
			}
		},
	}
}

// model returns the client for the provider. A provider whose endpoint is
// started on first use is started here.
func (b *builder) model(ctx context.Context) (session.Model, error) {
	p := b.config.Provider
	if p.ID == modelprovider.Demo && p.BaseURL == "" {
		if b.m.o.Endpoint == nil {
			return nil, fmt.Errorf("model provider %q has no endpoint in this program", p.ID)
		}
		base, err := b.m.o.Endpoint(ctx, p.ID)
		if err != nil {
			return nil, fmt.Errorf("start model provider %q: %w", p.ID, err)
		}
		p.BaseURL = base
	}
	env := b.config.Environ
	getenv := func(name string) string {
		value, _ := shellenv.Lookup(env, name)
		return value
	}
	return model{modelclient.New(modelclient.Options{
		Provider:    p,
		Credentials: b.m.o.Credentials,
		Getenv:      getenv,
		HTTPClient:  b.m.o.HTTPClient,
		UserAgent:   b.identity.UserAgent,
		Originator:  b.identity.Originator,
		Version:     b.identity.Version,
		FixturePath: getenv("CODEX_RS_SSE_FIXTURE"),
		Now:         b.m.o.Now,
	})}, nil
}

// model is a client as a session sees it.
type model struct{ client *modelclient.Client }

// Stream sends a request.
func (m model) Stream(ctx context.Context, r *modelclient.Request) (session.Stream, error) {
	s, err := m.client.Stream(ctx, r)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// conversation starts the session.
func (b *builder) conversation(ctx context.Context, model session.Model) (*Conversation, error) {
	shell := b.m.shell()
	tempDir, _ := shellenv.Lookup(b.config.Environ, "TMPDIR")
	s, err := session.New(session.Options{
		ID:       b.id,
		Config:   b.config,
		Model:    model,
		Recorder: b.recorder,
		History:  b.m.o.History,
		Tools: tools.NewSet(tools.Options{
			Runner:            b.m.o.Runner,
			Sandbox:           b.m.o.Sandbox,
			Shell:             shell,
			UseProfile:        b.config.ShellEnvironment.UseProfile,
			Environ:           b.withLinks(b.config.ShellEnvironment.Environ(b.config.Environ)),
			TempDir:           tempDir,
			Executable:        b.config.SandboxHelper,
			IncludeApplyPatch: b.config.IncludeApplyPatchTool,
			ExecCommandTool:   b.config.UseExecCommandTool,
			UnifiedExecTool:   b.config.UseUnifiedExecTool,
			McpServers:        b.mcpServers,
		}),
		UserInstructions: b.instructions,
		Instructions:     instructionsOf(b.config, b.m.o.Log),
		Notify:           b.m.programs.notifier(b.config),
		Shell:            shell.Name(),
		Initial:          b.history,
		Log:              b.m.o.Log,
		Now:              b.m.o.Now,
	})
	if err != nil {
		return nil, err
	}
	b.session.Store(s)
	b.history = nil // the session has what it needs of it
	c := &Conversation{session: s, config: b.config}
	first := s.Events().Subscribe()
	e, ok := first.TryNext()
	first.Close()
	configured, isFirst := e.Msg.(*protocol.SessionConfiguredEvent)
	if !ok || !isFirst {
		// It cannot happen; leave nothing behind if it does.
		return nil, errors.Join(errors.New("session_configured was not the first event"), s.Close(ctx))
	}
	c.configured = *configured
	return c, nil
}

// withLinks puts the folder with links in front of the PATH of an environment. An
// environment without a PATH stays without one.
func (b *builder) withLinks(env []string) []string {
	path, ok := shellenv.Lookup(env, "PATH")
	if !ok || b.m.o.LinkDir == nil {
		return env
	}
	dir := b.m.o.LinkDir()
	if dir == "" {
		return env
	}
	return shellenv.With(env, "PATH", dir+string(os.PathListSeparator)+path)
}
