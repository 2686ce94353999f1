package lossy_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/internal/lossy"
)

// TestText holds the examples of the Unicode standard, section 3.9, for
// the replacement of maximal subparts.
func TestText(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"non-shortest forms", "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82A", "��������A"},
		{"surrogates", "\xED\xA0\x80\xED\xBF\xBF\xED\xAFA", "��������A"},
		{"beyond Unicode and alone", "\xF4\x91\x92\x93\xFFA\x80\xBFB", "�����A��B"},
		{"truncated", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBFA", "����A"},
		{"at the end", "a\xE2\x82", "a�"},
		{"replacement characters stay", "�\xff�", "���"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, lossy.Text([]byte(tt.in))); diff != "" {
				t.Errorf("Text (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("a\xe2\x82b\xf0\x90\x80"))
	f.Add([]byte("ä€𝄞\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := lossy.Text(b)
		if !utf8.ValidString(got) {
			t.Error("result is not UTF-8")
		}
		// Runs of replacements apart, it is what the library makes of it.
		want := strings.ToValidUTF8(string(b), "")
		if stripped := strings.ReplaceAll(got, "�", ""); stripped != strings.ReplaceAll(want, "�", "") {
			t.Errorf("want %q, got %q", want, stripped)
		}
	})
}
