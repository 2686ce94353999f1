package rollout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestArchive(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	text := withMeta(testID, "", asked("Hi", "plain"))
	path := writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", fileName(noon, testID)), text)

	archived, err := s.Archive(t.Context(), testID, path)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(home, "archived_sessions", filepath.Base(path)); archived != want || readFile(t, archived) != text {
		t.Errorf("archived as %s, want %s", archived, want)
	}
	if _, err := os.Lstat(path); !missing(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if page, err := s.List(t.Context(), ListQuery{}); err != nil || len(page.Items) != 0 {
		t.Errorf("listed: %+v %v", page, err)
	}
	if page, err := s.List(t.Context(), ListQuery{Archived: true}); err != nil || len(page.Items) != 1 || page.Items[0].Path != archived {
		t.Errorf("archive: %+v %v", page, err)
	}
	if at, err := s.Find(t.Context(), testID); err != nil || at != (Location{archived, true}) {
		t.Errorf("found at %+v: %v", at, err)
	}
	if _, err := s.Archive(t.Context(), testID, path); !errors.Is(err, ErrOutside) {
		t.Errorf("second time: %v", err)
	}
	if _, err := s.Archive(t.Context(), testID, archived); !errors.Is(err, ErrOutside) {
		t.Errorf("from the archive: %v", err)
	}
	if _, err := s.Unarchive(t.Context(), testID, path); !errors.Is(err, ErrOutside) || !strings.Contains(err.Error(), "not in the archive") {
		t.Errorf("not from the archive: %v", err)
	}

	// Nothing is overwritten, neither there nor back.
	writeFile(t, path, text)
	if err := s.Check(t.Context(), testID, path); !errors.Is(err, ErrExists) {
		t.Errorf("checked over another: %v", err)
	}
	if _, err := s.Archive(t.Context(), testID, path); !errors.Is(err, ErrExists) {
		t.Errorf("over another: %v", err)
	}
	if _, err := s.Unarchive(t.Context(), testID, archived); !errors.Is(err, ErrExists) {
		t.Errorf("back over another: %v", err)
	}
	if err := s.Delete(t.Context(), testID, path); err != nil {
		t.Error(err)
	}
	back, err := s.Unarchive(t.Context(), testID, archived)
	if err != nil || back != path {
		t.Errorf("back at %s: %v", back, err)
	}
	if err := s.Delete(t.Context(), testID, back); err != nil {
		t.Error(err)
	}
	if _, err := s.Find(t.Context(), testID); !errors.Is(err, ErrNotFound) {
		t.Errorf("found what was deleted: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(home, "thread-writer-locks", "[0-9a-f]*.lock")); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
}

func TestArchiveRules(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no symbolic links")
	}
	other := protocol.ConversationID("5973b6c0-94b8-487b-a530-2aeb6098ae01")
	name := fileName(noon, testID)
	tests := []struct {
		name string
		path string // below the home
		id   protocol.ConversationID
		want error
	}{
		{"another id", "sessions/2025/09/30/" + name, other, ErrMismatch},
		{"part of the id", "sessions/2025/09/30/" + name, testID[1:], ErrMismatch},
		{"outside", "elsewhere/" + name, testID, ErrOutside},
		{"missing", "sessions/2025/09/30/none-" + name, testID, ErrOutside},
		{"the directory", "sessions", testID, ErrOutside},
		{"a directory", "sessions/2025/09/30/rollout-2025-09-30T12-00-00-" + string(other) + ".jsonl", other, ErrNotRegular},
		{"dots", "sessions/../elsewhere/" + name, testID, ErrOutside},
		{"dots that stay inside", "sessions/2025/../2025/09/30/" + name, testID, nil},
		{"a link out", "sessions/2025/09/30/out/" + name, testID, ErrOutside},
		{"a link in", "link/09/30/" + name, testID, nil},
		{"a prefix only", "sessions-old/" + name, testID, ErrOutside},
		{"another name", "sessions/2025/09/30/copy-" + string(testID) + ".jsonl", testID, ErrMismatch},
		{"another conversation inside", "sessions/2025/09/30/" + fileName(noon, other), other, ErrMismatch},
		{"no conversation inside", "sessions/2025/09/30/rollout-2025-09-30T12-00-01-" + string(other) + ".jsonl", other, ErrNoMeta},
	}
	for _, test := range tests {
		for _, linked := range []bool{false, true} {
			t.Run(fmt.Sprint(test.name, linked), func(t *testing.T) {
				t.Parallel()
				home := t.TempDir()
				if linked { // the whole of sessions is elsewhere
					target := filepath.Join(t.TempDir(), "target")
					if err := os.MkdirAll(target, 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.Symlink(target, filepath.Join(home, "sessions")); err != nil {
						t.Fatal(err)
					}
				}
				text := withMeta(testID, "", asked("Hi", "plain"))
				day := filepath.Join(home, "sessions", "2025", "09", "30")
				writeFile(t, filepath.Join(day, name), text)
				writeFile(t, filepath.Join(day, "copy-"+string(testID)+".jsonl"), text)
				if test.want != ErrNotRegular {
					writeFile(t, filepath.Join(day, fileName(noon, other)), text)
				} else if err := os.Mkdir(filepath.Join(day, fileName(noon, other)), 0o700); err != nil {
					t.Fatal(err)
				}
				writeFile(t, filepath.Join(day, fileName(noon.Add(time.Second), other)), "x\n")
				writeFile(t, filepath.Join(home, "elsewhere", name), text)
				writeFile(t, filepath.Join(home, "sessions-old", name), text)
				for _, link := range []struct{ from, to string }{
					{filepath.Join(day, "out"), filepath.Join(home, "elsewhere")},
					{filepath.Join(home, "link"), filepath.Join(home, "sessions", "2025")},
				} {
					if err := os.Symlink(link.to, link.from); err != nil {
						t.Fatal(err)
					}
				}
				s := newStore(t, home)
				// filepath.Join would clean the path.
				path := home + "/" + test.path
				if err := s.Check(t.Context(), test.id, path); !errors.Is(err, test.want) {
					t.Errorf("Check: %v, want %v", err, test.want)
				}
				got, err := s.Archive(t.Context(), test.id, path)
				if !errors.Is(err, test.want) {
					t.Fatalf("got %v, want %v", err, test.want)
				}
				if err == nil && got != filepath.Join(home, "archived_sessions", name) {
					t.Errorf("archived as %s", got)
				}
				if err != nil && !strings.Contains(err.Error(), string(test.id)) {
					t.Errorf("the error does not say which conversation: %v", err)
				}
			})
		}
	}
}

// TestArchiveOfALiveConversation: a writer of this process that did not end in
// time does not keep its file from going.
func TestArchiveOfALiveConversation(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "windows" { // which does not move open files
		t.Run("young", func(t *testing.T) {
			s := newStore(t, t.TempDir())
			asked := make(chan struct{})
			w := create(t, s, Meta{ID: testID, Cwd: "/w", Git: func(ctx context.Context) *protocol.GitInfo {
				close(asked)
				<-ctx.Done()
				return nil
			}}, WriterOptions{})
			<-asked // nothing is in the file yet
			if err := s.Check(t.Context(), testID, w.Path()); err != nil {
				t.Error(err)
			}
			archived, err := s.Archive(t.Context(), testID, w.Path())
			if err != nil {
				t.Fatal(err)
			}
			closeWriter(t, w)
			if lineCount(t, archived) != 1 {
				t.Error(readFile(t, archived))
			}
		})
	}
	s := newStore(t, t.TempDir())
	w := create(t, s, Meta{ID: testID, Cwd: "/w"}, WriterOptions{})
	record(t, w, said("one"))
	flush(t, w)
	archived, err := s.Archive(t.Context(), testID, w.Path())
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		record(t, w, said("two"))
		closeWriter(t, w)
		if diff := cmp.Diff([]string{"one", "two"}, agentTexts(t, archived)); diff != "" {
			t.Error(diff)
		}
	}
}

// TestArchiveOnAnotherFileSystem moves a file to where it cannot be renamed to.
func TestArchiveOnAnotherFileSystem(t *testing.T) {
	t.Parallel()
	const memory = "/dev/shm"
	archive, err := os.MkdirTemp(memory, "rollout-test-*")
	if err != nil {
		t.Skip("there is no other file system")
	}
	t.Cleanup(func() { os.RemoveAll(archive) })
	home := t.TempDir()
	text := withMeta(testID, "", asked("Hi", "plain"))
	path := writeFile(t, filepath.Join(home, "sessions", "2025", "09", "30", fileName(noon, testID)), text)
	if err := os.Symlink(archive, filepath.Join(home, "archived_sessions")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, filepath.Join(archive, "x")); err == nil {
		t.Skip("there is no other file system")
	}
	s := newStore(t, home)
	archived, err := s.Archive(t.Context(), testID, path)
	if err != nil || readFile(t, archived) != text {
		t.Fatal(archived, err)
	}
	if _, err := os.Stat(path); !missing(err) {
		t.Error(err)
	}
	back, err := s.Unarchive(t.Context(), testID, archived)
	if err != nil || back != path || readFile(t, path) != text {
		t.Fatal(back, err)
	}
	writeFile(t, filepath.Join(archive, filepath.Base(path)), "other")
	if _, err := s.Archive(t.Context(), testID, path); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
	entries, err := os.ReadDir(archive)
	if err != nil || len(entries) != 1 {
		t.Error(entries, err)
	}
}

func TestMoveByCopy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from := writeFile(t, filepath.Join(dir, "a", "f"), "text")
	modified := noon.Truncate(time.Second)
	if err := os.Chtimes(from, modified, modified); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "b", "f")
	if err := os.Mkdir(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := moveByCopy(from, to); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(to)
	if err != nil || readFile(t, to) != "text" || !info.ModTime().Equal(modified) {
		t.Error(info, err)
	}
	if _, err := os.Stat(from); !missing(err) {
		t.Error(err)
	}
	from = writeFile(t, from, "other")
	if err := moveByCopy(from, to); !errors.Is(err, ErrExists) || readFile(t, to) != "text" || readFile(t, from) != "other" {
		t.Error(err)
	}
	if err := renameUnlessThere(from, to); !errors.Is(err, os.ErrExist) {
		t.Error(err)
	}
	entries, err := os.ReadDir(filepath.Dir(to))
	if err != nil || len(entries) != 1 {
		t.Error(entries, err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	zone := time.FixedZone("", -10*3600)
	s := NewFileStore(home, &Options{Location: zone, Now: func() time.Time { return noon }})
	add := func(start time.Time, id protocol.ConversationID, dir string) string {
		return writeFile(t, filepath.Join(home, filepath.FromSlash(dir), fileName(start, id)), withMeta(id, ""))
	}
	timed := protocol.NewConversationID(noon)
	older := protocol.ConversationID("5973b6c0-94b8-487b-a530-2aeb6098ae01")
	moved := protocol.NewConversationID(noon.Add(-1000 * time.Hour))
	archived := protocol.NewConversationID(noon.Add(time.Hour))
	want := map[protocol.ConversationID]Location{
		timed:    {Path: add(noon, timed, "sessions/2025/09/30")},
		older:    {Path: add(noon, older, "sessions/2025/9/3")},
		moved:    {Path: add(noon, moved, "sessions/2025/09/30")}, // its id tells another day
		archived: {Path: add(noon, archived, "archived_sessions"), Archived: true},
	}
	writeFile(t, filepath.Join(home, "sessions", ".gitignore"), "*\n")
	for id, location := range want {
		for _, spelled := range []string{string(id), strings.ToUpper(string(id)), "{" + string(id) + "}"} {
			if got, err := s.Find(t.Context(), protocol.ConversationID(spelled)); err != nil || got != location {
				t.Errorf("%s: %+v %v, want %+v", spelled, got, err, location)
			}
		}
	}
	for _, id := range []protocol.ConversationID{"", "x", protocol.NewConversationID(noon), "5973b6c0-94b8-487b-a530-2aeb6098ae02", older[1:], "../" + older} {
		if got, err := s.Find(t.Context(), id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %+v %v", id, got, err)
		}
	}
}

// TestDeleteOfADamagedFile removes what does not tell its conversation any
// more, by its name.
func TestDeleteOfADamagedFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := newStore(t, home)
	for _, text := range []string{"", "{}\n", "torn"} {
		path := writeFile(t, filepath.Join(home, sessionsDir, "2025/09/30", fileName(noon, testID)), text)
		if err := s.Delete(t.Context(), "01999b5c-7a80-7000-8000-00000000000b", path); !errors.Is(err, ErrMismatch) {
			t.Errorf("by another id: %v", err)
		}
		if _, err := s.Archive(t.Context(), testID, path); err == nil {
			t.Error("it was archived")
		}
		if err := s.Delete(t.Context(), testID, path); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file is still there: %v", err)
		}
	}
}
