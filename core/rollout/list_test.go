package rollout

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// withMeta returns a file with the given lines behind the first.
func withMeta(id protocol.ConversationID, source string, lines ...string) string {
	if source != "" {
		source = `,"source":` + source
	}
	return fmt.Sprintf(`{"timestamp":"t","type":"session_meta","payload":{"id":%q,"timestamp":"2025-09-30T08:00:00.000Z","cwd":"/w","originator":"o","cli_version":"0.44.0","instructions":null%s}}`+"\n", id, source) +
		strings.Join(lines, "")
}

func asked(text, kind string) string {
	if kind != "" {
		kind = `,"kind":"` + kind + `"`
	}
	return fmt.Sprintf(`{"timestamp":"t","type":"event_msg","payload":{"type":"user_message","message":%q%s}}`+"\n", text, kind)
}

func item(role string, parts ...string) string {
	var content []string
	for _, p := range parts {
		content = append(content, fmt.Sprintf(`{"type":"input_text","text":%q}`, p))
	}
	return fmt.Sprintf(`{"timestamp":"t","type":"response_item","payload":{"type":"message","role":%q,"content":[%s]}}`+"\n", role, strings.Join(content, ","))
}

const context1 = "<environment_context>\n  <cwd>/w</cwd>\n</environment_context>"

