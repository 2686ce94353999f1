package mcpclient

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestListFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		list, log string
		limit     time.Duration
		want      []string
	}{
		{"hang", "timed out: no answer to tools/list within 1s", time.Second, nil},
		{"error", "error -32603: no list", long, nil},
		{"endless", errListEndless.Error(), long, []string{"s__echo"}},
		{"repeated", errListEndless.Error(), long, []string{"s__echo"}},
	}
	for _, tt := range tests {
		t.Run(tt.list, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			s, failures := w.open(servers{"s": within(stdio(t, fakeConfig{List: tt.list}), tt.limit, 0)}, nil)
			<-s.members[0].lease.client.started
			if err := s.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(s)); diff != "" || !contains(w.log.String(), tt.log) {
				t.Errorf("%s, log %s", diff, w.log)
			}
			none(t, failures)
		})
	}
}

// TestUnsteadyList checks that a list which changes every time it is read holds
// nobody up, and is not read all the time.
func TestUnsteadyList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.RefreshWait = long })
	s, failures := w.prepared(servers{"s": within(stdio(t, fakeConfig{List: "unsteady"}), long, 0)}, nil)
	if diff := cmp.Diff([]string{"s__echo", fmt.Sprintf("s__list-%d", listRounds)}, names(s)); diff != "" {
		t.Error(diff)
	}
	// It is read again all the same.
	for deadline := time.Now().Add(long); ; {
		if _, same := s.Lookup(fmt.Sprintf("s__list-%d", listRounds)); !same {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the tools are %v", names(s))
		}
		if err := s.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	none(t, failures)
}

func TestToolListChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s, failures := w.prepared(servers{"s": stdio(t, fakeConfig{Pages: only("change")})}, nil)
	if _, err := w.call(s, "s__change", ""); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"s__change"}, names(s)); diff != "" {
		t.Errorf("the tools of the turn have changed: %s", diff)
	}
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"s__brand-new", "s__change"}, names(s)); diff != "" {
		t.Error(diff)
	}
	none(t, failures)
}

// TestRefreshIsBounded checks that a server which does not list its tools again
// holds nobody up and keeps those it had.
func TestRefreshIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.RefreshWait = 50 * time.Millisecond })
	s, _ := w.prepared(servers{"s": stdio(t, fakeConfig{Pages: only("mute")})}, nil)
	if _, err := w.call(s, "s__mute", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"s__mute"}, names(s)); diff != "" {
		t.Error(diff)
	}
}
