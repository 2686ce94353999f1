package wire

import (
	"encoding/json"
	"maps"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
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
	anyValue bool // null is a value like any other
	input    bool // not written normally
	isZero   func(v reflect.Value) bool

	// fixed is set for members with one value only; written is key and value.
	isFixed bool
	fixed   string
	written string
	// isInt tells that the fixed value is an integer, lenient that any value
	// and none is taken for it.
	isInt   bool
	lenient bool
}

// structPlan is the plan of a struct type.
type structPlan struct {
	fields []field
	index  map[string]int
	strict bool
	// extra is the field for members that no other field has, nil if they are
	// passed over.
	extra *field
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
	m := membershipOf(t)
	if m != nil && m.unknown && (m.union.Style == StyleInternal || m.union.Style == StyleUntagged) {
		return unknownCodec(t, m.union)
	}
	if m != nil && m.union.Style == StyleInternal {
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
		case slices.Contains(options, "extra"):
			if sf.Type != extraType || p.extra != nil {
				return nil, &InvalidTypeError{Type: t, Reason: "only one map of raw values can take the other members"}
			}
			p.extra = &field{index: at}
			continue
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
			case "any":
				f.anyValue = true
			case "input":
				f.input, f.required, f.omit = true, false, true
			default:
				return nil, &InvalidTypeError{Type: t, Reason: "unknown wire option " + o + " of " + sf.Name}
			}
		}
		if f.anyValue && sf.Type != rawType {
			return nil, &InvalidTypeError{Type: t, Reason: sf.Name + " is any value but not raw"}
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
		kind, member, _ := strings.Cut(o, "=")
		name, text, ok := strings.Cut(member, ":")
		f := fixedField(name, text)
		switch {
		case kind == "const" && ok:
			p.fields = append(p.fields, f)
		case kind == "fill" && ok:
			f.lenient, f.required = true, false
			p.fields = append(p.fields, f)
		case kind == "int" && ok:
			if n, err := strconv.ParseInt(text, 10, 64); err != nil || strconv.FormatInt(n, 10) != text {
				return &InvalidTypeError{Type: t, Reason: "the value of " + name + " is no integer"}
			}
			f.isInt, f.written, f.want = true, f.key+text, text
			p.fields = append(p.fields, f)
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
	if p.extra != nil {
		if dst, err = p.appendExtra(dst, len(dst) > start, p.extra.value(v).Interface().(map[string]json.RawMessage)); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// appendExtra appends the members that are not declared, sorted.
func (p *structPlan) appendExtra(dst []byte, comma bool, extra map[string]json.RawMessage) ([]byte, error) {
	if len(extra) == 0 {
		return dst, nil
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if _, declared := p.index[name]; declared {
			return dst, &Error{Path: clip(name), Got: "a declared member", Want: "another name"}
		}
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		var err error
		if dst, err = AppendRaw(append(AppendString(dst, name), ':'), extra[name]); err != nil {
			return dst, inMember(err, name)
		}
	}
	return dst, nil
}

// keep reads a member that is not declared.
func (p *structPlan) keep(d *Decoder, v reflect.Value, name string) error {
	raw, err := d.Raw()
	if err != nil {
		return inMember(err, name)
	}
	target := p.extra.value(v)
	if target.IsNil() {
		target.Set(reflect.MakeMap(extraType))
	}
	target.SetMapIndex(reflect.ValueOf(name), reflect.ValueOf(slices.Clone(raw)))
	return nil
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
				d.passed++
				if p.extra != nil {
					if err := p.keep(d, v, string(k)); err != nil {
						return err
					}
					continue
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
		if f.lenient {
			return d.skip()
		}
		if f.isInt {
			b, err := d.integer(f.want)
			if err == nil && string(b) != f.fixed {
				err = d.MismatchAt(start, f.want)
			}
			return err
		}
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
	if d.peek() == 'n' && !f.anyValue {
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
