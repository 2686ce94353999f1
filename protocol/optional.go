package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// Optional is a field with three states: absent (the zero value), null and a
// value. (spec: events-and-rollouts, operations)
type Optional[T any] struct {
	value   T
	present bool
	null    bool
}

// Some returns an Optional that holds v.
func Some[T any](v T) Optional[T] { return Optional[T]{value: v, present: true} }

// Null returns an Optional that is null.
func Null[T any]() Optional[T] { return Optional[T]{present: true, null: true} }

// Get returns the value, and whether there is one.
func (o Optional[T]) Get() (T, bool) { return o.value, o.present && !o.null }

// IsNull reports whether the field is null.
func (o Optional[T]) IsNull() bool { return o.null }

// IsZero reports whether the field is absent.
func (o Optional[T]) IsZero() bool { return !o.present }

// AppendWire appends the value, or null.
func (o *Optional[T]) AppendWire(dst []byte) ([]byte, error) {
	if o.null || !o.present {
		return append(dst, "null"...), nil
	}
	return wire.Append(dst, &o.value)
}

// DecodeWire reads a value.
func (o *Optional[T]) DecodeWire(d *wire.Decoder) error {
	if d.Kind() == wire.KindNull {
		o.DecodeNull()
		return d.Skip()
	}
	if err := d.Value(&o.value); err != nil {
		return err
	}
	o.present = true
	return nil
}

// DecodeNull takes note of a null.
func (o *Optional[T]) DecodeNull() { *o = Null[T]() }

// MarshalJSON returns the value, or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return wire.Append(nil, &o) }

// UnmarshalJSON reads a value or null.
func (o *Optional[T]) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, o) }
