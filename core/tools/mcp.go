package tools

import (
	"context"
	"time"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/mcpclient"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/protocol"
)

// Services runs processes that go on running. A [Runner] that is one can start
// MCP servers; [*exec.Runner] is.
type Services interface {
	Start(c exec.Command) (*exec.Service, error)
}

// Watcher has a process watched over, so that nothing that it starts is left
// when it or this program ends, however that happens. A [Sandbox] that is one
// does that for MCP servers; [Confiner] is, where the system has watchers.
type Watcher interface {
	// Watch changes a command, whose Path is set.
	Watch(c *exec.Command)
}

// McpStarter returns what starts MCP servers as processes of a runner, or nil if
// the runner cannot. Programs are looked up in the PATH of this process and then
// in the server's. They are not confined, but watched over if the sandbox, which
// may be nil, is a [Watcher]. (spec: mcp, spawning stdio servers)
func McpStarter(r Runner, s Sandbox) mcpclient.StartFunc {
	services, ok := r.(Services)
	if !ok {
		return nil
	}
	watcher, watched := s.(Watcher)
	return func(c mcpclient.Command) (mcpclient.Process, error) {
		path, err := exec.LookPath(c.Argv[0], c.Dir, c.Search)
		if err != nil {
			var second error
			if path, second = exec.LookPath(c.Argv[0], c.Dir, c.Env); second != nil {
				return nil, err
			}
		}
		command := exec.Command{Argv: c.Argv, Path: path, Dir: c.Dir, Env: c.Env}
		if watched {
			watcher.Watch(&command)
		}
		service, err := services.Start(command)
		if err != nil {
			return nil, err
		}
		return service, nil
	}
}

// Start begins to start the MCP servers of the conversation, in the background.
// failed is told of those that the conversation has to do without, until Close
// has returned. Start is called once, before the set is used.
func (s *Set) Start(failed func(*mcpclient.Failure)) {
	if s.o.McpServers != nil {
		s.mcp = s.o.McpServers(failed)
	}
}

// Prepare gets the tools ready for a turn: it waits for MCP servers that are
// starting, at most as long as they may take, and takes over what their tools
// have become. It ends early with ctx.
func (s *Set) Prepare(ctx context.Context) {
	if s.mcp != nil {
		_ = s.mcp.Prepare(ctx) // the error of ctx, which the turn sees too
	}
}

// McpReady returns a channel that is closed when the MCP servers have started,
// have failed, or have used up their time.
func (s *Set) McpReady() <-chan struct{} {
	if s.mcp != nil {
		return s.mcp.Ready()
	}
	ready := make(chan struct{})
	close(ready)
	return ready
}

// McpTools returns the tools that the MCP servers list now, by qualified name.
func (s *Set) McpTools() map[string]protocol.McpTool {
	if s.mcp == nil {
		return map[string]protocol.McpTool{}
	}
	return s.mcp.Definitions()
}

// mcpOffered returns the tools of the MCP servers in the form of functions,
// sorted by name.
func (s *Set) mcpOffered() []modelclient.Tool {
	if s.mcp == nil {
		return nil
	}
	tools := s.mcp.Tools()
	offered := make([]modelclient.Tool, 0, len(tools))
	for _, t := range tools {
		offered = append(offered, &modelclient.FunctionTool{Name: t.Name, Description: t.Description, Parameters: t.Parameters})
	}
	return offered
}

// mcpTool returns the tool of an MCP server that has this qualified name.
func (s *Set) mcpTool(name string) (mcpclient.Tool, bool) {
	if s.mcp == nil {
		return mcpclient.Tool{}, false
	}
	return s.mcp.Lookup(name)
}

// interruptedCall is the result of a call in its end event when the turn ended
// first.
const interruptedCall = "the call was interrupted"

// callMcp carries out a call of a tool of an MCP server. Nobody is asked.
// (spec: mcp, calling a tool)
func (s *Set) callMcp(ctx context.Context, h Host, call *protocol.FunctionCallItem, tool mcpclient.Tool) (Result, error) {
	args, err := mcpclient.ParseArguments(call.Arguments)
	if err != nil {
		return badArguments(err), nil
	}
	invocation := protocol.McpInvocation{Server: tool.Server, Tool: tool.Tool, Arguments: args}
	h.Emit(call.CallID, &protocol.McpToolCallBeginEvent{CallID: call.CallID, Invocation: invocation})
	began := time.Now()
	result, err := s.mcp.Call(ctx, tool, args)
	end := &protocol.McpToolCallEndEvent{CallID: call.CallID, Invocation: invocation, Duration: protocol.DurationOf(time.Since(began))}
	switch {
	case err == nil:
		end.Result.Ok = result
	case ctx.Err() != nil:
		end.Result.Err = interruptedCall
	default:
		end.Result.Err = err.Error()
	}
	h.Emit(call.CallID, end)
	switch {
	case err == nil:
		text, success := mcpclient.ModelText(result, exec.ModelBytes)
		return Result{Text: exec.Truncate(text), Success: success}, nil
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	}
	return failed("%s", end.Result.Err), nil
}

// closeMcp gives the MCP servers back and waits for those that nobody else uses,
// or until ctx ends. The registry goes on waiting then.
func (s *Set) closeMcp(ctx context.Context) {
	if s.mcp != nil {
		_ = s.mcp.Close(ctx) // says only that ctx has ended
	}
}
