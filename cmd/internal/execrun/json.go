package execrun

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/shellcmd"
	"github.com/codex-go/codex/protocol"
)

// jsonOutput writes one JSON object a line. (spec: config-and-auth, JSON
// events)
type jsonOutput struct {
	enc   *json.Encoder
	next  int               // number of the next item
	open  map[string]string // item id by call id
	began map[string]protocol.EventMsg
	todo  *todoItem
}

func newJSONOutput(out io.Writer) *jsonOutput {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &jsonOutput{enc: enc, open: make(map[string]string), began: make(map[string]protocol.EventMsg)}
}

// Lines of the output. The order of the fields is the order on the line.
type (
	threadLine struct {
		Type     string                  `json:"type"`
		ThreadID protocol.ConversationID `json:"thread_id"`
	}
	plainLine struct {
		Type string `json:"type"`
	}
	itemLine struct {
		Type string `json:"type"`
		Item any    `json:"item"`
	}
	turnLine struct {
		Type  string `json:"type"`
		Usage usage  `json:"usage"`
	}
	usage struct {
		InputTokens       uint64 `json:"input_tokens"`
		CachedInputTokens uint64 `json:"cached_input_tokens"`
		OutputTokens      uint64 `json:"output_tokens"`
	}
	failedLine struct {
		Type  string       `json:"type"`
		Error errorMessage `json:"error"`
	}
	errorMessage struct {
		Message string `json:"message"`
	}
	errorLine struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}
)

// Items of the output.
type (
	textItem struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Text string `json:"text"`
	}
	commandItem struct {
		ID               string `json:"id"`
		Type             string `json:"type"`
		Command          string `json:"command"`
		AggregatedOutput string `json:"aggregated_output"`
		ExitCode         *int32 `json:"exit_code,omitempty"`
		Status           string `json:"status"`
	}
	fileChangeItem struct {
		ID      string       `json:"id"`
		Type    string       `json:"type"`
		Changes []fileChange `json:"changes"`
		Status  string       `json:"status"`
	}
	fileChange struct {
		Path string `json:"path"`
		Kind string `json:"kind"`
	}
	mcpItem struct {
		ID     string `json:"id"`
		Type   string `json:"type"`
		Server string `json:"server"`
		Tool   string `json:"tool"`
		Status string `json:"status"`
	}
	searchItem struct {
		ID    string `json:"id"`
		Type  string `json:"type"`
		Query string `json:"query"`
	}
	todoItem struct {
		ID    string     `json:"id"`
		Type  string     `json:"type"`
		Items []todoStep `json:"items"`
	}
	todoStep struct {
		Text      string `json:"text"`
		Completed bool   `json:"completed"`
	}
)

// Values of status.
const (
	inProgress = "in_progress"
	completed  = "completed"
	failed     = "failed"
)

// write writes a line. Nobody is left to tell when the reader has gone.
func (j *jsonOutput) write(line any) { _ = j.enc.Encode(line) }

func (j *jsonOutput) item(stage string, item any) {
	j.write(itemLine{Type: "item." + stage, Item: item})
}

func (j *jsonOutput) newID() string {
	id := fmt.Sprintf("item_%d", j.next)
	j.next++
	return id
}

// idOf returns the id of the item of a call, and whether it is new.
func (j *jsonOutput) idOf(callID string) (id string, fresh bool) {
	if id, ok := j.open[callID]; ok {
		return id, false
	}
	id = j.newID()
	j.open[callID] = id
	return id, true
}

func (j *jsonOutput) begin(c *conversation.Conversation, _ string) {
	j.write(threadLine{Type: "thread.started", ThreadID: c.ID()})
}

