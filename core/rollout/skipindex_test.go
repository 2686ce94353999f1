package rollout

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

// programs is how many conversations of programs writePrograms is asked for:
// enough to be worth an index.
const programs = fewSkips + 10

// writePrograms writes n conversations that programs held, all on one day, and
// before them some that a person held. It skips the test where files have no
// stamp, so that nothing is remembered of them.
func writePrograms(tb testing.TB, n, persons int) (home string, paths []string) {
	tb.Helper()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		tb.Skip("files have no stamp here")
	}
	home = tb.TempDir()
	dir := filepath.Join(home, "sessions", "2025", "09", "30")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		tb.Fatal(err)
	}
	for i := range persons + n {
		source := `"exec"`
		if i < persons {
			source = `"cli"`
		}
		id := protocol.ConversationID(fmt.Sprintf("5973b6c0-94b8-487b-a530-%012x", i))
		path := filepath.Join(dir, fileName(noon.Add(time.Duration(i)*time.Second), id))
		if err := os.WriteFile(path, []byte(withMeta(id, source, asked("Hi", "plain"))), 0o600); err != nil {
			tb.Fatal(err)
		}
		paths = append(paths, path)
	}
	return home, paths
}

// storeLater returns a store whose file system says that an hour has gone by
// since the files were written.
func storeLater(t testing.TB, home string) *FileStore {
	s := newStore(t, home)
	s.skips.clock = func(dir string) (time.Time, uint64, bool) {
		now, device, ok := fileClock(dir)
		return now.Add(time.Hour), device, ok
	}
	return s
}

// skipped reports whether the store would pass over the file without reading.
func skipped(t testing.TB, s *FileStore, path string) bool {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	at, ok := parseFileName(filepath.Base(path))
	if !ok {
		t.Fatal(path)
	}
	state, _, _ := stampOf(info)
	return s.skips.skips(at.id, state, new(ListQuery).wants)
}

// withoutIndex lists everything as a store does that remembers nothing.
func withoutIndex(t testing.TB, home string, q ListQuery) []Summary {
	t.Helper()
	s := newStore(t, home)
	s.skips = skipIndex{off: true}
	return listAll(t, s, q)
}

