package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// maxDepth is the number of nested arrays and objects that a message may have,
// its own object included. (spec: app-server, streams)
const maxDepth = 128

// fault says what is wrong with a text and where. It never quotes the text,
// which may hold secrets.
type fault struct {
	reason string
	offset int
}

// scanner walks over JSON text and checks it. It takes valid UTF-8 for granted.
// It is strict where encoding/json is lenient: lone surrogates and numbers
// beyond the range of a double are faults, and so is deep nesting.
type scanner struct {
	data  []byte
	pos   int
	depth int
}

func (s *scanner) fault(reason string) *fault { return &fault{reason, s.pos} }

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

// peek returns the byte at the position, or 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// value passes over one value that starts at the position.
func (s *scanner) value() *fault {
	switch c := s.peek(); {
	case c == '"':
		return s.str()
	case c == '{':
		return s.object()
	case c == '[':
		return s.array()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	if s.pos >= len(s.data) {
		return s.fault("unexpected end of text")
	}
	return s.fault("not the start of a JSON value")
}

func (s *scanner) literal(word string) *fault {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return s.fault("not the start of a JSON value")
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) enter() *fault {
	if s.depth++; s.depth > maxDepth {
		return s.fault("nested deeper than " + strconv.Itoa(maxDepth) + " levels")
	}
	s.pos++
	s.space()
	return nil
}

func (s *scanner) leave() { s.depth--; s.pos++ }

func (s *scanner) array() *fault {
	if f := s.enter(); f != nil {
		return f
	}
	if s.peek() == ']' {
		s.leave()
		return nil
	}
	for {
		if f := s.value(); f != nil {
			return f
		}
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case ']':
			s.leave()
			return nil
		default:
			return s.fault("comma or end of array expected")
		}
	}
}

func (s *scanner) object() *fault {
	m := members{s: s}
	for m.next() {
	}
	return m.fault
}

// members iterates over the members of the object at the position of s and
// checks each. When next returns false, fault tells whether the object was
// whole; name is then the name of the member in which the fault lies, if it
// was readable.
type members struct {
	s       *scanner
	started bool
	name    []byte // quoted, as written
	value   []byte // as written
	fault   *fault
}

func (m *members) next() bool {
	s := m.s
	m.name, m.value = nil, nil
	if !m.started {
		m.started = true
		if m.fault = s.enter(); m.fault != nil {
			return false
		}
		if s.peek() == '}' {
			s.leave()
			return false
		}
	} else {
		s.space()
		switch s.peek() {
		case ',':
			s.pos++
			s.space()
		case '}':
			s.leave()
			return false
		default:
			m.fault = s.fault("comma or end of object expected")
			return false
		}
	}
	start := s.pos
	if s.peek() != '"' {
		m.fault = s.fault("member name expected")
		return false
	}
	if m.fault = s.str(); m.fault != nil {
		return false
	}
	m.name = s.data[start:s.pos]
	s.space()
	if s.peek() != ':' {
		m.fault = s.fault("colon expected")
		return false
	}
	s.pos++
	s.space()
	start = s.pos
	if m.fault = s.value(); m.fault != nil {
		return false
	}
	m.value = s.data[start:s.pos]
	return true
}

// plain marks the bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return t
}()

func (s *scanner) str() *fault {
	i := s.pos + 1
	for {
		for i < len(s.data) && plain[s.data[i]] {
			i++
		}
		if i >= len(s.data) {
			s.pos = i
			return s.fault("unexpected end of text in a string")
		}
		switch s.data[i] {
		case '"':
			s.pos = i + 1
			return nil
		case '\\':
			n, reason := escape(s.data[i:])
			if reason != "" {
				s.pos = i
				return s.fault(reason)
			}
			i += n
		default:
			s.pos = i
			return s.fault("control character in a string")
		}
	}
}

// escape returns the length of the escape sequence at the start of b, or why
// it is none.
func escape(b []byte) (int, string) {
	if len(b) < 2 {
		return 0, "unexpected end of text in a string"
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, ""
	case 'u':
	default:
		return 0, "unknown escape sequence"
	}
	switch u, ok := hex4(b[2:]); {
	case !ok:
		return 0, "bad unicode escape"
	case 0xDC00 <= u && u < 0xE000:
		return 0, "lone surrogate"
	case 0xD800 <= u && u < 0xDC00:
		if len(b) < 8 || b[6] != '\\' || b[7] != 'u' {
			return 0, "lone surrogate"
		}
		if low, ok := hex4(b[8:]); !ok || low < 0xDC00 || low >= 0xE000 {
			return 0, "lone surrogate"
		}
		return 12, ""
	}
	return 6, ""
}

func hex4(b []byte) (uint32, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var u uint32
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
		u = u<<4 | uint32(c)
	}
	return u, true
}

func (s *scanner) number() *fault {
	start := s.pos
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return s.fault("digit expected")
	}
	exponent := false
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return s.fault("digit expected")
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		exponent = true
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if !s.digits() {
			return s.fault("digit expected")
		}
	}
	// Only an exponent or hundreds of digits can leave the range of a double.
	if text := s.data[start:s.pos]; exponent || len(text) > 300 {
		if _, err := strconv.ParseFloat(string(text), 64); errors.Is(err, strconv.ErrRange) {
			s.pos = start
			return s.fault("number out of range")
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

// unquote returns the text of a valid quoted JSON string.
func unquote(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return "" // not reached: the caller has checked the string
	}
	return text
}
