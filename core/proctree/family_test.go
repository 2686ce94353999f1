package proctree

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAmong follows a family through looks at made-up systems.
func TestAmong(t *testing.T) {
	t.Parallel()
	outside := Process{ID: 1, Group: 1, Session: 1}
	for _, tt := range []struct {
		name  string
		looks [][]Process
		want  []int // of the last look
	}{
		{"nobody", [][]Process{{outside}}, nil},
		{"session and group", [][]Process{{
			outside,
			{ID: 50, Parent: 1, Group: 50, Session: 50},
			{ID: 51, Parent: 50, Group: 51, Session: 50},
			{ID: 52, Parent: 1, Group: 50, Session: 2},
			{ID: 53, Parent: 1, Group: 53, Session: 53},
		}}, []int{50, 51, 52}},
		{"descendants in other sessions, children listed first", [][]Process{{
			{ID: 40, Parent: 60, Group: 60, Session: 60},
			{ID: 60, Parent: 50, Group: 60, Session: 60},
			{ID: 50, Parent: 1, Group: 50, Session: 50},
		}}, []int{40, 60, 50}},
		{"one that lost its parent after a look", [][]Process{
			{{ID: 50, Session: 50}, {ID: 60, Parent: 50, Session: 60, Start: 7}},
			{{ID: 60, Parent: 1, Session: 60, Start: 7}, {ID: 61, Parent: 60, Session: 61}},
		}, []int{60, 61}},
		{"another one with the id of a member", [][]Process{
			{{ID: 50, Session: 50}, {ID: 60, Parent: 50, Session: 60, Start: 7}},
			{{ID: 60, Parent: 1, Session: 60, Start: 8}, {ID: 61, Parent: 60, Session: 61}},
		}, nil},
		{"ended ones do not count", [][]Process{{
			{ID: 50, Session: 50, Ended: true}, {ID: 51, Session: 50},
		}}, []int{51}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := New(50)
			var got []int
			for _, look := range tt.looks {
				got = nil
				for _, p := range f.among(look) {
					got = append(got, p.ID)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
		})
	}
}
