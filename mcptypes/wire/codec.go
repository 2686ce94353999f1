package wire

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"sync"
)

// InvalidTypeError reports a Go type that has no JSON form. It is a mistake of
// the program, not of its input.
type InvalidTypeError struct {
	Type   reflect.Type
	Reason string
}

// Error names the type and the reason.
func (e *InvalidTypeError) Error() string {
	if e.Type == nil {
		return "wire: " + e.Reason
	}
	return "wire: type " + e.Type.String() + ": " + e.Reason
}

// codec is the compiled plan of one Go type.
type codec struct {
	// want is what the type looks like, for errors.
	want string
	// append writes v, which is addressable if it is a struct.
	append func(e encoder, dst []byte, v reflect.Value) ([]byte, error)
	// decode reads into v, which can be set.
	decode func(d *Decoder, v reflect.Value) error
	// decodeNull is not nil for types that tell null from absence.
	decodeNull func(v reflect.Value)
	// object is set for structs, transparent for those that stand for one
	// field of this type.
	object      *structPlan
	transparent reflect.Type
}

var (
	codecs sync.Map // reflect.Type to *codec, complete ones only

	// compiling guards compile, which follows types around in circles.
	compiling sync.Mutex

	rawType             = reflect.TypeFor[json.RawMessage]()
	extraType           = reflect.TypeFor[map[string]json.RawMessage]()
	appenderType        = reflect.TypeFor[Appender]()
	unmarshalerType     = reflect.TypeFor[Unmarshaler]()
	nullUnmarshalerType = reflect.TypeFor[NullUnmarshaler]()
	zeroType            = reflect.TypeFor[interface{ IsZero() bool }]()
	enumType            = reflect.TypeFor[interface{ Values() []string }]()
)

// codecOf returns the plan of t.
func codecOf(t reflect.Type) (*codec, error) {
	if c, ok := codecs.Load(t); ok {
		return c.(*codec), nil
	}
	compiling.Lock()
	defer compiling.Unlock()
	c := compiler{made: map[reflect.Type]*codec{}}
	root, err := c.codec(t)
	if err != nil {
		return nil, err
	}
	for t, made := range c.made {
		codecs.LoadOrStore(t, made)
	}
	return root, nil
}

// compiler holds the plans that are being made.
type compiler struct{ made map[reflect.Type]*codec }

// codec returns the plan of t, which may still be incomplete when types refer
// to each other in a circle.
func (c *compiler) codec(t reflect.Type) (*codec, error) {
	if done, ok := codecs.Load(t); ok {
		return done.(*codec), nil
	}
	if made, ok := c.made[t]; ok {
		return made, nil
	}
	made := new(codec)
	c.made[t] = made
	plan, err := c.wrapped(t)
	if err != nil {
		return nil, err
	}
	*made = plan
	return made, nil
}

// wrapped returns the plan of t as it stands alone: a case of a union that
// tags from outside stands in its tag.
func (c *compiler) wrapped(t reflect.Type) (codec, error) {
	body, err := c.compile(t)
	if err != nil {
		return codec{}, err
	}
	if m := membershipOf(t); m != nil && (m.union.Style == StyleAdjacent || m.union.Style == StyleExternal) {
		return wrap(m, body), nil
	}
	return body, nil
}

// compile returns the plan of t without a tag around it.
func (c *compiler) compile(t reflect.Type) (codec, error) {
	plan, err := c.natural(t)
	if err != nil && !(reflect.PointerTo(t).Implements(appenderType) && reflect.PointerTo(t).Implements(unmarshalerType)) {
		return codec{}, err
	}
	return override(t, plan), nil
}

// override puts the methods of types that write and read themselves in place.
func override(t reflect.Type, plan codec) codec {
	if t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer {
		return plan
	}
	p := reflect.PointerTo(t)
	switch {
	case t.Implements(appenderType) && t.Kind() != reflect.Struct:
		plan.append = func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return v.Interface().(Appender).AppendWire(dst)
		}
	case p.Implements(appenderType):
		plan.append = func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return addressable(v).Addr().Interface().(Appender).AppendWire(dst)
		}
	}
	if p.Implements(unmarshalerType) {
		plan.decode = func(d *Decoder, v reflect.Value) error {
			v.SetZero()
			return v.Addr().Interface().(Unmarshaler).DecodeWire(d)
		}
		if plan.want == "" {
			plan.want = "value"
		}
		if d, ok := reflect.New(t).Interface().(Describer); ok {
			plan.want = d.WireForm()
		}
	}
	if p.Implements(nullUnmarshalerType) {
		plan.decodeNull = func(v reflect.Value) {
			v.SetZero()
			v.Addr().Interface().(NullUnmarshaler).DecodeNull()
		}
	}
	return plan
}

