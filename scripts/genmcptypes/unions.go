package main

import (
	"fmt"
	"slices"
	"strings"
)

// union declares the sum type of a named anyOf.
func (b *builder) union(d *decl, n *node) error {
	d.kind, d.node = unionDecl, n
	for _, part := range n.anyOf {
		name := part.ref
		for name != "" && b.schema.definitions[name].ref != "" {
			name = b.schema.definitions[name].ref
		}
		if part.is("array") || name != "" && b.schema.object(b.schema.definitions[name]) == nil {
			// Only structs can be cases. JSON-RPC batches are the one use.
			d.kind, d.expr, d.cases = aliasDecl, "json.RawMessage", nil
			_, err := b.declare(d)
			return err
		}
		if name == "" {
			return fmt.Errorf("%s: a case without a name", part.pointer)
		}
		if !slices.ContainsFunc(d.cases, func(c unionCase) bool { return c.name == name }) {
			d.cases = append(d.cases, unionCase{name: name, tag: name})
		}
	}
	if _, err := b.declare(d); err != nil {
		return err
	}
	b.tagUnion(d)
	return nil
}

// inlineUnion returns the type of an anyOf without a name.
func (b *builder) inlineUnion(n *node, name string) (goType, error) {
	var refs []string
	var list *node
	scalars := true
	for _, part := range n.anyOf {
		switch {
		case part.ref != "":
			refs = append(refs, part.ref)
			scalars = false
		case isScalar(part), part.is("string"), part.is("number"), part.is("boolean"):
		case part.is("array") && part.items != nil && list == nil:
			list = part
			scalars = scalars && part.items.is("string")
		default:
			return goType{}, fmt.Errorf("%s: no Go type for this case", part.pointer)
		}
	}
	switch {
	case scalars:
		return goType{expr: "json.RawMessage", form: byNil}, nil
	case list != nil:
		of := list.items.ref
		if of == "" || !b.sameCases(of, refs) || len(n.anyOf) != len(refs)+1 {
			return goType{}, fmt.Errorf("%s: a list of something else than the other cases", list.pointer)
		}
		return goType{expr: "wire.OneOrMany[" + of + "]"}, nil
	case len(refs) != len(n.anyOf):
		return goType{}, fmt.Errorf("%s: scalars beside objects", n.pointer)
	case len(refs) == 1:
		return b.reference(refs[0]), nil
	}
	return goType{expr: name, form: byNil}, b.union(&decl{name: name}, n)
}

// sameCases reports whether the union has just these cases.
func (b *builder) sameCases(union string, refs []string) bool {
	n := b.schema.definitions[union]
	if len(n.anyOf) != len(refs) {
		return false
	}
	return !slices.ContainsFunc(n.anyOf, func(part *node) bool { return !slices.Contains(refs, part.ref) })
}

// tagUnion finds the member that tells the cases of a union apart: one that is
// required in all of them and has a text of its own in each.
func (b *builder) tagUnion(d *decl) {
	for _, tag := range []string{"method", "type"} {
		texts := make([]string, 0, len(d.cases))
		for _, c := range d.cases {
			o := b.schema.object(b.schema.definitions[c.name])
			p := o.properties[tag]
			if p == nil || p.constText == nil || !slices.Contains(o.required, tag) || slices.Contains(texts, *p.constText) {
				break
			}
			texts = append(texts, *p.constText)
		}
		if len(texts) < len(d.cases) {
			continue
		}
		d.tag = tag
		for i := range d.cases {
			d.cases[i].tag = texts[i]
		}
		break
	}
	switch {
	case d.tag == "type":
		d.unknown = unknownTyped
	case d.tag == "method" && strings.HasSuffix(d.name, "Notification"):
		d.unknown = unknownNotification
	case d.tag == "":
		d.unknown = unknownObject
	}
}

// The types that keep what is no known case, each with the member that has its
// tag.
const (
	unknownTyped        = "Unknown"
	unknownNotification = "UnknownNotification"
	unknownObject       = "UnknownObject"
)

// link tells the structs which unions they are cases of, and takes the tags out
// of their members: the union writes them.
func (b *builder) link() error {
	for _, u := range b.file.types {
		for _, c := range u.cases {
			d := b.file.byName[c.name]
			if d == nil || d.kind != structDecl {
				return fmt.Errorf("%s: the case %s is no struct", u.node.pointer, c.name)
			}
			d.unions = append(d.unions, u)
		}
	}
	for _, d := range b.file.types {
		tags := map[string]bool{}
		for _, u := range d.unions {
			tags[u.tag] = true
		}
		if len(tags) > 1 {
			return fmt.Errorf("%s: a case of unions with different tags", d.node.pointer)
		}
		d.fixed = slices.DeleteFunc(d.fixed, func(f fixedMember) bool { return tags[f.member] })
		for i, f := range d.fixed {
			// What is no case of anything cannot be mistaken for another: a value
			// that differs does no harm, except in requests.
			if !f.isInt && len(d.unions) == 0 && f.member != "method" {
				d.fixed[i].fill = true
			}
		}
	}
	return nil
}

// narrow makes the enums strict by which a case of a union without a tag
// differs from other cases: where those have a text, it has one of several.
func (b *builder) narrow() {
	for _, u := range b.file.types {
		if u.kind != unionDecl || u.tag != "" {
			continue
		}
		fixed := map[string]bool{}
		for _, c := range u.cases {
			for _, f := range b.file.byName[c.name].fixed {
				fixed[f.member] = true
			}
		}
		for _, c := range u.cases {
			for _, f := range b.file.byName[c.name].fields {
				if e := b.file.byName[f.expr]; fixed[f.member] && f.required && e != nil && e.kind == enumDecl {
					e.strict = true
				}
			}
		}
	}
}

// listMethods finds the requests and notifications with their params and
// results.
func (b *builder) listMethods() error {
	for _, d := range b.file.types {
		if !d.defined || d.kind != structDecl {
			continue
		}
		p := d.node.properties["method"]
		if p == nil || p.constText == nil {
			continue
		}
		m := method{method: *p.constText}
		if i := slices.IndexFunc(d.fields, func(f field) bool { return f.member == "params" }); i >= 0 {
			m.params = strings.TrimPrefix(d.fields[i].expr, "*")
		}
		if base, ok := strings.CutSuffix(d.name, "Request"); ok {
			m.constant, m.result = "Method"+base, b.resultOf(base)
			if m.result == "" {
				return fmt.Errorf("%s: there is no result for it", d.node.pointer)
			}
		} else if base, ok := strings.CutSuffix(d.name, "Notification"); ok && base != "Client" && base != "Server" {
			m.constant = "Notification" + base
		} else {
			continue
		}
		b.file.methods = append(b.file.methods, m)
	}
	return nil
}

// resultOf returns the type that answers a request: what its response says, or
// the definition that is named so, or the result without members.
func (b *builder) resultOf(base string) string {
	if d := b.file.byName[base+"ResultResponse"]; d != nil {
		for _, f := range d.fields {
			if f.member == "result" {
				return f.expr
			}
		}
	}
	for _, name := range []string{base + "Result", "EmptyResult", "Result"} {
		if b.file.byName[name] != nil {
			return name
		}
	}
	return ""
}
