package session

import (
	"slices"

	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// docs are the user's instructions that the model was told, and the directory
// that they belong to.
type docs struct {
	cwd  string
	text string
}

// seed fills the history before the first turn: with the initial context for a
// new conversation, with what was recorded for any other.
// (spec: agent-loop, seeding history)
func (s *Session) seed() {
	env := s.settings.environment()
	s.docs = docs{cwd: s.settings.cwd, text: s.o.UserInstructions}
	h := s.o.Initial
	if h == nil {
		s.announced = &env
		s.record(nil, s.initialContext(s.settings)...)
		return
	}
	var items []protocol.ResponseItem
	switch {
	case h.Replacement != nil:
		items = h.Replacement
	case h.Compacted != nil:
		s.history.said = prompt.Newest(prompt.OwnTexts(slices.Clone(h.UserMessages)))
		s.history.bridge = prompt.BridgeItem(s.history.said, h.Compacted.Message)
		items = append(s.initialContext(s.settings), s.history.bridge)
	}
	items = slices.DeleteFunc(slices.Concat(items, h.Items), func(i protocol.ResponseItem) bool { return !recordable(i) })
	s.history.items = repair(items)
	s.account = account{info: h.LastTokens}
	s.account.setLimits(h.LastRateLimits)
	s.announced = announcedIn(s.history.items, env, h.LastTurn)
	if h.Compacted == nil || h.Replacement != nil {
		s.docs = recordedDocs(h)
	}
}

// recordedDocs returns the user's instructions in a recorded history.
func recordedDocs(h *rollout.History) docs {
	d := docs{cwd: h.Meta.Cwd}
	if h.LastTurn != nil {
		d.cwd = h.LastTurn.Cwd
	}
	if h.Meta.Instructions != nil {
		d.text = *h.Meta.Instructions
	}
	return d
}

// announcedIn returns the environment that a history tells last, if that is now
// or the one of its last turn, and nil when it is another one. Of a history that
// tells none nothing is known to have changed since its last turn.
func announcedIn(items []protocol.ResponseItem, now prompt.Environment, last *protocol.TurnContextLine) *prompt.Environment {
	then := now
	if last != nil {
		then = prompt.Environment{Cwd: last.Cwd, ApprovalPolicy: last.ApprovalPolicy, SandboxPolicy: last.SandboxPolicy}
	}
	switch told, ok := prompt.LastEnvironment(items); {
	case ok && told == now.Text():
		return &now
	case !ok || told == then.Text():
		return &then
	}
	return nil
}

// initialContext returns the messages that a conversation, or a task with a
// history of its own, begins with.
func (s *Session) initialContext(set *settings) []protocol.ResponseItem {
	var items []protocol.ResponseItem
	if text := s.instructed(); text != "" && !set.review {
		items = append(items, prompt.UserInstructionsItem(text))
	}
	return append(items, set.environment().With(prompt.Environment{Shell: s.o.Shell}).Item())
}

// instructed returns the user's instructions that the model was told.
func (s *Session) instructed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.docs.text
}

// news returns what the model must be told about the environment of a turn, if
// anything. The name of the shell is told once. Only the loop calls it.
func (s *Session) news(set *settings) []protocol.ResponseItem {
	env := set.environment()
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.announced
	s.announced = &env
	if told != nil && told.Equal(env) {
		return nil
	}
	return []protocol.ResponseItem{env.Item()}
}

// moved returns the user's instructions for a directory, if it belongs to
// another project than the last one and they say something else.
// (spec: agent-loop, do better)
func (s *Session) moved(cwd string) []protocol.ResponseItem {
	s.mu.Lock()
	last := s.docs
	s.mu.Unlock()
	if cwd == last.cwd || s.o.Instructions == nil {
		return nil
	}
	now := docs{cwd: cwd, text: last.text}
	if prompt.ProjectRoot(cwd) != prompt.ProjectRoot(last.cwd) {
		now.text = s.o.Instructions(cwd)
	}
	s.mu.Lock()
	s.docs = now
	s.mu.Unlock()
	if now.text == "" || now.text == last.text {
		return nil
	}
	return []protocol.ResponseItem{prompt.UserInstructionsItem(now.text)}
}
