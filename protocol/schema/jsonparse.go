package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// readJSON returns the types in the bundle that another release wrote to dir.
func readJSON(dir string) (map[string]expr, error) {
	path := filepath.Join(dir, BundleName)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, readError(path, err)
	}
	types, err := parseJSON(data)
	if err != nil {
		return nil, &ReadError{path, err}
	}
	if len(types) == 0 {
		return nil, &ReadError{path, errNone}
	}
	return types, nil
}

// parseJSON returns the types of a bundle.
func parseJSON(data []byte) (map[string]expr, error) {
	var bundle jsonschema.Schema
	if err := json.Unmarshal(data, &bundle); err != nil {
		return nil, err
	}
	types := map[string]expr{}
	for _, name := range slices.Sorted(maps.Keys(bundle.Definitions)) {
		form, err := schemaForm(bundle.Definitions[name], 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		types[name] = form
	}
	return types, nil
}

// schemaForm returns the form that a schema describes, which this package
// wrote.
func schemaForm(s *jsonschema.Schema, depth int) (expr, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested too deep")
	}
	switch {
	case s == nil:
		return nil, fmt.Errorf("a schema is missing")
	case s.Ref != "":
		return refForm(s)
	case len(s.AnyOf) > 0:
		return casesForm(s.AnyOf, true, depth)
	case len(s.OneOf) > 0:
		return casesForm(s.OneOf, false, depth)
	}
	switch s.Type {
	case "null":
		return nullExpr{}, nil
	case "boolean":
		return boolExpr{}, nil
	case "string":
		return stringForm(s), nil
	case "integer", "number":
		return numberExpr{format: s.Format}, nil
	case "array":
		elem, err := schemaForm(s.Items, depth+1)
		return listExpr{elem: elem}, err
	case "object":
		return objectForm(s, depth)
	case "":
		return anyExpr{}, nil
	}
	return nil, fmt.Errorf("the type %q is not known", s.Type)
}

// refForm is a type, or its members beside a tag.
func refForm(s *jsonschema.Schema) (expr, error) {
	name := strings.TrimSuffix(s.Ref[strings.LastIndex(s.Ref, "/")+1:], jsonSuffix)
	if s.Properties.Len() == 0 {
		return refExpr{name: name}, nil
	}
	pair := s.Properties.Oldest()
	if s.Properties.Len() > 1 || pair.Value == nil {
		return nil, fmt.Errorf("more than a tag stands beside %s", name)
	}
	value, ok := pair.Value.Const.(string)
	if !ok {
		return nil, fmt.Errorf("no tag stands beside %s", name)
	}
	return taggedExpr{tag: pair.Key, value: value, payload: name}, nil
}

func stringForm(s *jsonschema.Schema) expr {
	if text, ok := s.Const.(string); ok {
		return constant(text)
	}
	if len(s.Enum) > 0 {
		var e enumExpr
		for _, v := range s.Enum {
			if text, ok := v.(string); ok {
				e.values = append(e.values, text)
			}
		}
		return e
	}
	if s.ContentEncoding != "" {
		return textExpr{format: s.ContentEncoding}
	}
	return textExpr{format: s.Format}
}

// casesForm is a union, an open enum, or what may be null.
func casesForm(schemas []*jsonschema.Schema, overlap bool, depth int) (expr, error) {
	form := &unionExpr{overlap: overlap}
	for _, s := range schemas {
		if o := otherForm(s); o != nil {
			form.other = o
			continue
		}
		c, err := schemaForm(s, depth+1)
		if err != nil {
			return nil, err
		}
		form.cases = append(form.cases, c)
	}
	if len(form.cases) == 2 && overlap {
		if e, ok := form.cases[0].(enumExpr); ok && form.cases[1] == (textExpr{}) {
			e.open = true
			return e, nil
		}
	}
	return form, nil
}

// otherForm returns the case for unknown tags, nil if s is none. What else is in
// it does not matter: a release that knows the tag says more.
func otherForm(s *jsonschema.Schema) *otherExpr {
	if s == nil || s.Type != "object" || s.Ref != "" {
		return nil
	}
	if s.Properties.Len() == 0 && s.AdditionalProperties == nil && len(s.Required) == 0 {
		return &otherExpr{}
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		if pair.Value != nil && pair.Value.Not != nil {
			return &otherExpr{tag: pair.Key, prefix: strings.TrimPrefix(pair.Value.Pattern, "^")}
		}
	}
	return nil
}

func objectForm(s *jsonschema.Schema, depth int) (expr, error) {
	closed := reflect.DeepEqual(s.AdditionalProperties, jsonschema.FalseSchema)
	if s.Properties.Len() == 0 && s.AdditionalProperties != nil && !closed {
		elem, err := schemaForm(s.AdditionalProperties, depth+1)
		return mapExpr{elem: elem}, err
	}
	form := &objectExpr{closed: closed}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		inner, err := schemaForm(pair.Value, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pair.Key, err)
		}
		m := member{name: pair.Key, optional: !slices.Contains(s.Required, pair.Key)}
		m.form, m.nullable = withoutNull(inner)
		form.members = append(form.members, m)
	}
	return form, nil
}
