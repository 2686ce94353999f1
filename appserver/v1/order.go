package v1

import (
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// What requests change and read, beside single conversations.
const (
	aboutSettings = "settings" // config.toml
	aboutSessions = "sessions" // which rollouts there are to be listed
	aboutSignIn   = "sign-in"  // who is signed in
	aboutLogin    = "login"    // the login that is under way
)

// order says what a request has to do with, so that pipelined requests find what
// those before them have done: what belongs to one conversation keeps its order,
// and so do logins among themselves; readers of the settings, of the sign-in and
// of the sessions wait for earlier writers. Everything else goes its own way.
// (spec: app-server, do better, concurrency)
func (m *Methods) order(r protocol.ClientRequest) (w jsonrpc.Work) {
	switch r := r.(type) {
	case *protocol.NewConversationParams:
		w.Reads = []string{aboutSettings}
	case *protocol.ResumeConversationParams:
		w.Changes, w.Reads = []string{rolloutName(r.Path)}, []string{aboutSettings}
	case *protocol.SendUserMessageParams:
		w.Changes, w.Reads = []string{conversationName(r.ConversationID)}, []string{aboutSignIn}
	case *protocol.SendUserTurnParams:
		w.Changes, w.Reads = []string{conversationName(r.ConversationID)}, []string{aboutSignIn}
	case *protocol.InterruptConversationParams:
		w.Changes = []string{conversationName(r.ConversationID)}
	case *protocol.AddConversationListenerParams:
		w.Changes = []string{conversationName(r.ConversationID)}
	case *protocol.RemoveConversationListenerParams:
		m.mu.Lock()
		defer m.mu.Unlock()
		if l, ok := m.listeners[r.SubscriptionID]; ok {
			w.Changes = []string{conversationName(l.conversation)}
		}
	case *protocol.ArchiveConversationParams:
		w.Changes = []string{conversationName(r.ConversationID), aboutSessions}
	case *protocol.ListConversationsParams:
		w.Reads = []string{aboutSessions}
	case *protocol.LoginAPIKeyParams, *protocol.LogoutChatGPTParams:
		w.Changes = []string{aboutLogin, aboutSignIn}
	case *protocol.LoginChatGPTParams, *protocol.CancelLoginChatGPTParams:
		w.Changes = []string{aboutLogin}
	case *protocol.GetAuthStatusParams, *protocol.UserInfoParams:
		w.Reads = []string{aboutSignIn}
	case *protocol.SetDefaultModelParams:
		w.Changes = []string{aboutSettings}
	case *protocol.GetUserSavedConfigParams:
		w.Reads = []string{aboutSettings}
	case *protocol.GetUserAgentParams:
		w.Inline = true
	}
	return w
}

func conversationName(id protocol.ConversationID) string { return "conversation " + string(id) }

// rolloutName names a conversation that is known by its file: the name of a
// rollout ends with the id.
func rolloutName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".jsonl")
	if len(name) > 36 {
		if id, err := protocol.ParseConversationID(name[len(name)-36:]); err == nil {
			return conversationName(id)
		}
	}
	return "rollout " + filepath.Clean(path)
}
