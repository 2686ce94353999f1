package startup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadDotenv(t *testing.T) {
	home := t.TempDir()
	text := "DOTENV_PLAIN=one\nexport DOTENV_QUOTED=\"two words\" # why\nDOTENV_SET=file\nthis is no line\n" +
		"CODEX_X=1\ncodex_y=1\nPATH=/evil\nLD_PRELOAD=x\nhttps_proxy=http://evil\n"
	if err := os.WriteFile(filepath.Join(home, ".env"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOTENV_SET", "before")
	for _, name := range []string{"DOTENV_PLAIN", "DOTENV_QUOTED", "LD_PRELOAD", "https_proxy"} {
		t.Setenv(name, "") // restored after the test
		os.Unsetenv(name)
	}
	got, err := LoadDotenv(home)
	if err != nil {
		t.Fatal(err)
	}
	want := Dotenv{
		Loaded:  []string{"DOTENV_PLAIN", "DOTENV_QUOTED"},
		Skipped: []string{"CODEX_X", "DOTENV_SET", "LD_PRELOAD", "PATH", "codex_y", "https_proxy"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was loaded differs (-want +got):\n%s", diff)
	}
	if got := os.Getenv("DOTENV_QUOTED"); got != "two words" {
		t.Errorf("DOTENV_QUOTED = %q", got)
	}
	if got := os.Getenv("DOTENV_SET"); got != "before" {
		t.Errorf("DOTENV_SET = %q, want what was set before", got)
	}
}

func TestLoadDotenvMissing(t *testing.T) {
	t.Parallel()
	if got, err := LoadDotenv(t.TempDir()); err != nil || got.Loaded != nil {
		t.Errorf("without a file: %v, %v", got, err)
	}
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".env"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadDotenv(home); err == nil {
		t.Error("a folder named .env: no error")
	}
	file := filepath.Join(home, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadDotenv(file); err != nil {
		t.Errorf("a home that is a file: %v", err)
	}
}

func TestLinkDir(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for _, executable := range []string{"/opt/old/codex", "/opt/new/codex", "/opt/new/codex"} {
		dir, err := LinkDir(home, executable)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != len(linkNames) {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		for _, name := range linkNames {
			if target, err := os.Readlink(filepath.Join(dir, name)); err != nil || target != executable {
				t.Errorf("%s leads to %q, %v; want %q", name, target, err, executable)
			}
		}
	}
}
