package mcpserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// codexArguments are the arguments of the tool codex. Members that are null
// count as absent; those that nobody knows are ignored.
// (spec: mcp, codex arguments)
type codexArguments struct {
	Prompt           string                     `json:"prompt"`
	Model            string                     `json:"model,omitzero"`
	Profile          string                     `json:"profile,omitzero"`
	Cwd              string                     `json:"cwd,omitzero"`
	ApprovalPolicy   protocol.AskForApproval    `json:"approval-policy,omitzero"`
	Sandbox          protocol.SandboxMode       `json:"sandbox,omitzero"`
	Config           map[string]json.RawMessage `json:"config,omitzero"`
	BaseInstructions *string                    `json:"base-instructions,omitzero"`
	IncludePlanTool  *bool                      `json:"include-plan-tool,omitzero"`
	Unknown          map[string]json.RawMessage `wire:"extra"`
}

// replyArguments are the arguments of the tool codex-reply.
type replyArguments struct {
	ConversationID string                     `json:"conversationId"`
	Prompt         string                     `json:"prompt"`
	Unknown        map[string]json.RawMessage `wire:"extra"`
}

// conversationArguments are the arguments of tools that work on a conversation.
type conversationArguments struct {
	ConversationID string                     `json:"conversationId"`
	Unknown        map[string]json.RawMessage `wire:"extra"`
}

// listArguments are the arguments of the tool codex-list.
type listArguments struct {
	Limit   *int64                     `json:"limit,omitzero"`
	Cursor  string                     `json:"cursor,omitzero"`
	Unknown map[string]json.RawMessage `wire:"extra"`
}

// errNoArguments says that a call has no arguments at all.
var errNoArguments = errors.New("missing arguments")

// decodeArguments reads the arguments of a tool.
func decodeArguments(raw json.RawMessage, arguments any) error {
	if raw == nil {
		return errNoArguments
	}
	return wire.UnmarshalAt("arguments", raw, arguments)
}

// warnUnknown logs arguments that have no effect: a misspelt name gives the
// default without a word otherwise.
func (c *call) warnUnknown(unknown map[string]json.RawMessage) {
	if len(unknown) > 0 {
		c.log.Warn().Strs("arguments", slices.Sorted(maps.Keys(unknown))).Msg("arguments that the tool does not have")
	}
}

// overrides returns the settings of the conversation.
func (a *codexArguments) overrides() config.Overrides {
	return config.Overrides{
		Model:            config.Given(a.Model),
		Profile:          config.Given(a.Profile),
		Cwd:              a.Cwd,
		ApprovalPolicy:   a.ApprovalPolicy,
		SandboxMode:      a.Sandbox,
		BaseInstructions: a.BaseInstructions,
		IncludePlanTool:  a.IncludePlanTool,
		Config:           a.Config,
	}
}

// conversationID reads the id of a conversation in any usual spelling.
func conversationID(text string) (protocol.ConversationID, error) {
	id, err := protocol.ParseConversationID(text)
	if err != nil {
		return "", fmt.Errorf("cannot parse the conversation id: %w", err)
	}
	return id, nil
}
