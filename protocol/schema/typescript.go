package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tsHeaderLine begins every generated TypeScript file. Clients look for it.
const tsHeaderLine = "// GENERATED CODE! DO NOT MODIFY BY HAND!"

// JSONValueName is the one TypeScript file in a folder of its own, which has no
// header and is not part of the index.
const JSONValueName = "serde_json/JsonValue.ts"

const jsonValueFile = `/** Any JSON value. */
export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]?: JsonValue } | null;
`

// TypeScript returns the TypeScript files of the app-server protocol: one for
// each type, index.ts, and [JSONValueName]. (spec: app-server, TypeScript
// generation)
//
// The package documentation lists where they differ from those of Codex 0.44.
func (p *Protocol) TypeScript() []File {
	var files []File
	var index strings.Builder
	index.WriteString(tsHeaderLine + "\n\n")
	for _, name := range slices.Sorted(maps.Keys(p.appServer)) {
		files = append(files, File{Name: name + ".ts", Data: tsFile(p.types[name])})
		index.WriteString(`export type { ` + name + ` } from "./` + name + `";` + "\n")
	}
	return append(files, File{Name: "index.ts", Data: []byte(index.String())}, File{Name: JSONValueName, Data: []byte(jsonValueFile)})
}

// tsFile returns the file of one type.
func tsFile(t *namedType) []byte {
	w := tsWriter{imports: map[string]bool{}}
	doc := tsDoc(t.doc, "")
	body := w.declaration("export type "+t.name+" =", t.form)
	var b strings.Builder
	b.WriteString(tsHeaderLine + "\n\n")
	delete(w.imports, "./"+t.name)
	for _, path := range slices.Sorted(maps.Keys(w.imports)) {
		_, name, _ := cutLast(path, "/")
		b.WriteString("import type { " + name + ` } from "` + path + `";` + "\n")
	}
	if len(w.imports) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(doc + body + ";\n")
	return []byte(b.String())
}

// tsWidth is the length beyond which a form is written over several lines.
const tsWidth = 110

// tsWriter turns forms into TypeScript.
type tsWriter struct {
	// imports are the paths of the modules that are needed.
	imports map[string]bool
}

// declaration returns head and the form behind it.
func (w *tsWriter) declaration(head string, form expr) string {
	if u, ok := form.(*unionExpr); ok {
		if line := head + " " + w.form(form, "", 0); !strings.Contains(line, "\n") && utf8.RuneCountInString(line) < tsWidth {
			return line
		}
		var b strings.Builder
		b.WriteString(head)
		for _, c := range u.cases {
			b.WriteString("\n")
			if o, ok := c.(*objectExpr); ok {
				b.WriteString(tsDoc(o.doc, "  "))
			}
			b.WriteString("  | " + w.form(c, "    ", 0))
		}
		return b.String()
	}
	return head + " " + w.form(form, "", len(head)+1)
}

// form returns a form whose lines after the first begin with indent; its first
// line begins used columns behind that.
func (w *tsWriter) form(form expr, indent string, used int) string {
	switch form := form.(type) {
	case nullExpr:
		return "null"
	case absentExpr:
		return "undefined"
	case boolExpr:
		return "boolean"
	case textExpr:
		return "string"
	case numberExpr:
		return "number"
	case enumExpr:
		quoted := make([]string, len(form.values))
		for i, v := range form.values {
			quoted[i] = strconv.Quote(v)
		}
		return strings.Join(quoted, " | ")
	case listExpr:
		return "Array<" + w.form(form.elem, indent, used) + ">"
	case mapExpr:
		return "{ [key in string]?: " + w.form(form.elem, indent, used) + " }"
	case refExpr:
		return w.ref(form.name)
	case taggedExpr:
		tag := "{ " + strconv.Quote(form.tag) + ": " + strconv.Quote(form.value) + " }"
		if form.payload != "" {
			tag += " & " + w.ref(form.payload)
		}
		return tag
	case *objectExpr:
		return w.object(form, indent, used)
	case *unionExpr:
		cases := make([]string, len(form.cases))
		for i, c := range form.cases {
			cases[i] = w.form(c, indent, used)
		}
		return strings.Join(cases, " | ")
	}
	w.imports["./serde_json/JsonValue"] = true
	return "JsonValue"
}

func (w *tsWriter) ref(name string) string {
	w.imports["./"+name] = true
	return name
}

// object returns an object: on one line when it fits and its members have no
// texts.
func (w *tsWriter) object(form *objectExpr, indent string, used int) string {
	if len(form.members) == 0 {
		return "Record<string, never>"
	}
	inner := indent + "  "
	short := true
	lines := make([]string, len(form.members))
	for i, m := range form.members {
		lines[i] = w.member(m, inner) + ","
		short = short && m.doc == "" && !strings.Contains(lines[i], "\n")
	}
	if line := "{ " + strings.Join(lines, " ") + " }"; short && len(indent)+used+utf8.RuneCountInString(line) < tsWidth {
		return line
	}
	var b strings.Builder
	b.WriteString("{\n")
	for i, m := range form.members {
		b.WriteString(tsDoc(m.doc, inner) + inner + lines[i] + "\n")
	}
	b.WriteString(indent + "}")
	return b.String()
}

func (w *tsWriter) member(m member, indent string) string {
	name := m.name
	if e, ok := m.form.(enumExpr); ok && len(e.values) == 1 || !isIdentifier(name) {
		name = strconv.Quote(name)
	}
	if m.optional {
		name += "?"
	}
	form := w.form(m.form, indent, len(name)+2)
	if m.nullable {
		form += " | null"
	}
	return name + ": " + form
}

// isIdentifier reports whether a member can be written without quotes.
func isIdentifier(name string) bool {
	for i, r := range name {
		letter := r == '_' || r == '$' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// tsDoc returns text as a comment whose lines begin with indent, or "".
func tsDoc(text, indent string) string {
	if text == "" {
		return ""
	}
	const width = 78
	text = strings.ReplaceAll(text, "*/", "* /")
	if line := indent + "/** " + text + " */"; utf8.RuneCountInString(line) <= width && !strings.Contains(text, "\n") {
		return line + "\n"
	}
	var b strings.Builder
	b.WriteString(indent + "/**\n")
	for i, paragraph := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString(indent + " *\n")
		}
		line := indent + " *"
		for _, w := range strings.Fields(paragraph) {
			if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > width && line != indent+" *" {
				b.WriteString(line + "\n")
				line = indent + " *"
			}
			line += " " + w
		}
		b.WriteString(line + "\n")
	}
	b.WriteString(indent + " */\n")
	return b.String()
}
