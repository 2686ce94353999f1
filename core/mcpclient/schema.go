package mcpclient

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/codex-go/codex/mcptypes/wire"
)

// Limits of the schema that a model gets for the arguments of one tool.
const (
	// maxSchemaBytes bounds its text. What is larger is cut where it is deepest.
	maxSchemaBytes = 64 << 10
	// maxSchemaWork bounds how much text is read for one attempt, with parts
	// that stand within others or are referred to counted every time.
	maxSchemaWork = 2 << 20
)

// schemaDepths are the depths at which a schema is cut, tried one after the
// other until the result is small enough.
var schemaDepths = []int{24, 6, 3}

// openSchema takes any object. It stands in for what no model API accepts, so
// that the tool can be called all the same.
const openSchema = `{"type":"object","properties":{},"additionalProperties":true}`

// CleanSchema turns the JSON Schema of a tool's arguments into one that model
// APIs accept: an object with types, descriptions, enums, defaults, nested
// objects, arrays and alternatives, without references and other keywords. The
// order of members is always the same; properties are sorted. exact is false
// when the schema could not be used and the result takes any object. (spec:
// agent-loop, MCP tools for the model; do better)
func CleanSchema(input json.RawMessage) (schema json.RawMessage, exact bool) {
	if !json.Valid(input) {
		return json.RawMessage(openSchema), false
	}
	if !utf8.Valid(input) {
		input = bytes.ToValidUTF8(input, []byte("\uFFFD"))
	}
	for _, depth := range schemaDepths {
		c := cleaner{root: input, budget: maxSchemaWork, maxDepth: depth}
		node, ok := c.top()
		if !ok {
			break
		}
		if c.budget < 0 {
			continue
		}
		if text := node.appendJSON(nil); len(text) <= maxSchemaBytes {
			return text, true
		}
	}
	return json.RawMessage(openSchema), false
}

// schemaNode is a schema that is made of nothing but what models understand.
type schemaNode struct {
	kind        string // the type; "" only with alternatives or values
	description string
	enum        []json.RawMessage
	properties  []schemaProperty // of an object, sorted by name
	required    []string         // of an object
	items       *schemaNode      // of an array
	anyOf       []*schemaNode
	allOf       []*schemaNode
	fallback    json.RawMessage // the default
	// additional is what other members of an object may be: with closed nothing,
	// with open anything, otherwise nil or a schema.
	additional   *schemaNode
	open, closed bool
}

type schemaProperty struct {
	name string
	node *schemaNode
}

// Types of JSON Schema.
const (
	kindObject  = "object"
	kindArray   = "array"
	kindString  = "string"
	kindNumber  = "number"
	kindInteger = "integer"
	kindBoolean = "boolean"
	kindNull    = "null"
)

// kinds are the types in the order in which one of several is chosen.
var kinds = []string{kindObject, kindArray, kindString, kindNumber, kindInteger, kindBoolean, kindNull}

// find returns the schema of a property, or nil.
func (n *schemaNode) find(name string) *schemaNode {
	i, ok := slices.BinarySearchFunc(n.properties, name, func(p schemaProperty, name string) int {
		return strings.Compare(p.name, name)
	})
	if !ok {
		return nil
	}
	return n.properties[i].node
}

// set adds or replaces a property.
func (n *schemaNode) set(name string, node *schemaNode) {
	i, ok := slices.BinarySearchFunc(n.properties, name, func(p schemaProperty, name string) int {
		return strings.Compare(p.name, name)
	})
	if ok {
		n.properties[i].node = node
		return
	}
	n.properties = slices.Insert(n.properties, i, schemaProperty{name, node})
}

// bare reports whether the node says nothing of the value itself.
func (n *schemaNode) bare() bool {
	return n.kind == "" && len(n.enum) == 0 && len(n.anyOf) == 0 && len(n.allOf) == 0
}

// equal reports whether two schemas are the same but for their descriptions.
func (n *schemaNode) equal(o *schemaNode) bool {
	a, b := *n, *o
	a.description, b.description = "", ""
	return string(a.appendJSON(nil)) == string(b.appendJSON(nil))
}

// appendJSON appends the schema. Members have a fixed order.
func (n *schemaNode) appendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	start := len(dst)
	member := func(name string) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(wire.AppendString(dst, name), ':')
	}
	nodes := func(list []*schemaNode) {
		dst = append(dst, '[')
		for i, e := range list {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.appendJSON(dst)
		}
		dst = append(dst, ']')
	}
	if n.kind != "" {
		member("type")
		dst = wire.AppendString(dst, n.kind)
	}
	if n.description != "" {
		member("description")
		dst = wire.AppendString(dst, n.description)
	}
	if len(n.enum) > 0 {
		member("enum")
		dst = append(dst, '[')
		for i, v := range n.enum {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, v...)
		}
		dst = append(dst, ']')
	}
	if n.kind == kindObject {
		member("properties")
		dst = append(dst, '{')
		for i, p := range n.properties {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(wire.AppendString(dst, p.name), ':')
			dst = p.node.appendJSON(dst)
		}
		dst = append(dst, '}')
		if len(n.required) > 0 {
			member("required")
			dst = append(dst, '[')
			for i, name := range n.required {
				if i > 0 {
					dst = append(dst, ',')
				}
				dst = wire.AppendString(dst, name)
			}
			dst = append(dst, ']')
		}
		switch {
		case n.closed:
			member("additionalProperties")
			dst = append(dst, "false"...)
		case n.open:
			member("additionalProperties")
			dst = append(dst, "true"...)
		case n.additional != nil:
			member("additionalProperties")
			dst = n.additional.appendJSON(dst)
		}
	}
	if n.kind == kindArray {
		member("items")
		dst = n.items.appendJSON(dst)
	}
	if len(n.anyOf) > 0 {
		member("anyOf")
		nodes(n.anyOf)
	}
	if len(n.allOf) > 0 {
		member("allOf")
		nodes(n.allOf)
	}
	if n.fallback != nil {
		member("default")
		dst = append(dst, n.fallback...)
	}
	return append(dst, '}')
}
