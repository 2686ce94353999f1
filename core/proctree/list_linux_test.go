package proctree

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReadStat(t *testing.T) {
	t.Parallel()
	const rest = " 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 1000"
	for _, tt := range []struct {
		name, text string
		want       Process
		ok         bool
	}{
		// A name may hold anything that separates fields.
		{"running", "12 (a) Z 1 2) S 1 77 78" + rest, Process{Parent: 1, Group: 77, Session: 78, Start: 4242}, true},
		{"ended", "12 (a) Z 1 77 78" + rest, Process{Parent: 1, Group: 77, Session: 78, Start: 4242, Ended: true}, true},
		{"cut off", "12 (a) S 1 77 78 0", Process{}, false},
		{"no number", "12 (a) S 1 x 78" + rest, Process{}, false},
		{"empty", "", Process{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "stat")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var buf [512]byte
			if p, ok := readStat(path, buf[:]); ok != tt.ok || ok && p != tt.want {
				t.Errorf("%+v, ok %v", p, ok)
			}
		})
	}
}

// TestMembers finds this process in its own group.
func TestMembers(t *testing.T) {
	t.Parallel()
	members, err := New(unix.Getpgrp()).Members()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range members {
		if p.ID == os.Getpid() {
			if p.Parent != os.Getppid() || p.Group != unix.Getpgrp() || p.Start == 0 || p.Ended {
				t.Errorf("this process: %+v", p)
			}
			return
		}
	}
	t.Errorf("this process is not among %+v", members)
}
