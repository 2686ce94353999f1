package term

import (
	"os"
	"testing"
)

func TestClean(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", "a\tb\nc é 日", "a\tb\nc é 日"},
		{"escape", "\x1b[31mred\x1b[0m", "�[31mred�[0m"},
		{"title", "\x1b]0;owned\x07", "�]0;owned�"},
		{"C1", "\u009b31m", "�31m"},
		{"overwriting", "good\rbad\b", "good�bad�"},
		{"invalid", "a\xff\x9bb", "a��b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Clean(tt.text); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestStrip(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", "a\tb\nc", "a\tb\nc"},
		{"colours", "\x1b[1m\x1b[38;5;12mred\x1b[0m, \x1b[Kdone", "red, done"},
		{"title", "a\x1b]0;owned\x07b", "ab"},
		{"link", "\x1b]8;;https://example.com\x1b\\text\x1b]8;;\x1b\\", "text"},
		{"charset", "\x1b(Bx", "x"},
		{"unfinished", "x\x1b[", "x\x1b["},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Strip(tt.text); got != tt.want {
				t.Errorf("Strip(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestPaint(t *testing.T) {
	t.Parallel()
	if got, want := Painter(true).Paint(Red, "x\n"), "\x1b[31mx\x1b[0m\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Painter(false).Paint(Red, "x"); got != "x" {
		t.Errorf("without colours: %q", got)
	}
	if got := Painter(true).Paint("", "x"); got != "x" {
		t.Errorf("without a style: %q", got)
	}
}

func TestIsTerminal(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if IsTerminal(null) {
		t.Error("the null device is taken for a terminal")
	}
}
