package rollout

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faultyDisk is a disk that can be full, gone or slow.
type faultyDisk struct {
	mu         sync.Mutex
	room       int64 // bytes that still fit; negative: no limit
	noOpen     error // for files that exist
	noTruncate bool
	opened     int
	synced     int
	gate       chan struct{} // writes wait for it; nil: they do not
	held       chan struct{} // told about a write that waits
}

func newFaultyDisk() *faultyDisk { return &faultyDisk{room: -1, held: make(chan struct{}, 1000)} }

// set changes the disk.
func (d *faultyDisk) set(change func(*faultyDisk)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

// hold makes writes wait until the result is called.
func (d *faultyDisk) hold() (release func()) {
	d.gate = make(chan struct{})
	return sync.OnceFunc(func() { close(d.gate) })
}

func (d *faultyDisk) open(name string, flag int, perm fs.FileMode) (File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened++
	if d.noOpen != nil && flag&os.O_CREATE == 0 {
		return nil, d.noOpen
	}
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{File: f, disk: d}, nil
}

type faultyFile struct {
	*os.File
	disk *faultyDisk
}

func (f *faultyFile) Write(p []byte) (int, error) {
	d := f.disk
	if d.gate != nil {
		d.held <- struct{}{}
		<-d.gate
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.room >= 0 && int64(len(p)) > d.room {
		n, err := f.File.Write(p[:d.room])
		d.room = 0
		return n, errors.Join(err, syscall.ENOSPC)
	}
	if d.room >= 0 {
		d.room -= int64(len(p))
	}
	return f.File.Write(p)
}

func (f *faultyFile) Truncate(size int64) error {
	if f.disk.noTruncate {
		return syscall.EIO
	}
	return f.File.Truncate(size)
}

func (f *faultyFile) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.synced++
	return f.File.Sync()
}

// faultCase is a writer on a faulty disk.
type faultCase struct {
	*faultyDisk
	w      Writer
	mu     sync.Mutex
	errors []error
}

func newFaultCase(t *testing.T) *faultCase {
	t.Helper()
	c := &faultCase{faultyDisk: newFaultyDisk()}
	s := NewFileStore(t.TempDir(), &Options{OpenFile: c.open})
	c.w = create(t, s, Meta{Cwd: "/w"}, WriterOptions{OnError: func(err error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.errors = append(c.errors, err)
	}})
	flush(t, c.w)
	return c
}

// reported returns how often the callback was called.
func (c *faultCase) reported() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.errors)
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	for _, noTruncate := range []bool{false, true} {
		t.Run(fmt.Sprintf("noTruncate=%v", noTruncate), func(t *testing.T) {
			t.Parallel()
			c := newFaultCase(t)
			c.set(func(d *faultyDisk) { d.room, d.noTruncate = 200, noTruncate })
			var want []string
			for i := range 10 {
				text := fmt.Sprint("message ", i)
				want = append(want, text)
				record(t, c.w, said(text))
			}
			if err := c.w.Flush(t.Context()); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("Flush: %v", err)
			}
			if !noTruncate {
				lineCount(t, c.w.Path()) // whole lines only
			}
			for range 3 {
				if err := c.w.Flush(t.Context()); !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("Flush: %v", err)
				}
			}
			if n := c.reported(); n != 1 {
				t.Errorf("reported %d times", n)
			}
			// There is room again: nothing is missing.
			c.set(func(d *faultyDisk) { d.room = -1 })
			record(t, c.w, said("after"))
			flush(t, c.w)
			closeWriter(t, c.w)
			lineCount(t, c.w.Path())
			if diff := cmp.Diff(append(want, "after"), agentTexts(t, c.w.Path())); diff != "" {
				t.Error(diff)
			}
			if n := c.reported(); n != 1 {
				t.Errorf("reported %d times", n)
			}
		})
	}
}

func TestFullDiskUntilTheEnd(t *testing.T) {
	t.Parallel()
	c := newFaultCase(t)
	record(t, c.w, said("kept"))
	flush(t, c.w)
	c.set(func(d *faultyDisk) { d.room = 10 })
	record(t, c.w, said("lost"))
	if err := c.w.Close(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v", err)
	}
	if err := c.w.Flush(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Flush after Close: %v", err)
	}
	if n := c.reported(); n != 1 {
		t.Errorf("reported %d times", n)
	}
	lineCount(t, c.w.Path())
	if diff := cmp.Diff([]string{"kept"}, agentTexts(t, c.w.Path())); diff != "" {
		t.Error(diff)
	}
}

