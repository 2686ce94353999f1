package v1

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/jsonrpc"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	const id protocol.ConversationID = "01a2029d-382a-70f3-8903-4d64504c64fb"
	const known, unknown = "a1b2029d-382a-40f3-8903-4d64504c64fb", "a1b2029d-382a-40f3-8903-4d64504c64fc"
	m := New(&Backend{}, nil)
	m.listeners[known] = &listener{conversation: id}
	name := conversationName(id)
	names := func(names ...string) []string { return names }
	tests := []struct {
		name    string
		request protocol.ClientRequest
		want    jsonrpc.Work
	}{
		{"message", &protocol.SendUserMessageParams{ConversationID: id}, jsonrpc.Work{Changes: names(name), Reads: names("sign-in")}},
		{"turn", &protocol.SendUserTurnParams{ConversationID: id}, jsonrpc.Work{Changes: names(name), Reads: names("sign-in")}},
		{"interrupt", &protocol.InterruptConversationParams{ConversationID: id}, jsonrpc.Work{Changes: names(name)}},
		{"listen", &protocol.AddConversationListenerParams{ConversationID: id}, jsonrpc.Work{Changes: names(name)}},
		{"unlisten", &protocol.RemoveConversationListenerParams{SubscriptionID: known}, jsonrpc.Work{Changes: names(name)}},
		{"unlisten unknown", &protocol.RemoveConversationListenerParams{SubscriptionID: unknown}, jsonrpc.Work{}},
		{"archive", &protocol.ArchiveConversationParams{ConversationID: id, RolloutPath: "/x"}, jsonrpc.Work{Changes: names(name, "sessions")}},
		{"resume", &protocol.ResumeConversationParams{Path: "/s/rollout-2025-01-02T10-00-00-" + string(id) + ".jsonl"}, jsonrpc.Work{Changes: names(name), Reads: names("settings")}},
		{"resume by another name", &protocol.ResumeConversationParams{Path: "/s/../s/x.jsonl"}, jsonrpc.Work{Changes: names("rollout /s/x.jsonl"), Reads: names("settings")}},
		{"login with a key", &protocol.LoginAPIKeyParams{}, jsonrpc.Work{Changes: names("login", "sign-in")}},
		{"logout", &protocol.LogoutChatGPTParams{}, jsonrpc.Work{Changes: names("login", "sign-in")}},
		{"login", &protocol.LoginChatGPTParams{}, jsonrpc.Work{Changes: names("login")}},
		{"cancel login", &protocol.CancelLoginChatGPTParams{}, jsonrpc.Work{Changes: names("login")}},
		{"status", &protocol.GetAuthStatusParams{}, jsonrpc.Work{Reads: names("sign-in")}},
		{"user", &protocol.UserInfoParams{}, jsonrpc.Work{Reads: names("sign-in")}},
		{"default model", &protocol.SetDefaultModelParams{}, jsonrpc.Work{Changes: names("settings")}},
		{"saved config", &protocol.GetUserSavedConfigParams{}, jsonrpc.Work{Reads: names("settings")}},
		{"new", &protocol.NewConversationParams{}, jsonrpc.Work{Reads: names("settings")}},
		{"list", &protocol.ListConversationsParams{}, jsonrpc.Work{Reads: names("sessions")}},
		{"agent", &protocol.GetUserAgentParams{}, jsonrpc.Work{Inline: true}},
		{"search", &protocol.FuzzyFileSearchParams{}, jsonrpc.Work{}},
		{"command", &protocol.ExecOneOffCommandParams{}, jsonrpc.Work{}},
		{"diff", &protocol.GitDiffToRemoteParams{}, jsonrpc.Work{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, m.order(test.request), cmpopts.IgnoreFields(jsonrpc.Work{}, "Run")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