func TestPreview(t *testing.T) {
	t.Parallel()
	image := fmt.Sprintf(`{"timestamp":"t","type":"event_msg","payload":{"type":"user_message","message":"Look","kind":"plain","images":["data:image/png;base64,%s"]}}`+"\n", strings.Repeat("A", 3<<20))
	tests := []struct {
		name string
		file string
		want string // "" when the file is not listed
	}{
		{"usual", withMeta(testID, `"cli"`, item("user", context1), item("user", "Hi"), asked("Hi", "plain")), "Hi"},
		{"blanks are kept", withMeta(testID, "", item("user", " Hi\n"), asked(" Hi\n", "plain")), " Hi\n"},
		{"marker", withMeta(testID, "", asked("## Context\nfile\n\n## My request for Codex:\nFix it\n", "plain")), "Fix it"},
		{"event of context", withMeta(testID, "", asked(context1, "environment_context"), item("user", "Hi"), asked("Hi", "plain")), "Hi"},
		{"event without kind", withMeta(testID, "", asked(context1, ""), asked("Hi", "")), "Hi"},
		{"text that looks like context", withMeta(testID, "", asked(context1, "plain")), context1},
		{"image alone", withMeta(testID, "", item("user"), asked("", "plain"), item("user", "Hi"), asked("Hi", "plain")), "Hi"},
		{"event says nothing", withMeta(testID, "", item("user", context1, "Hi", "you"), asked("", "plain")), "Hi"},
		{"developer's message", withMeta(testID, "", item("developer", "Rules"), item("user", "Hi"), asked("", "plain")), "Hi"},
		{"first of several", withMeta(testID, "", asked("One", "plain"), asked("Two", "plain")), "One"},
		{"late", withMeta(testID, "", strings.Repeat(item("assistant", "x"), 500), asked("Hi", "plain")), "Hi"},
		{"huge instructions", withMeta(testID, "", item("user", "<user_instructions>"+strings.Repeat("x", 1<<17)+"</user_instructions>"), asked("Hi", "plain")), "Hi"},
		{"huge image", withMeta(testID, "", image), "Look"},
		{"damaged lines", "junk\n" + withMeta(testID, "", "{\n\xff\n", asked("Hi", "plain")), "Hi"},
		{"torn end", strings.TrimSuffix(withMeta(testID, "", asked("Hi", "plain")), "\n"), "Hi"},
		{"two metas", withMeta(testID, `"cli"`) + withMeta("5973b6c0-94b8-487b-a530-2aeb6098ae01", `"exec"`, asked("Hi", "plain")), "Hi"},
		{"no meta", item("user", "Hi") + asked("Hi", "plain"), ""},
		{"no event", withMeta(testID, "", item("user", "Hi")), ""},
		{"nothing said", withMeta(testID, "", item("user", context1)), ""},
		{"only context", withMeta(testID, "", item("user", context1), asked(context1, "environment_context")), ""},
		{"too late", withMeta(testID, "", strings.Repeat(item("assistant", "x"), maxHeadLines), asked("Hi", "plain")), ""},
		{"empty", "", ""},
		{"junk", "x\ny\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			path := writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", fileName(noon, testID)), test.file)
			page, err := newStore(t, home).List(t.Context(), ListQuery{})
			if err != nil {
				t.Fatal(err)
			}
			want := Page{Scanned: 1}
			if test.want != "" {
				want.Items = []Summary{{ID: testID, Path: path, Preview: test.want, Timestamp: "2025-09-30T08:00:00.000Z", Cwd: "/w"}}
			}
			for i := range page.Items {
				if page.Items[i].Modified.IsZero() {
					t.Error("no time of modification")
				}
				page.Items[i].Modified = time.Time{}
				page.Items[i].Source = ""
			}
			if diff := cmp.Diff(want, page, cmp.AllowUnexported(Cursor{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for i, source := range []string{``, `"cli"`, `"vscode"`, `"exec"`, `"mcp"`, `"unknown"`, `"later"`, `{"subagent":"x"}`} {
		id := protocol.ConversationID(fmt.Sprintf("5973b6c0-94b8-487b-a530-%012x", i))
		name := fileName(noon.Add(-time.Duration(i)*time.Second), id)
		writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", name), withMeta(id, source, asked("Hi", "plain")))
	}
	tests := []struct {
		name string
		q    ListQuery
		want []protocol.SessionSource
	}{
		{"usual", ListQuery{}, []protocol.SessionSource{"", "cli", "vscode"}},
		{"chosen", ListQuery{Sources: []protocol.SessionSource{"exec", "cli"}}, []protocol.SessionSource{"cli", "exec"}},
		{"none", ListQuery{Sources: []protocol.SessionSource{}}, nil},
		{"all", ListQuery{AnySource: true}, []protocol.SessionSource{"", "cli", "vscode", "exec", "mcp", "unknown", "later", "unknown"}},
	}
	s := newStore(t, home)
	for _, test := range tests {
		for _, size := range []int{0, 1, 2} {
			q := test.q
			q.PageSize = size
			var got []protocol.SessionSource
			for _, summary := range listAll(t, s, q) {
				got = append(got, summary.Source)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s, pages of %d: %s", test.name, size, diff)
			}
		}
	}
}

// listAll pages through the list. It fails for pages that are short although
// something follows, and for cursors that lead nowhere or do not come to an
// end.
func listAll(t testing.TB, s Store, q ListQuery) []Summary {
	t.Helper()
	size := q.PageSize
	if size == 0 {
		size = defaultPageSize
	}
	var all []Summary
	for range 100_000 {
		page, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Items...)
		if page.Next.IsZero() {
			return all
		}
		if len(page.Items) != size {
			t.Fatalf("%d on a page of %d, and more follow", len(page.Items), size)
		}
		parsed, err := ParseCursor(page.Next.String())
		if err != nil || parsed != page.Next {
			t.Fatalf("cursor %q: %v", page.Next, err)
		}
		q.After = parsed
	}
	t.Fatal("the list does not end")
	return nil
}

// TestPaging makes random trees, with damaged, foreign and misplaced files,
// and holds that every page size gives the same list: everything once, newest
// first.
func TestPaging(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 1))
			home := t.TempDir()
			want := make(map[protocol.ConversationID]bool)
			for i := range 10 + rnd.IntN(60) {
				id := protocol.ConversationID(fmt.Sprintf("%08x-94b8-487b-a530-%012x", rnd.Uint32(), i))
				start := time.Date(2024+rnd.IntN(3), time.Month(1+rnd.IntN(12)), 1+rnd.IntN(28), rnd.IntN(24), rnd.IntN(2), rnd.IntN(2), 0, time.UTC)
				dir := start.Format("2006/01/02")
				text := withMeta(id, "", asked("Hi", "plain"))
				listed := true
				switch rnd.IntN(10) {
				case 0: // not padded
					dir = start.Format("2006/1/2")
				case 1: // another day than the name says
					dir = start.AddDate(0, 0, rnd.IntN(40)-20).Format("2006/01/02")
				case 2:
					text, listed = "junk\n", false
				case 3:
					text, listed = withMeta(id, `"exec"`, asked("Hi", "plain")), false
				case 4: // the same moment as another one
					start = start.Truncate(24 * time.Hour)
				}
				writeFile(t, filepath.Join(home, "sessions", filepath.FromSlash(dir), fileName(start, id)), text)
				if listed {
					want[id] = true
				}
			}
			for _, foreign := range []string{"notes.txt", "2024/x/01/a.jsonl", "2024/13/01/" + fileName(noon, testID), "2024/01/01/rollout-nonsense.jsonl", "20240/01/01/x", "-1/1/1/x"} {
				writeFile(t, filepath.Join(home, "sessions", filepath.FromSlash(foreign)), withMeta(testID, "", asked("No", "plain")))
			}
			s := newStore(t, home)
			whole := listAll(t, s, ListQuery{PageSize: 1000})
			for _, summary := range whole {
				if !want[summary.ID] {
					t.Errorf("%s is twice or should not be there", summary.Path)
				}
				delete(want, summary.ID)
			}
			for id := range want {
				t.Errorf("%s is not listed", id)
			}
			for i := 1; i < len(whole); i++ {
				a, b := whole[i-1].Path, whole[i].Path
				if filepath.Dir(a) == filepath.Dir(b) && filepath.Base(a) < filepath.Base(b) {
					t.Errorf("%s comes before %s", a, b)
				}
			}
			for _, size := range []int{1, 2, 3, 7, len(whole)} {
				if size > 0 {
					if diff := cmp.Diff(whole, listAll(t, s, ListQuery{PageSize: size})); diff != "" {
						t.Errorf("pages of %d: %s", size, diff)
					}
				}
			}
		})
	}
}

