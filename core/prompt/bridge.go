package prompt

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/codex-go/codex/protocol"
)

// MaxBridgeBytes bounds the user's messages that survive a compaction.
// (spec: agent-loop, new history)
const MaxBridgeBytes = 80_000

// Parts of the bridge. Its user messages are found again by them, so that a
// second compaction does not nest the first.
const (
	bridgeOpen  = "This conversation was summed up to save space. These were the user's messages, oldest first:\n\n"
	bridgeMid   = "\n\nAnother language model worked on this and left the summary below. Build on what is done, and do not do it again:\n\n"
	bridgeNone  = "(none)"
	actionOpen  = "<user_action>"
	actionClose = "</user_action>"
)

// BridgeItem returns the message that stands for everything before a
// compaction: the user's messages and the summary.
func BridgeItem(messages []string, summary string) *protocol.MessageItem {
	text := strings.Join(newest(messages, MaxBridgeBytes), "\n\n")
	if text == "" {
		text = bridgeNone
	}
	if summary == "" {
		summary = "(no summary available)"
	}
	return userText(bridgeOpen + text + bridgeMid + summary)
}

// UserTexts returns what the user said in a history, oldest first: the messages
// of an earlier bridge, and no context that the program wrote.
func UserTexts(items []protocol.ResponseItem) []string {
	var texts []string
	for _, item := range items {
		m, ok := item.(*protocol.MessageItem)
		if !ok || m.Role != "user" {
			continue
		}
		if text := strings.TrimSpace(joinedText(m)); text != "" && !IsContext(text) && !isAction(text) {
			if said, ok := bridged(text); ok {
				text = said
			}
			if text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// joinedText returns the text parts of a message, one a line.
func joinedText(m *protocol.MessageItem) string {
	var parts []string
	for _, c := range m.Content {
		switch c := c.(type) {
		case *protocol.InputTextContent:
			parts = append(parts, c.Text)
		case *protocol.OutputTextContent:
			parts = append(parts, c.Text)
		}
	}
	return strings.Join(parts, "\n")
}

// bridged returns the user's messages inside of a bridge.
func bridged(text string) (string, bool) {
	rest, ok := strings.CutPrefix(text, bridgeOpen)
	if !ok {
		return "", false
	}
	i := strings.LastIndex(rest, bridgeMid)
	if i < 0 {
		return "", false
	}
	if rest = rest[:i]; rest == bridgeNone {
		return "", true
	}
	return rest, true
}

// isAction reports whether a text is a note that the program left about
// something the user did.
func isAction(text string) bool {
	return strings.HasPrefix(text, actionOpen) && strings.HasSuffix(text, actionClose)
}

// newest keeps as many of the last messages as fit into the budget. The last
// one is cut in the middle if it alone does not fit.
func newest(messages []string, budget int) []string {
	kept := len(messages)
	for kept > 0 && len(messages[kept-1])+2 <= budget {
		budget -= len(messages[kept-1]) + 2
		kept--
	}
	if kept == len(messages) && kept > 0 {
		return []string{cutMiddle(messages[kept-1], budget)}
	}
	return messages[kept:]
}

// cutMiddle shortens a text to at most limit bytes and says how much is gone.
func cutMiddle(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const reserve = 40 // for the note
	half := max(0, (limit-reserve)/2)
	head, tail := half, len(text)-half
	for head > 0 && !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	return fmt.Sprintf("%s…%d tokens truncated…\n%s", text[:head], (tail-head+3)/4, text[tail:])
}