// TestFullDiskForLong holds that memory is bounded and that there is never a
// hole in the record.
func TestFullDiskForLong(t *testing.T) {
	t.Parallel()
	c := newFaultCase(t)
	c.set(func(d *faultyDisk) { d.room = 0 })
	text := strings.Repeat("x", 1<<16)
	recorded := 0
	var err error
	for range 200 {
		if err = c.w.Record(said(text)); err != nil {
			break
		}
		recorded++
		if recorded == 1 {
			if ferr := c.w.Flush(t.Context()); ferr == nil {
				t.Fatal("the disk is not full")
			}
		}
	}
	if !errors.Is(err, syscall.ENOSPC) || recorded*len(text) > maxPending+1<<17 {
		t.Fatalf("%d recorded: %v", recorded, err)
	}
	c.set(func(d *faultyDisk) { d.room = -1 })
	if err := c.w.Record(said("after the hole")); err == nil {
		t.Error("recorded after a hole")
	}
	if err := c.w.Flush(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Flush: %v", err)
	}
	if err := c.w.Close(t.Context()); err == nil {
		t.Error("Close says nothing about the lost lines")
	}
	if got := len(agentTexts(t, c.w.Path())); got != recorded {
		t.Errorf("%d in the file, %d recorded", got, recorded)
	}
}

func TestFileIsOpenedAgainOnce(t *testing.T) {
	t.Parallel()
	c := newFaultCase(t)
	before := c.opened
	c.set(func(d *faultyDisk) { d.room, d.noOpen = 0, fs.ErrPermission })
	record(t, c.w, said("one"))
	for c.reported() == 0 {
		runtime.Gosched() // the writer makes the first attempt by itself
	}
	for attempts := 1; attempts < 4; attempts++ {
		var opened int
		c.set(func(d *faultyDisk) { opened = d.opened - before })
		if opened != attempts {
			t.Errorf("opened %d times in %d attempts", opened, attempts)
		}
		if err := c.w.Flush(t.Context()); !errors.Is(err, syscall.ENOSPC) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Flush: %v", err)
		}
	}
	c.set(func(d *faultyDisk) { d.room, d.noOpen = -1, nil })
	flush(t, c.w)
	closeWriter(t, c.w)
	if diff := cmp.Diff([]string{"one"}, agentTexts(t, c.w.Path())); diff != "" {
		t.Error(diff)
	}
}

func TestSync(t *testing.T) {
	t.Parallel()
	c := newFaultCase(t)
	record(t, c.w, said("one"))
	flush(t, c.w)
	if c.synced != 0 {
		t.Error("Flush waits for the disk")
	}
	closeWriter(t, c.w)
	if c.synced != 1 {
		t.Errorf("Close synced %d times", c.synced)
	}
}

func TestReadOnlyHome(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("modes do not bind this user")
	}
	home := t.TempDir()
	w := create(t, newStore(t, home), Meta{Cwd: "/w"}, WriterOptions{})
	closeWriter(t, w)
	if err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if d.IsDir() {
			t.Cleanup(func() { os.Chmod(path, 0o700) })
			return os.Chmod(path, 0o500)
		}
		return os.Chmod(path, 0o400)
	}); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, home)
	if _, err := s.Create(t.Context(), Meta{Cwd: "/w"}, WriterOptions{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Create: %v", err)
	}
	if _, err := s.Resume(t.Context(), w.Path(), WriterOptions{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Resume: %v", err)
	}
	if _, err := s.Archive(t.Context(), w.ID(), w.Path()); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Archive: %v", err)
	}
	if _, err := s.Load(t.Context(), w.Path()); err != nil {
		t.Errorf("Load: %v", err)
	}
	if _, err := s.List(t.Context(), ListQuery{}); err != nil {
		t.Errorf("List: %v", err)
	}
}

func TestCreateWhereAFileIs(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "sessions"), "")
	s := newStore(t, home)
	if _, err := s.Create(t.Context(), Meta{ID: testID}, WriterOptions{}); err == nil {
		t.Error("Create succeeded")
	}
	if _, err := s.List(t.Context(), ListQuery{}); err == nil {
		t.Error("List succeeded")
	}
	// What was taken was given back.
	if left, err := filepath.Glob(filepath.Join(home, "thread-writer-locks", "[0-9a-f]*.lock")); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
	if _, err := s.Find(t.Context(), testID); err == nil {
		t.Error("Find succeeded")
	}
}
