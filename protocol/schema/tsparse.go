package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ReadError tells about a file of another release that cannot be read.
type ReadError struct {
	Path string
	Err  error
}

// Error names the file.
func (e *ReadError) Error() string { return fmt.Sprintf("read %s: %v", e.Path, e.Err) }

// Unwrap returns what is wrong with the file.
func (e *ReadError) Unwrap() error { return e.Err }

// readError returns a [*ReadError] that names path once.
func readError(path string, err error) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return &ReadError{path, err}
}

// errNone tells that a folder holds nothing that was generated.
var errNone = errors.New("no generated files are there")

// maxDepth bounds how deep the types of a file may be nested.
const maxDepth = 200

// readTypeScript returns the types that the generated files in dir declare, also
// of the reference and after Prettier.
func readTypeScript(dir string) (map[string]expr, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, readError(dir, err)
	}
	types := map[string]expr{}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.Name() == "index.ts" || filepath.Ext(path) != ".ts" || e.Type()&fs.ModeType != 0 {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, readError(path, err)
		}
		if !IsGeneratedTypeScript(data) {
			continue
		}
		if err := parseTypeScript(string(data), types); err != nil {
			return nil, &ReadError{path, err}
		}
	}
	if len(types) == 0 {
		return nil, &ReadError{dir, errNone}
	}
	return types, nil
}

// parseTypeScript adds the types that text declares.
func parseTypeScript(text string, types map[string]expr) error {
	p := tsParser{tsTokens: tsTokens{text: text, line: 1}}
	if err := p.next(); err != nil {
		return err
	}
	for p.token != "" {
		if ok, err := p.take("import"); err != nil {
			return err
		} else if ok {
			for p.token != ";" {
				if p.token == "" {
					return p.syntaxError(";")
				}
				if err := p.next(); err != nil {
					return err
				}
			}
			if err := p.next(); err != nil {
				return err
			}
			continue
		}
		name, form, err := p.declaration()
		if err != nil {
			return err
		}
		if types[name] != nil {
			return fmt.Errorf("%s is declared twice", name)
		}
		types[name] = form
	}
	return nil
}

// tsParser reads the part of TypeScript in which types are generated.
type tsParser struct {
	tsTokens
	depth int
}

// declaration reads export type Name = form;
func (p *tsParser) declaration() (string, expr, error) {
	if err := p.expect("export"); err != nil {
		return "", nil, err
	}
	if err := p.expect("type"); err != nil {
		return "", nil, err
	}
	if !p.word() {
		return "", nil, p.syntaxError("a name")
	}
	name := p.token
	if err := p.next(); err != nil {
		return "", nil, err
	}
	if err := p.expect("="); err != nil {
		return "", nil, err
	}
	form, err := p.form()
	if err != nil {
		return "", nil, err
	}
	return name, form, p.expect(";")
}

// form reads forms with | between them.
func (p *tsParser) form() (expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("line %d: nested too deep", p.line)
	}
	defer func() { p.depth-- }()
	if _, err := p.take("|"); err != nil {
		return nil, err
	}
	var cases []expr
	for {
		form, err := p.both()
		if err != nil {
			return nil, err
		}
		cases = append(cases, form)
		if ok, err := p.take("|"); err != nil {
			return nil, err
		} else if !ok {
			return anyOf(cases), nil
		}
	}
}

