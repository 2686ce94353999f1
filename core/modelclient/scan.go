package modelclient

import (
	"unicode/utf8"
)

// scanned holds what the hot events of a Responses stream are made of. The
// texts are the bodies of JSON strings and share the memory of the event.
type scanned struct {
	kind   Kind
	delta  rawString
	itemID rawString
	index  int
}

// rawString is the body of a JSON string, between the quotes.
type rawString struct {
	body    []byte
	escaped bool
	set     bool
}

// scanDelta reads an event that brings a piece of text, of which a response
// has thousands, without any allocation. ok is false for every other event and
// for everything out of the ordinary, which the general decoder then looks at:
// scanDelta accepts only what that would understand in the same way.
func scanDelta(data []byte) (event scanned, ok bool) {
	s := scanner{data: data}
	if !s.next('{') {
		return scanned{}, false
	}
	for {
		key, plain := s.string()
		if !plain || key.escaped || !s.next(':') {
			return scanned{}, false
		}
		switch string(key.body) {
		case "type":
			name, isString := s.string()
			if event.kind = hotKind(name.body); !isString || event.kind == 0 {
				return scanned{}, false
			}
		case "delta":
			if event.delta, ok = s.string(); !ok {
				return scanned{}, false
			}
		case "item_id":
			if event.itemID, ok = s.string(); !ok {
				return scanned{}, false
			}
		case "summary_index", "content_index":
			if event.index, ok = s.smallInt(); !ok {
				return scanned{}, false
			}
		default:
			if !s.skipSimple() {
				return scanned{}, false
			}
		}
		if s.next(',') {
			continue
		}
		ok = s.next('}') && s.atEnd() && event.kind != 0 && event.delta.set
		return event, ok
	}
}

// hotKind returns the kind of a delta event, or 0 for other events.
func hotKind(name []byte) Kind {
	switch string(name) {
	case "response.output_text.delta", "response.refusal.delta":
		return TextDelta
	case "response.reasoning_summary_text.delta":
		return SummaryDelta
	case "response.reasoning_text.delta":
		return ReasoningDelta
	}
	return 0
}

// scanner walks over JSON text.
type scanner struct {
	data []byte
	pos  int
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// next skips space and takes the byte c if it comes next.
func (s *scanner) next(c byte) bool {
	s.space()
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) atEnd() bool {
	s.space()
	return s.pos == len(s.data)
}

// string takes a string. Its escapes are checked.
func (s *scanner) string() (rawString, bool) {
	if !s.next('"') {
		return rawString{}, false
	}
	start, escaped, ascii := s.pos, false, true
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			body := s.data[start:s.pos]
			s.pos++
			return rawString{body, escaped, true}, ascii || utf8.Valid(body)
		case c == '\\':
			escaped = true
			n := escapeLen(s.data[s.pos:])
			if n == 0 {
				return rawString{}, false
			}
			s.pos += n
		case c < ' ':
			return rawString{}, false
		default:
			ascii = ascii && c < utf8.RuneSelf
			s.pos++
		}
	}
	return rawString{}, false
}

// escapeLen returns the length of the escape sequence that b begins with, or 0
// if it is none that this scanner reads. Escaped surrogates are left to the
// general decoder.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if r, ok := hex4(b[2:]); ok && (r < 0xd800 || r > 0xdfff) {
			return 6
		}
	}
	return 0
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// smallInt takes a number of at most six digits.
func (s *scanner) smallInt() (n int, ok bool) {
	s.space()
	start := s.pos
	if length := s.digits(); length == 0 || length > 6 {
		return 0, false
	}
	for _, c := range s.data[start:s.pos] {
		n = n*10 + int(c-'0')
	}
	return n, true
}

// inNumber reports whether a number goes on in a way that the scanner does not
// read.
func (s *scanner) inNumber() bool {
	if s.pos == len(s.data) {
		return false
	}
	switch s.data[s.pos] {
	case '.', 'e', 'E':
		return true
	}
	return false
}

// skipSimple takes a string, an integer, a literal, or an empty array or
// object.
func (s *scanner) skipSimple() bool {
	s.space()
	if s.pos == len(s.data) {
		return false
	}
	switch s.data[s.pos] {
	case '"':
		_, ok := s.string()
		return ok
	case '[':
		s.pos++
		return s.next(']')
	case '{':
		s.pos++
		return s.next('}')
	case 'n':
		return s.literal("null")
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	}
	return s.digits() > 0
}

// digits takes an integer that is not negative and returns its length, or 0 if
// there is none.
func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	n := s.pos - start
	if n > 1 && s.data[start] == '0' || s.inNumber() {
		return 0
	}
	return n
}

func (s *scanner) literal(text string) bool {
	if len(s.data)-s.pos < len(text) || string(s.data[s.pos:s.pos+len(text)]) != text {
		return false
	}
	s.pos += len(text)
	return true
}

// appendText appends what the string stands for.
func (r rawString) appendText(dst []byte) []byte {
	if !r.escaped {
		return append(dst, r.body...)
	}
	for i := 0; i < len(r.body); i++ {
		c := r.body[i]
		if c != '\\' {
			dst = append(dst, c)
			continue
		}
		i++
		switch c = r.body[i]; c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			code, _ := hex4(r.body[i+1:])
			dst = utf8.AppendRune(dst, code)
			i += 4
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// unescaper makes strings of what was scanned. It keeps the memory that it
// needs for escapes.
type unescaper struct{ scratch []byte }

// string returns what the string stands for.
func (u *unescaper) string(r rawString) string {
	if !r.escaped {
		return string(r.body)
	}
	u.scratch = r.appendText(u.scratch[:0])
	return string(u.scratch)
}
