package filesearch

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// class is what kind of character a unit is.
type class uint8

const (
	classSpace class = iota
	classDelimiter
	classOther
	classLower
	classUpper
	classDigit
	classLetter // neither lower nor upper
)

// word reports whether a class belongs to words.
func (c class) word() bool { return c >= classLower }

var asciiClass = func() (table [utf8.RuneSelf]class) {
	for i := range table {
		table[i] = classOf(rune(i))
	}
	return table
}()

// classOf returns the class of a character as it stands in the path.
func classOf(r rune) class {
	switch {
	case strings.ContainsRune("/,:;|", r):
		return classDelimiter
	case unicode.IsSpace(r) && r != '\v':
		return classSpace
	case unicode.IsLower(r) || unicode.Is(unicode.Other_Lowercase, r):
		return classLower
	case lower(r) != r:
		return classUpper
	case unicode.IsNumber(r):
		return classDigit
	case unicode.IsLetter(r) || unicode.Is(unicode.Other_Alphabetic, r):
		return classLetter
	}
	return classOther
}

// bonuses[p][c] is what a match is worth beside its base when its unit has the
// class c and the unit before it the class p.
var bonuses = func() (table [classLetter + 1][classLetter + 1]uint32) {
	for p := range classLetter + 1 {
		for c := range classLetter + 1 {
			table[p][c] = bonusOf(p, c)
		}
	}
	return table
}()

func bonusOf(p, c class) uint32 {
	switch {
	case c.word() && p == classSpace:
		return 10
	case c.word() && p == classDelimiter:
		return 9
	case c.word() && p == classOther:
		return 8
	case p == classLower && c == classUpper:
		return 5
	case c == classDigit && p != classDigit:
		return 5
	case c == classSpace:
		return 10
	case c == classOther:
		return 8
	}
	return 0
}

var asciiLower = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			table[i] += 'a' - 'A'
		}
	}
	return table
}()

// lower folds the case of a character: a character that it changes counts as a
// capital. Characters that share a capital become one, as the two small sigmas
// do. Two letters of Turkish stay, and Cherokee folds to its capitals.
func lower(r rune) rune {
	if r < utf8.RuneSelf {
		return rune(asciiLower[r])
	}
	const dotted, dotless = '\u0130', '\u0131'
	switch {
	case r == dotted || r == dotless:
		return r
	case unicode.Is(unicode.Cherokee, r):
		return unicode.ToUpper(r)
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// strip returns the ASCII letter under the diacritics of a Latin letter, and
// every other character as it is.
func strip(r rune) rune {
	if r < 0xc0 {
		return r
	}
	var encoded [utf8.UTFMax]byte
	if base := norm.NFD.Properties(encoded[:utf8.EncodeRune(encoded[:], r)]).Decomposition(); len(base) > 0 {
		if b := base[0]; 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' {
			return rune(b)
		}
		return r
	}
	small := unicode.ToLower(r)
	if small > 0x2af && small != 'ⱥ' && small != 'ⱦ' {
		return r
	}
	base, ok := strokes()[small]
	if ok && small != r {
		base = unicode.ToUpper(base)
	}
	if !ok {
		return r
	}
	return base
}

// strokes are Latin letters that Unicode does not take apart and that count as
// an ASCII letter with something added.
var strokes = sync.OnceValue(func() map[rune]rune {
	table := make(map[rune]rune)
	for base, letters := range map[rune]string{
		'a': "ⱥɐɑ", 'b': "ƀƃɓʙ", 'c': "ƈȼɕʗ", 'd': "đƌȡɖɗ", 'e': "ǝɇɘəɛɜɝɞʚ", 'f': "ƒ", 'g': "ǥɠɡɢʛ",
		'h': "ħɥɦʜʮ", 'i': "ıɨɪ", 'j': "ȷɉɟʝ", 'k': "ƙʞ", 'l': "łŀƚȴɫɬɭʟ", 'm': "ɯɰɱ", 'n': "ƞȵɲɳɴ",
		'o': "øɔɵ", 'p': "ƥ", 'q': "ɋʠ", 'r': "ɍɹɺɻɼɽɾɿʀʁ", 's': "ßſȿʂ", 't': "ŧƫƭȶʇʈⱦ", 'u': "ʉ",
		'v': "ʋʌ", 'w': "ʍ", 'y': "ƴɏʎʏ", 'z': "ƶȥɀʐʑ",
	} {
		for _, r := range letters {
			table[r] = base
		}
	}
	return table
})

// units appends the units of a text: the first character of each grapheme
// cluster, composed, so that an accent counts as a part of its letter however it
// is written.
func units(dst []rune, text string) []rune {
	state := -1
	for len(text) > 0 {
		var cluster string
		cluster, text, _, state = uniseg.FirstGraphemeClusterInString(text, state)
		r, size := utf8.DecodeRuneInString(cluster)
		if (size < len(cluster) || r >= utf8.RuneSelf) && !norm.NFC.IsNormalString(cluster) {
			r, _ = utf8.DecodeRuneInString(norm.NFC.String(cluster))
		}
		dst = append(dst, r)
	}
	return dst
}
