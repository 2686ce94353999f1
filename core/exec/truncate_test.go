package exec

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// numbered returns lines "1" to "n", each of which is width bytes long.
func numbered(n, width int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%0*d\n", width, i+1)
	}
	return b.String()
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	joined := func(s string) string { return strings.TrimSuffix(s, "\n") }
	lines257, lines400, lines1000 := numbered(257, 3), numbered(400, 3), numbered(1000, 99)
	lines100 := numbered(100, 999)
	tests := []struct {
		name, text, want string
	}{
		{"empty", "", ""},
		{"short", "a\nb\n", "a\nb\n"},
		{"short with CR keeps it", "a\r\nb\r\n", "a\r\nb\r\n"},
		{"256 lines", numbered(256, 3), numbered(256, 3)},
		{"256 lines without the last break", joined(numbered(256, 3)), joined(numbered(256, 3))},
		{"10240 bytes in a line", strings.Repeat("x", 10240), strings.Repeat("x", 10240)},
		{
			"257 lines", lines257,
			joined(lines257[:128*4]) + "\n[... omitted 1 of 257 lines ...]\n\n" + joined(lines257[129*4:]),
		},
		{
			"257 lines without the last break", joined(lines257),
			joined(lines257[:128*4]) + "\n[... omitted 1 of 257 lines ...]\n\n" + joined(lines257[129*4:]),
		},
		{
			"257 lines with CR", strings.ReplaceAll(lines257, "\n", "\r\n"),
			joined(lines257[:128*4]) + "\n[... omitted 1 of 257 lines ...]\n\n" + joined(lines257[129*4:]),
		},
		{
			"400 lines", lines400,
			joined(lines400[:128*4]) + "\n[... omitted 144 of 400 lines ...]\n\n" + joined(lines400[272*4:]),
		},
		{
			"1000 lines of 100 bytes", lines1000,
			lines1000[:5120] + "\n[... omitted 744 of 1000 lines ...]\n\n" + joined(lines1000)[len(lines1000)-1-(10240-5120-len("\n[... omitted 744 of 1000 lines ...]\n\n")):],
		},
		{
			"100 lines of 1000 bytes show the end", lines100,
			lines100[:5120] + "\n[... omitted 89800 of 99999 bytes ...]\n\n" + joined(lines100)[99999-(10240-5120-len("\n[... omitted 99999 of 99999 bytes ...]\n\n")):],
		},
		{
			"one line of 10241 bytes shows the end", strings.Repeat("a", 5120) + strings.Repeat("b", 5121),
			strings.Repeat("a", 5120) + "\n[... omitted 42 of 10241 bytes ...]\n\n" + strings.Repeat("b", 5079),
		},
		{"bytes that only CR makes too many", strings.Repeat(strings.Repeat("x", 62)+"\r\n", 161), joined(strings.Repeat(strings.Repeat("x", 62)+"\n", 161))},
		{"257 empty lines", strings.Repeat("\n", 257), strings.Repeat("\n", 127) + "\n[... omitted 1 of 257 lines ...]\n\n" + strings.Repeat("\n", 127)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, Truncate(tt.text)); diff != "" {
				t.Errorf("Truncate (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTruncateKeepsCharacters(t *testing.T) {
	t.Parallel()
	// Characters of 1 to 4 bytes, so that cuts fall at every place in them.
	for _, char := range []string{"ä", "€", "𝄞"} {
		for shift := range len(char) {
			text := strings.Repeat("x", shift) + strings.Repeat(char, 6000)
			got := Truncate(text)
			if !utf8.ValidString(got) || len(got) > ModelBytes || len(got) < ModelBytes-12 {
				t.Errorf("%q shifted by %d: valid %v, %d bytes", char, shift, utf8.ValidString(got), len(got))
			}
			if !strings.HasSuffix(got, char) {
				t.Errorf("%q shifted by %d: the end is not shown", char, shift)
			}
		}
	}
}

func TestTruncateWithGap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		head, tail     string
		dropped, lines int64
		want           string
	}{
		{
			"many lines", numbered(200, 3), numbered(200, 3), 4000, 1000,
			strings.TrimSuffix(numbered(128, 3), "\n") + "\n[... omitted 1144 of 1400 lines ...]\n\n" + strings.TrimSuffix(numbered(200, 3)[72*4:], "\n"),
		},
		{
			"one line", strings.Repeat("a", 6000), strings.Repeat("b", 6000), 1_000_000, 0,
			strings.Repeat("a", 5120) + "\n[... omitted 1001805 of 1012000 bytes ...]\n\n" + strings.Repeat("b", 5075),
		},
		{
			"little was kept", "aa", "bb\n", 1000, 0,
			"aa\n[... omitted 1000 of 1004 bytes ...]\n\nbb",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, truncate(tt.head, tt.tail, tt.dropped, tt.lines)); diff != "" {
				t.Errorf("truncate (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzTruncate(f *testing.F) {
	f.Add("", uint16(1))
	f.Add("a\n", uint16(300))
	f.Add("\r\n", uint16(6000))
	f.Add("𝄞€ä\nx", uint16(2000))
	f.Add("\xff\xfe\x80", uint16(5000))
	f.Fuzz(func(t *testing.T, text string, times uint16) {
		text = strings.Repeat(text, min(int(times), 200_000/max(1, len(text))))
		got := Truncate(text)
		if len(got) > ModelBytes {
			t.Errorf("%d bytes", len(got))
		}
		if n := strings.Count(got, "\n"); n > ModelLines+2 {
			t.Errorf("%d line breaks", n)
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Error("a character was cut")
		}
		if strings.Contains(got, "omitted 0 ") && !strings.Contains(text, "omitted 0 ") {
			t.Error("omitted 0")
		}
		if len(text) <= ModelBytes && strings.Count(text, "\n") < ModelLines && got != text {
			t.Error("a short text was changed")
		}
		end := strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
		if got != text && utf8.ValidString(text) && end != "" {
			last, _ := utf8.DecodeLastRuneInString(end)
			if last != '\n' && !strings.HasSuffix(got, string(last)) {
				t.Errorf("the end %q is not shown: %q", last, got[max(0, len(got)-20):])
			}
		}
	})
}

func BenchmarkTruncate(b *testing.B) {
	text := numbered(50_000, 80)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		_ = Truncate(text)
	}
}
