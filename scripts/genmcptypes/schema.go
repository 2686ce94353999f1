package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// node is a part of a JSON Schema, with the keywords that the published
// schemas of MCP use.
type node struct {
	pointer string // where it stands in the file

	ref         string // the name of a definition
	types       []string
	properties  map[string]*node // nil when there is no such keyword
	required    []string
	additional  *node // nil when absent; empty for true
	items       *node
	anyOf       []*node
	allOf       []*node
	constText   *string
	constNumber *json.Number
	enum        []string
	format      string
	minimum     *json.Number
	maximum     *json.Number
	minItems    *json.Number
	maxItems    *json.Number
}

// schema is a whole file.
type schema struct {
	definitions map[string]*node
}

// names returns the names of the definitions, sorted.
func (s *schema) names() []string { return slices.Sorted(maps.Keys(s.definitions)) }

// parseSchema reads a file. It fails for everything that it does not
// understand, naming the place.
func parseSchema(data []byte) (*schema, error) {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("parse schema: %w", err)
	}
	s := &schema{definitions: map[string]*node{}}
	for _, keyword := range slices.Sorted(maps.Keys(file)) {
		switch keyword {
		case "$schema", "$id", "$comment", "title", "description":
		case "definitions", "$defs":
			var raw map[string]json.RawMessage
			if err := json.Unmarshal(file[keyword], &raw); err != nil {
				return nil, fmt.Errorf("parse schema: #/%s: %w", keyword, err)
			}
			for _, name := range slices.Sorted(maps.Keys(raw)) {
				n, err := parseNode(raw[name], "#/"+keyword+"/"+name)
				if err != nil {
					return nil, fmt.Errorf("parse schema: %w", err)
				}
				s.definitions[name] = n
			}
		default:
			return nil, fmt.Errorf("parse schema: #/%s: unknown keyword", keyword)
		}
	}
	if len(s.definitions) == 0 {
		return nil, fmt.Errorf("parse schema: there are no definitions")
	}
	return s, s.checkRefs()
}

