package main

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
)

// emit returns the Go source of a package, without the header.
func emit(f *file, pkg string) ([]byte, error) {
	var e emitter
	e.line("package %s", pkg)
	body := e.body(f)
	e.line("\nimport (")
	if bytes.Contains(body, []byte("json.RawMessage")) {
		e.line("%q\n", "encoding/json")
	}
	e.line("%q\n)", "github.com/codex-go/codex/mcptypes/wire")
	e.Write(body)
	source, err := format.Source(e.Bytes())
	if err != nil {
		return nil, fmt.Errorf("format the generated source: %w", err)
	}
	return source, nil
}

type emitter struct{ bytes.Buffer }

func (e *emitter) line(format string, args ...any) { fmt.Fprintf(e, format+"\n", args...) }

func (e *emitter) body(f *file) []byte {
	var b emitter
	b.line("\n// SchemaVersion is the version of the schema that the types follow.")
	b.line("const SchemaVersion = %q", f.version)
	b.methods(f)
	for _, d := range f.types {
		b.decl(d)
	}
	b.unknowns(f)
	b.codecs(f)
	return b.Bytes()
}

// methods writes the descriptors of requests and notifications.
func (e *emitter) methods(f *file) {
	e.line("\n// Method is the name of a request whose params are P and whose result is R.")
	e.line("type Method[P, R any] string")
	e.line("\n// NotificationMethod is the name of a notification whose params are P.")
	e.line("type NotificationMethod[P any] string")
	e.line("\n// The requests.\nconst (")
	for _, m := range f.methods {
		if m.result != "" {
			e.line("%s Method[%s, %s] = %q", m.constant, orEmpty(m.params), m.result, m.method)
		}
	}
	e.line(")\n\n// The notifications.\nconst (")
	for _, m := range f.methods {
		if m.result == "" {
			e.line("%s NotificationMethod[%s] = %q", m.constant, orEmpty(m.params), m.method)
		}
	}
	e.line(")")
}

func orEmpty(params string) string {
	if params == "" {
		return "struct{}"
	}
	return params
}

func (e *emitter) decl(d *decl) {
	e.line("")
	for _, l := range d.doc {
		e.line("// %s", l)
	}
	switch d.kind {
	case aliasDecl:
		e.line("type %s = %s", d.name, d.expr)
	case definedDecl:
		e.line("type %s %s", d.name, d.expr)
	case enumDecl:
		e.enum(d)
	case unionDecl:
		e.union(d)
	case structDecl:
		e.structure(d)
	}
}

func (e *emitter) enum(d *decl) {
	e.line("type %s string", d.name)
	e.line("\n// The known values of [%s].\nconst (", d.name)
	names := make([]string, len(d.values))
	for i, v := range d.values {
		names[i] = d.name + goName(v)
		e.line("%s %s = %q", names[i], d.name, v)
	}
	e.line(")")
	if d.strict {
		e.line("\n// Values returns the known values; others cannot be read.")
		e.line("func (%s) Values() []string {\nreturn []string{%s}\n}", d.name, quoted(d.values))
	}
	e.line("\n// Valid reports whether the value is a known one.")
	e.line("func (v %s) Valid() bool {\nswitch v {\ncase %s:\nreturn true\n}\nreturn false\n}", d.name, strings.Join(names, ", "))
}

func quoted(values []string) string {
	q := make([]string, len(values))
	for i, v := range values {
		q[i] = strconv.Quote(v)
	}
	return strings.Join(q, ", ")
}

func (e *emitter) union(d *decl) {
	e.line("type %s interface{ is%s() }", d.name, d.name)
	e.line("")
	for _, c := range d.cases {
		e.line("func (*%s) is%s() {}", c.name, d.name)
	}
	if d.unknown != "" {
		e.line("func (*%s) is%s() {}", d.unknown, d.name)
	}
	shape := "wire.ByShape()"
	if d.tag != "" {
		shape = fmt.Sprintf("wire.Internal(%q)", d.tag)
	}
	e.line("\nvar _ = wire.Register[%s](%s,", d.name, shape)
	for _, c := range d.cases {
		e.line("wire.Of[%s](%q),", c.name, c.tag)
	}
	if d.unknown != "" {
		e.line("wire.Unknown[%s](),", d.unknown)
	}
	e.line(")")
}

