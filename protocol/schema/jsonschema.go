package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/invopop/jsonschema"
)

// Names of the files with JSON Schema: one with everything, and one a type.
const (
	BundleName = "codex" + jsonSuffix
	jsonSuffix = ".schema.json"
)

// generatedComment marks JSON files that are generated.
const generatedComment = "Generated from the registries of the protocol. Do not edit."

// JSON returns the JSON Schema files (draft 2020-12): the bundle with all types
// below $defs, then a file for each type that refers to its neighbours. They
// describe the app-server protocol, operations, events, model items and the
// lines of recordings. What clients write is described as it is accepted,
// everything else as it is written.
func (p *Protocol) JSON() ([]File, error) {
	names := slices.Sorted(maps.Keys(p.types))
	inside := jsonWriter{ref: func(name string) string { return "#/$defs/" + name }, types: p.types}
	bundle := &jsonschema.Schema{
		Version:     jsonschema.Version,
		Comments:    generatedComment,
		Description: "The messages of the Codex app-server protocol, the operations and events of conversations, and the lines of their recordings. Each type is a definition of its own.",
		Definitions: jsonschema.Definitions{},
	}
	for _, name := range names {
		bundle.Definitions[name] = inside.named(p.types[name])
	}
	files := make([]File, 0, len(names)+1)
	data, err := marshalSchema(bundle)
	if err != nil {
		return nil, fmt.Errorf("write the bundle: %w", err)
	}
	files = append(files, File{Name: BundleName, Data: data})
	beside := jsonWriter{ref: func(name string) string { return name + jsonSuffix }, types: p.types}
	for _, name := range names {
		s := beside.named(p.types[name])
		s.Version, s.Comments = jsonschema.Version, generatedComment
		if data, err = marshalSchema(s); err != nil {
			return nil, fmt.Errorf("write the schema of %s: %w", name, err)
		}
		files = append(files, File{Name: name + jsonSuffix, Data: data})
	}
	return files, nil
}

// marshalSchema returns the indented JSON of s, with <, > and & as they are.
func marshalSchema(s *jsonschema.Schema) ([]byte, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	plain := strings.NewReplacer(`\\`, `\\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(raw))
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(plain), "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// jsonWriter turns forms into JSON Schema.
type jsonWriter struct {
	// ref returns what refers to a named type.
	ref   func(name string) string
	types map[string]*namedType
}

func (w jsonWriter) named(t *namedType) *jsonschema.Schema {
	s := w.schema(t.form)
	s.Description = t.doc
	return s
}

// schema returns a schema that the caller may change.
func (w jsonWriter) schema(form expr) *jsonschema.Schema {
	switch form := form.(type) {
	case nullExpr:
		return &jsonschema.Schema{Type: "null"}
	case boolExpr:
		return &jsonschema.Schema{Type: "boolean"}
	case textExpr:
		if form.format == formatBase64 {
			return &jsonschema.Schema{Type: "string", ContentEncoding: formatBase64}
		}
		return &jsonschema.Schema{Type: "string", Format: form.format}
	case numberExpr:
		return numberSchema(form)
	case enumExpr:
		return enumSchema(form)
	case listExpr:
		return &jsonschema.Schema{Type: "array", Items: w.schema(form.elem)}
	case mapExpr:
		return &jsonschema.Schema{Type: "object", AdditionalProperties: w.schema(form.elem)}
	case refExpr:
		return &jsonschema.Schema{Ref: w.ref(form.name)}
	case *objectExpr:
		return w.object(form)
	case taggedExpr:
		return w.tagged(form)
	case *unionExpr:
		return w.union(form)
	}
	return &jsonschema.Schema{} // any value
}

func enumSchema(form enumExpr) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	if len(form.values) == 1 && !form.open {
		s.Const = form.values[0]
		return s
	}
	for _, v := range form.values {
		s.Enum = append(s.Enum, v)
	}
	if form.open {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, {Type: "string"}}}
	}
	return s
}

func (w jsonWriter) object(form *objectExpr) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Description: form.doc}
	if len(form.members) > 0 {
		s.Properties = jsonschema.NewProperties()
	}
	for _, m := range form.members {
		s.Properties.Set(m.name, w.member(m))
		if !m.optional {
			s.Required = append(s.Required, m.name)
		}
	}
	if form.closed {
		s.AdditionalProperties = jsonschema.FalseSchema
	}
	return s
}

func (w jsonWriter) member(m member) *jsonschema.Schema {
	s := w.schema(m.form)
	if m.nullable {
		s = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s, {Type: "null"}}}
	}
	if m.doc != "" {
		s.Description = m.doc
	}
	return s
}

// tagged describes a tag beside the members of a type. Where that type refuses
// other members, they are written out together.
func (w jsonWriter) tagged(form taggedExpr) *jsonschema.Schema {
	tag := &objectExpr{members: []member{{name: form.tag, form: constant(form.value)}}}
	if form.payload == "" {
		return w.object(tag)
	}
	if payload, ok := w.types[form.payload].form.(*objectExpr); ok && payload.closed {
		tag.closed = true
		tag.members = append(tag.members, payload.members...)
		return w.object(tag)
	}
	s := w.object(tag)
	s.Ref = w.ref(form.payload)
	return s
}

func (w jsonWriter) union(form *unionExpr) *jsonschema.Schema {
	var cases []*jsonschema.Schema
	for _, c := range form.cases {
		cases = append(cases, w.schema(c))
	}
	if form.other != nil {
		cases = append(cases, w.other(form))
	}
	if form.overlap {
		return &jsonschema.Schema{AnyOf: cases}
	}
	return &jsonschema.Schema{OneOf: cases}
}

// other describes the values that are no known case of a union.
func (w jsonWriter) other(form *unionExpr) *jsonschema.Schema {
	o := form.other
	if o.tag == "" {
		return &jsonschema.Schema{Type: "object"}
	}
	known := &jsonschema.Schema{}
	for _, c := range form.cases {
		known.Enum = append(known.Enum, w.tagOf(c, o.tag))
	}
	s := w.object(&objectExpr{members: append([]member{{name: o.tag, form: textExpr{}}}, o.members...)})
	tag, _ := s.Properties.Get(o.tag)
	tag.Not = known
	if o.prefix != "" {
		tag.Pattern = "^" + o.prefix
	}
	return s
}

// tagOf returns the tag of a case, which may be a type of its own.
func (w jsonWriter) tagOf(form expr, tag string) string {
	if ref, ok := form.(refExpr); ok {
		form = w.types[ref.name].form
	}
	value, _ := tagValue(form, tag)
	return value
}

// numberRanges are the smallest and the greatest value of integers.
var numberRanges = sync.OnceValue(func() map[string][2]string {
	return map[string][2]string{
		"int":    {"-9223372036854775808", "9223372036854775807"},
		"int8":   {"-128", "127"},
		"int16":  {"-32768", "32767"},
		"int32":  {"-2147483648", "2147483647"},
		"int64":  {"-9223372036854775808", "9223372036854775807"},
		"uint":   {"0", "18446744073709551615"},
		"uint8":  {"0", "255"},
		"uint16": {"0", "65535"},
		"uint32": {"0", "4294967295"},
		"uint64": {"0", "18446744073709551615"},
	}
})

func numberSchema(form numberExpr) *jsonschema.Schema {
	if limits, ok := numberRanges()[form.format]; ok {
		return &jsonschema.Schema{
			Type: "integer", Format: form.format,
			Minimum: json.Number(limits[0]), Maximum: json.Number(limits[1]),
		}
	}
	return &jsonschema.Schema{Type: "number", Format: form.format}
}