// anyOf joins forms into one: texts become an enum, unions of unions one.
func anyOf(cases []expr) expr {
	if len(cases) == 1 {
		return cases[0]
	}
	var values []string
	var flat []expr
	for _, c := range cases {
		switch c := c.(type) {
		case enumExpr:
			values = append(values, c.values...)
		case *unionExpr:
			flat = append(flat, c.cases...)
		default:
			flat = append(flat, c)
		}
	}
	if values != nil {
		flat = append([]expr{enumExpr{values: values}}, flat...)
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return &unionExpr{cases: flat}
}

// both reads forms with & between them: a tag and its payload.
func (p *tsParser) both() (expr, error) {
	form, err := p.one()
	if err != nil {
		return nil, err
	}
	if ok, err := p.take("&"); !ok || err != nil {
		return form, err
	}
	payload, err := p.one()
	if err != nil {
		return nil, err
	}
	tag, ok := form.(*objectExpr)
	ref, ok2 := payload.(refExpr)
	if ok && ok2 && len(tag.members) == 1 {
		if value, ok := tag.members[0].form.(enumExpr); ok && len(value.values) == 1 {
			return taggedExpr{tag: tag.members[0].name, value: value.values[0], payload: ref.name}, nil
		}
	}
	return nil, fmt.Errorf("line %d: only a tag can be joined with a type", p.line)
}

// one reads a form without operators, and the brackets behind it.
func (p *tsParser) one() (expr, error) {
	form, err := p.primary()
	for err == nil && p.token == "[" {
		if err = p.next(); err == nil {
			err = p.expect("]")
		}
		form = listExpr{elem: form}
	}
	return form, err
}

func (p *tsParser) primary() (expr, error) {
	if text, ok := p.quoted(); ok {
		return constant(text), p.next()
	}
	switch p.token {
	case "(":
		if err := p.next(); err != nil {
			return nil, err
		}
		form, err := p.form()
		if err != nil {
			return nil, err
		}
		return form, p.expect(")")
	case "{":
		return p.object()
	}
	if !p.word() {
		return nil, p.syntaxError("a type")
	}
	name := p.token
	if err := p.next(); err != nil {
		return nil, err
	}
	switch name {
	case "string":
		return textExpr{}, nil
	case "boolean":
		return boolExpr{}, nil
	case "number":
		return numberExpr{}, nil
	case "bigint":
		return numberExpr{format: name}, nil
	case "null":
		return nullExpr{}, nil
	case "undefined":
		return absentExpr{}, nil
	case "unknown", "any", "JsonValue":
		return anyExpr{}, nil
	case "Array", "Record":
		return p.generic(name)
	}
	return refExpr{name: name}, nil
}

// generic reads the arguments of Array and Record.
func (p *tsParser) generic(name string) (expr, error) {
	if err := p.expect("<"); err != nil {
		return nil, err
	}
	if name == "Record" {
		if err := p.expect("string"); err != nil {
			return nil, err
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
		if ok, err := p.take("never"); err != nil {
			return nil, err
		} else if ok {
			return &objectExpr{}, p.expect(">")
		}
	}
	elem, err := p.form()
	if err != nil {
		return nil, err
	}
	if name == "Record" {
		return mapExpr{elem: elem}, p.expect(">")
	}
	return listExpr{elem: elem}, p.expect(">")
}

// object reads members, or the form of a map.
func (p *tsParser) object() (expr, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.token == "[" {
		return p.mapping()
	}
	form := &objectExpr{}
	for p.token != "}" {
		m, err := p.member()
		if err != nil {
			return nil, err
		}
		if _, absent := m.form.(absentExpr); !absent {
			form.members = append(form.members, m)
		}
		if p.token == "," || p.token == ";" {
			if err := p.next(); err != nil {
				return nil, err
			}
		} else if p.token != "}" {
			return nil, p.syntaxError("a comma or }")
		}
	}
	return form, p.next()
}

func (p *tsParser) member() (member, error) {
	name, ok := p.quoted()
	if !ok {
		if !p.word() {
			return member{}, p.syntaxError("a member")
		}
		name = p.token
	}
	m := member{name: name}
	err := p.next()
	if err != nil {
		return member{}, err
	}
	if m.optional, err = p.take("?"); err != nil {
		return member{}, err
	}
	if err := p.expect(":"); err != nil {
		return member{}, err
	}
	form, err := p.form()
	if err != nil {
		return member{}, err
	}
	m.form, m.nullable = withoutNull(form)
	return m, nil
}

// withoutNull takes null out of the cases of a form.
func withoutNull(form expr) (expr, bool) {
	u, ok := form.(*unionExpr)
	if !ok {
		return form, false
	}
	var cases []expr
	for _, c := range u.cases {
		if _, null := c.(nullExpr); !null {
			cases = append(cases, c)
		}
	}
	if len(cases) == len(u.cases) {
		return form, false
	}
	if len(cases) == 1 {
		if _, isAny := cases[0].(anyExpr); isAny {
			return cases[0], false // null is among the values
		}
	}
	return anyOf(cases), true
}

// mapping reads [key in string]?: form }, or [key: string]: form }.
func (p *tsParser) mapping() (expr, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if !p.word() {
		return nil, p.syntaxError("the name of the key")
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.token != "in" && p.token != ":" {
		return nil, p.syntaxError("in")
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if err := p.expect("string"); err != nil {
		return nil, err
	}
	if err := p.expect("]"); err != nil {
		return nil, err
	}
	if _, err := p.take("?"); err != nil {
		return nil, err
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	elem, err := p.form()
	if err != nil {
		return nil, err
	}
	if p.token == "," || p.token == ";" {
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	return mapExpr{elem: elem}, p.expect("}")
}
