package rollout

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// TestDayIsRemembered pages through a large day, whose files come and go
// between the pages: each page is what a store shows that remembers nothing.
func TestDayIsRemembered(t *testing.T) {
	t.Parallel()
	home := writeFlock(t, largeDay+50, largeDay+50)
	dir := filepath.Join(home, "sessions", "2025", "01", "01")
	s := newStore(t, home)
	age := func() { // the directory has looked as it does for long
		s.days.mu.Lock()
		defer s.days.mu.Unlock()
		s.days.since = s.days.since.Add(-time.Hour)
	}
	remembered := func() bool {
		s.days.mu.Lock()
		defer s.days.mu.Unlock()
		return s.days.entries != nil
	}
	page := func(after Cursor) Page {
		t.Helper()
		q := ListQuery{PageSize: 5, After: after}
		got, err := s.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		want, err := newStore(t, home).List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Cursor{})); diff != "" {
			t.Fatal(diff)
		}
		return got
	}
	p := page(Cursor{})
	if p = page(p.Next); remembered() {
		t.Error("a directory that has changed just now is remembered")
	}
	age()
	p = page(p.Next)
	if !remembered() {
		t.Fatal("the day is not remembered")
	}
	p = page(p.Next)

	// Whatever changes is seen, as soon as the clock has made a step.
	next, err := s.List(t.Context(), ListQuery{PageSize: 5, After: p.Next})
	if err != nil {
		t.Fatal(err)
	}
	stepClock(t, home)
	if err := os.Remove(next.Items[1].Path); err != nil {
		t.Fatal(err)
	}
	p = page(p.Next)
	if remembered() {
		t.Error("what the directory held before is remembered")
	}
	age()
	p = page(p.Next)
	stepClock(t, home)
	start := time.Date(2025, 1, 1, 0, 0, 1, 0, time.UTC)
	writeFile(t, filepath.Join(dir, fileName(start, testID)), withMeta(testID, "", asked("New", "plain")))
	seen := false
	for !p.Next.IsZero() {
		age()
		p = page(p.Next)
		for _, item := range p.Items {
			seen = seen || item.ID == testID
		}
	}
	if !seen {
		t.Error("the new file is not listed")
	}

	// Nothing is remembered for long, nor from one day for another.
	s.days.entries, s.days.begun = []entry{{dir: dir}}, time.Now().Add(-2*dayLife)
	if _, ok := s.days.recall(s.days.dirs, Cursor{stamp: "2025-01-01T12-00-00"}); ok || remembered() {
		t.Error("remembered for too long")
	}
	s.days.remember([]string{"elsewhere"}, nil, []entry{{at: Cursor{id: protocol.ConversationID("x")}}}, time.Now())
	if remembered() {
		t.Error("remembered for another day")
	}
}
