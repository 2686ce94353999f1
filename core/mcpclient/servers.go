package mcpclient

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/protocol"
)

// errServerName is the failure of a server whose name cannot be used.
var errServerName = errors.New("its name must be made of ASCII letters, digits, '_' and '-'")

// OpenOptions say which servers a conversation wants.
type OpenOptions struct {
	// Servers holds their configuration by name.
	Servers map[string]config.McpServer
	// HTTP permits servers behind HTTP. The others are passed over.
	HTTP bool
	// Dir is the working directory of stdio servers, absolute.
	Dir string
	// Environ is the environment of this process, as "NAME=value", of which
	// stdio servers get a few variables.
	Environ []string
	// Failed is called for each server that did not start, and for each one that
	// lists tools which cannot be used, before Prepare returns if that happens in
	// time. Calls come one by one, from a goroutine of the Servers, and not after
	// Close has returned. They must not block. Nil: nobody is told.
	Failed func(*Failure)
}

// Tool is a tool as a model knows it.
type Tool struct {
	// Name is unique among the tools of a conversation and is made of what
	// model APIs take.
	Name        string
	Description string
	// Parameters is the cleaned schema of the arguments, see [CleanSchema].
	Parameters json.RawMessage
	// Server and Tool are the names that the user and the server use.
	Server, Tool string
}

// Servers are the servers of one conversation. All methods are safe for
// concurrent use.
type Servers struct {
	o       OpenOptions
	r       *Registry
	members []*member // by name
	ready   chan struct{}
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	work    sync.WaitGroup

	failed sync.Mutex // held while Failed is called

	mu    sync.Mutex
	table table // of the turn
}

// member is one server of a conversation.
type member struct {
	name   string
	server config.McpServer
	lease  *lease
}

// table is a list of tools and where each one is.
type table struct {
	tools   []Tool // sorted by name
	members map[string]*member
	listed  map[string]protocol.McpTool
}

// Open begins to start the servers of a conversation, as far as no other one has
// them running, and returns without waiting.
func (r *Registry) Open(o OpenOptions) *Servers {
	s := &Servers{o: o, r: r, ready: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if len(o.Servers) == 0 {
		close(s.ready)
		return s
	}
	var failures []*Failure
	var starting sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(o.Servers)) {
		m, err := s.member(name, o.Servers[name])
		switch {
		case err != nil:
			failures = append(failures, &Failure{Server: name, Err: err})
		case m != nil:
			s.members = append(s.members, m)
			starting.Add(1)
			s.work.Go(func() { s.await(m, starting.Done) })
		}
	}
	s.work.Go(func() {
		for _, f := range failures {
			s.fail(f)
		}
		starting.Wait()
		close(s.ready)
	})
	return s
}

// member gets a server for the conversation, or nil if it is passed over.
func (s *Servers) member(name string, server config.McpServer) (*member, error) {
	if _, http := server.Transport.(*config.McpHTTP); http && !s.o.HTTP {
		s.r.log.Info().Str("mcp_server", name).Msg("an MCP server behind HTTP was passed over: experimental_use_rmcp_client is not set")
		return nil, nil
	}
	if !ValidServerName(name) {
		return nil, errServerName
	}
	l, err := s.r.acquire(&serverSpec{name: name, server: server, dir: s.o.Dir, environ: s.o.Environ})
	if err != nil {
		return nil, err
	}
	return &member{name: name, server: server, lease: l}, nil
}

// failureSlack is how much longer than a server may take to start a turn waits
// to learn that it did not.
const failureSlack = 100 * time.Millisecond

// await waits for the start of a server and says what is wrong with it. It calls
// done when that has happened, or when the server has used up its time.
func (s *Servers) await(m *member, done func()) {
	done = sync.OnceFunc(done)
	defer done()
	timer := time.AfterFunc(m.server.StartupLimit()+failureSlack, done)
	defer timer.Stop()
	select {
	case <-m.lease.client.started:
		s.report(m)
	case <-s.ctx.Done():
	}
}

// report says what is wrong with a server that was started.
func (s *Servers) report(m *member) {
	if err := m.lease.client.failure(); err != nil {
		s.fail(&Failure{Server: m.name, Err: err})
		return
	}
	if _, problems := m.lease.client.listed(); len(problems) > 0 {
		s.fail(&Failure{Server: m.name, Err: &ToolsError{Problems: problems}})
	}
}

