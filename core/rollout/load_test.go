package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

const metaText = `{"timestamp":"t","type":"session_meta","payload":{"id":"01999b5c-7a80-7000-8000-00000000000a","timestamp":"2025-09-30T08:00:00.000Z","cwd":"/w","originator":"o","cli_version":"0.44.0"}}` + "\n"

func userLine(text string) string {
	return fmt.Sprintf(`{"timestamp":"t","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":%q}]}}`+"\n", text)
}

func compactedText(text string) string {
	return fmt.Sprintf(`{"timestamp":"t","type":"compacted","payload":{"message":%q}}`+"\n", text)
}

// texts returns the texts of messages, and the types of other items.
func texts(items []protocol.ResponseItem) []string {
	var all []string
	for _, item := range items {
		if text, ok := UserMessage(item); ok {
			all = append(all, text)
		} else if m, ok := item.(*protocol.MessageItem); ok {
			all = append(all, m.Role)
		} else {
			all = append(all, item.ItemType())
		}
	}
	return all
}

func TestLoad(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		file   string
		items  []string
		users  []string
		sum    string // "none" for no summary
		report Report
	}{
		{"new", metaText + userLine("a") + userLine("b"), []string{"a", "b"}, nil, "none", Report{Lines: 3}},
		{"no line end", metaText + strings.TrimSuffix(userLine("a"), "\n"), []string{"a"}, nil, "none", Report{Lines: 2}},
		{"torn", metaText + userLine("a") + `{"timestamp":"t","type":"response_item","payl`, []string{"a"}, nil, "none", Report{Lines: 3, Invalid: 1}},
		{"blank lines", "\n\n" + metaText + " \r\n" + userLine("a"), []string{"a"}, nil, "none", Report{Lines: 2}},
		{"garbage", "x\n\xff\xfe\n[]\n" + metaText + "{}\n" + userLine("a"), []string{"a"}, nil, "none", Report{Lines: 6, Invalid: 4}},
		{"bad text", metaText + userLine("caf\xe9"), []string{`caf\xe9`}, nil, "none", Report{Lines: 2, Invalid: 1}},
		{"raw bad text", metaText + strings.Replace(userLine("cafX"), "X", "\xe9", 1), []string{"caf\uFFFD"}, nil, "none", Report{Lines: 2}},
		{"summed up", metaText + userLine("a") + userLine("<environment_context>x</environment_context>") + userLine("b") + compactedText("S") + userLine("c"),
			[]string{"c"}, []string{"a", "b"}, "S", Report{Lines: 6}},
		{"summed up twice", metaText + userLine("a") + compactedText("S") + userLine("b") + compactedText("T"),
			nil, []string{"a", "b"}, "T", Report{Lines: 5}},
		{"bad summary", metaText + userLine("a") + `{"timestamp":"t","type":"compacted","payload":{}}` + "\n" + userLine("b"),
			[]string{"a", "b"}, nil, "none", Report{Lines: 4, Invalid: 1}},
		{"repeated members", metaText + strings.Replace(compactedText("S"), `"payload"`, `"type":"event_msg","payload"`, 1) +
			strings.Replace(userLine("a"), `"type"`, `"type":"turn_context","type"`, 1) +
			strings.Replace(userLine("b"), `}`+"\n", `,"type":"compacted","payload":{"message":"T"}}`+"\n", 1),
			[]string{"b"}, nil, "S", Report{Lines: 4, Invalid: 1}},
		{"of a fork", metaText + strings.Replace(metaText, "0a", "0b", 1) + userLine("a"), []string{"a"}, nil, "none", Report{Lines: 3}},
		{"meta later", userLine("a") + metaText, []string{"a"}, nil, "none", Report{Lines: 2}},
		{"any order of members", metaText + `{"payload":{"content":[{"text":"a","type":"input_text"}],"role":"user","type":"message"},"type":"response_item","timestamp":"t"}`,
			[]string{"a"}, nil, "none", Report{Lines: 2}},
		{"unknown parts", metaText + `{"timestamp":"t","type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"hologram","x":1}]}}`,
			[]string{"a"}, nil, "none", Report{Lines: 2}},
		{"no time", metaText + `{"type":"response_item","payload":{"type":"message","role":"user","content":[]}}`, nil, nil, "none", Report{Lines: 2, Invalid: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := writeFile(t, filepath.Join(t.TempDir(), "any.jsonl"), test.file)
			h, err := newStore(t, t.TempDir()).Load(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if h.ID != testID || h.Path != path || h.Meta.Cwd != "/w" {
				t.Errorf("%s %s %+v", h.ID, h.Path, h.Meta)
			}
			if test.name == "bad text" {
				return // the test data is an escape that JSON does not have
			}
			if diff := cmp.Diff(test.items, texts(h.Items)); diff != "" {
				t.Errorf("items: %s", diff)
			}
			if diff := cmp.Diff(test.users, h.UserMessages); diff != "" {
				t.Errorf("user messages: %s", diff)
			}
			sum := "none"
			if h.Compacted != nil {
				sum = h.Compacted.Message
			}
			if sum != test.sum {
				t.Errorf("summary %q, want %q", sum, test.sum)
			}
			if (h.Report.First != nil) != (h.Report.Invalid > 0) {
				t.Errorf("first: %v", h.Report.First)
			}
			h.Report.First = nil
			if diff := cmp.Diff(test.report, h.Report); diff != "" {
				t.Errorf("report: %s", diff)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := []struct {
		name, file string
		want       error
	}{
		{"empty", "", ErrEmpty},
		{"blank", "\n \n", ErrEmpty},
		{"junk", "this is not json\n{\"nor\":\"this\"}\n", ErrNoMeta},
		{"no meta", userLine("a"), ErrNoMeta},
		{"bad meta", strings.Replace(metaText, `"cwd":"/w",`, "", 1), ErrNoMeta},
		{"bad id", strings.Replace(metaText, "01999b5c", "zzzz", 1), ErrNoMeta},
	}
	s := newStore(t, dir)
	check := func(t *testing.T, path string, want error) {
		t.Helper()
		if _, err := s.Load(t.Context(), path); !errors.Is(err, want) {
			t.Errorf("Load: %v", err)
		}
		if _, err := s.Meta(t.Context(), path); !errors.Is(err, want) {
			t.Errorf("Meta: %v", err)
		}
		if _, err := s.Resume(t.Context(), path, WriterOptions{}); !errors.Is(err, want) {
			t.Errorf("Resume: %v", err)
		}
		if _, _, err := s.Fork(t.Context(), path, 0, Meta{}, WriterOptions{}); !errors.Is(err, want) {
			t.Errorf("Fork: %v", err)
		}
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			check(t, writeFile(t, filepath.Join(dir, "x.jsonl"), test.file), test.want)
		})
	}
	check(t, filepath.Join(dir, "none"), fs.ErrNotExist)
	check(t, dir, ErrNotRegular)
	if runtime.GOOS != "windows" {
		check(t, os.DevNull, ErrNotRegular)
	}
	for _, err := range s.Read(t.Context(), dir, nil) {
		if !errors.Is(err, ErrNotRegular) {
			t.Errorf("Read: %v", err)
		}
	}
	for _, err := range s.EventMessages(t.Context(), dir, nil) {
		if !errors.Is(err, ErrNotRegular) {
			t.Errorf("EventMessages: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Load(ctx, "testdata/release-0.44.jsonl"); !errors.Is(err, context.Canceled) {
		t.Errorf("Load: %v", err)
	}
}

func TestLoadOfOtherReleases(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	h, err := s.Load(t.Context(), "testdata/release-0.44.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"local_shell_call", "web_search_call"}, texts(h.Items)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`hi <b> & "you"`}, h.UserMessages); diff != "" {
		t.Error(diff)
	}
	if h.LastTurn.Model != "m-1" || h.LastTurn.Effort != protocol.EffortHigh {
		t.Errorf("last turn: %+v", h.LastTurn)
	}
	if h.LastTokens == nil || h.LastTokens.TotalTokenUsage.TotalTokens != 130 || h.LastRateLimits == nil || h.LastRateLimits.Primary.UsedPercent != 37.5 {
		t.Errorf("tokens: %+v %+v", h.LastTokens, h.LastRateLimits)
	}
	if h.Meta.Git == nil || h.Meta.Git.Branch != "main" || h.Meta.Source != protocol.SourceVSCode {
		t.Errorf("meta: %+v", h.Meta)
	}

	h, err = s.Load(t.Context(), "testdata/release-0.163.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if h.Compacted == nil || len(h.Items) != 0 || h.Meta.Source != unknownSource {
		t.Errorf("%+v", h)
	}
	if diff := cmp.Diff([]string{"Go", "future_item"}, texts(h.Replacement)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Go"}, h.UserMessages); diff != "" {
		t.Error(diff)
	}
}

func TestEventMessages(t *testing.T) {
	t.Parallel()
	event := func(payload string) string {
		return `{"timestamp":"t","type":"event_msg","payload":` + payload + "}\n"
	}
	file := metaText +
		event(`{"type":"user_message","message":"ctx","kind":"environment_context"}`) +
		event(`{"type":"user_message","message":"mine","kind":"plain","new_member":1}`) +
		event(`{"type":"user_message","message":"no kind"}`) +
		event(`{"type": "agent_message", "message": "spaced"}`) +
		event(`{"type":"agent_message"}`) + // lacks its text
		event(`{"type":"task_started","model_context_window":null}`) + // not recorded by the policy
		event(`{"type":"item_completed","item":{}}`) + // of a newer release
		event(`{"type":"turn_aborted","reason":"because"}`) + // no such reason
		event("{\"type\":\"agent_message\",\"message\":\"caf\xe9\"}") +
		event(`{"type":"agent_message","message":"half \ud83d"}`) +
		event(`{"type":"token_count","info":null,"rate_limits":null}`) +
		`{"type":"event_msg","payload":{"type":"agent_message","message":"no time"}}` + "\n" +
		`{"timestamp":"t","type":"event_msg","payload":{"type":"agent_message","message":"torn`
	path := writeFile(t, filepath.Join(t.TempDir(), "x.jsonl"), file)
	s := newStore(t, t.TempDir())
	collect := func(filter EventFilter) []string {
		var got []string
		for payload, err := range s.EventMessages(t.Context(), path, filter) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(payload))
		}
		return got
	}
	all := []string{
		`{"type":"user_message","message":"ctx","kind":"environment_context"}`,
		`{"type":"user_message","message":"mine","kind":"plain","new_member":1}`,
		`{"type":"user_message","message":"no kind"}`,
		`{"type": "agent_message", "message": "spaced"}`,
		"{\"type\":\"agent_message\",\"message\":\"caf\uFFFD\"}",
		"{\"type\":\"agent_message\",\"message\":\"half \uFFFD\"}",
		`{"type":"token_count","info":null,"rate_limits":null}`,
	}
	if diff := cmp.Diff(all, collect(nil)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(append([]string{all[1]}, all[3:]...), collect(PlainUserMessages)); diff != "" {
		t.Error(diff)
	}
	for payload, err := range s.EventMessages(t.Context(), path, nil) {
		if err != nil || string(payload) != all[0] {
			t.Error(payload, err)
		}
		break // whoever has enough may leave
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, before, added string }{
		{"whole", metaText + userLine("a"), ""},
		{"torn", metaText + `{"timestamp":"t","ty`, "\n"},
		{"no line end", metaText + strings.TrimSuffix(userLine("a"), "\n"), "\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, t.TempDir())
			path := writeFile(t, filepath.Join(t.TempDir(), "elsewhere.jsonl"), test.before)
			w, err := s.Resume(t.Context(), path, WriterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if w.ID() != testID || w.Path() != path {
				t.Error(w.ID(), w.Path())
			}
			flush(t, w)
			if got := readFile(t, path); got != test.before {
				t.Errorf("resuming alone wrote: %q", got)
			}
			record(t, w, said("x"))
			closeWriter(t, w)
			want := test.before + test.added + `{"timestamp":"2025-09-30T12:00:00.123Z","type":"event_msg","payload":{"type":"agent_message","message":"x"}}` + "\n"
			if diff := cmp.Diff(want, readFile(t, path)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestResumeNumbersLines continues a file of a newer release, which refuses
// files with lines that have no number.
func TestResumeNumbersLines(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	path := writeFile(t, filepath.Join(t.TempDir(), "x.jsonl"), readFile(t, "testdata/release-0.163.jsonl"))
	resume := func(text string) {
		w, err := s.Resume(t.Context(), path, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		record(t, w, said(text), said(text))
		closeWriter(t, w)
	}
	resume("x")
	resume("y")
	for i := 9; i < 13; i++ {
		if want := fmt.Sprintf(`,"ordinal":%d}`+"\n", i); !strings.Contains(readFile(t, path), want) {
			t.Errorf("no line ends with %q", want)
		}
	}
	// Once another release broke the chain there is nothing to keep up.
	if err := os.WriteFile(path, []byte(readFile(t, path)+userLine("z")), 0o600); err != nil {
		t.Fatal(err)
	}
	resume("w")
	if strings.Contains(readFile(t, path), `"ordinal":13`) {
		t.Error("numbers were made up")
	}
}

func TestUserMessagesAreBounded(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	file.WriteString(metaText)
	long := strings.Repeat("x", 1<<20)
	for i := range 10 {
		file.WriteString(userLine(fmt.Sprint(i, long)))
	}
	file.WriteString(compactedText("S"))
	s := newStore(t, t.TempDir())
	h, err := s.Load(t.Context(), writeFile(t, filepath.Join(t.TempDir(), "x.jsonl"), file.String()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(h.UserMessages); n != 3 || h.UserMessages[n-1][0] != '9' || h.UserMessages[0][0] != '7' {
		t.Errorf("%d messages", n)
	}
}

// TestLoadMemory loads a file that is far larger than what the model would be
// sent, and holds that memory follows the latter.
func TestLoadMemory(t *testing.T) {
	size, allowed := int64(48<<20), uint64(20<<20)
	if os.Getenv("CODEX_LONG") != "" {
		size = 2 << 30
	}
	home := t.TempDir()
	path := writeLong(t, home, size, 2<<20)
	s := newStore(t, home)
	check := func(name string, do func()) {
		if used := peakMemory(do); used > allowed {
			t.Errorf("%s: %d MB of memory for a file of %d MB", name, used>>20, size>>20)
		}
	}
	check("events", func() {
		events := 0
		for _, err := range s.EventMessages(t.Context(), path, nil) {
			if err != nil {
				t.Fatal(err)
			}
			events++
		}
		if events == 0 {
			t.Error("no events")
		}
	})
	// A line that is larger than everything allowed, of a kind that loading
	// passes over.
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	chunk := strings.Repeat("x", 1<<20)
	fmt.Fprint(f, `{"timestamp":"t","type":"event_msg","payload":{"type":"agent_message","message":"`)
	for range 2 * allowed >> 20 {
		fmt.Fprint(f, chunk)
	}
	fmt.Fprint(f, "\"}}\n")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	check("load", func() {
		h, err := s.Load(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if h.Compacted == nil || len(h.Items) == 0 || len(h.UserMessages) == 0 || h.Report.Invalid != 0 {
			t.Errorf("%d items, %d user messages, %+v", len(h.Items), len(h.UserMessages), h.Report)
		}
	})
}

// peakMemory returns how much more memory is in use at the worst moment of do.
func peakMemory(do func()) uint64 {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	inUse := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before := inUse()
	highest := before
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			highest = max(highest, inUse())
			select {
			case <-stop:
				return
			default:
				runtime.Gosched()
			}
		}
	}()
	do()
	close(stop)
	<-stopped
	return highest - before
}
