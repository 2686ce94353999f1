package wire

import (
	"encoding/json"
	"reflect"
	"unicode/utf8"
)

// Appender is implemented by types that write themselves. What they append
// must be one JSON value without a newline. Unlike a method AppendJSON or
// MarshalJSON, which may well be built on [Append], it is what Append calls.
type Appender interface {
	AppendWire(dst []byte) ([]byte, error)
}

// Options change how values are written. The zero value is the normal form.
type Options struct {
	// InputFields writes the fields tagged `wire:"input"` that are not zero.
	InputFields bool
}

// Append appends the JSON form of v, usually a pointer. It does not allocate
// beyond the growth of dst, except for maps and for structs passed by value.
func Append(dst []byte, v any) ([]byte, error) { return Options{}.Append(dst, v) }

// Append is [Append] with options.
func (o Options) Append(dst []byte, v any) ([]byte, error) {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() {
		return dst, &InvalidTypeError{Reason: "there is no value"}
	}
	t := rv.Type()
	if t.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
		t = t.Elem()
	} else if t.Kind() == reflect.Struct || t.Kind() == reflect.Array {
		addressable := reflect.New(t).Elem()
		addressable.Set(rv)
		rv = addressable
	}
	c, err := codecOf(t)
	if err != nil {
		return dst, err
	}
	start := len(dst)
	dst, err = c.append(encoder{opts: o}, dst, rv)
	if err != nil {
		return dst[:start], err
	}
	return dst, nil
}

// encoder is what encoding passes down.
type encoder struct {
	opts  Options
	depth int
}

// enter returns the encoder for the inside of an array or object.
func (e encoder) enter() (encoder, error) {
	if e.depth++; e.depth > MaxDepth {
		return e, &Error{Got: "deeper nesting", Want: "at most 128 levels"}
	}
	return e, nil
}

// AppendRaw appends raw, which must be one JSON value, without space between
// its tokens; nil is null.
func AppendRaw(dst []byte, raw json.RawMessage) ([]byte, error) {
	if raw == nil {
		return append(dst, "null"...), nil
	}
	d := Decoder{data: raw}
	d.space()
	start := d.pos
	err := d.skip()
	stop := d.pos
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return dst, err
	}
	return appendCompact(dst, raw[start:stop]), nil
}

// appendCompact appends the valid JSON value raw without space between its
// tokens, and with U+FFFD for what is not UTF-8.
func appendCompact(dst, raw []byte) []byte {
	if !utf8.Valid(raw) {
		raw = []byte(string([]rune(string(raw))))
	}
	start := 0
	inString := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c <= ' ':
			dst = append(dst, raw[start:i]...)
			start = i + 1
		}
	}
	return append(dst, raw[start:]...)
}