func TestIndexIsKept(t *testing.T) {
	t.Parallel()
	home, paths := writePrograms(t, programs, 3)
	first := storeLater(t, home)
	if got := listAll(t, first, ListQuery{}); len(got) != 3 {
		t.Fatalf("%d conversations", len(got))
	}
	info, err := os.Lstat(filepath.Join(home, skipsFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	second := newStore(t, home)
	if got := listAll(t, second, ListQuery{}); len(got) != 3 {
		t.Fatalf("%d conversations", len(got))
	}
	for i, path := range paths {
		if skipped(t, second, path) != (i >= 3) {
			t.Errorf("%s is passed over: %v", path, i < 3)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(home, "sessions", ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	// For who asks for them they are there.
	if got := listAll(t, second, ListQuery{AnySource: true}); len(got) != len(paths) {
		t.Errorf("%d conversations of all doors", len(got))
	}
	if got := listAll(t, second, ListQuery{Sources: []protocol.SessionSource{"exec"}}); len(got) != programs {
		t.Errorf("%d conversations of programs", len(got))
	}
}

// TestIndexLeavesYoungFiles: what was written just now may be written again
// without looking otherwise.
func TestIndexLeavesYoungFiles(t *testing.T) {
	t.Parallel()
	home, paths := writePrograms(t, programs, 0)
	tests := []struct {
		name string
		by   time.Duration // how far the clock of the file system is ahead
		want bool
	}{
		{"at once", 0, false},
		{"clock behind", -time.Hour, false},
		{"later", settleTime + time.Hour, true},
	}
	for _, test := range tests {
		s := newStore(t, home)
		s.skips.clock = func(dir string) (time.Time, uint64, bool) {
			now, device, ok := fileClock(dir)
			info, err := os.Stat(paths[len(paths)-1])
			if err != nil {
				return now, device, false
			}
			return info.ModTime().Add(test.by), device, ok
		}
		listAll(t, s, ListQuery{})
		if got := skipped(t, s, paths[0]); got != test.want {
			t.Errorf("%s: remembered: %v", test.name, got)
		}
	}
	if err := os.Remove(filepath.Join(home, skipsFile)); err != nil {
		t.Fatal(err)
	}
	other := newStore(t, home)
	other.skips.clock = func(dir string) (time.Time, uint64, bool) {
		now, device, ok := fileClock(dir)
		return now.Add(time.Hour), device + 1, ok
	}
	listAll(t, other, ListQuery{})
	if skipped(t, other, paths[0]) {
		t.Error("a file on another device is judged by the clock of this one")
	}
}

// TestIndexStale changes a file after it was taken into the index: a list shows
// at once what it is now.
func TestIndexStale(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, path, text string, flag int) {
		f, err := os.OpenFile(path, flag, 0o600)
		if err == nil {
			_, err = f.WriteString(text)
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	id := func(path string) protocol.ConversationID {
		at, _ := parseFileName(filepath.Base(path))
		return at.id
	}
	tests := []struct {
		name   string
		change func(t *testing.T, path string)
		listed bool
	}{
		{"appended to", func(t *testing.T, path string) { write(t, path, asked("More", "plain"), os.O_WRONLY|os.O_APPEND) }, false},
		{"written again", func(t *testing.T, path string) {
			write(t, path, withMeta(id(path), `"vscode"`, asked("Hi", "plain")), os.O_WRONLY|os.O_TRUNC)
		}, true},
		{"written again, as long as before", func(t *testing.T, path string) {
			write(t, path, strings.Replace(withMeta(id(path), `"cli"`, asked("Hi", "plain")), `"cli"`, `"cli" `, 1), os.O_WRONLY)
		}, true},
		{"the same, and the time put back", func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, strings.Replace(withMeta(id(path), `"cli"`, asked("Hi", "plain")), `"cli"`, `"cli" `, 1), os.O_WRONLY)
			if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"replaced", func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			saved := path + ".new"
			write(t, saved, strings.Replace(withMeta(id(path), `"cli"`, asked("Hi", "plain")), `"cli"`, `"cli" `, 1), os.O_WRONLY|os.O_CREATE)
			if err := os.Chtimes(saved, time.Time{}, info.ModTime()); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(saved, path); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"emptied", func(t *testing.T, path string) { write(t, path, "", os.O_WRONLY|os.O_TRUNC) }, false},
		{"removed", func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home, paths := writePrograms(t, programs, 1)
			s := storeLater(t, home)
			listAll(t, s, ListQuery{})
			path := paths[20]
			if !skipped(t, s, path) {
				t.Fatal("the file is not in the index")
			}
			before, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			old, _, _ := stampOf(before)
			for { // until the clock has made a step
				test.change(t, path)
				info, err := os.Stat(path)
				if err != nil {
					break
				}
				if now, _, _ := stampOf(info); now.changed != old.changed {
					break
				}
			}
			for name, s := range map[string]*FileStore{"this process": s, "another one": newStore(t, home)} {
				got := listAll(t, s, ListQuery{})
				if diff := cmp.Diff(withoutIndex(t, home, ListQuery{}), got); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				if listed := slices.ContainsFunc(got, func(s Summary) bool { return s.Path == path }); listed != test.listed {
					t.Errorf("%s: listed: %v", name, listed)
				}
			}
		})
	}
}

// TestIndexDamaged: whatever the file holds, a list is the same, and the file
// is written anew.
func TestIndexDamaged(t *testing.T) {
	t.Parallel()
	home, paths := writePrograms(t, programs, 3)
	listAll(t, storeLater(t, home), ListQuery{})
	file := filepath.Join(home, skipsFile)
	sound, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := withoutIndex(t, home, ListQuery{})
	rnd := rand.New(rand.NewPCG(1, 2))
	flip := func(i int) []byte {
		data := bytes.Clone(sound)
		data[i] ^= 1 << rnd.IntN(8)
		return data
	}
	damaged := [][]byte{nil, []byte("x"), []byte(skipsMagic), sound[:len(sound)-1], sound[:len(sound)/2], append(bytes.Clone(sound), 0), make([]byte, len(sound)), make([]byte, maxSkipsFile+1)}
	for range 50 {
		damaged = append(damaged, flip(rnd.IntN(len(sound))), sound[:rnd.IntN(len(sound))])
	}
	for i, data := range damaged {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := newStore(t, home)
		s.skips.load()
		if len(s.skips.known) != 0 {
			t.Fatalf("case %d: %d entries", i, len(s.skips.known))
		}
		if i < 8 {
			s = storeLater(t, home)
			if diff := cmp.Diff(want, listAll(t, s, ListQuery{})); diff != "" {
				t.Errorf("case %d: %s", i, diff)
			}
			again := newStore(t, home)
			again.skips.load()
			if !skipped(t, again, paths[50]) {
				t.Errorf("case %d: the index is not written anew", i)
			}
		}
	}
}

func FuzzDecodeSkips(f *testing.F) {
	x := &skipIndex{known: map[skipKey]skip{{inode: 7}: {size: 1, why: 0}, {inode: 8}: {why: showsNothing}}, doors: []protocol.SessionSource{"exec"}}
	sound := x.encode()
	f.Add(sound)
	f.Add(sound[:len(sound)-4])
	f.Fuzz(func(t *testing.T, data []byte) {
		doors, records, ok := decodeSkips(data)
		if !ok {
			return
		}
		for r := range slices.Chunk(records, recordSize) {
			if _, k := decodeSkip(r); k.why != showsNothing && int(k.why) >= len(doors) {
				t.Fatalf("door %d of %d", k.why, len(doors))
			}
		}
	})
}

// TestIndexCannotBeWritten: lists go on without.
func TestIndexCannotBeWritten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(t *testing.T, s *FileStore, home string)
	}{
		{"no clock", func(_ *testing.T, s *FileStore, _ string) {
			s.skips.clock = func(string) (time.Time, uint64, bool) { return time.Time{}, 0, false }
		}},
		{"a directory in its place", func(t *testing.T, _ *FileStore, home string) {
			if err := os.Mkdir(filepath.Join(home, skipsFile), 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{"no place", func(t *testing.T, s *FileStore, home string) {
			s.skips.path = filepath.Join(home, "nowhere", skipsFile)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			home, _ := writePrograms(t, programs, 3)
			s := storeLater(t, home)
			test.spoil(t, s, home)
			for range 2 {
				if got := listAll(t, s, ListQuery{}); len(got) != 3 {
					t.Errorf("%d conversations", len(got))
				}
			}
			if info, err := os.Stat(filepath.Join(home, skipsFile)); err == nil && !info.IsDir() {
				t.Error("it was written")
			}
		})
	}
}

func TestIndexIsBounded(t *testing.T) {
	t.Parallel()
	x := &skipIndex{known: make(map[skipKey]skip)}
	for i := range uint64(maxSkips + 1000) {
		x.known[skipKey{inode: i}] = skip{used: i < 100, why: showsNothing}
	}
	x.trim()
	met := 0
	for _, k := range x.known {
		if k.used {
			met++
		}
	}
	if len(x.known) != maxSkips || met != 100 {
		t.Errorf("%d entries, %d of them in use", len(x.known), met)
	}
	if n := len(x.encode()); n > maxSkipsFile {
		t.Errorf("%d bytes", n)
	}
	for i := range 300 {
		if _, ok := x.door(protocol.SessionSource(fmt.Sprint(i))); ok != (i < maxSources) {
			t.Errorf("door %d: %v", i, ok)
		}
	}
	if _, ok := x.door(protocol.SessionSource(strings.Repeat("x", 300))); ok {
		t.Error("a name that does not fit")
	}
}

// TestIndexChangesNothing makes random trees, changes them at random, and holds
// that stores with the index list what one without lists, several at a time.
func TestIndexChangesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(seed, 5))
			home, paths := writePrograms(t, programs+20, 10)
			stores := []*FileStore{storeLater(t, home), storeLater(t, home)}
			queries := []ListQuery{{}, {PageSize: 7}, {AnySource: true}, {Sources: []protocol.SessionSource{"exec", ""}}, {Sources: []protocol.SessionSource{}}}
			for range 6 {
				for range 1 + rnd.IntN(40) {
					randomChange(t, rnd, paths[rnd.IntN(len(paths))])
				}
				// The stores take files for old that are not: let the clock of
				// the file system make a step before they are written again.
				stepClock(t, home)
				for _, q := range []ListQuery{queries[rnd.IntN(len(queries))], queries[rnd.IntN(len(queries))]} {
					want := withoutIndex(t, home, q)
					var lists sync.WaitGroup
					for _, s := range append(stores, storeLater(t, home)) {
						lists.Go(func() {
							if diff := cmp.Diff(want, listAll(t, s, q)); diff != "" {
								t.Error(diff)
							}
						})
					}
					lists.Wait()
				}
				stepClock(t, home)
			}
		})
	}
}

