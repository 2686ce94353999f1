package rollout

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol"
)

// writeFlock writes n conversations, perDay on each day, and returns the home
// directory.
func writeFlock(tb testing.TB, n, perDay int) string {
	tb.Helper()
	home := tb.TempDir()
	day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		start := day.AddDate(0, 0, i/perDay).Add(time.Duration(i%perDay) * time.Second)
		id := protocol.ConversationID(fmt.Sprintf("5973b6c0-94b8-487b-a530-%012x", i))
		dir := filepath.Join(home, "sessions", start.Format("2006/01/02"))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			tb.Fatal(err)
		}
		text := fmt.Sprintf("Question %d. %s", i, strings.Repeat("More words. ", 20))
		file := conversation(id, start, text)
		if err := os.WriteFile(filepath.Join(dir, fileName(start, id)), []byte(file), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return home
}

// conversation returns a short rollout as release 0.44 writes it.
func conversation(id protocol.ConversationID, start time.Time, text string) string {
	stamp := start.UTC().Format(timestampLayout)
	line := func(kind, payload string) string {
		return fmt.Sprintf(`{"timestamp":%q,"type":%q,"payload":%s}`+"\n", stamp, kind, payload)
	}
	return line("session_meta", fmt.Sprintf(`{"id":%q,"timestamp":%q,"cwd":"/project","originator":"codex_cli_rs","cli_version":"0.44.0","instructions":null,"source":"cli"}`, id, stamp)) +
		line("response_item", fmt.Sprintf(`{"type":"message","role":"user","content":[{"type":"input_text","text":%q}]}`, text)) +
		line("event_msg", fmt.Sprintf(`{"type":"user_message","message":%q,"kind":"plain"}`, text)) +
		line("event_msg", fmt.Sprintf(`{"type":"agent_message","message":%q}`, text)) +
		line("response_item", fmt.Sprintf(`{"type":"message","role":"assistant","content":[{"type":"output_text","text":%q}]}`, text))
}

