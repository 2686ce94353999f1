package wire

import (
	"encoding/json"
	"reflect"
	"strconv"
	"sync"
)

// Decoder reads JSON values one after the other. Types that read themselves
// ([Unmarshaler]) get one that stands before their value and must leave it
// behind the value. It is not safe for concurrent use and must not be kept.
type Decoder struct {
	data    []byte
	pos     int
	depth   int
	scratch []byte
	// passed counts the members that no field was declared for.
	passed int
}

// Unmarshaler is implemented by pointers to types that read themselves. It is
// not called for the null of a field that may be null, unless the type is a
// [NullUnmarshaler] too.
type Unmarshaler interface {
	// DecodeWire reads the next value.
	DecodeWire(d *Decoder) error
}

// NullUnmarshaler is implemented by pointers to types that tell null from
// absence.
type NullUnmarshaler interface {
	// DecodeNull takes note of a null.
	DecodeNull()
}

// Describer is implemented by types that read themselves and say in errors
// what they look like.
type Describer interface {
	// WireForm returns what a value looks like, as in "UUID". It does not
	// depend on the value.
	WireForm() string
}

// Kind is the kind of a JSON value.
type Kind byte

// The kinds of values. KindInvalid is what cannot begin a value.
const (
	KindInvalid Kind = iota
	KindNull
	KindBool
	KindNumber
	KindString
	KindArray
	KindObject
)

// String returns the kind as errors say it.
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindBool:
		return "a boolean"
	case KindNumber:
		return "a number"
	case KindString:
		return "a string"
	case KindArray:
		return "an array"
	case KindObject:
		return "an object"
	}
	return "nothing"
}

var decoders = sync.Pool{New: func() any { return new(Decoder) }}

// Unmarshal reads the JSON value data into what v points to.
func Unmarshal(data []byte, v any) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return &InvalidTypeError{Type: reflect.TypeOf(v), Reason: "the target is not a pointer"}
	}
	c, err := codecOf(rv.Type().Elem())
	if err != nil {
		return err
	}
	d := decoders.Get().(*Decoder)
	d.data, d.pos, d.depth, d.passed = data, 0, 0, 0
	err = c.decode(d, rv.Elem())
	if err == nil {
		err = d.end()
	}
	d.data = nil
	if cap(d.scratch) > 1<<16 {
		d.scratch = nil
	}
	decoders.Put(d)
	return err
}

// UnmarshalAt is [Unmarshal] for a value that stands at path in a larger
// message, as errors should say it.
func UnmarshalAt(path string, data []byte, v any) error {
	err := Unmarshal(data, v)
	if err != nil {
		return inMember(err, path)
	}
	return nil
}

// Kind returns the kind of the next value.
func (d *Decoder) Kind() Kind {
	switch c := d.peek(); c {
	case '{':
		return KindObject
	case '[':
		return KindArray
	case '"':
		return KindString
	case 't', 'f':
		return KindBool
	case 'n':
		return KindNull
	default:
		if c == '-' || '0' <= c && c <= '9' {
			return KindNumber
		}
		return KindInvalid
	}
}

// Offset returns the place in the input, for [Decoder.MismatchAt].
func (d *Decoder) Offset() int { return d.pos }

// MismatchAt is [Decoder.Mismatch] for a value that began at an earlier place
// of the same array or object.
func (d *Decoder) MismatchAt(offset int, want string) error {
	d.pos = offset
	return d.Mismatch(want)
}

// Mismatch returns the error that the next value is not what was expected.
func (d *Decoder) Mismatch(want string) error {
	k := d.Kind()
	if k == KindInvalid {
		return d.syntax(want)
	}
	got := k.String()
	start := d.pos
	if k == KindNumber {
		if n, _, err := d.scanNumber(); err == nil && len(n) <= 24 {
			got = string(n)
		}
	} else if err := d.skip(); err != nil { // rather say that it is not JSON
		return err
	}
	d.pos = start
	return &Error{Got: got, Want: want, Offset: start}
}

// String reads a string.
func (d *Decoder) String() (string, error) {
	b, err := d.bytes("string")
	return string(b), err
}

// bytes reads a string; the result is valid until the next one is read.
func (d *Decoder) bytes(want string) ([]byte, error) {
	if d.peek() != '"' {
		return nil, d.Mismatch(want)
	}
	return d.text()
}

