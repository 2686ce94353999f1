package wire

import (
	"encoding/json"
	"reflect"
	"slices"
)

// unionPlan is the plan of an interface type.
type unionPlan struct {
	*Union
	want    string
	bodies  []*codec // of each case, without a tag from outside
	alone   map[reflect.Type]*codec
	unknown *codec
}

func (c *compiler) union(t reflect.Type) (codec, error) {
	u, ok := UnionOf(t)
	if !ok {
		return codec{}, &InvalidTypeError{Type: t, Reason: "the interface is not a registered union"}
	}
	p := &unionPlan{Union: u, want: oneOf(u.Tags()), alone: map[reflect.Type]*codec{}}
	for _, k := range u.Cases {
		alone, err := c.codec(k.Type)
		if err != nil {
			return codec{}, err
		}
		p.alone[k.Type] = alone
		body := alone
		if u.Style == StyleAdjacent || u.Style == StyleExternal {
			bare, err := c.compile(k.Type)
			if err != nil {
				return codec{}, err
			}
			body = &bare
		}
		p.bodies = append(p.bodies, body)
	}
	if u.Unknown != nil {
		if u.Style != StyleInternal && u.Style != StyleUntagged {
			return codec{}, &InvalidTypeError{Type: t, Reason: "only unions with a tag inside or none can keep unknown cases"}
		}
		unknown, err := c.codec(u.Unknown)
		if err != nil {
			return codec{}, err
		}
		p.unknown = unknown
		p.alone[u.Unknown] = unknown
	}
	return codec{want: "object", append: p.append, decode: p.decoder()}, nil
}

func (p *unionPlan) append(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
	v = v.Elem()
	if !v.IsValid() || v.Kind() != reflect.Pointer || v.IsNil() {
		return dst, &Error{Got: "nothing", Want: "a " + p.Type.Name()}
	}
	c, ok := p.alone[v.Type().Elem()]
	if !ok {
		return dst, &InvalidTypeError{Type: v.Type(), Reason: "no case of " + p.Type.String()}
	}
	return c.append(e, dst, v.Elem())
}

func (p *unionPlan) decoder() func(d *Decoder, v reflect.Value) error {
	switch p.Style {
	case StyleInternal:
		return p.decodeInternal
	case StyleAdjacent:
		return p.decodeAdjacent
	case StyleExternal:
		return p.decodeExternal
	case StyleUntagged:
		if p.Pick == nil {
			return p.decodeByShape
		}
		return p.decodeUntagged
	}
	return func(*Decoder, reflect.Value) error {
		return &InvalidTypeError{Type: p.Type, Reason: "the tag stands outside of the value"}
	}
}

// set reads a value of the case i into the interface v.
func (p *unionPlan) set(d *Decoder, v reflect.Value, i int) error {
	value := reflect.New(p.Cases[i].Type)
	if err := p.bodies[i].decode(d, value.Elem()); err != nil {
		return err
	}
	v.Set(value)
	return nil
}

// tag returns the text of the member name of the object at the current place,
// without moving on. The result is valid until the next string is read.
func (d *Decoder) tag(name, want string) ([]byte, error) {
	pos, depth := d.pos, d.depth
	defer func() { d.pos, d.depth = pos, depth }()
	if err := d.open(); err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		ok, err := d.more(first, '}')
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, d.Missing(name, want)
		}
		k, err := d.key()
		if err != nil {
			return nil, err
		}
		if string(k) == name {
			d.space()
			b, err := d.bytes(want)
			if err != nil {
				return nil, inMember(err, name)
			}
			return b, nil
		}
		if err := d.skip(); err != nil {
			return nil, err
		}
	}
}

func (p *unionPlan) decodeInternal(d *Decoder, v reflect.Value) error {
	if d.peek() != '{' {
		return d.Mismatch("object")
	}
	tag, err := d.tag(p.Tag, p.want)
	if err != nil {
		return err
	}
	if i, ok := p.byTag[string(tag)]; ok {
		return p.set(d, v, i)
	}
	if p.unknown == nil {
		return &Error{Path: p.Tag, Got: show(string(tag)), Want: p.want, Offset: d.pos}
	}
	value := reflect.New(p.Unknown)
	if err := p.unknown.decode(d, value.Elem()); err != nil {
		return err
	}
	v.Set(value)
	return nil
}

func (p *unionPlan) decodeAdjacent(d *Decoder, v reflect.Value) error {
	if d.peek() != '{' {
		return d.Mismatch("object")
	}
	tag, err := d.tag(p.Tag, p.want)
	if err != nil {
		return err
	}
	i, ok := p.byTag[string(tag)]
	if !ok {
		return &Error{Path: p.Tag, Got: show(string(tag)), Want: p.want, Offset: d.pos}
	}
	found := false
	err = d.Object(func(k []byte) error {
		if string(k) != p.Content {
			return d.skip()
		}
		found = true
		return p.set(d, v, i)
	})
	if err != nil {
		return err
	}
	if !found {
		return d.Missing(p.Content, p.bodies[i].want)
	}
	return nil
}

