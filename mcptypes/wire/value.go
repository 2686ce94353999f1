package wire

import "strconv"

// Number is a JSON number as it is written, so that neither digits nor the
// difference between 1 and 1.0 get lost. The zero Number is 0.
type Number string

// Int64 returns the number as an integer; it fails for fractions, exponents
// and what does not fit.
func (n Number) Int64() (int64, error) { return strconv.ParseInt(n.text(), 10, 64) }

// Float64 returns the nearest floating point number.
func (n Number) Float64() (float64, error) { return strconv.ParseFloat(n.text(), 64) }

func (n Number) text() string {
	if n == "" {
		return "0"
	}
	return string(n)
}

// AppendWire appends the number. It fails when it is none.
func (n Number) AppendWire(dst []byte) ([]byte, error) {
	d := Decoder{data: []byte(n.text())}
	if _, _, err := d.scanNumber(); err != nil || d.pos < len(d.data) {
		return dst, &Error{Got: "another text", Want: "number"}
	}
	return append(dst, d.data...), nil
}

// DecodeWire reads a number.
func (n *Number) DecodeWire(d *Decoder) error {
	if d.Kind() != KindNumber {
		return d.Mismatch("number")
	}
	b, _, err := d.scanNumber()
	*n = Number(b)
	return err
}

// WireForm says what a number looks like.
func (*Number) WireForm() string { return "number" }

// MarshalJSON returns the number as it is written.
func (n Number) MarshalJSON() ([]byte, error) { return n.AppendWire(nil) }

// UnmarshalJSON reads a number.
func (n *Number) UnmarshalJSON(data []byte) error { return Unmarshal(data, n) }

// OneOrMany is a list that is written without brackets when it was read so, or
// when One says so and there is one item only.
type OneOrMany[T any] struct {
	Items []T
	One   bool
}

// AppendWire appends the item or the list.
func (l *OneOrMany[T]) AppendWire(dst []byte) ([]byte, error) {
	if l.One && len(l.Items) == 1 {
		return Append(dst, &l.Items[0])
	}
	return Append(dst, &l.Items)
}

// DecodeWire reads an item or a list.
func (l *OneOrMany[T]) DecodeWire(d *Decoder) error {
	*l = OneOrMany[T]{}
	if d.Kind() == KindArray {
		return d.Value(&l.Items)
	}
	l.One = true
	l.Items = make([]T, 1)
	return d.Value(&l.Items[0])
}

// WireForm says what the value looks like.
func (*OneOrMany[T]) WireForm() string { return "object or array" }