// addressable returns v or an addressable copy.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	a := reflect.New(v.Type()).Elem()
	a.Set(v)
	return a
}

// natural returns the plan that follows from the kind of t.
func (c *compiler) natural(t reflect.Type) (codec, error) {
	switch t.Kind() {
	case reflect.String:
		return stringCodec(t), nil
	case reflect.Bool:
		return boolCodec(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intCodec(t), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return uintCodec(t), nil
	case reflect.Float32, reflect.Float64:
		return floatCodec(t), nil
	case reflect.Pointer:
		return c.pointer(t)
	case reflect.Slice:
		if t.ConvertibleTo(rawType) && t.Elem().Kind() == reflect.Uint8 {
			if t == rawType {
				return rawCodec(), nil
			}
			return bytesCodec(), nil
		}
		return c.slice(t)
	case reflect.Map:
		return c.mapping(t)
	case reflect.Struct:
		return c.structure(t)
	case reflect.Interface:
		return c.union(t)
	}
	return codec{}, &InvalidTypeError{Type: t, Reason: "no JSON form for the kind " + t.Kind().String()}
}

func stringCodec(t reflect.Type) codec {
	plan := codec{
		want: "string",
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return AppendString(dst, v.String()), nil
		},
	}
	if t.Implements(enumType) {
		values := reflect.Zero(t).Interface().(interface{ Values() []string }).Values()
		want := oneOf(values)
		plan.want = want
		plan.decode = func(d *Decoder, v reflect.Value) error {
			if d.peek() != '"' {
				return d.Mismatch(want)
			}
			start := d.pos
			b, err := d.text()
			if err != nil {
				return err
			}
			for _, s := range values {
				if s == string(b) {
					v.SetString(s)
					return nil
				}
			}
			return &Error{Got: show(string(b)), Want: want, Offset: start}
		}
		return plan
	}
	plan.decode = func(d *Decoder, v reflect.Value) error {
		b, err := d.bytes("string")
		if err != nil {
			return err
		}
		v.SetString(string(b))
		return nil
	}
	return plan
}

func boolCodec() codec {
	return codec{
		want: "boolean",
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return strconv.AppendBool(dst, v.Bool()), nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			b, err := d.Bool()
			if err == nil {
				v.SetBool(b)
			}
			return err
		},
	}
}

func intCodec(t reflect.Type) codec {
	bits := t.Bits()
	return codec{
		want: "integer",
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return strconv.AppendInt(dst, v.Int(), 10), nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			n, err := d.Int(bits)
			if err == nil {
				v.SetInt(n)
			}
			return err
		},
	}
}

func uintCodec(t reflect.Type) codec {
	bits := t.Bits()
	return codec{
		want: "unsigned integer",
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return strconv.AppendUint(dst, v.Uint(), 10), nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			n, err := d.Uint(bits)
			if err == nil {
				v.SetUint(n)
			}
			return err
		},
	}
}

func floatCodec(t reflect.Type) codec {
	bits := t.Bits()
	return codec{
		want: "number",
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			dst, ok := appendFloat(dst, v.Float(), bits)
			if !ok {
				return dst, &Error{Got: "a number that is not finite", Want: "number"}
			}
			return dst, nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			f, err := d.Float(bits)
			if err == nil {
				v.SetFloat(f)
			}
			return err
		},
	}
}

// rawCodec is for json.RawMessage: any value, null included.
func rawCodec() codec {
	return codec{
		want: "value",
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return AppendRaw(dst, v.Bytes())
		},
		decode: func(d *Decoder, v reflect.Value) error {
			raw, err := d.Raw()
			if err == nil {
				v.SetBytes(slices.Clone(raw))
			}
			return err
		},
	}
}

