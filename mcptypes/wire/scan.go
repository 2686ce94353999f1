package wire

import (
	"strconv"
	"unicode/utf8"
)

// MaxDepth is the number of arrays and objects that may enclose a value.
const MaxDepth = 128

// space passes over white space.
func (d *Decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\n', '\r', '\t':
			d.pos++
		default:
			return
		}
	}
}

// peek passes over white space and returns the first byte of what follows, or
// 0 at the end of the input.
func (d *Decoder) peek() byte {
	if d.pos < len(d.data) && d.data[d.pos] > ' ' {
		return d.data[d.pos]
	}
	d.space()
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

// syntax returns the error that the input is not JSON at the current place.
func (d *Decoder) syntax(want string) error {
	got := "the end"
	if d.pos < len(d.data) {
		got = "byte 0x" + strconv.FormatUint(uint64(d.data[d.pos]), 16)
		if c := d.data[d.pos]; c > ' ' && c < 0x7f {
			got = strconv.QuoteRune(rune(c))
		}
	}
	return &Error{Got: got, Want: want, Offset: d.pos, Syntax: true}
}

// open enters the array or object that begins with c at the current place.
func (d *Decoder) open() error {
	if d.depth == MaxDepth {
		return &Error{Got: "deeper nesting", Want: "at most " + strconv.Itoa(MaxDepth) + " levels", Offset: d.pos}
	}
	d.depth++
	d.pos++
	return nil
}

// more reports whether an array or object that ends with end goes on with
// another element, and passes over the comma before it.
func (d *Decoder) more(first bool, end byte) (bool, error) {
	c := d.peek()
	if c == end {
		d.pos++
		d.depth--
		return false, nil
	}
	if first {
		return true, nil
	}
	if c != ',' {
		return false, d.syntax("',' or " + strconv.QuoteRune(rune(end)))
	}
	d.pos++
	return true, nil
}

// key reads the next key of an object, and its colon. The result stays valid
// while the input does.
func (d *Decoder) key() ([]byte, error) {
	if d.peek() != '"' {
		return nil, d.syntax("a key")
	}
	k, plain, err := d.scanString()
	if err != nil {
		return nil, err
	}
	if !plain {
		k = unquote(nil, k)
	}
	if d.peek() != ':' {
		return nil, d.syntax("':'")
	}
	d.pos++
	return k, nil
}

// scanString passes over the string at the current place. It returns the
// bytes between the quotes and whether they are the text as it is.
func (d *Decoder) scanString() (inside []byte, plain bool, err error) {
	data := d.data
	start := d.pos + 1
	i := start
	escaped, wide := false, false
	for i < len(data) {
		switch class[data[i]] {
		case isPlain:
			i++
		case isWide:
			wide = true
			i++
		case isQuote:
			d.pos = i + 1
			inside = data[start:i]
			return inside, !escaped && (!wide || utf8.Valid(inside)), nil
		case isEscape:
			escaped = true
			n := escapeLen(data[i:])
			if n == 0 {
				d.pos = min(i+1, len(data))
				return nil, false, d.syntax("an escape")
			}
			i += n
		default:
			d.pos = i
			return nil, false, d.syntax("an escaped control character")
		}
	}
	d.pos = len(data)
	return nil, false, d.syntax("the end of a string")
}

// escapeLen returns the length of the escape at the start of b, 0 if it is
// none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if hexValue(c) > 15 {
				return 0
			}
		}
		return 6
	}
	return 0
}

// text reads the string at the current place. The result is valid until the
// next string is read.
func (d *Decoder) text() ([]byte, error) {
	inside, plain, err := d.scanString()
	if err != nil || plain {
		return inside, err
	}
	d.scratch = unquote(d.scratch[:0], inside)
	return d.scratch, nil
}

