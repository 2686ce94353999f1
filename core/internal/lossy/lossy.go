// Package lossy decodes text that may not be UTF-8 everywhere: what commands
// print and files hold.
package lossy

import (
	"strings"
	"unicode/utf8"
)

// Text decodes b as UTF-8. Each longest sequence that begins like a
// character and is none becomes one U+FFFD, as web browsers do it.
func Text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	s.Grow(len(b) + 16)
	for len(b) > 0 {
		n := 0
		for n < len(b) {
			if b[n] < utf8.RuneSelf {
				n++
				continue
			}
			r, size := utf8.DecodeRune(b[n:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			n += size
		}
		s.Write(b[:n])
		if b = b[n:]; len(b) > 0 {
			s.WriteRune(utf8.RuneError)
			b = b[malformed(b):]
		}
	}
	return s.String()
}

// malformed returns the length of the malformed sequence at the beginning of b:
// as many bytes as a character could begin with, and at least one.
func malformed(b []byte) int {
	lo, hi, want := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case 0xC2 <= c && c <= 0xDF:
		want = 1
	case 0xE0 <= c && c <= 0xEF:
		want = 2
		switch c {
		case 0xE0:
			lo = 0xA0
		case 0xED:
			hi = 0x9F
		}
	case 0xF0 <= c && c <= 0xF4:
		want = 3
		switch c {
		case 0xF0:
			lo = 0x90
		case 0xF4:
			hi = 0x8F
		}
	}
	n := 1
	for ; n <= want && n < len(b) && lo <= b[n] && b[n] <= hi; n++ {
		lo, hi = 0x80, 0xBF
	}
	return n
}
