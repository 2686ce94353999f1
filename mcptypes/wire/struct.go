package wire

import (
	"math/bits"
	"reflect"
	"slices"
	"strings"
)

// field is the plan of one member of an object.
type field struct {
	name  string
	key   string // the name as it is written, with its colon
	index []int
	codec *codec
	want  string
	typ   reflect.Type

	omit     bool // left out when zero
	required bool // refused when missing or null
	nullable bool // written as null when nil
	input    bool // not written normally
	isZero   func(v reflect.Value) bool

	// fixed is set for members with one text only; written is key and text.
	isFixed bool
	fixed   string
	written string
}

// structPlan is the plan of a struct type.
type structPlan struct {
	fields []field
	index  map[string]int
	strict bool
	// required has a bit for each field.
	required fieldSet
}

// maxFields bounds the members of one object.
const maxFields = 128

type fieldSet [maxFields / 64]uint64

func (s *fieldSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s *fieldSet) add(i int)      { s[i/64] |= 1 << (i % 64) }

func (c *compiler) structure(t reflect.Type) (codec, error) {
	p := &structPlan{index: map[string]int{}}
	if m := membershipOf(t); m != nil && m.union.Style == StyleInternal {
		if m.unknown {
			return unknownCodec(t, m.union)
		}
		p.fields = append(p.fields, fixedField(m.union.Tag, m.tag))
	}
	transparent, err := c.collect(p, t, nil)
	if err != nil {
		return codec{}, err
	}
	if transparent != nil {
		return transparentCodec(transparent), nil
	}
	if len(p.fields) > maxFields {
		return codec{}, &InvalidTypeError{Type: t, Reason: "too many fields"}
	}
	for i := range p.fields {
		f := &p.fields[i]
		if _, dup := p.index[f.name]; dup {
			return codec{}, &InvalidTypeError{Type: t, Reason: "the member " + f.name + " is declared twice"}
		}
		p.index[f.name] = i
		if f.required {
			p.required.add(i)
		}
	}
	return codec{want: "object", append: p.append, decode: p.decode, object: p}, nil
}

// collect adds the fields of t, which is found at index in the outer struct.
func (c *compiler) collect(p *structPlan, t reflect.Type, index []int) (transparent *field, err error) {
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, tagged := sf.Tag.Lookup("json")
		name, jsonOptions, _ := strings.Cut(tag, ",")
		options := strings.Split(sf.Tag.Get("wire"), ",")
		at := append(slices.Clone(index), i)
		switch {
		case sf.Name == "_":
			if err := blank(p, t, options); err != nil {
				return nil, err
			}
			continue
		case sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct:
			inner, err := c.collect(p, sf.Type, at)
			if err != nil {
				return nil, err
			}
			if inner != nil {
				return nil, &InvalidTypeError{Type: t, Reason: "an embedded struct is transparent"}
			}
			continue
		case slices.Contains(options, "transparent"):
			f, err := c.newField(t, sf, "", at)
			if err != nil {
				return nil, err
			}
			return &f, nil
		case !sf.IsExported() || name == "-" || name == "":
			continue
		}
		f, err := c.newField(t, sf, name, at)
		if err != nil {
			return nil, err
		}
		for _, o := range strings.Split(jsonOptions, ",") {
			switch o {
			case "":
			case "omitzero":
				f.omit, f.required = true, false
			default:
				return nil, &InvalidTypeError{Type: t, Reason: "unknown json option " + o + " of " + sf.Name}
			}
		}
		for _, o := range options {
			switch o {
			case "":
			case "optional":
				f.required = false
			case "nullable":
				f.nullable, f.required = true, false
			case "input":
				f.input, f.required, f.omit = true, false, true
			default:
				return nil, &InvalidTypeError{Type: t, Reason: "unknown wire option " + o + " of " + sf.Name}
			}
		}
		if k := sf.Type.Kind(); f.nullable && k != reflect.Slice && k != reflect.Map && k != reflect.Interface && k != reflect.Pointer {
			return nil, &InvalidTypeError{Type: t, Reason: sf.Name + " is nullable but cannot be nil"}
		}
		p.fields = append(p.fields, f)
	}
	return nil, nil
}

func (c *compiler) newField(t reflect.Type, sf reflect.StructField, name string, index []int) (field, error) {
	inner, err := c.codec(sf.Type)
	if err != nil {
		return field{}, err
	}
	want := inner.want
	switch {
	case sf.Type.Kind() == reflect.Pointer:
		if elem, err := c.codec(sf.Type.Elem()); err == nil {
			want = elem.want
		}
	case want == "": // a plan that is still being made
		want = "object"
	}
	f := field{
		name: name, key: string(AppendString(nil, name)) + ":", index: index,
		codec: inner, want: want, typ: sf.Type,
		required: sf.Type.Kind() != reflect.Pointer,
		isZero:   reflect.Value.IsZero,
	}
	switch p := reflect.PointerTo(sf.Type); {
	case sf.Type.Kind() == reflect.Interface || sf.Type.Kind() == reflect.Pointer:
	case p.Implements(zeroType):
		f.isZero = func(v reflect.Value) bool {
			return v.Addr().Interface().(interface{ IsZero() bool }).IsZero()
		}
	}
	return f, nil
}

