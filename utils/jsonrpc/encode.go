package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"
)

// Appender is implemented by values that encode themselves without help from
// package encoding/json. AppendJSON appends one JSON value to dst and returns
// the longer slice. It must not keep dst, and must leave the bytes that were in
// it alone. Values that are not Appenders are encoded by encoding/json, without
// escaping for HTML.
type Appender interface {
	AppendJSON(dst []byte) ([]byte, error)
}

// scratch is a buffer in which one message is encoded outside of every lock.
// It is an io.Writer that appends, for its own encoder.
type scratch struct {
	buf []byte
	enc *json.Encoder
}

func (s *scratch) Write(p []byte) (int, error) {
	s.buf = append(s.buf, p...)
	return len(p), nil
}

// maxPooled is the capacity in bytes up to which buffers are used again.
const maxPooled = 64 << 10

var scratches = sync.Pool{New: func() any {
	s := &scratch{buf: make([]byte, 0, 1<<10)}
	s.enc = json.NewEncoder(s)
	s.enc.SetEscapeHTML(false)
	return s
}}

func newScratch() *scratch { return scratches.Get().(*scratch) }

func (s *scratch) free() {
	if cap(s.buf) > maxPooled {
		s.buf = nil // memory must not pile up here
	}
	s.buf = s.buf[:0]
	scratches.Put(s)
}

// request encodes a request, or a notification when id is not valid.
func (s *scratch) request(id ID, method string, params any) error {
	if params == nil {
		s.methodHead(id, method)
	} else {
		s.paramsHead(id, method)
		if err := s.value(params); err != nil {
			return err
		}
	}
	s.buf = append(s.buf, '}', '\n')
	return nil
}

// methodHead encodes a request or a notification up to its method.
func (s *scratch) methodHead(id ID, method string) {
	s.buf = append(s.buf, `{"jsonrpc":"2.0"`...)
	if id.IsValid() {
		s.buf = id.append(append(s.buf, `,"id":`...))
	}
	s.buf = appendString(append(s.buf, `,"method":`...), method)
}

// paramsHead encodes a request or a notification up to its params.
func (s *scratch) paramsHead(id ID, method string) {
	s.methodHead(id, method)
	s.buf = append(s.buf, `,"params":`...)
}

// resultHead encodes a response up to its result.
func (s *scratch) resultHead(id ID) {
	s.buf = append(s.buf, `{"jsonrpc":"2.0","id":`...)
	s.buf = append(id.append(s.buf), `,"result":`...)
}

func (s *scratch) result(id ID, result any) error {
	s.resultHead(id)
	if err := s.value(result); err != nil {
		return err
	}
	s.buf = append(s.buf, '}', '\n')
	return nil
}

// failure encodes an error reply. It cannot fail: data that is not JSON is left
// out.
func (s *scratch) failure(id ID, e *Error) {
	s.buf = append(s.buf, `{"jsonrpc":"2.0","id":`...)
	s.buf = append(id.append(s.buf), `,"error":`...)
	start := len(s.buf)
	if s.value(e) != nil {
		s.buf = s.buf[:start]
		s.buf, _ = (&Error{Code: e.Code, Message: e.Message}).AppendJSON(s.buf)
	}
	s.buf = append(s.buf, '}', '\n')
}

// value appends one value. A nil value is null. What it appends has no line
// break, whatever the value's own encoder wrote.
func (s *scratch) value(v any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: encoder of %T panicked: %v", ErrEncode, v, p)
		}
	}()
	start := len(s.buf)
	switch v := v.(type) {
	case nil:
		s.buf = append(s.buf, "null"...)
	case json.RawMessage:
		if len(v) == 0 {
			v = json.RawMessage("null")
		}
		if !json.Valid(v) {
			return fmt.Errorf("%w: raw message is not valid JSON", ErrEncode)
		}
		s.buf = append(s.buf, v...)
	case Appender:
		buf, err := v.AppendJSON(s.buf)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrEncode, err)
		}
		s.buf = buf
	default:
		if err := s.enc.Encode(v); err != nil {
			return fmt.Errorf("%w: %w", ErrEncode, err)
		}
		s.buf = s.buf[:len(s.buf)-1] // the encoder's line break
		return nil
	}
	return s.oneLine(start)
}

var errNoValue = errors.New("encoder wrote no value")

// oneLine makes sure that what was appended since start has no line break. In
// JSON a line break can only be white space between tokens.
func (s *scratch) oneLine(start int) error {
	if len(s.buf) <= start {
		return fmt.Errorf("%w: %w", ErrEncode, errNoValue)
	}
	if bytes.IndexByte(s.buf[start:], '\n') < 0 {
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, s.buf[start:]); err != nil {
		return fmt.Errorf("%w: %w", ErrEncode, err)
	}
	s.buf = append(s.buf[:start], compact.Bytes()...)
	return nil
}

// appendString appends text as a JSON string. Invalid UTF-8 becomes U+FFFD.
func appendString(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if plain[c] {
				i++
				continue
			}
			dst = append(dst, text[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(append(dst, text[start:i]...), "\uFFFD"...)
			start = i + 1
		}
		i += n
	}
	return append(append(dst, text[start:]...), '"')
}
