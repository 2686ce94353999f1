package mcpserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// conversations remembers what the server's conversations were started with, and
// which were used last. The zero value is ready to use.
type conversations struct {
	mu        sync.Mutex
	overrides map[protocol.ConversationID]config.Overrides
	recent    []protocol.ConversationID // open ones, the one used last at the end
}

// started remembers the settings of a conversation.
func (o *conversations) started(id protocol.ConversationID, overrides config.Overrides) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.overrides == nil {
		o.overrides = make(map[protocol.ConversationID]config.Overrides)
	}
	o.overrides[id] = overrides
}

// startedWith returns the settings of a conversation that this process started.
func (o *conversations) startedWith(id protocol.ConversationID) (config.Overrides, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	overrides, ok := o.overrides[id]
	return overrides, ok
}

// used puts a conversation at the end and returns those before the last keep.
func (o *conversations) used(id protocol.ConversationID, keep int) []protocol.ConversationID {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.recent = slices.DeleteFunc(o.recent, func(other protocol.ConversationID) bool { return other == id })
	o.recent = append(o.recent, id)
	return slices.Clone(o.recent[:max(0, len(o.recent)-keep)])
}

// closed forgets that a conversation is open.
func (o *conversations) closed(id protocol.ConversationID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.recent = slices.DeleteFunc(o.recent, func(other protocol.ConversationID) bool { return other == id })
}

// used notes that a call has used a conversation, and closes those that nobody
// used for long. They come back when they are called.
func (s *Server) used(id protocol.ConversationID) {
	for _, old := range s.open.used(id, s.o.MaxIdle) {
		p, free := s.lines.tryEnter(old)
		if !free {
			continue // a call uses it; it gets its turn later
		}
		if conv, ok := s.agent.Conversations.Remove(old); ok {
			s.closeConversation(conv)
		}
		s.open.closed(old)
		p.leave()
	}
}

// drop ends a conversation that nobody knows of.
func (s *Server) drop(conv *conversation.Conversation) {
	s.agent.Conversations.Remove(conv.ID())
	s.closeConversation(conv)
}

// resume opens a recorded conversation again, with the settings that it was
// started with, or, when another process did that, with those of its last turn.
// (spec: mcp, codex-reply; events-and-rollouts, resume)
func (c *call) resume(id protocol.ConversationID) (*conversation.Conversation, error) {
	a := c.server.agent
	found, err := a.Store.Find(c.ctx, id)
	switch {
	case errors.Is(err, rollout.ErrNotFound):
		//lint:ignore ST1005 a sentence for the caller of the tool
		return nil, fmt.Errorf("Session not found for conversation id: %s", id)
	case err != nil:
		return nil, fmt.Errorf("find the session: %w", err)
	case found.Archived:
		return nil, fmt.Errorf("the session %s is archived", id)
	}
	overrides, known := c.server.open.startedWith(id)
	if !known {
		if overrides, err = c.recordedSettings(found.Path); err != nil {
			return nil, fmt.Errorf("read the session: %w", err)
		}
	}
	cfg, err := a.Config.Load(c.ctx, overrides)
	if err != nil {
		return nil, fmt.Errorf("load the configuration of the session: %w", err)
	}
	conv, err := a.Conversations.Resume(c.ctx, cfg, found.Path, c.startOptions())
	if err != nil {
		return nil, fmt.Errorf("resume the session: %w", err)
	}
	c.server.open.started(id, overrides)
	return conv, nil
}

// recordedSettings returns the settings of the last turn in a file, so that a
// reply after a restart has no other rights than one before.
func (c *call) recordedSettings(path string) (config.Overrides, error) {
	history, err := c.server.agent.Store.Load(c.ctx, path)
	if err != nil {
		return config.Overrides{}, err
	}
	overrides := config.Overrides{Cwd: history.Meta.Cwd}
	last := history.LastTurn
	if last == nil {
		return overrides, nil
	}
	overrides.Cwd, overrides.Model, overrides.ApprovalPolicy = last.Cwd, config.Given(last.Model), last.ApprovalPolicy
	if last.SandboxPolicy != nil {
		overrides.SandboxMode = last.SandboxPolicy.Mode()
	}
	overrides.Config, err = recordedConfig(last)
	return overrides, err
}

// recordedConfig returns the settings of a turn that only the configuration has a
// place for.
func recordedConfig(last *protocol.TurnContextLine) (map[string]json.RawMessage, error) {
	var recorded struct {
		Effort    protocol.ReasoningEffort  `json:"model_reasoning_effort,omitzero"`
		Summary   protocol.ReasoningSummary `json:"model_reasoning_summary,omitzero"`
		Workspace *recordedWorkspace        `json:"sandbox_workspace_write,omitzero"`
	}
	recorded.Effort, recorded.Summary = last.Effort, last.Summary
	if w, ok := last.SandboxPolicy.(*protocol.WorkspaceWritePolicy); ok {
		recorded.Workspace = (*recordedWorkspace)(w)
	}
	text, err := wire.Append(nil, &recorded)
	if err != nil {
		return nil, err
	}
	var settings map[string]json.RawMessage
	err = json.Unmarshal(text, &settings)
	return settings, err
}

// recordedWorkspace is a policy as the configuration spells it: the mode stands
// elsewhere.
type recordedWorkspace protocol.WorkspaceWritePolicy
