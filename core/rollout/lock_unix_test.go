//go:build linux || darwin

package rollout

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestInheritedLock takes a lock whose owner is gone while a process that the
// owner was just starting still has it.
func TestInheritedLock(t *testing.T) {
	t.Parallel()
	d := &lockDir{path: filepath.Join(t.TempDir(), locksDir), now: time.Now}
	release, err := d.take(t.Context(), testID)
	if err != nil {
		t.Fatal(err)
	}
	owner := exec.Command("true")
	if err := owner.Run(); err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}

	file, err := os.Create(filepath.Join(d.path, string(testID)+".lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := tryLock(file); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(file, `{"pid":%d,"since":"2025-01-02T10:00:00Z"}`, owner.Process.Pid); err != nil {
		t.Fatal(err)
	}
	child := exec.Command("sleep", "0.3")
	child.ExtraFiles = []*os.File{file}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Wait() }()
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	release, err = d.take(t.Context(), testID)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
