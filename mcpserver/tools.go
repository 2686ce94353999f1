package mcpserver

import (
	"encoding/json"

	"github.com/codex-go/codex/mcptypes"
)

// Names of tools.
const (
	toolCodex     = "codex"
	toolReply     = "codex-reply"
	toolList      = "codex-list"
	toolInterrupt = "codex-interrupt"
	toolClose     = "codex-close"
)

// schemaCodex are the arguments of the tool codex. (spec: mcp, tools/list result)
const schemaCodex = `{"type":"object","properties":{` +
	`"approval-policy":{"type":"string","enum":["untrusted","on-failure","on-request","never"],` +
	`"description":"When the user is asked before a shell command that the model wants to run: untrusted, on-failure, on-request or never."},` +
	`"base-instructions":{"type":"string","description":"Instructions for the model in place of the built-in ones."},` +
	`"config":{"type":"object","additionalProperties":true,` +
	`"description":"Single settings that override those of config.toml, by dotted path."},` +
	`"cwd":{"type":"string","description":"Working directory of the session. A relative path starts from the working directory of the server."},` +
	`"include-plan-tool":{"type":"boolean","description":"Whether the model is offered the plan tool in this conversation."},` +
	`"model":{"type":"string","description":"Name of the model to use instead of the configured one, such as \"gpt-5\" or \"gpt-5-codex\"."},` +
	`"profile":{"type":"string","description":"Name of the profile in config.toml that supplies the defaults."},` +
	`"prompt":{"type":"string","description":"The first user prompt of the conversation."},` +
	`"sandbox":{"type":"string","enum":["read-only","workspace-write","danger-full-access"],` +
	`"description":"Sandbox in which commands run: read-only, workspace-write or danger-full-access."}` +
	`},"required":["prompt"]}`

// schemaReply are the arguments of the tool codex-reply.
const schemaReply = `{"type":"object","properties":{` +
	`"conversationId":{"type":"string","description":"The id of the Codex session to go on with."},` +
	`"prompt":{"type":"string","description":"The next user prompt of the conversation."}` +
	`},"required":["conversationId","prompt"]}`

// schemaList are the arguments of the tool codex-list.
const schemaList = `{"type":"object","properties":{` +
	`"limit":{"type":"integer","minimum":1,"maximum":100,"description":"How many conversations to return, 25 by default."},` +
	`"cursor":{"type":"string","description":"The nextCursor of the list before, to go on behind it."}` +
	`}}`

// schemaOne are the arguments of the tools that work on one conversation.
const schemaOne = `{"type":"object","properties":{` +
	`"conversationId":{"type":"string","description":"The id of the Codex session."}` +
	`},"required":["conversationId"]}`

// tools returns the tools that the server offers.
func (s *Server) tools() []mcptypes.Tool {
	tools := []mcptypes.Tool{
		tool(toolCodex, "Codex", "Run a Codex session. Accepts parameters that match the configuration of Codex.", schemaCodex),
		tool(toolReply, "Codex Reply", "Continue a Codex session, given its conversation id and a prompt.", schemaReply),
	}
	if s.o.ExtraTools {
		tools = append(tools,
			tool(toolList, "Codex List", "List the Codex sessions, the newest first, and whether a turn runs in them.", schemaList),
			tool(toolInterrupt, "Codex Interrupt", "Interrupt the running turn of a Codex session. The session can be continued.", schemaOne),
			tool(toolClose, "Codex Close", "End a Codex session and the processes that it started. Its record is kept.", schemaOne),
		)
	}
	return tools
}

func tool(name, title, description, schema string) mcptypes.Tool {
	return mcptypes.Tool{Name: name, Title: &title, Description: &description, InputSchema: json.RawMessage(schema)}
}
