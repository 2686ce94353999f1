package session_test

import (
	"testing"
	"testing/synctest"
)

// The submitter may choose the ids of a turn; all of its events carry them, and
// the conversation's own numbering does not count it.
func TestChosenIDs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, nil)
		sub := l.Events().Subscribe()
		sub.TryNext() // session_configured
		for range 2 {
			l.model.add(reply(text("hi"))...)
		}
		if err := l.SubmitAs(t.Context(), "mine", "turn-mine", input("one")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, e := range read(sub) {
			if e.SubmissionID != "mine" || e.TurnID != "turn-mine" {
				t.Errorf("event of submission %q, turn %q", e.SubmissionID, e.TurnID)
			}
		}
		if id := l.user(t, "two"); id != "0" {
			t.Errorf("the first submission with an id of the conversation has %q", id)
		}
		synctest.Wait()
		for _, e := range read(sub) {
			if e.SubmissionID != "0" || e.TurnID == "" || e.TurnID == "turn-mine" {
				t.Errorf("event of submission %q, turn %q", e.SubmissionID, e.TurnID)
			}
		}
		if l.ID() != conversationID || l.RolloutPath() != "/rollout.jsonl" || l.Cwd() != l.cwd {
			t.Errorf("id %s, path %s, cwd %s", l.ID(), l.RolloutPath(), l.Cwd())
		}
		l.close(t)
	})
}
