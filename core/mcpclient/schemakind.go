package mcpclient

import (
	"encoding/json"
	"slices"
	"strings"
)

// declaredKind returns the type that a schema states, or "". Of several it is
// the first in the order of kinds.
func declaredKind(k keywords) string {
	var names []string
	if name, ok := stringOf(k["type"]); ok {
		names = []string{name}
	} else if json.Unmarshal(k["type"], &names) != nil {
		return ""
	}
	for _, kind := range kinds {
		if slices.Contains(names, kind) {
			return kind
		}
	}
	return ""
}

// inferredKind returns the type that the keywords of a schema are about, or "".
func inferredKind(k keywords) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return k[name] != nil })
	}
	switch {
	case has("properties", "required", "additionalProperties", "patternProperties"):
		return kindObject
	case has("items", "prefixItems"):
		return kindArray
	case has("enum", "const"):
		return "" // the values tell
	case has("format", "pattern", "minLength", "maxLength"):
		return kindString
	case has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
		return kindNumber
	}
	return ""
}

// enumOf returns the values that a schema allows, each once, or nil.
func enumOf(k keywords) []json.RawMessage {
	var values []json.RawMessage
	if c := k["const"]; c != nil {
		values = []json.RawMessage{c}
	} else if json.Unmarshal(k["enum"], &values) != nil {
		return nil
	}
	out := make([]json.RawMessage, 0, len(values))
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		v = compact(v)
		if v != nil && !seen[string(v)] {
			seen[string(v)] = true
			out = append(out, v)
		}
	}
	return out
}

// kindOf returns the type of a JSON value.
func kindOf(v json.RawMessage) string {
	switch v[0] {
	case '{':
		return kindObject
	case '[':
		return kindArray
	case '"':
		return kindString
	case 't', 'f':
		return kindBoolean
	case 'n':
		return kindNull
	}
	if strings.ContainsAny(string(v), ".eE") {
		return kindNumber
	}
	return kindInteger
}

// kindOfAll returns the type that values have in common, or "".
func kindOfAll(values []json.RawMessage) string {
	kind := ""
	for _, v := range values {
		switch k := kindOf(v); {
		case kind == "" || kind == k:
			kind = k
		case kind == kindNumber && k == kindInteger, kind == kindInteger && k == kindNumber:
			kind = kindNumber
		default:
			return ""
		}
	}
	if kind == kindObject || kind == kindArray {
		return "" // they would need properties and items
	}
	return kind
}

// fitting returns the values of a type. All fit into no type.
func fitting(values []json.RawMessage, kind string) []json.RawMessage {
	if kind == "" {
		return values
	}
	var out []json.RawMessage
	for _, v := range values {
		if k := kindOf(v); k == kind || kind == kindNumber && k == kindInteger {
			out = append(out, v)
		}
	}
	return out
}

// distinct returns schemas without those that say the same as an earlier one.
func distinct(nodes []*schemaNode) []*schemaNode {
	var out []*schemaNode
	for _, n := range nodes {
		if !slices.ContainsFunc(out, n.equal) {
			out = append(out, n)
		}
	}
	return out
}

// combine adds what else a value must be, and what it may be.
func (n *schemaNode) combine(all, either []*schemaNode) {
	if len(all) > 0 && !n.adopt(all) && !n.mergeAll(all) {
		n.allOf = all
	}
	if len(either) > 0 && !n.adopt(either) {
		n.anyOf = either
	}
}

// adopt makes n the only one of parts, if n says nothing itself.
func (n *schemaNode) adopt(parts []*schemaNode) bool {
	if len(parts) != 1 || !n.bare() {
		return len(parts) == 1 && n.equal(parts[0])
	}
	*n = *parts[0]
	return true
}

// mergeAll makes n an object that is also every one of parts. It fails, without
// a change, unless all are plain objects.
func (n *schemaNode) mergeAll(parts []*schemaNode) bool {
	if !n.bare() && !n.isObject() || slices.ContainsFunc(parts, func(p *schemaNode) bool { return !p.isObject() }) {
		return false
	}
	n.kind = kindObject
	for _, p := range parts {
		for _, prop := range p.properties {
			if n.find(prop.name) == nil {
				n.set(prop.name, prop.node)
			}
		}
		for _, name := range p.required {
			if !slices.Contains(n.required, name) {
				n.required = append(n.required, name)
			}
		}
		if n.description == "" {
			n.description = p.description
		}
		if n.additional == nil {
			n.additional = p.additional
		}
	}
	// Each part closes itself against the members of the others: none does.
	n.open, n.closed = false, false
	return true
}

// mergeAny makes n an object that takes what any of parts takes, and more. It
// fails, without a change, unless all are plain objects.
func (n *schemaNode) mergeAny(parts []*schemaNode) bool {
	if !n.isObject() || slices.ContainsFunc(parts, func(p *schemaNode) bool { return !p.isObject() }) {
		return false
	}
	own := slices.Clone(n.properties)
	declares := func(name string) bool {
		return slices.ContainsFunc(own, func(p schemaProperty) bool { return p.name == name })
	}
	for _, p := range parts {
		for _, prop := range p.properties {
			if before := n.find(prop.name); before == nil {
				n.set(prop.name, prop.node)
			} else if !declares(prop.name) {
				n.set(prop.name, before.or(prop.node))
			}
		}
	}
	for _, name := range parts[0].required {
		everywhere := !slices.ContainsFunc(parts, func(p *schemaNode) bool { return !slices.Contains(p.required, name) })
		if everywhere && !slices.Contains(n.required, name) {
			n.required = append(n.required, name)
		}
	}
	n.loosen()
	return true
}

// isObject reports whether n is an object without further alternatives.
func (n *schemaNode) isObject() bool {
	return n.kind == kindObject && len(n.anyOf) == 0 && len(n.allOf) == 0
}

// or returns a schema for values that fit one of two. Lists of values of the
// same type are joined.
func (n *schemaNode) or(o *schemaNode) *schemaNode {
	if n.equal(o) {
		return n
	}
	if n.kind == o.kind && len(n.enum) > 0 && len(o.enum) > 0 {
		joined := *n
		joined.enum = slices.Clone(n.enum)
		for _, v := range o.enum {
			if !slices.ContainsFunc(joined.enum, func(w json.RawMessage) bool { return string(v) == string(w) }) {
				joined.enum = append(joined.enum, v)
			}
		}
		return &joined
	}
	if n.kind == "" && len(n.enum) == 0 && len(n.allOf) == 0 && n.description == "" && n.fallback == nil {
		return &schemaNode{anyOf: distinct(append(slices.Clone(n.anyOf), o))}
	}
	return &schemaNode{anyOf: []*schemaNode{n, o}}
}
