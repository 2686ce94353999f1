package session_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/event"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/protocol"
)

var update = flag.Bool("update", false, "write the transcripts")

// A file below testdata/transcript holds commands and, under each of them, what
// they led to once nothing moved any more:
//
//	new key=value...      starts a conversation: approval, sandbox, model, limit,
//	                      window, retries, docs, base, verbosity, plan, patch, raw,
//	                      nobox, mcp
//	resume                starts it again from what was recorded, with the values
//	                      of the last new and those given
//	model a | b | ...     adds a reply of the model: text:x, delta:x, open:type,
//	                      reason:x, raw:x, part, call:name:id:json, custom:name:id:x,
//	                      local:id:word..., search:id:query, item:json, wait:gate,
//	                      fail:kind, usage:n, nousage, limits:percent, end
//	command key=value...  adds how a command ends: out, err, code, wait, deaf, panic
//	open gate             lets go on what waits for the gate
//	user text             sends a text; several lines of \n make one text
//	submit json           submits an operation
//	steer turn text       adds to a turn
//	interrupt [turn]      interrupts and says how that ended
//	answer id decision    answers an approval
//	file name text        writes a file
//	join                  follows as well, and shows the snapshot
//	notified              shows what the notify program was told
//	pass duration         lets time pass
//	close                 ends the conversation
//
// Under a command stand the events ("0/T1 type {...}", details with a plus
// sign), the lines that were recorded ("R type {...}"), the commands that ran
// ("$") and the requests to the model (">", with the items that are new).
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/transcript/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = play(t, string(data)) })
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(data), got); diff != "" {
				t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
			}
		})
	}
}

