package mcpclient

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// cleaner reads one schema. It is used once.
type cleaner struct {
	root     json.RawMessage
	maxDepth int
	budget   int                        // text that may still be read, in bytes; below zero it was too much
	refs     []string                   // references that are being followed
	targets  map[string]json.RawMessage // of references, nil if there is none
}

// keywords are the members of a schema object by name. A name that stands there
// twice has its last value.
type keywords map[string]json.RawMessage

// top reads the whole schema as that of an object. It fails when the schema is
// that of something else.
func (c *cleaner) top() (*schemaNode, bool) {
	k, ok := c.members(c.root)
	if !ok {
		return nil, false
	}
	declared := k["type"] != nil
	node := c.clean(c.root, 0, kindObject)
	if node.kind == "" && !declared {
		node.kind = kindObject
	}
	if node.kind != kindObject {
		return nil, false
	}
	node.enum, node.fallback = nil, nil
	// At the top nothing but an object is taken: alternatives become one object
	// that allows them all.
	all, either := node.allOf, node.anyOf
	node.allOf, node.anyOf = nil, nil
	if len(all) > 0 && !node.mergeAll(all) {
		node.loosen()
	}
	if len(either) > 0 && !node.mergeAny(either) {
		node.loosen()
	}
	return node, true
}

// loosen lets an object have members that its properties do not name.
func (n *schemaNode) loosen() { n.closed = false }

// clean reads one schema. kind is the type of values of which it says nothing.
func (c *cleaner) clean(raw json.RawMessage, depth int, kind string) *schemaNode {
	k, ok := c.members(raw)
	if !ok {
		return plain(kind)
	}
	if target, ref, ok := c.follow(k); ok {
		if slices.Contains(c.refs, ref) {
			return c.describe(c.shallow(target, kind), k)
		}
		c.refs = append(c.refs, ref)
		node := c.clean(target, depth, kind)
		c.refs = c.refs[:len(c.refs)-1]
		return c.describe(node, k)
	}
	if depth >= c.maxDepth {
		return c.describe(c.shallow(raw, kind), k)
	}
	return c.keywords(k, depth, kind)
}

// plain returns the schema of values of which only the type is known.
func plain(kind string) *schemaNode {
	n := &schemaNode{kind: kind}
	switch kind {
	case kindObject:
		n.open = true
	case kindArray:
		n.items = &schemaNode{kind: kindString}
	}
	return n
}

// shallow returns a schema without what lies below it.
func (c *cleaner) shallow(raw json.RawMessage, kind string) *schemaNode {
	k, ok := c.members(raw)
	if !ok {
		return plain(kind)
	}
	declared := declaredKind(k)
	if declared == "" {
		declared = inferredKind(k)
	}
	if declared == "" {
		declared = kind
	}
	return c.describe(plain(declared), k)
}

// describe adds what a schema says about a value beside its form.
func (c *cleaner) describe(n *schemaNode, k keywords) *schemaNode {
	if text, ok := stringOf(k["description"]); ok && text != "" {
		n.description = text
	}
	if d := k["default"]; d != nil {
		n.fallback = compact(d)
	}
	return n
}

// keywords reads a schema object.
func (c *cleaner) keywords(k keywords, depth int, kind string) *schemaNode {
	n := &schemaNode{}
	declared := declaredKind(k)
	values := enumOf(k)
	either := c.list(k, depth, declared, kind, "anyOf", "oneOf")
	all := c.list(k, depth, declared, kind, "allOf")

	n.kind = declared
	if n.kind == "" {
		n.kind = inferredKind(k)
	}
	if n.kind == "" && len(values) > 0 {
		n.kind = kindOfAll(values)
	}
	if n.kind == "" && len(values) == 0 && len(either) == 0 && len(all) == 0 {
		n.kind = kind
	}
	n.enum = fitting(values, n.kind)
	if len(values) > 0 && len(n.enum) == 0 {
		n.kind, n.enum = "", values // the values count
	}
	switch n.kind {
	case kindObject:
		c.object(n, k, depth)
	case kindArray:
		c.array(n, k, depth)
	}
	n.combine(all, either)
	return c.describe(n, k)
}

