package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// builder turns definitions into declarations.
type builder struct {
	schema *schema
	file   *file
}

// build returns the declarations for a schema.
func build(s *schema, version string) (*file, error) {
	b := &builder{schema: s, file: &file{version: version, byName: map[string]*decl{}}}
	for _, name := range s.names() {
		if err := b.definition(name, s.definitions[name]); err != nil {
			return nil, fmt.Errorf("generate from schema: %w", err)
		}
	}
	if err := b.link(); err != nil {
		return nil, fmt.Errorf("generate from schema: %w", err)
	}
	b.narrow()
	if err := b.listMethods(); err != nil {
		return nil, fmt.Errorf("generate from schema: %w", err)
	}
	b.document()
	return b.file, nil
}

// declare adds a declaration.
func (b *builder) declare(d *decl) (*decl, error) {
	if old := b.file.byName[d.name]; old != nil {
		return nil, fmt.Errorf("%s: the name %s is taken by %s", d.node.pointer, d.name, old.node.pointer)
	}
	if b.schema.definitions[d.name] != nil && !d.defined {
		return nil, fmt.Errorf("%s: the name %s is taken by a definition", d.node.pointer, d.name)
	}
	b.file.byName[d.name] = d
	b.file.types = append(b.file.types, d)
	return d, nil
}

// definition declares the type of a definition.
func (b *builder) definition(name string, n *node) error {
	d := &decl{name: name, defined: true, node: n}
	switch {
	case arbitrary[name] != "":
		d.kind, d.expr = aliasDecl, "json.RawMessage"
	case n.ref != "":
		d.kind, d.expr = aliasDecl, n.ref
	case isID(n):
		d.kind, d.expr = aliasDecl, "wire.ID"
	case n.is("string") && n.enum != nil:
		d.kind, d.values = enumDecl, n.enum
	case n.is("string") && n.constText == nil:
		d.kind, d.expr = definedDecl, "string"
	case n.anyOf != nil:
		return b.union(d, n)
	case b.schema.object(n) != nil:
		return b.structure(d, b.schema.object(n))
	case n.is("object") || n.is("array"):
		d.kind = definedDecl
		if _, err := b.declare(d); err != nil {
			return err
		}
		t, err := b.typeOf(n, name, "Item")
		d.expr = t.expr
		if isMetaObject(name) {
			d.expr = metaMap
		}
		return err
	default:
		return fmt.Errorf("%s: no Go type for this definition", n.pointer)
	}
	_, err := b.declare(d)
	return err
}

const metaMap = "map[string]json.RawMessage"

// isID reports whether n is a string or an integer.
func isID(n *node) bool {
	return len(n.types) == 2 && slices.Contains(n.types, "string") && slices.Contains(n.types, "integer")
}

// form says how a type is left out when a member is optional.
type form int

const (
	byPointer form = iota // needs a pointer
	byNil                 // is nil
	byZero                // has an IsZero method
)

// goType is a type of a field.
type goType struct {
	expr     string
	form     form
	anyValue bool
	nullable bool
}

