package prompt_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/prompt"
	"github.com/codex-go/codex/protocol"
)

func said(parts ...string) *protocol.MessageItem {
	m := &protocol.MessageItem{Role: "user"}
	for _, p := range parts {
		m.Content = append(m.Content, &protocol.InputTextContent{Text: p})
	}
	return m
}

func TestUserTexts(t *testing.T) {
	t.Parallel()
	bridge := prompt.BridgeItem([]string{"before"}, "summary")
	image := &protocol.InputImageContent{ImageURL: "data:image/png;base64,AA=="}
	items := []protocol.ResponseItem{
		prompt.UserInstructionsItem("Be kind."),
		prompt.Environment{Cwd: "/w"}.Item(),
		bridge,
		said("first"),
		&protocol.MessageItem{Role: "assistant", Content: []protocol.ContentItem{&protocol.OutputTextContent{Text: "answer"}}},
		&protocol.FunctionCallItem{Name: "shell", CallID: "c", Arguments: "{}"},
		&protocol.FunctionCallOutputItem{CallID: "c", Output: "out"},
		said("in", "two parts"),
		said(""),
		&protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{image}},
		&protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{image, &protocol.InputTextContent{Text: "with a picture"}}},
		prompt.ReviewNoteItem(nil),
		&protocol.MessageItem{Role: "developer", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: "no"}}},
		said("<environment_context> is what I mean"),
		prompt.Environment{Cwd: "/v"}.Item(),
		said("  last\n"),
	}
	want := []string{"first", "in\ntwo parts", "with a picture", "<environment_context> is what I mean", "  last\n"}
	if diff := cmp.Diff(want, prompt.UserTexts(items, bridge)); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if got := prompt.UserTexts(items[2:3], nil); len(got) != 1 {
		t.Errorf("a message that is not the bridge: %q", got)
	}
}

func TestBridgeItem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		messages []string
		summary  string
		contains []string
	}{
		{"messages and summary", []string{"fix it", "and test it"}, "half done", []string{"user's messages", "fix it\n\nand test it", "Another language model", "half done"}},
		{"no messages", nil, "s", []string{"(none)"}},
		{"no summary", []string{"m"}, "", []string{"no summary available"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rest := textOf(t, prompt.BridgeItem(c.messages, c.summary))
			for _, part := range c.contains {
				_, after, found := strings.Cut(rest, part)
				if !found {
					t.Fatalf("%q is not in what is left of the text: %q", part, rest)
				}
				rest = after
			}
		})
	}
}

func TestBridgeIsBounded(t *testing.T) {
	t.Parallel()
	const max = prompt.MaxBridgeBytes
	empty := len(textOf(t, prompt.BridgeItem([]string{"x"}, "s"))) - 1
	long := strings.Repeat("long line\n", max/5)
	for _, c := range []struct {
		name     string
		messages []string
		check    func(text string) bool
	}{
		{"the newest are kept", []string{"old " + long, "new", "newest"}, func(s string) bool {
			return strings.Contains(s, "new\n\nnewest") && !strings.Contains(s, "old ")
		}},
		{"one that is too long keeps both ends", []string{"begin " + long + " end"}, func(s string) bool {
			return strings.Contains(s, "begin ") && strings.Contains(s, " end") && strings.Contains(s, "tokens truncated…")
		}},
		{"one that is too long behind others", []string{"lost", "begin " + long + " end"}, func(s string) bool {
			return strings.Contains(s, "begin ") && !strings.Contains(s, "lost")
		}},
		{"one huge line", []string{"begin " + strings.Repeat("é", max) + " end"}, func(s string) bool {
			return strings.Contains(s, "begin ") && strings.Contains(s, " end") && len(s) > max-100
		}},
		{"many short ones", strings.Split(strings.Repeat("short\x00", max), "\x00"), func(s string) bool {
			return len(s) > max-100
		}},
		{"exactly the bound", []string{strings.Repeat("x", max-2)}, func(s string) bool {
			return !strings.Contains(s, "truncated")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := textOf(t, prompt.BridgeItem(c.messages, "s"))
			if len(text) > empty+max {
				t.Errorf("%d bytes, want at most %d", len(text), empty+max)
			}
			if !utf8.ValidString(text) {
				t.Error("not UTF-8")
			}
			if !c.check(text) {
				t.Errorf("text begins %.200q and ends %q", text, text[len(text)-200:])
			}
		})
	}
}

// Summing up again gives what summing up everything at once gives: bridges do
// not nest, and a conversation that is read from its record goes on like one
// that was never closed.
func TestNewestIsStable(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var all, kept []string
		for range 1 + r.IntN(6) {
			var fresh []string
			for i := range r.IntN(5) {
				fresh = append(fresh, fmt.Sprintf("%d %s", i, strings.Repeat("x", r.IntN(prompt.MaxBridgeBytes))))
			}
			all = append(all, fresh...)
			kept = prompt.Newest(append(kept, fresh...))
			if diff := cmp.Diff(prompt.Newest(all), kept); diff != "" {
				t.Fatalf("kept (-at once +step by step):\n%.500s", diff)
			}
		}
		once, steps := prompt.BridgeItem(all, "s"), prompt.BridgeItem(kept, "s")
		if textOf(t, once) != textOf(t, steps) {
			t.Fatal("the bridges differ")
		}
		if strings.Count(textOf(t, steps), "Another language model") != 1 {
			t.Fatal("nested")
		}
	}
}

func BenchmarkBridgeItem(b *testing.B) {
	messages := strings.Split(strings.Repeat("a message of some length that somebody typed\x00", 2000), "\x00")
	b.ReportAllocs()
	for b.Loop() {
		prompt.BridgeItem(messages, "summary")
	}
}
