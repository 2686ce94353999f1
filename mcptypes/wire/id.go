package wire

import "strconv"

// ID is a string or an integer in the range of int64, and comes back as what it
// was: "1" and 1 are different. IDs are comparable and may be map keys. The zero
// ID is none: it cannot be written.
type ID struct {
	kind   Kind
	text   string
	number int64
}

// StringID returns the ID that is a string.
func StringID(s string) ID { return ID{kind: KindString, text: s} }

// IntID returns the ID that is an integer.
func IntID(n int64) ID { return ID{kind: KindNumber, number: n} }

// IsZero reports whether the ID is none.
func (id ID) IsZero() bool { return id.kind == KindInvalid }

// Str returns the string and true when the ID is a string.
func (id ID) Str() (string, bool) { return id.text, id.kind == KindString }

// Int returns the integer and true when the ID is an integer.
func (id ID) Int() (int64, bool) { return id.number, id.kind == KindNumber }

// String returns the text of the ID for people: the string itself, the integer
// in decimal, or "none".
func (id ID) String() string {
	switch id.kind {
	case KindString:
		return id.text
	case KindNumber:
		return strconv.FormatInt(id.number, 10)
	}
	return "none"
}

const idForm = "string or integer"

// AppendWire appends the string or the integer.
func (id ID) AppendWire(dst []byte) ([]byte, error) {
	switch id.kind {
	case KindString:
		return AppendString(dst, id.text), nil
	case KindNumber:
		return strconv.AppendInt(dst, id.number, 10), nil
	}
	return dst, &Error{Got: "nothing", Want: idForm}
}

// DecodeWire reads a string or an integer. Fractions, exponents and integers
// that do not fit are refused.
func (id *ID) DecodeWire(d *Decoder) error {
	switch d.Kind() {
	case KindString:
		s, err := d.String()
		*id = StringID(s)
		return err
	case KindNumber:
		n, err := d.Int(64)
		*id = IntID(n)
		if e, ok := err.(*Error); ok && !e.Syntax {
			e.Want = idForm
		}
		return err
	}
	return d.Mismatch(idForm)
}

// WireForm says what an ID looks like.
func (*ID) WireForm() string { return idForm }

// MarshalJSON returns the string or the integer.
func (id ID) MarshalJSON() ([]byte, error) { return id.AppendWire(nil) }

// UnmarshalJSON reads a string or an integer.
func (id *ID) UnmarshalJSON(data []byte) error { return Unmarshal(data, id) }
