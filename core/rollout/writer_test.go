package rollout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// TestWritesAsRelease044 records what a file of that release holds; what is
// written must be that file again, but for the times.
func TestWritesAsRelease044(t *testing.T) {
	t.Parallel()
	var now time.Time
	s := NewFileStore(t.TempDir(), &Options{Now: func() time.Time { return now }, Location: time.UTC})
	var w Writer
	for line, err := range s.Read(t.Context(), "testdata/release-0.44.jsonl", nil) {
		if err != nil {
			t.Fatal(err)
		}
		if now, err = time.Parse(time.RFC3339Nano, line.Timestamp); err != nil {
			t.Fatal(err)
		}
		meta, ok := line.Item.(*protocol.SessionMeta)
		if !ok {
			record(t, w, line.Item)
			continue
		}
		start, err := time.Parse(time.RFC3339Nano, meta.Timestamp)
		if err != nil {
			t.Fatal(err)
		}
		w = create(t, s, Meta{
			ID: meta.ID, Start: start, Cwd: meta.Cwd, Originator: meta.Originator, CLIVersion: meta.CLIVersion,
			Source: meta.Source, Git: func(context.Context) *protocol.GitInfo { return meta.Git },
		}, WriterOptions{})
		flush(t, w) // the first line takes the time when it is written
	}
	closeWriter(t, w)
	if want := filepath.Join("sessions", "2025", "09", "30", "rollout-2025-09-30T08-00-00-01999b5c-7a80-7000-8000-00000000000a.jsonl"); !strings.HasSuffix(w.Path(), want) {
		t.Errorf("path %s, want %s", w.Path(), want)
	}
	if diff := cmp.Diff(readFile(t, "testdata/release-0.44.jsonl"), readFile(t, w.Path())); diff != "" {
		t.Error(diff)
	}
}

func TestCreateDefaults(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 13*3600)
	s := NewFileStore(t.TempDir(), &Options{Now: func() time.Time { return noon }, Location: zone})
	instructions := "Be brief."
	w := create(t, s, Meta{Cwd: "/w", Originator: "o", CLIVersion: "0.44.0", Instructions: &instructions, Source: protocol.SourceCLI}, WriterOptions{})
	id, err := protocol.ParseConversationID(string(w.ID()))
	if err != nil || id[14] != '7' {
		t.Errorf("id %s: %v", w.ID(), err)
	}
	// Noon of the 30th is in the night of the first there; times inside are UTC.
	if want := "/sessions/2025/10/01/rollout-2025-10-01T01-00-00-" + string(id) + ".jsonl"; !strings.HasSuffix(filepath.ToSlash(w.Path()), want) {
		t.Errorf("path %s, want %s", w.Path(), want)
	}
	if _, err := os.Stat(w.Path()); err != nil {
		t.Errorf("Create returned before the file was there: %v", err)
	}
	flush(t, w)
	want := `{"timestamp":"2025-09-30T12:00:00.123Z","type":"session_meta","payload":{"id":"` + string(id) +
		`","timestamp":"2025-09-30T12:00:00.123Z","cwd":"/w","originator":"o","cli_version":"0.44.0","instructions":"Be brief.","source":"cli"}}` + "\n"
	if diff := cmp.Diff(want, readFile(t, w.Path())); diff != "" {
		t.Error(diff)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for path := w.Path(); ; path = filepath.Dir(path) {
		want := os.FileMode(0o700)
		if path == w.Path() {
			want = 0o600
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v (%v)", path, info.Mode().Perm(), want, err)
		}
		if filepath.Base(path) == "sessions" {
			break
		}
	}
}