// fail reports a failure, unless the conversation has ended.
func (s *Servers) fail(f *Failure) {
	s.failed.Lock()
	defer s.failed.Unlock()
	if s.o.Failed != nil && s.ctx.Err() == nil {
		s.o.Failed(f)
	}
}

// Ready returns a channel that is closed when every server has listed its tools,
// has failed, or has used up its time to start.
func (s *Servers) Ready() <-chan struct{} { return s.ready }

// Prepare waits for Ready and takes over what the servers list now, for the turn
// that begins. It fails with ctx only. (spec: mcp, do better, client)
func (s *Servers) Prepare(ctx context.Context) error {
	select {
	case <-s.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := s.awaitRefresh(ctx); err != nil {
		return err
	}
	t := s.current()
	s.mu.Lock()
	s.table = t
	s.mu.Unlock()
	return nil
}

// awaitRefresh waits for lists that servers have changed, within a bound.
func (s *Servers) awaitRefresh(ctx context.Context) error {
	timer := time.NewTimer(s.r.o.RefreshWait)
	defer timer.Stop()
	for _, m := range s.members {
		select {
		case <-m.lease.client.started:
		default:
			continue // has had its time
		}
		refreshed := m.lease.client.refreshing()
		if refreshed == nil {
			continue
		}
		select {
		case <-refreshed:
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// current returns the tools that the servers list now.
func (s *Servers) current() table {
	var ids []toolID
	var listed []listedTool
	var owners []*member
	for _, m := range s.members {
		tools, _ := m.lease.client.listed()
		for _, t := range tools {
			ids = append(ids, toolID{m.name, t.definition.Name})
			listed = append(listed, t)
			owners = append(owners, m)
		}
	}
	t := table{members: make(map[string]*member, len(ids)), listed: make(map[string]protocol.McpTool, len(ids))}
	for i, name := range uniqueNames(ids) {
		definition := listed[i].definition
		tool := Tool{Name: name, Parameters: listed[i].parameters, Server: ids[i].server, Tool: ids[i].tool}
		if definition.Description != nil {
			tool.Description = *definition.Description
		}
		t.tools = append(t.tools, tool)
		t.members[name] = owners[i]
		t.listed[name] = definition
	}
	slices.SortFunc(t.tools, func(a, b Tool) int { return cmp.Compare(a.Name, b.Name) })
	return t
}

// Tools returns the tools of the turn, sorted by name: what the servers listed
// at the last Prepare. The slice must not be changed.
func (s *Servers) Tools() []Tool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.table.tools
}

// Lookup returns the tool of the turn that a model knows under a name.
func (s *Servers) Lookup(name string) (Tool, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := slices.BinarySearchFunc(s.table.tools, name, func(t Tool, name string) int { return cmp.Compare(t.Name, name) })
	if !ok {
		return Tool{}, false
	}
	return s.table.tools[i], true
}

// Definitions returns the tools that the servers list now, as they list them,
// by the names that a turn which begins now would use.
func (s *Servers) Definitions() map[string]protocol.McpTool { return s.current().listed }

// Call calls a tool of the turn. args is a JSON object, or nil for none; see
// [ParseArguments]. A server that has ended is started again. The error is a
// [*CallError], or the cause of ctx. (spec: mcp, calling a tool)
func (s *Servers) Call(ctx context.Context, tool Tool, args json.RawMessage) (*protocol.McpToolResult, error) {
	s.mu.Lock()
	m := s.table.members[tool.Name]
	s.mu.Unlock()
	if m == nil {
		return nil, &CallError{Server: tool.Server, Tool: tool.Tool, Err: errors.New("there is no such tool")}
	}
	result, err := m.lease.client.call(ctx, tool.Tool, args)
	if err == nil {
		return result, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, &CallError{Server: tool.Server, Tool: tool.Tool, Err: err}
}

// Close gives the servers back and waits, or until ctx ends, until those that
// nobody else uses are gone. It may be called more than once.
func (s *Servers) Close(ctx context.Context) error {
	s.mu.Lock()
	first := s.ctx.Err() == nil
	s.cancel()
	s.mu.Unlock()
	if first {
		for _, m := range s.members {
			s.r.release(m.lease)
		}
	}
	s.work.Wait()
	for _, m := range s.members {
		if !s.r.ending(m.lease) {
			continue
		}
		select {
		case <-m.lease.ended:
		case <-ctx.Done():
			return fmt.Errorf("end MCP server %q: %w", m.name, ctx.Err())
		}
	}
	return nil
}

// ending reports whether nobody uses a server any more.
func (r *Registry) ending(l *lease) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return l.users <= 0
}