// typeOf returns the type of the part n that stands in the member of the type
// owner, and declares what has no name yet.
func (b *builder) typeOf(n *node, owner, member string) (goType, error) {
	name := owner + suffixName(member)
	switch {
	case n.ref != "":
		return b.reference(n.ref), nil
	case n.isEmpty():
		return goType{expr: "json.RawMessage", form: byNil, anyValue: true}, nil
	case n.anyOf != nil:
		return b.inlineUnion(n, name)
	case n.is("string") && (n.enum != nil || n.constText != nil):
		values := n.enum
		if n.constText != nil {
			values = []string{*n.constText}
		}
		_, err := b.declare(&decl{name: name, kind: enumDecl, node: n, values: values})
		return goType{expr: name}, err
	case n.is("string"):
		return goType{expr: "string"}, nil
	case n.is("integer"):
		return goType{expr: "int64"}, nil
	case n.is("number"):
		if literalNumbers[owner] {
			return goType{expr: "wire.Number"}, nil
		}
		return goType{expr: "float64"}, nil
	case n.is("boolean"):
		return goType{expr: "bool"}, nil
	case len(n.types) == 2 && n.types[0] == "integer" && n.types[1] == "null":
		return goType{expr: "*int64", nullable: true}, nil
	case isScalar(n):
		return goType{expr: "json.RawMessage", form: byNil}, nil
	case n.is("array"):
		if n.items == nil {
			return goType{}, fmt.Errorf("%s: an array without items", n.pointer)
		}
		item, err := b.typeOf(n.items, owner, member)
		return goType{expr: "[]" + item.expr, form: byNil}, err
	case n.isOpen():
		if member == "_meta" {
			return goType{expr: metaMap, form: byNil}, nil
		}
		return goType{expr: "json.RawMessage", form: byNil}, nil
	case n.is("object") && len(n.properties) == 0:
		value, err := b.typeOf(n.additional, owner, member)
		return goType{expr: "map[string]" + value.expr, form: byNil}, err
	case b.schema.object(n) != nil:
		return b.inlineObject(n, name, member)
	}
	return goType{}, fmt.Errorf("%s: no Go type for this", n.pointer)
}

// isScalar reports whether n is one of several scalar types, without more.
func isScalar(n *node) bool {
	scalars := []string{"string", "integer", "number", "boolean", "null"}
	return len(n.types) > 1 && !slices.ContainsFunc(n.types, func(t string) bool { return !slices.Contains(scalars, t) })
}

// reference returns the type of a definition.
func (b *builder) reference(name string) goType {
	n := b.schema.definitions[name]
	switch {
	case arbitrary[name] != "":
		return goType{expr: name, form: byNil, anyValue: name == "JSONValue"}
	case n.ref != "":
		t := b.reference(n.ref)
		t.expr = name
		return t
	case isID(n):
		return goType{expr: name, form: byZero}
	case n.anyOf != nil:
		return goType{expr: name, form: byNil}
	case n.is("string"), b.schema.object(n) != nil:
		return goType{expr: name}
	}
	return goType{expr: name, form: byNil} // a map or an array
}

// requestMeta is the type of the _meta of requests where that has no name.
const requestMeta = "RequestMeta"

// inlineObject declares the struct of an object without a name. The _meta of
// requests is the same everywhere and declared once; it is open also in the
// versions that forget to say so.
func (b *builder) inlineObject(n *node, name, member string) (goType, error) {
	if member == "_meta" {
		name = requestMeta
		if old := b.file.byName[name]; old != nil {
			if !sameMembers(old.node, n) {
				return goType{}, fmt.Errorf("%s: another form than %s", n.pointer, old.node.pointer)
			}
			return goType{expr: name}, nil
		}
	}
	return goType{expr: name}, b.structure(&decl{name: name, node: n}, b.schema.object(n))
}

func sameMembers(a, b *node) bool {
	return slices.Equal(slices.Sorted(maps.Keys(a.properties)), slices.Sorted(maps.Keys(b.properties))) &&
		slices.Equal(a.required, b.required)
}