func (j *jsonOutput) event(msg protocol.EventMsg) {
	switch m := msg.(type) {
	case *protocol.TaskStartedEvent:
		j.write(plainLine{Type: "turn.started"})
	case *protocol.AgentMessageEvent:
		j.item(completed, textItem{ID: j.newID(), Type: "agent_message", Text: m.Message})
	case *protocol.AgentReasoningEvent:
		j.item(completed, textItem{ID: j.newID(), Type: "reasoning", Text: m.Text})
	case *protocol.ExecCommandBeginEvent:
		id, _ := j.idOf(m.CallID)
		j.began[m.CallID] = m
		j.item("started", commandItem{ID: id, Type: "command_execution", Command: joined(m.Command), Status: inProgress})
	case *protocol.ExecCommandEndEvent:
		j.commandEnd(m)
	case *protocol.PatchApplyBeginEvent:
		j.began[m.CallID] = m
	case *protocol.PatchApplyEndEvent:
		j.patchEnd(m)
	case *protocol.McpToolCallBeginEvent:
		id, _ := j.idOf(m.CallID)
		j.item("started", mcpItem{ID: id, Type: "mcp_tool_call", Server: m.Invocation.Server, Tool: m.Invocation.Tool, Status: inProgress})
	case *protocol.McpToolCallEndEvent:
		id, _ := j.idOf(m.CallID)
		delete(j.open, m.CallID)
		status := completed
		if m.Result.Ok == nil || m.Result.Ok.IsError != nil && *m.Result.Ok.IsError {
			status = failed
		}
		j.item(completed, mcpItem{ID: id, Type: "mcp_tool_call", Server: m.Invocation.Server, Tool: m.Invocation.Tool, Status: status})
	case *protocol.WebSearchEndEvent:
		j.item(completed, searchItem{ID: j.newID(), Type: "web_search", Query: m.Query})
	case *protocol.PlanUpdateEvent:
		j.plan(m)
	case *protocol.ErrorEvent:
		j.write(errorLine{Type: "error", Message: m.Message})
	case *protocol.StreamErrorEvent:
		j.write(errorLine{Type: "error", Message: m.Message})
	}
}

func joined(argv []string) string {
	text, err := shellcmd.Join(argv)
	if err != nil {
		return strings.Join(argv, " ")
	}
	return text
}

func (j *jsonOutput) commandEnd(m *protocol.ExecCommandEndEvent) {
	begin, ok := j.began[m.CallID].(*protocol.ExecCommandBeginEvent)
	if !ok {
		return
	}
	id, _ := j.idOf(m.CallID)
	delete(j.began, m.CallID)
	delete(j.open, m.CallID)
	status := completed
	if m.ExitCode != 0 {
		status = failed
	}
	j.item(completed, commandItem{
		ID: id, Type: "command_execution", Command: joined(begin.Command),
		AggregatedOutput: m.AggregatedOutput, ExitCode: &m.ExitCode, Status: status,
	})
}

func (j *jsonOutput) patchEnd(m *protocol.PatchApplyEndEvent) {
	begin, ok := j.began[m.CallID].(*protocol.PatchApplyBeginEvent)
	if !ok {
		return
	}
	delete(j.began, m.CallID)
	item := fileChangeItem{ID: j.newID(), Type: "file_change", Changes: []fileChange{}, Status: completed}
	if !m.Success {
		item.Status = failed
	}
	for path, change := range begin.Changes {
		kind := "update"
		switch change.(type) {
		case *protocol.AddFileChange:
			kind = "add"
		case *protocol.DeleteFileChange:
			kind = "delete"
		}
		item.Changes = append(item.Changes, fileChange{Path: path, Kind: kind})
	}
	slices.SortFunc(item.Changes, func(a, b fileChange) int { return strings.Compare(a.Path, b.Path) })
	j.item(completed, item)
}

func (j *jsonOutput) plan(m *protocol.PlanUpdateEvent) {
	stage := "updated"
	if j.todo == nil {
		stage = "started"
		j.todo = &todoItem{ID: j.newID(), Type: "todo_list"}
	}
	j.todo.Items = make([]todoStep, len(m.Steps))
	for i, s := range m.Steps {
		j.todo.Items[i] = todoStep{Text: s.Step, Completed: s.Status == protocol.StepCompleted}
	}
	j.item(stage, j.todo)
}

func (j *jsonOutput) end(failure error, spent *protocol.TokenUsage) {
	if j.todo != nil {
		j.item(completed, j.todo)
		j.todo = nil
	}
	if failure != nil {
		j.write(failedLine{Type: "turn.failed", Error: errorMessage{failure.Error()}})
		return
	}
	line := turnLine{Type: "turn.completed"}
	if spent != nil {
		line.Usage = usage{InputTokens: spent.InputTokens, CachedInputTokens: spent.CachedInputTokens, OutputTokens: spent.OutputTokens}
	}
	j.write(line)
}
