package tomledit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// SyntaxError reports that a text is not TOML. It quotes nothing of the text.
type SyntaxError struct {
	Line, Column int // from 1, columns in bytes
	Problem      string
}

// Error names the place and the problem.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Problem)
}

// parseTree reads a text as generic values.
func parseTree(text []byte) (map[string]any, error) {
	tree := make(map[string]any)
	err := toml.Unmarshal(text, &tree)
	if err == nil {
		return tree, nil
	}
	return nil, NewSyntaxError(text, err)
}

// NewSyntaxError says why the TOML parser refused a text with err.
func NewSyntaxError(text []byte, err error) *SyntaxError {
	problem := &SyntaxError{Line: 1, Column: 1, Problem: strings.TrimPrefix(err.Error(), "toml: ")}
	if decode := (*toml.DecodeError)(nil); errors.As(err, &decode) {
		problem.Line, problem.Column = decode.Position()
		problem.nameCharacter(text)
	}
	return problem
}

// nameCharacter names the whole character at the place, of which the parser
// knows the first byte only.
func (e *SyntaxError) nameCharacter(text []byte) {
	for range e.Line - 1 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	if e.Column > len(text) {
		return
	}
	at := text[e.Column-1:]
	if char, size := utf8.DecodeRune(at); size > 1 {
		e.Problem = strings.Replace(e.Problem, fmt.Sprintf("%#U", rune(at[0])), fmt.Sprintf("%#U", char), 1)
	}
}

// span is a range of bytes of the text.
type span struct{ start, end int }

// assignment is a "key = value", at the level of lines or in an inline table.
type assignment struct {
	// path is the path of the value from the root of the document.
	path []string
	// whole runs from the key to the end of the value; value is its end.
	whole, value span
	// section is the index of the header it stands under; -1 for none.
	section int
	// table tells that the value is an inline table, with these assignments.
	table   bool
	members []assignment
}

// header is a "[table]" or "[[table]]" line.
type header struct {
	path []string
	// line runs from the start of the line to the start of the next one.
	line  span
	array bool
}

// layout is where things stand in a valid text.
type layout struct {
	headers     []header
	assignments []assignment // of lines, in order
}

// elementMark starts the segment that stands for an element of an array of
// tables in a path; no path of a caller holds it.
const elementMark = "\x00"

// scan finds the layout of a valid text.
func scan(text []byte) layout {
	var found layout
	parser := &unstable.Parser{}
	parser.Reset(text)
	elements := make(map[string]int)
	var prefix []string
	section := -1
	for parser.NextExpression() {
		node := parser.Expression()
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			h := scanHeader(text, node, elements)
			prefix, section = h.path, len(found.headers)
			found.headers = append(found.headers, h)
		case unstable.KeyValue:
			a := scanAssignment(text, node, prefix)
			a.section = section
			found.assignments = append(found.assignments, a)
		}
	}
	return found
}

func scanHeader(text []byte, node *unstable.Node, elements map[string]int) header {
	h := header{array: node.Kind == unstable.ArrayTable}
	at := -1
	for key := node.Key(); key.Next(); {
		// A segment after an array of tables stands in its last element.
		if count, ok := elements[joined(h.path)]; ok {
			h.path = append(h.path, elementMark+strconv.Itoa(count))
		}
		h.path = append(h.path, string(key.Node().Data))
		if at < 0 {
			at = int(key.Node().Raw.Offset)
		}
	}
	if h.array {
		name := joined(h.path)
		elements[name]++
		h.path = append(h.path, elementMark+strconv.Itoa(elements[name]))
	}
	h.line = span{lineStart(text, at), lineEnd(text, at)}
	return h
}

func scanAssignment(text []byte, node *unstable.Node, prefix []string) assignment {
	a := assignment{path: slices.Clone(prefix), section: -1}
	afterKey := 0
	for key := node.Key(); key.Next(); {
		raw := key.Node().Raw
		a.path = append(a.path, string(key.Node().Data))
		afterKey = int(raw.Offset + raw.Length)
	}
	a.whole = span{int(node.Raw.Offset), int(node.Raw.Offset + node.Raw.Length)}
	a.value.start = afterKey + bytes.IndexByte(text[afterKey:], '=') + 1
	for isBlank(text[a.value.start]) {
		a.value.start++
	}
	for isBlank(text[a.whole.end-1]) {
		a.whole.end--
	}
	a.value.end = a.whole.end
	if a.table = node.Value().Kind == unstable.InlineTable; a.table {
		for children := node.Value().Children(); children.Next(); {
			if child := children.Node(); child.Kind == unstable.KeyValue {
				a.members = append(a.members, scanAssignment(text, child, a.path))
			}
		}
	}
	return a
}

func joined(path []string) string { return string(bytes.Join(bytesOf(path), []byte{0xff})) }

func bytesOf(path []string) [][]byte {
	parts := make([][]byte, len(path))
	for i, segment := range path {
		parts[i] = []byte(segment)
	}
	return parts
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// lineStart returns where the line around an offset begins.
func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd returns where the line after an offset begins, or the end of text.
func lineEnd(text []byte, at int) int {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}

// hasPrefix reports whether path is prefix or below it.
func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}
