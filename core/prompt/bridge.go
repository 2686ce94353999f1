package prompt

import (
	"slices"
	"strings"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/protocol"
)

// MaxBridgeBytes bounds the user's messages that survive a compaction.
// (spec: agent-loop, new history)
const MaxBridgeBytes = 80_000

// Parts of the bridge.
const (
	bridgeOpen  = "This conversation was summed up to save space. These were the user's messages, oldest first:\n\n"
	bridgeMid   = "\n\nAnother language model worked on this and left the summary below. Build on what is done, and do not do it again:\n\n"
	bridgeNone  = "(none)"
	noSummary   = "(no summary available)"
	actionOpen  = "<user_action>"
	actionClose = "</user_action>"
)

// messageSeparator stands between the user's messages in a bridge.
const messageSeparator = "\n\n"

// BridgeItem returns the message that stands for everything before a
// compaction: the newest of the user's messages and the summary.
// (spec: agent-loop, new history)
func BridgeItem(messages []string, summary string) *protocol.MessageItem {
	messages = Newest(messages)
	text := strings.Join(messages, messageSeparator)
	if len(messages) == 1 {
		text = exec.TruncateMiddle(text, MaxBridgeBytes)
	}
	if text == "" {
		text = bridgeNone
	}
	if summary == "" {
		summary = noSummary
	}
	return userText(bridgeOpen + text + bridgeMid + summary)
}

// Newest returns as many of the last messages as a bridge has room for, and
// the last one however long it is. Applied to its own result and further
// messages it returns what it would return for all of them, so that
// compactions can follow each other without nesting.
func Newest(messages []string) []string {
	kept, budget := len(messages), MaxBridgeBytes
	for kept > 0 && len(messages[kept-1])+len(messageSeparator) <= budget {
		kept--
		budget -= len(messages[kept]) + len(messageSeparator)
	}
	return messages[min(kept, max(len(messages)-1, 0)):]
}

// UserTexts returns what the user said in a history, oldest first, without the
// context and the notes that the program wrote. bridge, if not nil, is left
// out.
func UserTexts(items []protocol.ResponseItem, bridge *protocol.MessageItem) []string {
	var texts []string
	for _, item := range items {
		if m, ok := item.(*protocol.MessageItem); ok && m == bridge {
			continue
		}
		if text, ok := rollout.UserMessage(item); ok {
			texts = append(texts, text)
		}
	}
	return OwnTexts(texts)
}

// OwnTexts returns those of the texts that are not notes of the program about
// something the user did. It may change texts.
func OwnTexts(texts []string) []string {
	return slices.DeleteFunc(texts, isAction)
}

// isAction reports whether a text is a note that the program left about
// something the user did.
func isAction(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, actionOpen) && strings.HasSuffix(text, actionClose)
}
