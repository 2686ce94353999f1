package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// sampler makes JSON values that follow a schema.
type sampler struct {
	schema *schema
	// full includes members that are not required.
	full bool
	// choice is the number of the alternative that is taken where there are
	// several.
	choice int
	// most is the largest number of alternatives met.
	most  int
	depth int
}

// emitSamples returns a test file with values of every definition.
func emitSamples(s *schema, f *file, pkg string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "package %s\n\n", pkg)
	b.WriteString("// sample is a value of a definition of the schema.\ntype sample struct {\n" +
		"\tdefinition string\n\tnewTarget func() any\n\tjson string\n\trequired []string // members that must not be missing\n}\n\n")
	b.WriteString("var samples = []sample{\n")
	for _, name := range s.names() {
		required, err := requiredMembers(s, f, name)
		if err != nil {
			return nil, err
		}
		texts, err := samplesOf(s, f, name)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			fmt.Fprintf(&b, "\t{%q, func() any { return new(%s) }, `%s`, %#v},\n", name, name, text, required)
		}
	}
	b.WriteString("}\n")
	source, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("format the samples: %w", err)
	}
	return source, nil
}

// samplesOf returns different values of a definition: with only what is
// required, and with everything and each of the alternatives.
func samplesOf(s *schema, f *file, name string) ([]string, error) {
	var texts []string
	for _, full := range []bool{false, true} {
		p := &sampler{schema: s, full: full, most: 1}
		for ; p.choice < p.most; p.choice++ {
			text, err := encoded(p.value(&node{ref: name}, name))
			if err != nil {
				return nil, fmt.Errorf("encode a sample of %s: %w", name, err)
			}
			if !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	if d := f.byName[name]; d != nil && d.unknown != "" {
		tag := d.tag
		if tag == "" {
			tag = "kind"
		}
		texts = append(texts, fmt.Sprintf(`{%q:"x-unknown","more":[1.0,null]}`, tag))
	}
	return texts, nil
}

// encoded returns the JSON of a sample, which a raw string of Go can hold.
func encoded(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// requiredMembers returns the members of a definition without which reading
// fails.
func requiredMembers(s *schema, f *file, name string) ([]string, error) {
	d := f.byName[name]
	if d == nil {
		return nil, fmt.Errorf("%s: not declared", name)
	}
	if d.kind != structDecl {
		return nil, nil
	}
	o := s.object(s.definitions[name])
	required := slices.Sorted(slices.Values(o.required))
	return slices.DeleteFunc(required, func(member string) bool {
		for _, f := range d.fixed {
			if f.member == member && f.fill {
				return true
			}
		}
		for _, f := range d.fields {
			if f.member == member && f.nullable {
				return true
			}
		}
		return false
	}), nil
}

// value returns a value of n, which stands in the definition named owner.
func (p *sampler) value(n *node, owner string) any {
	p.depth++
	defer func() { p.depth-- }()
	if n.ref != "" {
		if arbitrary[n.ref] != "" {
			return p.arbitrary(n.ref)
		}
		return p.value(p.schema.definitions[n.ref], n.ref)
	}
	switch {
	case n.anyOf != nil:
		return p.value(n.anyOf[p.alternative(len(n.anyOf))], owner)
	case n.constText != nil:
		return *n.constText
	case n.constNumber != nil:
		return *n.constNumber
	case n.enum != nil:
		return n.enum[p.alternative(len(n.enum))]
	case isID(n):
		return []any{"id-7", json.Number("7"), json.Number("-9223372036854775808")}[p.alternative(3)]
	case len(n.types) > 1:
		return p.scalar(n.types[p.alternative(len(n.types))])
	case n.isEmpty():
		return []any{nil, json.RawMessage(`{"b":1,"a":[2.0,"<&>"]}`), "x"}[p.alternative(3)]
	case n.is("array"):
		if p.depth > 12 {
			return []any{}
		}
		return []any{p.value(n.items, owner)}
	case n.isOpen():
		return json.RawMessage(`{"x-b":true,"x-a":{"n":2.0}}`)
	}
	if o := p.schema.object(n); o != nil {
		return p.object(o, owner)
	}
	switch {
	case n.is("object"):
		return map[string]any{"x-key": p.value(n.additional, owner)}
	case n.format == "byte":
		return "AAEC/w=="
	case n.format == "uri":
		return "file:///folder/a%20b"
	case n.minimum != nil && n.is("number"):
		return json.Number("0.25")
	}
	return p.scalar(n.types[0])
}

// alternative picks one of n alternatives.
func (p *sampler) alternative(n int) int {
	p.most = max(p.most, n)
	return p.choice % n
}

func (p *sampler) scalar(t string) any {
	switch t {
	case "string":
		return "text " + strconv.Itoa(p.depth) + " \"ü\u2028<&>"
	case "integer":
		return json.Number("12345678901234567")
	case "number":
		return json.Number("1.5")
	case "boolean":
		return p.depth%2 == 0
	}
	return nil
}

func (p *sampler) arbitrary(name string) any {
	switch name {
	case "JSONObject":
		return json.RawMessage(`{"x-b":null,"x-a":[1e2]}`)
	case "JSONArray":
		return json.RawMessage(`[1,null,{"x":2.0}]`)
	}
	return []any{json.RawMessage(`{"x":[null]}`), nil, json.Number("1e400")}[p.alternative(3)]
}

func (p *sampler) object(o *node, owner string) any {
	members := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(o.properties)) {
		if p.full || slices.Contains(o.required, name) {
			members[name] = p.value(o.properties[name], owner)
		}
	}
	if p.full && (o.additional != nil || isMetaObject(owner)) {
		members["x-extra"] = json.RawMessage(`{"z":1,"a":[2.0]}`)
	}
	if p.full {
		for _, a := range added[owner] {
			members[a.name] = "added"
		}
	}
	return members
}