// parseNode reads a part of a schema. The keys of properties are names, all
// others are keywords.
func parseNode(raw json.RawMessage, pointer string) (*node, error) {
	n := &node{pointer: pointer}
	switch string(bytes.TrimSpace(raw)) {
	case "true":
		return n, nil
	case "false":
		return nil, fmt.Errorf("%s: false is not supported", pointer)
	}
	var keywords map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keywords); err != nil {
		return nil, fmt.Errorf("%s: %w", pointer, err)
	}
	for _, k := range slices.Sorted(maps.Keys(keywords)) {
		if err := n.keyword(k, keywords[k]); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// keyword takes in one keyword of n.
func (n *node) keyword(name string, raw json.RawMessage) error {
	at := n.pointer + "/" + name
	var err error
	switch name {
	case "description", "title", "default", "examples", "$comment":
	case "$ref":
		var ref string
		if err = json.Unmarshal(raw, &ref); err == nil {
			n.ref, err = definitionName(ref)
		}
	case "type":
		if bytes.HasPrefix(raw, []byte("[")) {
			err = json.Unmarshal(raw, &n.types)
		} else {
			n.types = make([]string, 1)
			err = json.Unmarshal(raw, &n.types[0])
		}
	case "properties":
		n.properties, err = parseProperties(raw, at)
		return err
	case "additionalProperties":
		n.additional, err = parseNode(raw, at)
		return err
	case "items":
		n.items, err = parseNode(raw, at)
		return err
	case "anyOf":
		n.anyOf, err = parseList(raw, at)
		return err
	case "allOf":
		n.allOf, err = parseList(raw, at)
		return err
	case "const":
		if bytes.HasPrefix(raw, []byte(`"`)) {
			err = json.Unmarshal(raw, &n.constText)
		} else {
			err = json.Unmarshal(raw, &n.constNumber)
		}
	case "required":
		err = json.Unmarshal(raw, &n.required)
	case "enum":
		err = json.Unmarshal(raw, &n.enum)
	case "format":
		err = json.Unmarshal(raw, &n.format)
	case "minimum":
		err = json.Unmarshal(raw, &n.minimum)
	case "maximum":
		err = json.Unmarshal(raw, &n.maximum)
	case "minItems":
		err = json.Unmarshal(raw, &n.minItems)
	case "maxItems":
		err = json.Unmarshal(raw, &n.maxItems)
	default:
		err = fmt.Errorf("unknown keyword")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	return nil
}

func parseProperties(raw json.RawMessage, pointer string) (map[string]*node, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, fmt.Errorf("%s: %w", pointer, err)
	}
	properties := make(map[string]*node, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		n, err := parseNode(members[name], pointer+"/"+strings.ReplaceAll(name, "/", "~1"))
		if err != nil {
			return nil, err
		}
		properties[name] = n
	}
	return properties, nil
}

func parseList(raw json.RawMessage, pointer string) ([]*node, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return nil, fmt.Errorf("%s: %w", pointer, err)
	}
	nodes := make([]*node, len(parts))
	for i, part := range parts {
		var err error
		if nodes[i], err = parseNode(part, fmt.Sprintf("%s/%d", pointer, i)); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

func definitionName(ref string) (string, error) {
	for _, prefix := range []string{"#/definitions/", "#/$defs/"} {
		if name, ok := strings.CutPrefix(ref, prefix); ok {
			return name, nil
		}
	}
	return "", fmt.Errorf("the reference %q leads out of the file", ref)
}

// checkRefs checks that every reference leads to a definition.
func (s *schema) checkRefs() error {
	for _, name := range s.names() {
		for n := range s.definitions[name].all {
			if n.ref != "" && s.definitions[n.ref] == nil {
				return fmt.Errorf("parse schema: %s: there is no definition %q", n.pointer, n.ref)
			}
		}
	}
	return nil
}

// all yields n and everything inside of it, in a stable order.
func (n *node) all(yield func(*node) bool) {
	n.walk(yield)
}

func (n *node) walk(yield func(*node) bool) bool {
	if n == nil {
		return true
	}
	if !yield(n) {
		return false
	}
	for _, name := range slices.Sorted(maps.Keys(n.properties)) {
		if !n.properties[name].walk(yield) {
			return false
		}
	}
	for _, part := range slices.Concat(n.anyOf, n.allOf) {
		if !part.walk(yield) {
			return false
		}
	}
	return n.additional.walk(yield) && n.items.walk(yield)
}

// is reports whether n has the one type t.
func (n *node) is(t string) bool { return len(n.types) == 1 && n.types[0] == t }

// isEmpty reports whether n allows every value.
func (n *node) isEmpty() bool {
	return n.ref == "" && n.types == nil && n.properties == nil && n.additional == nil && n.items == nil &&
		n.anyOf == nil && n.allOf == nil && n.constText == nil && n.constNumber == nil && n.enum == nil
}

// isOpen reports whether n is an object without properties of its own, of any
// content.
func (n *node) isOpen() bool {
	return n.is("object") && len(n.properties) == 0 && (n.additional == nil || n.additional.isEmpty())
}

// object returns n with references followed and allOf flattened, or nil if
// that is no object with properties.
func (s *schema) object(n *node) *node {
	for n.ref != "" {
		n = s.definitions[n.ref]
	}
	if n.allOf == nil {
		if len(n.properties) == 0 {
			return nil
		}
		return n
	}
	flat := &node{pointer: n.pointer, types: []string{"object"}, properties: map[string]*node{}}
	for _, part := range n.allOf {
		o := s.object(part)
		if o == nil {
			return nil
		}
		maps.Copy(flat.properties, o.properties)
		for _, name := range o.required {
			if !slices.Contains(flat.required, name) {
				flat.required = append(flat.required, name)
			}
		}
		if o.additional != nil {
			flat.additional = o.additional
		}
	}
	return flat
}