// scanNumber passes over the number at the current place. It returns its text
// and whether it is written as an integer.
func (d *Decoder) scanNumber() (number []byte, integer bool, err error) {
	data, start := d.data, d.pos
	i := start
	if i < len(data) && data[i] == '-' {
		i++
	}
	switch {
	case i < len(data) && data[i] == '0':
		i++
	case i < len(data) && '1' <= data[i] && data[i] <= '9':
		i = digits(data, i)
	default:
		d.pos = i
		return nil, false, d.syntax("a digit")
	}
	integer = true
	if i < len(data) && data[i] == '.' {
		integer = false
		j := digits(data, i+1)
		if j == i+1 {
			d.pos = j
			return nil, false, d.syntax("a digit")
		}
		i = j
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		integer = false
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		j := digits(data, i)
		if j == i {
			d.pos = j
			return nil, false, d.syntax("a digit")
		}
		i = j
	}
	d.pos = i
	return data[start:i], integer, nil
}

func digits(data []byte, i int) int {
	for i < len(data) && '0' <= data[i] && data[i] <= '9' {
		i++
	}
	return i
}

// literal passes over true, false or null.
func (d *Decoder) literal(word string) error {
	if len(d.data)-d.pos < len(word) || string(d.data[d.pos:d.pos+len(word)]) != word {
		return d.syntax("a value")
	}
	d.pos += len(word)
	return nil
}

// skip passes over the next value, checking that it is JSON.
func (d *Decoder) skip() error {
	switch c := d.peek(); c {
	case '"':
		_, _, err := d.scanString()
		return err
	case '{':
		if err := d.open(); err != nil {
			return err
		}
		for first := true; ; first = false {
			if ok, err := d.more(first, '}'); !ok {
				return err
			}
			if d.peek() != '"' {
				return d.syntax("a key")
			}
			if _, _, err := d.scanString(); err != nil {
				return err
			}
			if d.peek() != ':' {
				return d.syntax("':'")
			}
			d.pos++
			if err := d.skip(); err != nil {
				return err
			}
		}
	case '[':
		if err := d.open(); err != nil {
			return err
		}
		for first := true; ; first = false {
			if ok, err := d.more(first, ']'); !ok {
				return err
			}
			if err := d.skip(); err != nil {
				return err
			}
		}
	case 't':
		return d.literal("true")
	case 'f':
		return d.literal("false")
	case 'n':
		return d.literal("null")
	default:
		if c == '-' || '0' <= c && c <= '9' {
			_, _, err := d.scanNumber()
			return err
		}
		return d.syntax("a value")
	}
}

// end checks that nothing but white space is left.
func (d *Decoder) end() error {
	d.space()
	if d.pos < len(d.data) {
		return d.syntax("the end")
	}
	return nil
}

// Valid reports whether data is one JSON value, nested no deeper than
// [MaxDepth].
func Valid(data []byte) bool {
	d := Decoder{data: data}
	return d.skip() == nil && d.end() == nil
}

// Peek returns the member of the object data that path leads to, as it is
// written. It reads no further than that member, so it costs little on a long
// line, and it says nothing about the rest. The result shares the memory of
// data. Of repeated members it finds the first.
func Peek(data []byte, path ...string) (raw []byte, ok bool) {
	d := Decoder{data: data}
	if !d.seek(path) {
		return nil, false
	}
	d.space()
	start := d.pos
	if d.skip() != nil {
		return nil, false
	}
	return data[start:d.pos], true
}

// PeekString returns the text of the string member of the object data that
// path leads to; see [Peek]. It allocates nothing unless the string has
// escapes.
func PeekString(data []byte, path ...string) (text []byte, ok bool) {
	d := Decoder{data: data}
	if !d.seek(path) || d.peek() != '"' {
		return nil, false
	}
	text, err := d.text()
	return text, err == nil
}

// seek moves to the value of a member of a member of the object at the
// current place.
func (d *Decoder) seek(path []string) bool {
	for _, name := range path {
		if d.peek() != '{' || d.open() != nil {
			return false
		}
		for first := true; ; first = false {
			if ok, _ := d.more(first, '}'); !ok {
				return false
			}
			k, err := d.key()
			if err != nil {
				return false
			}
			if string(k) == name {
				break
			}
			if d.skip() != nil {
				return false
			}
		}
	}
	return true
}
