package imagefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/codex-go/codex/core/imagefile"
)

const gif = "GIF89a\x01\x00\x01\x00"

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// huge returns a sparse file beyond the limit.
func huge(t *testing.T) string {
	t.Helper()
	path := write(t, "huge.png", "")
	if err := os.Truncate(path, imagefile.MaxBytes+1); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, content, want string }{
		{"by content", "a.gif", gif, "data:image/gif;base64,R0lGODlhAQABAA=="},
		{"without a name", "picture", gif, "data:image/gif;base64,R0lGODlhAQABAA=="},
		{"with the name of another type", "a.png", gif, "data:image/gif;base64,R0lGODlhAQABAA=="},
		{"by name", "a.SVG", "<svg/>", "data:image/svg+xml;base64,PHN2Zy8+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, c.file, c.content)
			got, err := imagefile.URL(path)
			if err != nil || got != c.want {
				t.Errorf("URL = %q, %v, want %q", got, err, c.want)
			}
			if err := imagefile.Check(path); err != nil {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

// What a provider would refuse is not sent: it would stay in the history.
func TestNotAnImage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, content string }{
		{"text by name", "a.txt", "hi"},
		{"text that says to be an image", "a.png", "hello there"},
		{"text without a name", "notes", "hello there"},
		{"empty", "a.png", ""},
		{"empty, of a type that only the name tells", "a.svg", ""},
		{"a program", "a.out", "\x7fELF\x02\x01\x01\x00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, c.file, c.content)
			_, urlErr := imagefile.URL(path)
			for _, err := range []error{urlErr, imagefile.Check(path)} {
				if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "not an image") {
					t.Errorf("error %v, want one that says that %s is not an image", err, path)
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path string
		contains   string
		is         error
	}{
		{"missing", filepath.Join(t.TempDir(), "gone.png"), "gone.png", fs.ErrNotExist},
		{"a folder", t.TempDir(), "not a regular file", nil},
		{"too large", huge(t), "more than the limit", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, urlErr := imagefile.URL(c.path)
			for _, err := range []error{urlErr, imagefile.Check(c.path)} {
				if err == nil || !strings.Contains(err.Error(), c.contains) {
					t.Errorf("error %v, want one that contains %q", err, c.contains)
				}
				if c.is != nil && !errors.Is(err, c.is) {
					t.Errorf("error %v is not %v", err, c.is)
				}
			}
		})
	}
}
