//go:build unix

package patch

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

func TestPlanRefusesPipes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	for _, body := range [][]string{
		{"*** Update File: pipe", "@@", "-a"},
		{"*** Delete File: pipe"},
		{"*** Add File: pipe", "+x"},
	} {
		plan, err := planned(t, dir, body...)
		if err == nil {
			err = plan.Apply(t.Context(), OS())
		}
		if !errors.Is(err, errNotRegular) {
			t.Errorf("%s: error is %v", body[0], err)
		}
	}
}