// blank takes in what a blank field says about its struct.
func blank(p *structPlan, t reflect.Type, options []string) error {
	for _, o := range options {
		member, fixed := strings.CutPrefix(o, "const=")
		name, text, ok := strings.Cut(member, ":")
		switch {
		case fixed && ok:
			p.fields = append(p.fields, fixedField(name, text))
		case o == "strict":
			p.strict = true
		case o != "":
			return &InvalidTypeError{Type: t, Reason: "unknown wire option " + o}
		}
	}
	return nil
}

// fixedField is a member that always has the same text.
func fixedField(name, text string) field {
	key := string(AppendString(nil, name)) + ":"
	return field{
		name: name, key: key, isFixed: true, fixed: text, required: true,
		written: string(AppendString([]byte(key), text)),
		want:    oneOf([]string{text}),
	}
}

func (f *field) value(v reflect.Value) reflect.Value {
	if len(f.index) == 1 {
		return v.Field(f.index[0])
	}
	return v.FieldByIndex(f.index)
}

func (p *structPlan) append(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	e, err := e.enter()
	if err != nil {
		return dst, err
	}
	dst = append(dst, '{')
	start := len(dst)
	for i := range p.fields {
		f := &p.fields[i]
		if f.isFixed {
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = append(dst, f.written...)
			continue
		}
		if f.input && !e.opts.InputFields {
			continue
		}
		fv := f.value(v)
		if f.omit && f.isZero(fv) {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(dst, f.key...)
		if f.nullable && fv.IsNil() {
			dst = append(dst, "null"...)
			continue
		}
		if dst, err = f.codec.append(e, dst, fv); err != nil {
			return dst, inMember(err, f.name)
		}
	}
	return append(dst, '}'), nil
}

func (p *structPlan) decode(d *Decoder, v reflect.Value) error {
	if d.peek() != '{' {
		return d.Mismatch("object")
	}
	if err := d.open(); err != nil {
		return err
	}
	v.SetZero()
	var seen fieldSet
	next := 0 // members mostly come in the order in which they are declared
	for first := true; ; first = false {
		ok, err := d.more(first, '}')
		if err != nil {
			return err
		}
		if !ok {
			return p.complete(d, &seen)
		}
		k, err := d.key()
		if err != nil {
			return err
		}
		i := next
		if i >= len(p.fields) || p.fields[i].name != string(k) {
			if i, ok = p.index[string(k)]; !ok {
				if p.strict {
					return &Error{Path: clip(string(k)), Offset: d.pos}
				}
				if err := d.skip(); err != nil {
					return inMember(err, string(k))
				}
				continue
			}
		}
		next = i + 1
		f := &p.fields[i]
		if err := f.decode(d, v, seen.has(i)); err != nil {
			return inMember(err, f.name)
		}
		seen.add(i)
	}
}

// decode reads the value of f into its place in the struct v.
func (f *field) decode(d *Decoder, v reflect.Value, again bool) error {
	if f.isFixed {
		d.space()
		start := d.pos
		b, err := d.bytes(f.want)
		if err != nil {
			return err
		}
		if string(b) != f.fixed {
			return &Error{Got: show(string(b)), Want: f.want, Offset: start}
		}
		return nil
	}
	fv := f.value(v)
	if d.peek() == 'n' {
		if f.required && f.codec.decodeNull == nil {
			return d.Mismatch(f.want)
		}
		if err := d.literal("null"); err != nil {
			return err
		}
		fv.SetZero()
		if f.codec.decodeNull != nil {
			f.codec.decodeNull(fv)
		}
		return nil
	}
	if again {
		fv.SetZero()
	}
	return f.codec.decode(d, fv)
}

// complete checks that no required field is missing.
func (p *structPlan) complete(d *Decoder, seen *fieldSet) error {
	for w := range seen {
		if missing := p.required[w] &^ seen[w]; missing != 0 {
			f := &p.fields[w*64+bits.TrailingZeros64(missing)]
			return d.Missing(f.name, f.want)
		}
	}
	return nil
}

// transparentCodec is for structs that stand for one field.
func transparentCodec(f *field) codec {
	return codec{
		want: f.want,
		append: func(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
			return f.codec.append(e, dst, f.value(v))
		},
		decode: func(d *Decoder, v reflect.Value) error {
			v.SetZero()
			return f.codec.decode(d, f.value(v))
		},
		transparent: f.typ,
	}
}