func TestPageSize(t *testing.T) {
	t.Parallel()
	s := newStore(t, writeFlock(t, 30, 7))
	for _, test := range []struct{ size, want int }{{0, 25}, {-1, 0}, {1, 1}, {29, 29}, {30, 30}, {31, 30}, {1 << 40, 30}} {
		page, err := s.List(t.Context(), ListQuery{PageSize: test.size})
		if err != nil || len(page.Items) != test.want {
			t.Errorf("size %d: %d items, %v", test.size, len(page.Items), err)
		}
		if more := test.want > 0 && test.want < 30; more == page.Next.IsZero() {
			t.Errorf("size %d: next is %q", test.size, page.Next)
		}
	}
}

// TestCursor goes on from places that no page ended at.
func TestCursor(t *testing.T) {
	t.Parallel()
	s := newStore(t, writeFlock(t, 10, 5)) // 2025-01-01 and 02, five seconds each
	tests := []struct {
		cursor string
		want   int
	}{
		{"2030-01-01T00-00-00|00000000-0000-0000-0000-000000000000", 10},
		{"2025-01-02T00-00-04|5973b6c0-94b8-487b-a530-000000000009", 9},
		{"2025-01-02T00-00-04|ffffffff-ffff-ffff-ffff-ffffffffffff", 10},
		{"2025-01-02T00-00-04|00000000-0000-0000-0000-000000000000", 9},
		{"2025-01-02T00-00-00|00000000-0000-0000-0000-000000000000", 5},
		{"2025-01-01T12-00-00|00000000-0000-0000-0000-000000000000", 5},
		{"2025-01-01T00-00-00|{5973B6C0-94B8-487B-A530-000000000000}", 0},
		{"1999-01-01T00-00-00|00000000-0000-0000-0000-000000000000", 0},
	}
	for _, test := range tests {
		after, err := ParseCursor(test.cursor)
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.List(t.Context(), ListQuery{After: after})
		if err != nil || len(page.Items) != test.want {
			t.Errorf("%s: %d items, want %d (%v)", test.cursor, len(page.Items), test.want, err)
		}
	}
	for _, bad := range []string{"x", "|", "2025-01-02T00-00-00", "2025-01-02T00-00-00|", "2025-01-02T00-00-00|x", "2025-01-02T00:00:00|" + string(testID),
		"2025-13-02T00-00-00|" + string(testID), "2025-02-30T00-00-00|" + string(testID), "2025-01-02T24-00-00|" + string(testID), `"2025-01-02T00-00-00|` + string(testID) + `"`} {
		if c, err := ParseCursor(bad); err == nil {
			t.Errorf("%q is %v", bad, c)
		}
	}
	if c, err := ParseCursor(""); err != nil || !c.IsZero() || c.String() != "" {
		t.Error(c, err)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("2025-01-02T00-00-00|5973b6c0-94b8-487b-a530-000000000009")
	f.Add("2025-02-29T23-59-59|urn:uuid:5973b6c0-94b8-487b-a530-000000000009")
	home := writeFlock(f, 12, 4)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCursor(text)
		if err != nil {
			return
		}
		again, err := ParseCursor(c.String())
		if err != nil || again != c {
			t.Fatalf("%q, %q: %v", text, c, err)
		}
		s := newStore(t, home)
		page, err := s.List(t.Context(), ListQuery{After: c, PageSize: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, summary := range page.Items {
			at, ok := parseFileName(filepath.Base(summary.Path))
			if !ok || c.compare(at) >= 0 && !c.IsZero() {
				t.Fatalf("%s comes before %s", summary.Path, c)
			}
		}
	})
}

// TestListWhileNewOnesCome: paging goes on where it was.
func TestListWhileNewOnesCome(t *testing.T) {
	t.Parallel()
	home := writeFlock(t, 10, 5)
	s := newStore(t, home)
	first, err := s.List(t.Context(), ListQuery{PageSize: 4})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", fileName(noon, testID)), withMeta(testID, "", asked("New", "plain")))
	rest := listAll(t, s, ListQuery{PageSize: 4, After: first.Next})
	if len(rest) != 6 || slices.ContainsFunc(rest, func(s Summary) bool { return s.ID == testID }) {
		t.Errorf("%d conversations", len(rest))
	}
	if newest, err := s.List(t.Context(), ListQuery{PageSize: 1}); err != nil || newest.Items[0].ID != testID {
		t.Error(newest, err)
	}
}

// TestLookAhead: a full page says that more may follow when finding out would
// cost too much, and the page after it may be empty.
func TestLookAhead(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	add := func(i int, source string) {
		id := protocol.ConversationID(fmt.Sprintf("5973b6c0-94b8-487b-a530-%012x", i))
		writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", fileName(noon.Add(-time.Duration(i)*time.Second), id)), withMeta(id, source, asked("Hi", "plain")))
	}
	add(0, `"cli"`)
	for i := range lookAhead + 50 {
		add(i+1, `"exec"`)
	}
	s := newStore(t, home)
	page, err := s.List(t.Context(), ListQuery{PageSize: 1})
	if err != nil || len(page.Items) != 1 || page.Next.IsZero() || page.Scanned > lookAhead+20 {
		t.Fatalf("%+v %v", page, err)
	}
	if page, err = s.List(t.Context(), ListQuery{PageSize: 1, After: page.Next}); err != nil || len(page.Items) != 0 || !page.Next.IsZero() {
		t.Fatalf("%+v %v", page, err)
	}
}

func TestListPlaces(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no symbolic links")
	}
	flock := writeFlock(t, 10, 5)
	home := t.TempDir()
	s := newStore(t, home)
	if page, err := s.List(t.Context(), ListQuery{}); err != nil || len(page.Items) != 0 || !page.Next.IsZero() {
		t.Errorf("no sessions: %+v %v", page, err)
	}
	if err := os.Symlink(filepath.Join(flock, "sessions"), filepath.Join(home, "sessions")); err != nil {
		t.Fatal(err)
	}
	if got := listAll(t, s, ListQuery{PageSize: 3}); len(got) != 10 || !strings.HasPrefix(got[0].Path, home) {
		t.Errorf("through a link: %d conversations", len(got))
	}
	// Below it, links are not followed, and pipes not opened.
	day := filepath.Join(flock, "sessions", "2025", "01", "02")
	for _, link := range []struct{ from, to string }{
		{filepath.Join(day, fileName(noon, testID)), filepath.Join(day, fileName(time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC), "5973b6c0-94b8-487b-a530-000000000005"))},
		{filepath.Join(flock, "sessions", "2026"), filepath.Join(flock, "sessions", "2025")},
	} {
		if err := os.Symlink(link.to, link.from); err != nil {
			t.Fatal(err)
		}
	}
	if got := listAll(t, s, ListQuery{PageSize: 3}); len(got) != 10 {
		t.Errorf("with links inside: %d conversations", len(got))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.List(ctx, ListQuery{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want protocol.InputMessageKind
	}{
		{"hi", protocol.KindPlain},
		{"", protocol.KindPlain},
		{context1, protocol.KindEnvironmentContext},
		{"\n " + strings.ToUpper(context1) + "\n", protocol.KindEnvironmentContext},
		{"<environment_context>", protocol.KindPlain},
		{"<environment_context> and more", protocol.KindPlain},
		{"x" + context1, protocol.KindPlain},
		{"<user_instructions>\n\nbe brief\n\n</user_instructions>", protocol.KindUserInstructions},
		{"<user_instructions></environment_context>", protocol.KindPlain},
		{"<u\u017fer_instructions></user_instructions>", protocol.KindPlain},
	}
	for _, test := range tests {
		if got := Classify(test.text); got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
}

func TestUserMessage(t *testing.T) {
	t.Parallel()
	user := func(parts ...protocol.ContentItem) protocol.ResponseItem {
		return &protocol.MessageItem{Role: "user", Content: parts}
	}
	tests := []struct {
		name string
		item protocol.ResponseItem
		text string
		ok   bool
	}{
		{"text", user(&protocol.InputTextContent{Text: "a"}), "a", true},
		{"parts", user(&protocol.InputTextContent{Text: "a"}, &protocol.InputImageContent{}, &protocol.InputTextContent{}, &protocol.InputTextContent{Text: "b"}), "a\nb", true},
		{"image", user(&protocol.InputImageContent{}), "", false},
		{"context", user(&protocol.InputTextContent{Text: context1}), context1, false},
		{"assistant", &protocol.MessageItem{Role: "assistant", Content: []protocol.ContentItem{&protocol.OutputTextContent{Text: "a"}}}, "", false},
		{"call", &protocol.FunctionCallItem{}, "", false},
	}
	for _, test := range tests {
		if text, ok := UserMessage(test.item); text != test.text || ok != test.ok {
			t.Errorf("%s: %q %v", test.name, text, ok)
		}
	}
}