// structure declares a struct.
func (b *builder) structure(d *decl, o *node) error {
	d.kind, d.node = structDecl, o
	d.extra = o.additional != nil || isMetaObject(d.name) || d.name == requestMeta
	if o.additional != nil && !o.additional.isEmpty() {
		return fmt.Errorf("%s: properties beside typed additionalProperties", o.pointer)
	}
	if _, err := b.declare(d); err != nil {
		return err
	}
	properties, comments, err := b.members(d.name, o)
	if err != nil {
		return err
	}
	for _, member := range slices.SortedFunc(maps.Keys(properties), memberOrder) {
		n := properties[member]
		required := slices.Contains(o.required, member)
		if required && n.constText != nil {
			d.fixed = append(d.fixed, fixedMember{member: member, value: *n.constText, fill: fills[member]})
			continue
		}
		if required && n.constNumber != nil {
			d.fixed = append(d.fixed, fixedMember{member: member, value: n.constNumber.String(), isInt: true})
			continue
		}
		f := field{name: goName(member), member: member, required: required, comment: comments[member]}
		t, err := b.typeOf(n, d.name, member)
		if err != nil {
			return err
		}
		if what := keptRaw[d.name+"."+member]; what != "" {
			f.comment = what
			if t.expr != "json.RawMessage" {
				d.raws = append(d.raws, rawOf{field: f, target: t.expr})
			}
			t = goType{expr: "json.RawMessage", form: byNil}
		}
		f.expr, f.anyValue, f.nullable = t.expr, t.anyValue, t.nullable
		if !required && t.form == byPointer && !t.nullable {
			f.expr = "*" + t.expr
		}
		if f.nullable && !required {
			return fmt.Errorf("%s: null beside absence", n.pointer)
		}
		if f.comment == "" && member != "_meta" {
			f.comment = limits(n)
		}
		if slices.ContainsFunc(d.fields, func(g field) bool { return g.name == f.name }) || d.extra && f.name == "Extra" {
			return fmt.Errorf("%s: two fields have the name %s", n.pointer, f.name)
		}
		d.fields = append(d.fields, f)
	}
	return nil
}

// memberOrder puts the members in the order of their names, _meta last.
func memberOrder(a, b string) int {
	if (a == "_meta") != (b == "_meta") {
		if a == "_meta" {
			return 1
		}
		return -1
	}
	return strings.Compare(a, b)
}

// members returns the properties of an object with what is added to it, and
// comments on the latter.
func (b *builder) members(name string, o *node) (map[string]*node, map[string]string, error) {
	properties := maps.Clone(o.properties)
	comments := map[string]string{}
	for _, a := range added[name] {
		if properties[a.name] != nil {
			return nil, nil, fmt.Errorf("%s: has the member %s already", o.pointer, a.name)
		}
		n, err := parseNode([]byte(a.schema), o.pointer+"/properties/"+a.name)
		if err != nil {
			return nil, nil, err
		}
		properties[a.name], comments[a.name] = n, a.comment
	}
	if meta := b.lostMeta(name); meta != "" && properties["_meta"] == nil {
		n, err := parseNode([]byte(meta), o.pointer+"/properties/_meta")
		if err != nil {
			return nil, nil, err
		}
		properties["_meta"] = n
	}
	return properties, comments, nil
}

// lostMeta returns the schema of the _meta that the params of a request or a
// notification should have, "" for other types and for versions in which the
// metadata of requests are required and thus in the schema.
func (b *builder) lostMeta(name string) string {
	if b.schema.definitions["RequestMetaObject"] != nil || b.schema.definitions["ProgressToken"] == nil {
		return ""
	}
	switch {
	case strings.HasSuffix(name, "RequestParams"), strings.HasPrefix(name, "ElicitRequest") && strings.HasSuffix(name, "Params"):
		return metaRequest
	case strings.HasSuffix(name, "NotificationParams"):
		return metaNotification
	}
	return ""
}

// limits describes what the type of a member does not say.
func limits(n *node) string {
	switch {
	case n.isEmpty():
		return "any value"
	case n.isOpen():
		return "an object"
	case slices.Contains(n.types, "null"):
		return "null when nil"
	case isScalar(n):
		return "a string, a number or a boolean"
	case n.format == "byte":
		return "in base64"
	case n.format == "uri":
		return "a URI"
	case n.format == "uri-template":
		return "a URI template"
	case n.minimum != nil && n.maximum != nil:
		return fmt.Sprintf("from %s to %s", *n.minimum, *n.maximum)
	case n.minimum != nil:
		return fmt.Sprintf("at least %s", *n.minimum)
	case n.maxItems != nil:
		return fmt.Sprintf("at most %s", *n.maxItems)
	}
	return ""
}