// play carries out the commands of a transcript and returns it with what they
// led to.
func play(t *testing.T, data string) string {
	p := &player{t: t, gates: map[string]chan struct{}{}, turns: map[string]string{}}
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimRight(data, "\n"), "\n\n") {
		commands, _, _ := strings.Cut(block, "\n----")
		fmt.Fprintf(&out, "%s\n", commands)
		for line := range strings.Lines(commands) {
			if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
				p.command(line)
				synctest.Wait()
			}
		}
		if shown := p.flush(); shown != "" {
			fmt.Fprintf(&out, "----\n%s", shown)
		}
		out.WriteString("\n")
	}
	if p.lab != nil {
		p.lab.close(t)
	}
	for _, end := range p.atEnd {
		end()
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// player carries out commands.
type player struct {
	t       *testing.T
	lab     *lab
	args    []string // of the last new
	sub     *event.Subscription
	joined  []*event.Subscription
	gates   map[string]chan struct{}
	turns   map[string]string // turn ids by their short names
	results []string
	lines   int // that were shown
	asked   int // requests that were shown
	ran     int
	last    *modelclient.Request
	atEnd   []func()
}

func (p *player) gate(name string) chan struct{} {
	if p.gates[name] == nil {
		p.gates[name] = make(chan struct{})
	}
	return p.gates[name]
}

func (p *player) result(format string, args ...any) {
	p.results = append(p.results, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", `\n`))
}

func (p *player) command(line string) {
	p.t.Helper()
	name, rest, _ := strings.Cut(line, " ")
	switch name {
	case "new":
		p.args = strings.Fields(rest)
		p.start(nil)
	case "resume":
		p.args = append(p.args, strings.Fields(rest)...)
		p.start(load(p.lab.tape.recorded()))
	case "model":
		p.lab.model.add(p.steps(rest)...)
	case "command":
		p.lab.commands.queue = append(p.lab.commands.queue, p.process(rest))
	case "open":
		close(p.gate(rest))
	case "user":
		p.submit(input(strings.ReplaceAll(rest, `\n`, "\n")))
	case "submit":
		var op protocol.Op
		if err := protocol.Unmarshal([]byte(strings.ReplaceAll(rest, "$CWD", p.lab.cwd)), &op); err != nil {
			p.t.Fatalf("%s: %v", line, err)
		}
		p.submit(op)
	case "steer":
		turn, text, _ := strings.Cut(rest, " ")
		err := p.lab.Steer(p.t.Context(), p.turnID(turn), []protocol.InputItem{&protocol.TextInput{Text: text}})
		p.result("steered: %v", p.hide(fmt.Sprint(err)))
	case "interrupt":
		p.interrupt(rest)
	case "answer":
		id, decision, _ := strings.Cut(rest, " ")
		p.submit(&protocol.ExecApprovalOp{ID: id, Decision: protocol.ReviewDecision(decision)})
	case "file":
		file, text, _ := strings.Cut(rest, " ")
		p.lab.write(p.t, file, strings.ReplaceAll(text, `\n`, "\n"))
	case "join":
		synctest.Wait()
		p.flushEvents()
		sub, snap := p.lab.Join()
		p.joined = append(p.joined, sub)
		p.result("snapshot: turn %s, %s, tokens %s", p.turn(snap.TurnID), p.hide(p.context(&snap.Settings)), tokens(&snap.Tokens))
		for _, r := range snap.Approvals {
			p.result("snapshot: open %s %s", r.CallID, p.hide(p.json(r.Question)))
		}
	case "notified":
		for _, arg := range p.lab.notified {
			p.result("notify %s", arg)
		}
	case "pass":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.t.Fatal(err)
		}
		time.Sleep(d)
	case "close":
		p.lab.close(p.t)
	default:
		p.t.Fatalf("unknown command %q", line)
	}
}

func (p *player) submit(op protocol.Op) {
	if _, err := p.lab.Submit(p.t.Context(), op); err != nil {
		p.result("refused: %v", err)
	}
}

func (p *player) interrupt(turn string) {
	interrupt := func() (outcome string, err error) {
		done, err := (<-chan session.Interruption)(nil), error(nil)
		if turn == "" {
			done, err = p.lab.Interrupt(p.t.Context())
		} else {
			done, err = p.lab.InterruptTurn(p.t.Context(), p.turnID(turn))
		}
		if err != nil {
			return "", err
		}
		end := <-done
		return fmt.Sprintf("%s, aborted %v", end.Reason, end.Aborted), nil
	}
	outcome, err := interrupt()
	p.result("interrupted: %s %v", outcome, err)
}

// start starts a conversation.
func (p *player) start(initial *rollout.History) {
	var kept []protocol.RolloutItem
	var model *script
	cwd := ""
	if p.lab != nil {
		p.lab.close(p.t)
		p.flushEvents()
		kept, model, cwd = p.lab.tape.recorded(), p.lab.model, p.lab.cwd
	}
	p.lab = newLab(p.t, func(s *setup) {
		if cwd != "" {
			s.config.Cwd = cwd
		}
		if initial != nil {
			initial.Meta.Cwd = cwd
		}
		s.options.Initial = initial
		if kept != nil {
			s.options.Recorder.(*tape).lines = kept
			s.options.Model = model
		}
		for _, arg := range p.args {
			key, value, _ := strings.Cut(arg, "=")
			p.set(s, key, value)
		}
	})
	if cwd != "" {
		p.lab.cwd = cwd
	}
	if model != nil {
		p.lab.model = model
	}
	p.sub = p.lab.Events().Subscribe()
	p.joined = nil
	p.ran = 0
}

func (p *player) set(s *setup, key, value string) {
	n, _ := strconv.ParseUint(value, 10, 64)
	switch key {
	case "approval":
		s.config.ApprovalPolicy = protocol.AskForApproval(value)
	case "sandbox":
		if err := protocol.Unmarshal([]byte(`{"mode":"`+value+`"}`), &s.config.SandboxPolicy); err != nil {
			p.t.Fatal(err)
		}
	case "model":
		s.config.Model, s.config.ModelFamily = value, models.FamilyFor(value)
	case "limit":
		limit := int64(n)
		s.config.AutoCompactTokenLimit = &limit
	case "window":
		s.config.ModelContextWindow = &n
	case "retries":
		s.config.Provider.StreamMaxRetries = &n
	case "docs":
		s.options.UserInstructions = value
		s.options.Instructions = func(cwd string) string { return "instructions of " + filepath.Base(cwd) }
	case "base":
		s.config.BaseInstructions = &value
	case "verbosity":
		s.config.Verbosity = protocol.Verbosity(value)
	case "plan":
		s.config.IncludePlanTool = true
	case "patch":
		s.tools.IncludeApplyPatch = true
	case "raw":
		s.config.ShowRawReasoning = true
	case "mcp":
		registry := openMcp(s)
		p.atEnd = append(p.atEnd, func() {
			if err := registry.Close(p.t.Context()); err != nil {
				p.t.Error(err)
			}
		})
	case "nobox":
		s.tools.Sandbox = nil
	default:
		p.t.Fatalf("unknown setting %q", key)
	}
}

// steps reads a reply of the model.
func (p *player) steps(list string) []step {
	var steps []step
	cost := uint64(100)
	noUsage, whole := false, true
	limits := &protocol.RateLimitSnapshot{}
	for part := range strings.SplitSeq(list, " | ") {
		kind, rest, _ := strings.Cut(strings.TrimSpace(part), ":")
		if kind == "text" || kind == "custom" {
			rest = strings.ReplaceAll(rest, `\n`, "\n")
		}
		switch kind {
		case "text":
			steps = append(steps, text(rest))
		case "delta":
			steps = append(steps, say(modelclient.Event{Kind: modelclient.TextDelta, Delta: rest, ItemID: "msg"}))
		case "open":
			steps = append(steps, say(modelclient.Event{Kind: modelclient.ItemOpened, ItemType: rest, ItemID: "msg"}))
		case "part":
			steps = append(steps, say(modelclient.Event{Kind: modelclient.SummaryPartAdded, ItemID: "rs"}))
		case "sum":
			steps = append(steps, say(modelclient.Event{Kind: modelclient.SummaryDelta, Delta: rest, ItemID: "rs"}))
		case "raw":
			steps = append(steps, say(modelclient.Event{Kind: modelclient.ReasoningDelta, Delta: rest, ItemID: "rs"}))
		case "call":
			name, more, _ := strings.Cut(rest, ":")
			id, arguments, _ := strings.Cut(more, ":")
			steps = append(steps, call(name, id, arguments))
		case "custom":
			name, more, _ := strings.Cut(rest, ":")
			id, text, _ := strings.Cut(more, ":")
			steps = append(steps, item(&protocol.CustomToolCallItem{ID: "ctc", Name: name, CallID: id, Input: text}))
		case "local":
			id, argv, _ := strings.Cut(rest, ":")
			steps = append(steps, item(&protocol.LocalShellCallItem{
				ID: id, Status: protocol.LocalShellCompleted, Action: protocol.LocalShellAction{Command: strings.Fields(argv)},
			}))
		case "search":
			id, query, _ := strings.Cut(rest, ":")
			steps = append(steps, say(modelclient.Event{Kind: modelclient.WebSearchBegin, CallID: id, ItemID: id}),
				item(&protocol.WebSearchCallItem{ID: id, Status: "completed", Action: &protocol.SearchAction{Query: query}}))
		case "item":
			var i protocol.ResponseItem
			if err := protocol.Unmarshal([]byte(rest), &i); err != nil {
				p.t.Fatalf("item %s: %v", rest, err)
			}
			steps = append(steps, item(i))
		case "wait":
			steps = append(steps, until(p.gate(rest)))
		case "fail":
			steps = append(steps, broken(p.failure(rest)))
			whole = false
		case "usage":
			cost, _ = strconv.ParseUint(rest, 10, 64)
		case "nousage":
			noUsage = true
		case "limits":
			percent, _ := strconv.ParseFloat(rest, 64)
			limits.Primary = &protocol.RateLimitWindow{UsedPercent: percent}
		case "none":
		default:
			p.t.Fatalf("unknown step %q", part)
		}
	}
	if rest, ok := strings.CutPrefix(list, "fail:"); ok && !strings.Contains(list, " | ") {
		return []step{broken(p.failure(rest))} // before anything else
	}
	first := say(modelclient.Event{Kind: modelclient.RateLimits, RateLimits: limits})
	steps = append([]step{first}, steps...)
	if whole {
		done := modelclient.Event{Kind: modelclient.Completed, Usage: usage(cost)}
		if noUsage {
			done.Usage = nil
		}
		steps = append(steps, say(done))
	}
	return steps
}

func (p *player) failure(kind string) error {
	switch kind {
	case "stream":
		return &modelclient.StreamError{Cause: modelclient.ErrStreamClosed}
	case "status":
		return &modelclient.StatusError{Status: 400, Body: "bad request"}
	case "context":
		return &modelclient.ContextWindowError{}
	case "usage":
		return &modelclient.UsageLimitError{Plan: "plus", RateLimits: &protocol.RateLimitSnapshot{Primary: &protocol.RateLimitWindow{UsedPercent: 100}}}
	case "panic":
		panic("never")
	}
	return errors.New(kind)
}

// process reads how a command ends.
func (p *player) process(list string) process {
	var c process
	for _, word := range strings.Fields(list) {
		key, value, _ := strings.Cut(word, "=")
		value = strings.ReplaceAll(strings.ReplaceAll(value, "_", " "), `\n`, "\n")
		switch key {
		case "out":
			c.stdout = value
		case "err":
			c.stderr = value
		case "code":
			c.code, _ = strconv.Atoi(value)
		case "wait":
			c.gate = p.gate(value)
		case "deaf":
			c.deaf = p.gate(value)
		case "panic":
			c.panics = true
		default:
			p.t.Fatalf("unknown outcome %q", word)
		}
	}
	return c
}

// turn returns a short name for a turn id, and turnID the id again.
func (p *player) turn(id string) string {
	if id == "" {
		return "-"
	}
	for name, known := range p.turns {
		if known == id {
			return name
		}
	}
	name := fmt.Sprintf("T%d", len(p.turns)+1)
	p.turns[name] = id
	return name
}

func (p *player) turnID(name string) string {
	if id, ok := p.turns[name]; ok {
		return id
	}
	return name
}

var delay = regexp.MustCompile(`in [0-9.]+m?s\.\.\.`)

// hide replaces what differs from run to run.
func (p *player) hide(s string) string {
	s = strings.ReplaceAll(s, p.lab.cwd, "$CWD")
	for name, id := range p.turns {
		s = strings.ReplaceAll(s, id, name)
	}
	s = regexp.MustCompile(`item_[0-9a-f-]{36}`).ReplaceAllString(s, "item_*")
	return delay.ReplaceAllString(s, "in *...")
}

func (p *player) json(v any) string {
	text, err := protocol.Append(nil, v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// flush shows what happened since it was called last.
func (p *player) flush() string {
	p.flushEvents()
	for i, sub := range p.joined {
		for {
			e, ok := sub.TryNext()
			if !ok {
				break
			}
			p.result("follower %d: %s", i+1, p.event(e))
		}
	}
	if p.lab != nil {
		lines := p.lab.tape.recorded()
		for _, line := range lines[p.lines:] {
			p.result("R %s", p.hide(p.rolloutLine(line)))
		}
		p.lines = len(lines)
		p.lab.commands.mu.Lock()
		for _, ran := range p.lab.commands.ran[p.ran:] {
			p.result("$ %s", p.hide(ran))
		}
		p.ran = len(p.lab.commands.ran)
		p.lab.commands.mu.Unlock()
		requests := p.lab.model.seen()
		for _, r := range requests[p.asked:] {
			p.request(r)
		}
		p.asked = len(requests)
	}
	var out strings.Builder
	for _, line := range p.results {
		out.WriteString(line + "\n")
	}
	p.results = nil
	return out.String()
}

func (p *player) flushEvents() {
	if p.sub == nil {
		return
	}
	for {
		e, ok := p.sub.TryNext()
		if !ok {
			return
		}
		p.result("%s", p.event(e))
	}
}

// load returns what a store would read from recorded lines.
func load(lines []protocol.RolloutItem) *rollout.History {
	h := &rollout.History{ID: conversationID, Path: "/rollout.jsonl"}
	var users []string
	for _, line := range lines {
		switch l := line.(type) {
		case *protocol.ResponseItemLine:
			h.Items = append(h.Items, l.Item)
			if text, ok := rollout.UserMessage(l.Item); ok {
				users = append(users, text)
			}
		case *protocol.CompactedLine:
			h.Compacted, h.Items, h.UserMessages = l, nil, slices.Clone(users)
		case *protocol.TurnContextLine:
			h.LastTurn = l
		case *protocol.EventMsgLine:
			if tokens, ok := l.Msg.(*protocol.TokenCountEvent); ok {
				if tokens.Info != nil {
					h.LastTokens = tokens.Info
				}
				if tokens.RateLimits != nil {
					h.LastRateLimits = tokens.RateLimits
				}
			}
		}
	}
	return h
}