// writeLong writes one conversation of about size bytes, which sums itself up
// every so many bytes, 0 for never, and returns its path.
func writeLong(tb testing.TB, home string, size, every int64) string {
	tb.Helper()
	const id = "5973b6c0-94b8-487b-a530-2aeb6098aeff"
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	dir := filepath.Join(home, "sessions", "2025", "01", "01")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(dir, fileName(start, id))
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	out := bufio.NewWriterSize(f, 1<<20)
	head := conversation(id, start, "start")
	block := conversation(id, start, strings.Repeat("Some words that fill the line. ", 30))
	_, block, _ = strings.Cut(block, "\n")
	written, last := int64(0), int64(0)
	add := func(text string) {
		if _, err := out.WriteString(text); err != nil {
			tb.Fatal(err)
		}
		written += int64(len(text))
	}
	for add(head); written < size; add(block) {
		if every > 0 && written-last > every {
			add(`{"timestamp":"2025-01-01T00:00:00.000Z","type":"compacted","payload":{"message":"The story so far."}}` + "\n")
			last = written
		}
	}
	if err := out.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

func BenchmarkTurn(b *testing.B) {
	ctx := b.Context()
	store := NewFileStore(b.TempDir(), nil)
	w, err := store.Create(ctx, Meta{Cwd: "/project"}, WriterOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close(context.WithoutCancel(ctx))
	text := strings.Repeat("Some words. ", 50)
	items := []protocol.RolloutItem{
		&protocol.ResponseItemLine{Item: &protocol.MessageItem{Role: "user", Content: []protocol.ContentItem{&protocol.InputTextContent{Text: text}}}},
		&protocol.EventMsgLine{Msg: &protocol.UserMessageEvent{Message: text, Kind: protocol.KindPlain}},
		&protocol.TurnContextLine{Cwd: "/project", ApprovalPolicy: protocol.AskNever, SandboxPolicy: &protocol.ReadOnlyPolicy{}, Model: "m", Summary: protocol.SummaryAuto},
		&protocol.ResponseItemLine{Item: &protocol.FunctionCallItem{Name: "shell", Arguments: `{"command":["ls"]}`, CallID: "c1"}},
		&protocol.ResponseItemLine{Item: &protocol.FunctionCallOutputItem{CallID: "c1", Output: text}},
		&protocol.EventMsgLine{Msg: &protocol.AgentMessageEvent{Message: text}},
		&protocol.ResponseItemLine{Item: &protocol.MessageItem{Role: "assistant", Content: []protocol.ContentItem{&protocol.OutputTextContent{Text: text}}}},
		&protocol.EventMsgLine{Msg: &protocol.TokenCountEvent{Info: &protocol.TokenUsageInfo{}}},
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, item := range items {
			if err := w.Record(item); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Flush(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkListFirstPage(b *testing.B) {
	for _, perDay := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("%d-a-day", perDay), func(b *testing.B) {
			store := NewFileStore(writeFlock(b, 10_000, perDay), nil)
			b.ReportAllocs()
			for b.Loop() {
				page, err := store.List(b.Context(), ListQuery{})
				if err != nil || len(page.Items) != 25 || page.Next.IsZero() {
					b.Fatal(len(page.Items), page.Next, err)
				}
			}
		})
	}
}

func BenchmarkListAll(b *testing.B) {
	for _, shape := range []struct{ perDay, page int }{{100, 100}, {10_000, 100}, {10_000, 25}} {
		b.Run(fmt.Sprintf("%d-a-day/pages-of-%d", shape.perDay, shape.page), func(b *testing.B) {
			store := NewFileStore(writeFlock(b, 10_000, shape.perDay), nil)
			b.ReportAllocs()
			for b.Loop() {
				if n := len(listAll(b, store, ListQuery{PageSize: shape.page})); n != 10_000 {
					b.Fatal(n)
				}
			}
		})
	}
}

// BenchmarkListFiltered lists the 30 conversations of a person, which are the
// oldest of 10,000.
func BenchmarkListFiltered(b *testing.B) {
	home, _ := writePrograms(b, 9970, 30)
	list := func(b *testing.B, store *FileStore) {
		if n := len(listAll(b, store, ListQuery{})); n != 30 {
			b.Fatal(n)
		}
	}
	b.Run("without-index", func(b *testing.B) {
		for b.Loop() {
			list(b, NewFileStore(home, nil))
			os.Remove(filepath.Join(home, skipsFile))
		}
	})
	list(b, storeLater(b, home))
	b.Run("first-in-a-process", func(b *testing.B) {
		for b.Loop() {
			list(b, NewFileStore(home, nil))
		}
	})
	b.Run("again", func(b *testing.B) {
		store := NewFileStore(home, nil)
		for b.Loop() {
			list(b, store)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	home := b.TempDir()
	path := writeLong(b, home, 50<<20, 0)
	store := NewFileStore(home, nil)
	b.Run("items", func(b *testing.B) {
		b.SetBytes(50 << 20)
		b.ReportAllocs()
		for b.Loop() {
			h, err := store.Load(b.Context(), path)
			if err != nil || len(h.Items) == 0 {
				b.Fatal(err)
			}
		}
	})
	b.Run("events", func(b *testing.B) {
		b.SetBytes(50 << 20)
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range store.EventMessages(b.Context(), path, PlainUserMessages) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n == 0 {
				b.Fatal(n)
			}
		}
	})
	summed := writeLong(b, b.TempDir(), 50<<20, 4<<20)
	b.Run("since the last summary", func(b *testing.B) {
		b.SetBytes(50 << 20)
		b.ReportAllocs()
		for b.Loop() {
			h, err := store.Load(b.Context(), summed)
			if err != nil || h.Compacted == nil {
				b.Fatal(err)
			}
		}
	})
}