// list reads the first of some lists of schemas that is there.
func (c *cleaner) list(k keywords, depth int, declared, kind string, names ...string) []*schemaNode {
	if declared != "" {
		kind = declared
	}
	for _, name := range names {
		var parts []json.RawMessage
		if json.Unmarshal(k[name], &parts) != nil || len(parts) == 0 {
			continue
		}
		nodes := make([]*schemaNode, 0, len(parts))
		for _, p := range parts {
			nodes = append(nodes, c.clean(p, depth+1, kind))
		}
		return distinct(nodes)
	}
	return nil
}

// object reads what a schema says about the members of an object.
func (c *cleaner) object(n *schemaNode, k keywords, depth int) {
	if props, ok := c.members(k["properties"]); ok {
		for _, name := range slices.Sorted(maps.Keys(props)) {
			n.set(name, c.clean(props[name], depth+1, kindString))
		}
	}
	var required []json.RawMessage
	_ = json.Unmarshal(k["required"], &required) // old schemas have a boolean here
	for _, r := range required {
		if name, ok := stringOf(r); ok && !slices.Contains(n.required, name) {
			n.required = append(n.required, name)
		}
	}
	additional := bytes.TrimSpace(k["additionalProperties"])
	switch {
	case string(additional) == "true":
		n.open = true
	case string(additional) == "false":
		n.closed = k["patternProperties"] == nil
	default:
		if members, ok := c.members(additional); ok {
			if len(members) == 0 {
				n.open = true
			} else {
				n.additional = c.clean(additional, depth+1, kindString)
			}
		}
	}
}

// array reads what a schema says about the elements of an array. Those of a
// tuple become alternatives.
func (c *cleaner) array(n *schemaNode, k keywords, depth int) {
	var tuple []json.RawMessage
	if json.Unmarshal(k["prefixItems"], &tuple) != nil || len(tuple) == 0 {
		_ = json.Unmarshal(k["items"], &tuple) // fails unless it is a tuple
	}
	if len(tuple) == 0 {
		if k["items"] == nil {
			n.items = &schemaNode{kind: kindString}
			return
		}
		n.items = c.clean(k["items"], depth+1, kindString)
		return
	}
	parts := make([]*schemaNode, 0, len(tuple))
	for _, t := range tuple {
		parts = append(parts, c.clean(t, depth+1, kindString))
	}
	n.items = &schemaNode{}
	n.items.combine(nil, distinct(parts))
}

// follow resolves the reference of a schema within the whole one.
func (c *cleaner) follow(k keywords) (target json.RawMessage, ref string, ok bool) {
	ref, ok = stringOf(k["$ref"])
	if !ok {
		return nil, "", false
	}
	target, known := c.targets[ref]
	if !known {
		target = c.resolve(ref)
		if c.targets == nil {
			c.targets = make(map[string]json.RawMessage)
		}
		c.targets[ref] = target
	}
	return target, ref, target != nil
}

// resolve returns what a reference leads to, or nil.
func (c *cleaner) resolve(ref string) json.RawMessage {
	path, local := strings.CutPrefix(ref, "#")
	if !local || path != "" && path[0] != '/' { // another document, or an anchor
		return nil
	}
	target := c.root
	if path == "" {
		return target
	}
	for _, step := range strings.Split(path, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		if members, ok := c.members(target); ok {
			target = members[step]
			continue
		}
		var elements []json.RawMessage
		i, err := strconv.Atoi(step)
		if json.Unmarshal(target, &elements) != nil || err != nil || i < 0 || i >= len(elements) {
			return nil
		}
		target = elements[i]
	}
	return target
}

// members returns the members of a JSON object, as long as the budget lasts.
func (c *cleaner) members(raw json.RawMessage) (keywords, bool) {
	if c.budget -= len(raw); c.budget < 0 {
		return nil, false
	}
	trimmed := bytes.TrimLeft(raw, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, false
	}
	var k keywords
	if json.Unmarshal(raw, &k) != nil {
		return nil, false
	}
	for name, value := range k {
		if string(value) == "null" && name != "default" && name != "const" {
			delete(k, name) // says nothing
		}
	}
	return k, true
}

// stringOf returns the text of a JSON string.
func stringOf(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	return s, json.Unmarshal(raw, &s) == nil
}

// maxValueDepth is how deep values that a schema quotes may be nested.
const maxValueDepth = 16

// compact returns a value without space between its tokens, or nil if it is
// nested too deeply to be passed on.
func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil || nesting(b.Bytes()) > maxValueDepth {
		return nil
	}
	return b.Bytes()
}

// nesting returns how deep objects and arrays are nested in a JSON text.
func nesting(text []byte) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	return deepest
}
