package rollout

import (
	"strings"

	"github.com/codex-go/codex/protocol"
)

// InteractiveSources returns the doors whose conversations a list shows when
// it is not asked for others: a person sat before them. "" stands for files
// that do not name a door. (spec: events-and-rollouts, reference vs 0.44.0)
func InteractiveSources() []protocol.SessionSource {
	return []protocol.SessionSource{protocol.SourceCLI, protocol.SourceVSCode, ""}
}

// requestMarker precedes the user's own words where an editor puts context
// before them. (spec: events-and-rollouts, markers)
const requestMarker = "## My request for Codex:"

// Classify says what a text in the place of a user's message is: context that
// the program added, or the user's own. This is the strict rule, for previews,
// forks and compaction: after trimming, the text begins with the opening tag
// and ends with the closing one, whatever their case.
// (spec: events-and-rollouts, classifying context messages)
func Classify(text string) protocol.InputMessageKind {
	text = strings.TrimSpace(text)
	switch {
	case enclosed(text, "environment_context"):
		return protocol.KindEnvironmentContext
	case enclosed(text, "user_instructions"):
		return protocol.KindUserInstructions
	}
	return protocol.KindPlain
}

// enclosed reports whether text stands between the tags of name. Only ASCII
// letters match in the other case.
func enclosed(text, name string) bool {
	open, end := "<"+name+">", "</"+name+">"
	return len(text) >= len(open) && len(text) >= len(end) &&
		equalFoldASCII(text[:len(open)], open) && equalFoldASCII(text[len(text)-len(end):], end)
}

// equalFoldASCII compares s with the lower-case t.
func equalFoldASCII(s, t string) bool {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != t[i] {
			return false
		}
	}
	return true
}

// UserMessage returns the text of an item that is a message of the user, its
// text parts joined by line breaks. ok is false for everything else: other
// roles, context that the program added, and messages without text.
func UserMessage(item protocol.ResponseItem) (text string, ok bool) {
	m, ok := item.(*protocol.MessageItem)
	if !ok || m.Role != "user" {
		return "", false
	}
	var parts []string
	for _, c := range m.Content {
		if t := contentText(c); t != "" {
			parts = append(parts, t)
		}
	}
	text = strings.Join(parts, "\n")
	return text, text != "" && Classify(text) == protocol.KindPlain
}

func contentText(c protocol.ContentItem) string {
	switch c := c.(type) {
	case *protocol.InputTextContent:
		return c.Text
	case *protocol.OutputTextContent:
		return c.Text
	}
	return ""
}

// Preview returns what a list shows of a message: what follows the marker that
// editors put before the user's own words, or all of it.
func Preview(text string) string {
	if _, own, found := strings.Cut(text, requestMarker); found {
		return strings.TrimSpace(own)
	}
	return text
}
