package rollout

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// turnContext is the line at the beginning of a turn.
func turnContext(cwd string) string {
	return fmt.Sprintf(`{"timestamp":"t","type":"turn_context","payload":{"cwd":%q,"approval_policy":"never","sandbox_policy":{"mode":"read-only"},"model":"m","summary":"auto"}}`+"\n", cwd)
}

// newerLine is of a type that this release does not know, with a member that
// it does not know either.
const newerLine = `{"timestamp":"t","type":"later","payload":{"a":[1, 2]},"more":true}` + "\n"

// TestRepair repairs files under the name of testID, whose id tells when it
// began.
func TestRepair(t *testing.T) {
	t.Parallel()
	const again = `{"timestamp":"2025-09-30T12:00:00.123Z","type":"session_meta","payload":{"id":"01999b5c-7a80-7000-8000-00000000000a","timestamp":"2025-09-30T16:00:00.000Z","cwd":"/w & co","originator":"unknown","cli_version":"unknown","instructions":null}}` + "\n"
	began, ok := timeOf(testID)
	if !ok {
		t.Fatal("the id tells no time")
	}
	again1 := strings.Replace(again, "2025-09-30T16:00:00.000Z", began.UTC().Format(timestampLayout), 1)
	sound := withMeta(testID, "", asked("Hi", "plain"), newerLine)
	tests := []struct {
		name  string
		file  string
		want  string // "" when it stays as it is
		done  Repaired
		error error
	}{
		{"sound", sound, "", Repaired{}, nil},
		{"torn but whole", strings.TrimSuffix(sound, "\n"), sound, Repaired{Aside: "x"}, nil},
		{"torn", sound + `{"timest`, sound, Repaired{Aside: "x", LeftOut: 1}, nil},
		{"damaged lines", "\x00\x00\n" + sound + "junk\n{}\n" + asked("More", ""), sound + asked("More", ""), Repaired{Aside: "x", LeftOut: 3}, nil},
		{"no first line", asked("Hi", "plain") + newerLine + turnContext("/w & co") + turnContext("/else"),
			again1 + asked("Hi", "plain") + newerLine + turnContext("/w & co") + turnContext("/else"), Repaired{Aside: "x", Named: testID}, nil},
		{"damaged first line", `"cwd":"/x"}}` + "\n" + turnContext("/w & co"), again1 + turnContext("/w & co"), Repaired{Aside: "x", LeftOut: 1, Named: testID}, nil},
		{"message about the surroundings", item("user", "<environment_context>\n  <cwd>/w & co</cwd>\n</environment_context>"),
			again1 + item("user", "<environment_context>\n  <cwd>/w & co</cwd>\n</environment_context>"), Repaired{Aside: "x", Named: testID}, nil},
		{"numbered", strings.Replace(turnContext("/w & co"), `"type"`, `"ordinal":4,"type"`, 1),
			strings.Replace(strings.Replace(again1, `"type"`, `"ordinal":3,"type"`, 1), `"instructions":null`, `"instructions":null,"history_mode":"paginated"`, 1) +
				strings.Replace(turnContext("/w & co"), `"type"`, `"ordinal":4,"type"`, 1), Repaired{Aside: "x", Named: testID}, nil},
		{"nothing tells the directory", asked("Hi", "plain"), "", Repaired{}, ErrBeyondRepair},
		{"empty", "", "", Repaired{}, ErrBeyondRepair},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			s := newStore(t, home)
			path := writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", fileName(noon, testID)), test.file)
			done, err := s.Repair(t.Context(), path)
			if !errors.Is(err, test.error) {
				t.Fatal(err)
			}
			aside := done.Aside
			if aside != "" {
				if got := readFile(t, aside); got != test.file {
					t.Errorf("aside: %q", got)
				}
				done.Aside = "x"
			}
			if diff := cmp.Diff(test.done, done); diff != "" {
				t.Error(diff)
			}
			want := test.want
			if want == "" {
				want = test.file
			}
			if diff := cmp.Diff(want, readFile(t, path)); diff != "" {
				t.Error(diff)
			}
			h, err := s.Verify(t.Context(), path)
			if err != nil || h.Sound() != (test.error == nil) {
				t.Errorf("%+v %v", h, err)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".repair-*")); left != nil {
				t.Error(left)
			}
			if test.error != nil {
				return
			}
			w, err := s.Resume(t.Context(), path, WriterOptions{})
			if err != nil {
				t.Fatal(err)
			}
			closeWriter(t, w)
		})
	}
}

func TestRepairKeepsOff(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	w := create(t, s, Meta{ID: testID, Cwd: "/w"}, WriterOptions{})
	flush(t, w)
	f, err := os.OpenFile(w.Path(), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("junk"); err != nil {
		t.Fatal(err)
	}
	var locked *LockedError
	if _, err := s.Repair(t.Context(), w.Path()); !errors.As(err, &locked) {
		t.Errorf("a live file: %v", err)
	}
	// Two repairs keep what each of them found.
	closeWriter(t, w)
	for _, want := range []string{damagedSuffix, damagedSuffix + "-2"} {
		if _, err := f.WriteString("junk"); err != nil {
			t.Fatal(err)
		}
		f.Close()
		done, err := s.Repair(t.Context(), w.Path())
		if err != nil || done.Aside != w.Path()+want {
			t.Errorf("%+v %v", done, err)
		}
		if f, err = os.OpenFile(w.Path(), os.O_WRONLY|os.O_APPEND, 0); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	unnamed := writeFile(t, filepath.Join(home, "talk.jsonl"), turnContext("/w"))
	if _, err := s.Repair(t.Context(), unnamed); !errors.Is(err, ErrBeyondRepair) {
		t.Errorf("a file with no name of its own: %v", err)
	}
	if page, err := s.List(t.Context(), ListQuery{}); err != nil || len(page.Items) != 0 {
		t.Errorf("%+v %v", page, err)
	}
}

// TestReadFollowsTheBase: what a fork has in common with its origin comes
// first, and what is missing is told.
func TestReadFollowsTheBase(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	path := forks(t, home, "user:six")
	read := func(path string) (users []string, report Report) {
		for l, err := range s.Read(t.Context(), path, &report) {
			if err != nil {
				t.Fatal(err)
			}
			if i, ok := l.Item.(*protocol.ResponseItemLine); ok {
				if text, ok := UserMessage(i.Item); ok {
					users = append(users, text)
				}
			}
		}
		return users, report
	}
	users, report := read(path)
	if diff := cmp.Diff([]string{"one", "four", "six"}, users); diff != "" || report.Missing != nil || report.Invalid != 0 {
		t.Error(diff, report)
	}
	for range s.Read(t.Context(), path, nil) {
		break // nothing is given after that
	}
	parent, err := s.Find(t.Context(), parentID)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(parent.Path); err != nil {
		t.Fatal(err)
	}
	users, report = read(path)
	if diff := cmp.Diff([]string{"four", "six"}, users); diff != "" || !errors.Is(report.Missing, ErrNoBeginning) {
		t.Error(diff, report)
	}
	if h, err := s.Verify(t.Context(), path); err != nil || h.Sound() || !errors.Is(h.Report.Missing, ErrNoBeginning) {
		t.Errorf("%+v %v", h, err)
	}
}