// Bool reads true or false.
func (d *Decoder) Bool() (bool, error) {
	switch d.peek() {
	case 't':
		return true, d.literal("true")
	case 'f':
		return false, d.literal("false")
	}
	return false, d.Mismatch("boolean")
}

// Int reads an integer that fits in the number of bits.
func (d *Decoder) Int(bits int) (int64, error) {
	b, err := d.integer("integer")
	if err != nil {
		return 0, err
	}
	if n, ok := smallInt(b); ok && bits == 64 {
		return n, nil
	}
	n, perr := strconv.ParseInt(string(b), 10, bits)
	if perr != nil {
		d.pos -= len(b)
		return 0, d.Mismatch("integer of " + strconv.Itoa(bits) + " bits")
	}
	return n, nil
}

// Uint reads an integer that is not negative and fits in the number of bits.
func (d *Decoder) Uint(bits int) (uint64, error) {
	b, err := d.integer("unsigned integer")
	if err != nil {
		return 0, err
	}
	if n, ok := smallInt(b); ok && n >= 0 && bits == 64 && b[0] != '-' {
		return uint64(n), nil
	}
	n, perr := strconv.ParseUint(string(b), 10, bits)
	if perr != nil {
		d.pos -= len(b)
		return 0, d.Mismatch("unsigned integer of " + strconv.Itoa(bits) + " bits")
	}
	return n, nil
}

// smallInt reads up to 18 digits without going through a string.
func smallInt(b []byte) (int64, bool) {
	neg := b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		n = n*10 + int64(c-'0')
	}
	if neg {
		n = -n
	}
	return n, true
}

func (d *Decoder) integer(want string) ([]byte, error) {
	if d.Kind() != KindNumber {
		return nil, d.Mismatch(want)
	}
	start := d.pos
	b, integer, err := d.scanNumber()
	if err != nil {
		return nil, err
	}
	if !integer {
		d.pos = start
		return nil, d.Mismatch(want)
	}
	return b, nil
}

// Float reads a number.
func (d *Decoder) Float(bits int) (float64, error) {
	if d.Kind() != KindNumber {
		return 0, d.Mismatch("number")
	}
	b, _, err := d.scanNumber()
	if err != nil {
		return 0, err
	}
	f, perr := strconv.ParseFloat(string(b), bits)
	if perr != nil {
		d.pos -= len(b)
		return 0, d.Mismatch("number of " + strconv.Itoa(bits) + " bits")
	}
	return f, nil
}

// Raw reads a value of any kind and returns it as it is written, without
// space around it. The result shares the memory of the input: copy it to keep
// it.
func (d *Decoder) Raw() (json.RawMessage, error) {
	d.space()
	start := d.pos
	if err := d.skip(); err != nil {
		return nil, err
	}
	return json.RawMessage(d.data[start:d.pos:d.pos]), nil
}

// Skip passes over a value of any kind.
func (d *Decoder) Skip() error { return d.skip() }

// Value reads a value into what v points to.
func (d *Decoder) Value(v any) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return &InvalidTypeError{Type: reflect.TypeOf(v), Reason: "the target is not a pointer"}
	}
	c, err := codecOf(rv.Type().Elem())
	if err != nil {
		return err
	}
	return c.decode(d, rv.Elem())
}

// Object reads an object. It calls member for each key, which must read the
// value and not keep or change the key. Errors of member get the key in their
// path.
func (d *Decoder) Object(member func(key []byte) error) error {
	if d.peek() != '{' {
		return d.Mismatch("object")
	}
	if err := d.open(); err != nil {
		return err
	}
	for first := true; ; first = false {
		if ok, err := d.more(first, '}'); !ok {
			return err
		}
		k, err := d.key()
		if err != nil {
			return err
		}
		if err := member(k); err != nil {
			return inMember(err, string(k))
		}
	}
}

// Array reads an array. It calls element for each index, which must read the
// value. Errors of element get the index in their path.
func (d *Decoder) Array(element func(i int) error) error {
	if d.peek() != '[' {
		return d.Mismatch("array")
	}
	if err := d.open(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		if ok, err := d.more(i == 0, ']'); !ok {
			return err
		}
		if err := element(i); err != nil {
			return inElement(err, i)
		}
	}
}

// Missing returns the error that the member name of the object at hand is
// missing.
func (d *Decoder) Missing(name, want string) error {
	return &Error{Path: name, Want: want, Offset: d.pos}
}