func TestCreateIsExclusive(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	meta := Meta{ID: testID, Cwd: "/w"}
	w := create(t, s, meta, WriterOptions{})
	var locked *LockedError
	if _, err := s.Create(t.Context(), meta, WriterOptions{}); !errors.As(err, &locked) || locked.PID != os.Getpid() || locked.ID != testID {
		t.Errorf("second owner: %v", err)
	}
	closeWriter(t, w)
	if _, err := s.Create(t.Context(), meta, WriterOptions{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("second file: %v", err)
	}
	// The failure has given the conversation up again.
	if _, err := s.Create(t.Context(), meta, WriterOptions{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("third file: %v", err)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		item protocol.RolloutItem
		want bool
	}{
		{"message", message("user", "x"), true},
		{"unknown item", &protocol.ResponseItemLine{Item: &protocol.UnknownItem{Type: "x", Raw: []byte(`{"type":"x"}`)}}, true},
		{"web search", &protocol.ResponseItemLine{Item: &protocol.WebSearchCallItem{Action: &protocol.SearchAction{}}}, true},
		{"turn context", &protocol.TurnContextLine{}, true},
		{"compacted", &protocol.CompactedLine{}, true},
		{"unknown line", &protocol.UnknownRolloutItem{Type: "x", Raw: []byte("{}")}, true},
		{"user_message", &protocol.EventMsgLine{Msg: &protocol.UserMessageEvent{}}, true},
		{"agent_message", said("x"), true},
		{"agent_reasoning", &protocol.EventMsgLine{Msg: &protocol.AgentReasoningEvent{}}, true},
		{"agent_reasoning_raw_content", &protocol.EventMsgLine{Msg: &protocol.AgentReasoningRawContentEvent{}}, true},
		{"token_count", &protocol.EventMsgLine{Msg: &protocol.TokenCountEvent{}}, true},
		{"entered_review_mode", &protocol.EventMsgLine{Msg: &protocol.EnteredReviewModeEvent{}}, true},
		{"exited_review_mode", &protocol.EventMsgLine{Msg: &protocol.ExitedReviewModeEvent{}}, true},
		{"turn_aborted", &protocol.EventMsgLine{Msg: &protocol.TurnAbortedEvent{}}, true},
		{"task_started", &protocol.EventMsgLine{Msg: &protocol.TaskStartedEvent{}}, false},
		{"task_complete", &protocol.EventMsgLine{Msg: &protocol.TaskCompleteEvent{}}, false},
		{"agent_message_delta", &protocol.EventMsgLine{Msg: &protocol.AgentMessageDeltaEvent{}}, false},
		{"exec_command_end", &protocol.EventMsgLine{Msg: &protocol.ExecCommandEndEvent{}}, false},
		{"error", &protocol.EventMsgLine{Msg: &protocol.ErrorEvent{}}, false},
		{"unknown event", &protocol.EventMsgLine{Msg: &protocol.UnknownEvent{Type: "x"}}, false},
		{"no event", &protocol.EventMsgLine{}, false},
		{"nothing", nil, false},
	}
	for _, test := range tests {
		if got := Persists(test.item); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestRecordOrder(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	w := create(t, s, Meta{Cwd: "/w"}, WriterOptions{})
	const writers, each = 8, 200
	var wg sync.WaitGroup
	for n := range writers {
		wg.Go(func() {
			for i := range each {
				if err := w.Record(said(fmt.Sprint(n)), &protocol.EventMsgLine{Msg: &protocol.ErrorEvent{}}, said(fmt.Sprint(n, " ", i))); err != nil {
					t.Error(err)
				}
				if i%50 == 0 {
					if err := w.Flush(t.Context()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	closeWriter(t, w)
	texts := agentTexts(t, w.Path())
	if len(texts) != 2*writers*each {
		t.Fatalf("%d events", len(texts))
	}
	next := make(map[string]int)
	for i := 0; i < len(texts); i += 2 {
		who := texts[i] // the lines of one call stay together
		if want := fmt.Sprint(who, " ", next[who]); texts[i+1] != want {
			t.Fatalf("got %q after %q, want %q", texts[i+1], who, want)
		}
		next[who]++
	}
}

func TestRecordErrors(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	w := create(t, s, Meta{Cwd: "/w"}, WriterOptions{})
	err := w.Record(said("one"), &protocol.UnknownRolloutItem{Type: "x", Raw: []byte("{")}, said("two"))
	if err == nil {
		t.Error("a line that is no JSON was recorded")
	}
	closeWriter(t, w)
	if err := w.Record(said("late")); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Errorf("flush after Close: %v", err)
	}
	closeWriter(t, w)
	if diff := cmp.Diff([]string{"one", "two"}, agentTexts(t, w.Path())); diff != "" {
		t.Error(diff)
	}
}

func TestItemIDs(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	items := []protocol.RolloutItem{
		&protocol.ResponseItemLine{Item: &protocol.ReasoningItem{ID: "rs_1", Summary: []protocol.ReasoningSummaryPart{{Text: "S"}}}},
		&protocol.ResponseItemLine{Item: &protocol.FunctionCallItem{ID: "fc_1", Name: "shell", Arguments: "{}", CallID: "c1"}},
		&protocol.ResponseItemLine{Item: &protocol.FunctionCallOutputItem{CallID: "c1", Output: "o"}},
	}
	for _, keep := range []bool{true, false} {
		w := create(t, s, Meta{Cwd: "/w"}, WriterOptions{ItemIDs: keep})
		record(t, w, items...)
		closeWriter(t, w)
		if got := strings.Contains(readFile(t, w.Path()), `"rs_1"`); got != keep {
			t.Errorf("ids in the file: %v", got)
		}
		h, err := s.Load(t.Context(), w.Path())
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, item := range h.Items {
			ids = append(ids, item.ItemID())
		}
		want := []string{"", "", ""}
		if keep {
			want = []string{"rs_1", "fc_1", ""}
		}
		if diff := cmp.Diff(want, ids); diff != "" {
			t.Error(diff)
		}
	}
}

// TestGitFacts holds the times: the first line waits, nothing else does.
func TestGitFacts(t *testing.T) {
	t.Parallel()
	facts := &protocol.GitInfo{Branch: "main"}
	tests := []struct {
		name  string
		takes time.Duration
		flush time.Duration // when somebody asks for the file; 0 for nobody
		want  time.Duration // when the file is written
		known bool
	}{
		{"quick", 10 * time.Millisecond, 0, 10 * time.Millisecond, true},
		{"slow", 4 * time.Second, 0, 4 * time.Second, true},
		{"too slow", time.Hour, 0, 5 * time.Second, false},
		{"waited for", time.Hour, 100 * time.Millisecond, time.Second, false},
		{"in time for whoever waits", 900 * time.Millisecond, 100 * time.Millisecond, 900 * time.Millisecond, true},
		{"waited for late", time.Hour, 3 * time.Second, 3 * time.Second, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				s := NewFileStore(home, nil)
				w := create(t, s, Meta{Cwd: "/w", Git: func(ctx context.Context) *protocol.GitInfo {
					select {
					case <-time.After(test.takes):
						return facts
					case <-ctx.Done():
						return &protocol.GitInfo{Branch: "late"}
					}
				}}, WriterOptions{})
				record(t, w, said("one"))
				if time.Since(begin) != 0 {
					t.Errorf("Create and Record took %v", time.Since(begin))
				}
				if test.flush > 0 {
					time.Sleep(test.flush)
					flush(t, w)
				} else {
					time.Sleep(test.want + time.Nanosecond)
					synctest.Wait()
				}
				if got := time.Since(begin).Truncate(time.Millisecond); got != test.want {
					t.Errorf("written after %v, want %v", got, test.want)
				}
				text := readFile(t, w.Path())
				if got := strings.Contains(text, `"git":{"branch":"main"}`); got != test.known || strings.Count(text, "\n") != 2 {
					t.Errorf("file:\n%s", text)
				}
				closeWriter(t, w)
			})
		})
	}
}

func TestRecordWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	disk := newFaultyDisk()
	release := disk.hold()
	s := NewFileStore(t.TempDir(), &Options{OpenFile: disk.open})
	w := create(t, s, Meta{Cwd: "/w"}, WriterOptions{})
	big := said(strings.Repeat("x", 1<<20))
	done := make(chan error, 1)
	go func() {
		var err error
		for range 20 {
			err = errors.Join(err, w.Record(big))
		}
		done <- err
	}()
	<-disk.held
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Flush: %v", err)
	}
	if err := w.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	release()
	err := <-done
	if err != nil && !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	closeWriter(t, w)
	fw := w.(*fileWriter)
	if held := cap(fw.pending); held > 3*maxPending {
		t.Errorf("%d bytes waited", held)
	}
}