func bytesCodec() codec {
	const want = "base64 string"
	return codec{
		want: want,
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			dst = append(dst, '"')
			dst = base64.StdEncoding.AppendEncode(dst, v.Bytes())
			return append(dst, '"'), nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			start := d.pos
			b, err := d.bytes(want)
			if err != nil {
				return err
			}
			out, berr := base64.StdEncoding.Strict().AppendDecode(make([]byte, 0, len(b)/4*3), b)
			if berr != nil {
				return &Error{Got: "a string", Want: want, Offset: start}
			}
			v.SetBytes(out)
			return nil
		},
	}
}

func (c *compiler) pointer(t reflect.Type) (codec, error) {
	elem, err := c.codec(t.Elem())
	if err != nil {
		return codec{}, err
	}
	return codec{
		want: "value",
		append: func(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
			if v.IsNil() {
				return append(dst, "null"...), nil
			}
			return elem.append(e, dst, v.Elem())
		},
		decode: func(d *Decoder, v reflect.Value) error {
			if d.peek() == 'n' {
				v.SetZero()
				return d.literal("null")
			}
			p := reflect.New(t.Elem())
			if err := elem.decode(d, p.Elem()); err != nil {
				return err
			}
			v.Set(p)
			return nil
		},
	}, nil
}

func (c *compiler) slice(t reflect.Type) (codec, error) {
	elem, err := c.codec(t.Elem())
	if err != nil {
		return codec{}, err
	}
	return codec{
		want: "array",
		append: func(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
			e, err := e.enter()
			if err != nil {
				return dst, err
			}
			dst = append(dst, '[')
			for i := range v.Len() {
				if i > 0 {
					dst = append(dst, ',')
				}
				if dst, err = elem.append(e, dst, v.Index(i)); err != nil {
					return dst, inElement(err, i)
				}
			}
			return append(dst, ']'), nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			if d.peek() != '[' {
				return d.Mismatch("array")
			}
			if err := d.open(); err != nil {
				return err
			}
			v.SetZero()
			for n := 0; ; n++ {
				ok, err := d.more(n == 0, ']')
				if err != nil {
					return err
				}
				if !ok {
					if n == 0 {
						v.Set(reflect.MakeSlice(t, 0, 0))
					}
					return nil
				}
				if n == v.Cap() {
					v.Grow(1)
				}
				v.SetLen(n + 1)
				if err := elem.decode(d, v.Index(n)); err != nil {
					return inElement(err, n)
				}
			}
		},
	}, nil
}

func (c *compiler) mapping(t reflect.Type) (codec, error) {
	if t.Key().Kind() != reflect.String {
		return codec{}, &InvalidTypeError{Type: t, Reason: "keys of a map must be strings"}
	}
	elem, err := c.codec(t.Elem())
	if err != nil {
		return codec{}, err
	}
	return codec{
		want: "object",
		append: func(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
			e, err := e.enter()
			if err != nil {
				return dst, err
			}
			keys := make([]string, 0, v.Len())
			for iter := v.MapRange(); iter.Next(); {
				keys = append(keys, iter.Key().String())
			}
			slices.Sort(keys)
			key := reflect.New(t.Key()).Elem()
			value := reflect.New(t.Elem()).Elem()
			dst = append(dst, '{')
			for i, k := range keys {
				if i > 0 {
					dst = append(dst, ',')
				}
				dst = append(AppendString(dst, k), ':')
				key.SetString(k)
				value.Set(v.MapIndex(key))
				if dst, err = elem.append(e, dst, value); err != nil {
					return dst, inMember(err, k)
				}
			}
			return append(dst, '}'), nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			if d.peek() != '{' {
				return d.Mismatch("object")
			}
			if err := d.open(); err != nil {
				return err
			}
			m := reflect.MakeMap(t)
			key := reflect.New(t.Key()).Elem()
			value := reflect.New(t.Elem()).Elem()
			for first := true; ; first = false {
				ok, err := d.more(first, '}')
				if err != nil {
					return err
				}
				if !ok {
					v.Set(m)
					return nil
				}
				b, err := d.key()
				if err != nil {
					return err
				}
				key.SetString(string(b))
				value.SetZero()
				if err := elem.decode(d, value); err != nil {
					return inMember(err, key.String())
				}
				m.SetMapIndex(key, value)
			}
		},
	}, nil
}
