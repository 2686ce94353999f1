package proctree

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBelow(t *testing.T) {
	t.Parallel()
	all := []Process{
		{ID: 40, Parent: 60}, {ID: 60, Parent: 50, Session: 60}, {ID: 50, Parent: 1}, {ID: 61, Parent: 50, Ended: true},
		{ID: 1}, {ID: 70, Parent: 1},
	}
	for id, want := range map[int][]int{50: {60, 61, 40}, 60: {40}, 40: nil, 99: nil} {
		if diff := cmp.Diff(want, below(all, id)); diff != "" {
			t.Errorf("below %d (-want +got):\n%s", id, diff)
		}
	}
}