func (e *emitter) structure(d *decl) {
	if len(d.fixed)+len(d.fields) == 0 && !d.extra {
		e.line("type %s struct{}", d.name)
		return
	}
	e.line("type %s struct {", d.name)
	for _, f := range d.fixed {
		kind := "const"
		switch {
		case f.isInt:
			kind = "int"
		case f.fill:
			kind = "fill"
		}
		e.line("_ struct{} `wire:\"%s=%s:%s\"`", kind, f.member, f.value)
	}
	for _, f := range d.fields {
		tag := fmt.Sprintf(`json:"%s"`, f.member)
		if !f.required {
			tag = fmt.Sprintf(`json:"%s,omitzero"`, f.member)
		}
		if f.anyValue {
			tag += ` wire:"any"`
		}
		comment := ""
		if f.comment != "" {
			comment = " // " + f.comment
		}
		e.line("%s %s `%s`%s", f.name, f.expr, tag, comment)
	}
	if d.extra {
		e.line("Extra map[string]json.RawMessage `wire:\"extra\"` // all other members")
	}
	e.line("}")
	for _, r := range d.raws {
		e.line("\n// Parse%[1]s returns the parts of the member %[2]s that the schema of MCP knows.", r.field.name, r.field.member)
		e.line("func (v *%s) Parse%s() (*%s, error) {", d.name, r.field.name, r.target)
		e.line("parsed := new(%s)", r.target)
		e.line("if err := wire.UnmarshalAt(%q, v.%s, parsed); err != nil {\nreturn nil, err\n}\nreturn parsed, nil\n}", r.field.member, r.field.name)
	}
}

// unknowns writes the types that keep what is not known.
func (e *emitter) unknowns(f *file) {
	used := func(name string) bool {
		return slices.ContainsFunc(f.types, func(d *decl) bool { return d.unknown == name })
	}
	if used(unknownTyped) {
		e.line("\n// Unknown is a value of a type that the schema does not know, as it came.")
		e.line("type %s struct {\nType string\nRaw json.RawMessage\n}", unknownTyped)
	}
	if used(unknownNotification) {
		e.line("\n// UnknownNotification is a notification that the schema does not know, as it\n// came. Type is its method.")
		e.line("type %s struct {\nType string\nRaw json.RawMessage\n}", unknownNotification)
	}
	if used(unknownObject) {
		e.line("\n// UnknownObject is an object that is no case of its union, as it came.")
		e.line("type %s struct{ Raw json.RawMessage }", unknownObject)
	}
}

// codecs writes the methods that give every type its wire form under
// encoding/json.
func (e *emitter) codecs(f *file) {
	var names []string
	for _, d := range f.types {
		if d.kind == structDecl || d.kind == definedDecl && d.expr != "string" {
			names = append(names, d.name)
		}
	}
	for _, u := range []string{unknownTyped, unknownNotification, unknownObject} {
		if slices.ContainsFunc(f.types, func(d *decl) bool { return d.unknown == u }) {
			names = append(names, u)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		e.line("\n// AppendJSON appends the wire form.")
		e.line("func (v *%s) AppendJSON(dst []byte) ([]byte, error) { return wire.Append(dst, v) }", name)
		e.line("\n// MarshalJSON returns the wire form.")
		e.line("func (v %s) MarshalJSON() ([]byte, error) { return wire.Append(nil, &v) }", name)
		e.line("\n// UnmarshalJSON reads the wire form.")
		e.line("func (v *%s) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, v) }", name)
	}
}
