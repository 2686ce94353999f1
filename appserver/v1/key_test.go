package v1

import (
	"testing"

	"github.com/codex-go/codex/protocol"
)

func TestKey(t *testing.T) {
	t.Parallel()
	const id protocol.ConversationID = "01a2029d-382a-70f3-8903-4d64504c64fb"
	m := New(&Backend{}, nil)
	m.listeners["a1b2029d-382a-40f3-8903-4d64504c64fb"] = &listener{conversation: id}
	conversation := conversationKey(id)
	tests := []struct {
		name    string
		request protocol.ClientRequest
		want    string
	}{
		{"message", &protocol.SendUserMessageParams{ConversationID: id}, conversation},
		{"turn", &protocol.SendUserTurnParams{ConversationID: id}, conversation},
		{"interrupt", &protocol.InterruptConversationParams{ConversationID: id}, conversation},
		{"listen", &protocol.AddConversationListenerParams{ConversationID: id}, conversation},
		{"unlisten", &protocol.RemoveConversationListenerParams{SubscriptionID: "a1b2029d-382a-40f3-8903-4d64504c64fb"}, conversation},
		{"unlisten unknown", &protocol.RemoveConversationListenerParams{SubscriptionID: "a1b2029d-382a-40f3-8903-4d64504c64fc"}, ""},
		{"archive", &protocol.ArchiveConversationParams{ConversationID: id, RolloutPath: "/x"}, conversation},
		{"resume", &protocol.ResumeConversationParams{Path: "/s/rollout-2025-01-02T10-00-00-" + string(id) + ".jsonl"}, conversation},
		{"resume by another name", &protocol.ResumeConversationParams{Path: "/s/../s/x.jsonl"}, "resume /s/x.jsonl"},
		{"login", &protocol.LoginAPIKeyParams{}, "auth"},
		{"logout", &protocol.LogoutChatGPTParams{}, "auth"},
		{"status", &protocol.GetAuthStatusParams{}, "auth"},
		{"user", &protocol.UserInfoParams{}, "auth"},
		{"default model", &protocol.SetDefaultModelParams{}, "config"},
		{"saved config", &protocol.GetUserSavedConfigParams{}, "config"},
		{"new", &protocol.NewConversationParams{}, ""},
		{"list", &protocol.ListConversationsParams{}, ""},
		{"search", &protocol.FuzzyFileSearchParams{}, ""},
		{"command", &protocol.ExecOneOffCommandParams{}, ""},
		{"diff", &protocol.GitDiffToRemoteParams{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := m.key(test.request); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