func (p *unionPlan) decodeExternal(d *Decoder, v reflect.Value) error {
	if d.peek() != '{' {
		return d.Mismatch("object")
	}
	start, depth := d.pos, d.depth
	if err := d.open(); err != nil {
		return err
	}
	ok, err := d.more(true, '}')
	if err != nil {
		return err
	}
	if !ok {
		return &Error{Got: "an empty object", Want: p.want, Offset: start}
	}
	k, err := d.key()
	if err != nil {
		return err
	}
	if i, ok := p.byTag[string(k)]; ok {
		if err := p.set(d, v, i); err != nil {
			return inMember(err, p.Cases[i].Tag)
		}
		if ok, err := d.more(false, '}'); err != nil {
			return err
		} else if ok {
			return &Error{Got: "several members", Want: p.want, Offset: d.pos}
		}
		return nil
	}
	name := string(k)
	d.pos, d.depth = start, depth
	if p.AlsoInternal == "" {
		return &Error{Got: show(name), Want: p.want, Offset: start}
	}
	tag, err := d.tag(p.AlsoInternal, p.want)
	if e, ok := err.(*Error); ok && e.Got == "" { // say what is there instead
		return &Error{Got: show(name), Want: p.want, Offset: start}
	}
	if err != nil {
		return err
	}
	i, ok := p.byTag[string(tag)]
	if !ok {
		return &Error{Path: p.AlsoInternal, Got: show(string(tag)), Want: p.want, Offset: start}
	}
	return p.set(d, v, i)
}

func (p *unionPlan) decodeUntagged(d *Decoder, v reflect.Value) error {
	d.space()
	pos, depth := d.pos, d.depth
	raw, err := d.Raw()
	if err != nil {
		return err
	}
	d.pos, d.depth = pos, depth
	i, ok := p.byTag[p.Pick(raw)]
	if !ok {
		return p.other(d, v)
	}
	return p.set(d, v, i)
}

// decodeByShape reads the value as the case that fits it best.
func (p *unionPlan) decodeByShape(d *Decoder, v reflect.Value) error {
	d.space()
	pos, depth, outer := d.pos, d.depth, d.passed
	best, end, fewest := reflect.Value{}, pos, 0
	for i, body := range p.bodies {
		d.pos, d.depth, d.passed = pos, depth, 0
		value := reflect.New(p.Cases[i].Type)
		err := body.decode(d, value.Elem())
		if e, ok := err.(*Error); ok && !e.Syntax {
			continue
		} else if err != nil {
			return err
		}
		if !best.IsValid() || d.passed < fewest {
			best, end, fewest = value, d.pos, d.passed
		}
	}
	if !best.IsValid() {
		d.pos, d.depth, d.passed = pos, depth, outer
		return p.other(d, v)
	}
	d.pos, d.depth, d.passed = end, depth, outer+fewest
	v.Set(best)
	return nil
}

// other keeps a value without a tag that is no known case.
func (p *unionPlan) other(d *Decoder, v reflect.Value) error {
	if p.unknown == nil || d.peek() != '{' {
		return d.Mismatch(p.want)
	}
	value := reflect.New(p.Unknown)
	if err := p.unknown.decode(d, value.Elem()); err != nil {
		return err
	}
	v.Set(value)
	return nil
}

// wrap puts the tag of an adjacent or external union around a case that
// stands alone.
func wrap(m *membership, body codec) codec {
	var prefix, suffix string
	if m.union.Style == StyleExternal {
		prefix = string(AppendString([]byte("{"), m.tag)) + ":"
		suffix = "}"
	} else {
		b := append(AppendString([]byte("{"), m.union.Tag), ':')
		b = append(AppendString(b, m.tag), ',')
		prefix = string(AppendString(b, m.union.Content)) + ":"
		suffix = "}"
	}
	return codec{
		want: "object",
		append: func(e encoder, dst []byte, v reflect.Value) ([]byte, error) {
			e, err := e.enter()
			if err != nil {
				return dst, err
			}
			dst, err = body.append(e, append(dst, prefix...), v)
			return append(dst, suffix...), err
		},
		decode: func(d *Decoder, v reflect.Value) error {
			u, err := codecOf(m.union.Type)
			if err != nil {
				return err
			}
			start := d.pos
			value := reflect.New(m.union.Type).Elem()
			if err := u.decode(d, value); err != nil {
				return err
			}
			got := value.Elem().Elem()
			if got.Type() != v.Type() {
				return &Error{Got: "another case", Want: oneOf([]string{m.tag}), Offset: start}
			}
			v.Set(got)
			return nil
		},
		object: body.object,
	}
}

// unknownCodec is for the case of a union that keeps values as they came.
func unknownCodec(t reflect.Type, u *Union) (codec, error) {
	tagField, ok1 := t.FieldByName("Type")
	rawField, ok2 := t.FieldByName("Raw")
	untagged := u.Style == StyleUntagged
	if untagged {
		ok1 = true
	}
	if !ok1 || !ok2 || !untagged && tagField.Type.Kind() != reflect.String || rawField.Type != rawType {
		return codec{}, &InvalidTypeError{Type: t, Reason: "it must have the fields Type string and Raw json.RawMessage"}
	}
	key := string(AppendString([]byte("{"), u.Tag)) + ":"
	return codec{
		want: "object",
		append: func(_ encoder, dst []byte, v reflect.Value) ([]byte, error) {
			if raw := v.FieldByIndex(rawField.Index).Bytes(); raw != nil {
				return AppendRaw(dst, json.RawMessage(raw))
			}
			if untagged {
				return append(dst, "{}"...), nil
			}
			dst = AppendString(append(dst, key...), v.FieldByIndex(tagField.Index).String())
			return append(dst, '}'), nil
		},
		decode: func(d *Decoder, v reflect.Value) error {
			if d.peek() != '{' {
				return d.Mismatch("object")
			}
			if !untagged {
				tag, err := d.tag(u.Tag, "string")
				if err != nil {
					return err
				}
				v.FieldByIndex(tagField.Index).SetString(string(tag))
			}
			raw, err := d.Raw()
			if err != nil {
				return err
			}
			v.FieldByIndex(rawField.Index).SetBytes(slices.Clone(raw))
			return nil
		},
	}, nil
}