// stepClock returns when the clock of the file system has made a step.
func stepClock(t *testing.T, home string) {
	t.Helper()
	read := func() time.Time {
		now, _, ok := fileClock(home)
		if !ok {
			t.Fatal("no clock")
		}
		return now
	}
	for begin := read(); read().Equal(begin); {
	}
}

// randomChange does to the file at path what somebody may do.
func randomChange(t *testing.T, rnd *rand.Rand, path string) {
	t.Helper()
	at, _ := parseFileName(filepath.Base(path))
	source := []string{`"exec"`, `"cli" `, `"mcp"`, ``}[rnd.IntN(4)]
	text := []string{withMeta(at.id, source, asked("Hi", "plain")), withMeta(at.id, source), "junk\n", ""}[rnd.IntN(4)]
	var err error
	switch rnd.IntN(4) {
	case 0:
		if err = os.Remove(path); missing(err) {
			err = nil
		}
	case 1:
		var f *os.File
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err == nil {
			_, err = f.WriteString(asked("Hi", "plain"))
			f.Close()
		}
	case 2:
		err = os.WriteFile(path, []byte(text), 0o600)
	case 3:
		if err = os.WriteFile(path+".new", []byte(text), 0o600); err == nil {
			err = os.Rename(path+".new", path)
		}
	}
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}
