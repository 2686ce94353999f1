package tomledit

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
)

var (
	// ErrNotTable reports that a table is needed where the document has
	// another value.
	ErrNotTable = errors.New("not a table")
	// ErrIsTable reports that a value should replace a table. Remove the table
	// first.
	ErrIsTable = errors.New("a table")
	// ErrUnsupported reports that a key is written in a form that cannot be
	// edited without touching something else.
	ErrUnsupported = errors.New("cannot be edited in place")
)

// byteOrderMark may stand at the start of a file from Windows. It stays.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Document is a valid TOML text.
type Document struct {
	mark bool
	text []byte // without the mark
	tree map[string]any
}

// Parse returns the document of a text, which it copies. The error is a
// [*SyntaxError].
func Parse(text []byte) (*Document, error) {
	rest, mark := bytes.CutPrefix(text, byteOrderMark)
	rest = slices.Clone(rest)
	tree, err := parseTree(rest)
	if err != nil {
		return nil, err
	}
	return &Document{mark: mark, text: rest, tree: tree}, nil
}

// Bytes returns the text, as a copy.
func (d *Document) Bytes() []byte {
	if d.mark {
		return slices.Concat(byteOrderMark, d.text)
	}
	return slices.Clone(d.text)
}

// Has reports whether there is a value or table at path.
func (d *Document) Has(path ...string) bool {
	_, ok := lookup(d.tree, path)
	return ok
}

// String returns the string at path. ok is false when there is none, or
// another value.
func (d *Document) String(path ...string) (value string, ok bool) {
	found, _ := lookup(d.tree, path)
	value, ok = found.(string)
	return value, ok
}

// Number returns the integer or float at path. ok is false when there is none,
// or another value.
func (d *Document) Number(path ...string) (value float64, ok bool) {
	found, _ := lookup(d.tree, path)
	switch found := found.(type) {
	case int64:
		return float64(found), true
	case float64:
		return found, true
	}
	return 0, false
}

// Keys returns the keys of the table at path in byte order; none when there is
// no table. An empty path is the document.
func (d *Document) Keys(path ...string) []string {
	table, ok := lookup(d.tree, path)
	if members, isTable := table.(map[string]any); ok && isTable {
		return slices.Sorted(maps.Keys(members))
	}
	return nil
}

// Set stores a value at path. A value that is there is replaced in place, and
// an equal one is left alone; comments on its line stay. A key that is not
// there goes behind the last one of its table; tables that are not there are
// made. The error is [ErrNotTable], [ErrIsTable] or [ErrUnsupported], wrapped
// with the key, and leaves the document as it was.
func (d *Document) Set(path []string, value Value) error {
	if len(path) == 0 {
		return fmt.Errorf("set: %w", ErrIsTable)
	}
	if err := d.set(path, value); err != nil {
		return fmt.Errorf("set `%s`: %w", Key(path...), err)
	}
	return nil
}

func (d *Document) set(path []string, value Value) error {
	for n := 1; n < len(path); n++ {
		if found, ok := lookup(d.tree, path[:n]); ok {
			if _, table := found.(map[string]any); !table {
				return ErrNotTable
			}
		}
	}
	old, exists := lookup(d.tree, path)
	if exists && equal(old, value.generic()) {
		return nil
	}
	if _, table := old.(map[string]any); table {
		return ErrIsTable
	}
	want := cloneTree(d.tree)
	put(want, path, value.generic())
	found := scan(d.text)
	if exists {
		a, ok := find(found.assignments, path)
		if !ok {
			return ErrUnsupported
		}
		encoded, err := value.encode(string(d.text[a.value.start:a.value.end]))
		if err != nil {
			return err
		}
		return d.replace([]change{{a.value, encoded}}, want)
	}
	encoded, err := value.encode("")
	if err != nil {
		return err
	}
	for _, candidate := range insertions(d.text, found, path, encoded) {
		if d.replace([]change{candidate}, want) == nil {
			return nil
		}
	}
	return ErrUnsupported
}

// Remove takes the value or table at path away and tells whether there was
// one. A value goes with its line; comments on other lines stay. A table goes
// with everything between its header and its last key, in every place where it
// is written, and with the comment lines that stand right above its header. The
// error is [ErrUnsupported], wrapped with the key, and leaves the document as
// it was.
func (d *Document) Remove(path ...string) (removed bool, err error) {
	if len(path) == 0 || !d.Has(path...) {
		return false, nil
	}
	want := cloneTree(d.tree)
	drop(want, path)
	next := &Document{text: d.text}
	// Each round takes away one place where the path is written.
	for {
		c, ok := removal(next.text, scan(next.text), path)
		if !ok {
			break
		}
		next.text = apply(next.text, []change{c})
	}
	// A table that held nothing but what was removed may be gone or empty.
	for parent := path; ; {
		if err := d.replace([]change{{span{0, len(d.text)}, string(next.text)}}, want); err == nil {
			return true, nil
		}
		parent = parent[:len(parent)-1]
		left, ok := lookup(want, parent)
		if members, table := left.(map[string]any); len(parent) == 0 || !ok || !table || len(members) > 0 {
			return false, fmt.Errorf("remove `%s`: %w", Key(path...), ErrUnsupported)
		}
		drop(want, parent)
	}
}

// change puts new text in place of a span.
type change struct {
	at   span
	text string
}

// apply returns text with changes, which are in order and do not overlap.
func apply(text []byte, changes []change) []byte {
	var out []byte
	last := 0
	for _, c := range changes {
		out = append(append(out, text[last:c.at.start]...), c.text...)
		last = c.at.end
	}
	return append(out, text[last:]...)
}

// replace applies changes if the result is valid and holds exactly want.
func (d *Document) replace(changes []change, want map[string]any) error {
	text := apply(d.text, changes)
	tree, err := parseTree(text)
	if err != nil || !equal(tree, want) {
		return ErrUnsupported
	}
	d.text, d.tree = text, tree
	return nil
}

// find returns the assignment of exactly this path, also inside inline tables.
func find(assignments []assignment, path []string) (assignment, bool) {
	for _, a := range assignments {
		if slices.Equal(a.path, path) {
			return a, true
		}
		if a.table && hasPrefix(path, a.path) {
			if inner, ok := find(a.members, path); ok {
				return inner, true
			}
		}
	}
	return assignment{}, false
}

func lookup(tree map[string]any, path []string) (any, bool) {
	var value any = tree
	for _, segment := range path {
		table, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = table[segment]; !ok {
			return nil, false
		}
	}
	return value, true
}

func put(tree map[string]any, path []string, value any) {
	for _, segment := range path[:len(path)-1] {
		next, ok := tree[segment].(map[string]any)
		if !ok {
			next = make(map[string]any)
			tree[segment] = next
		}
		tree = next
	}
	tree[path[len(path)-1]] = value
}

func drop(tree map[string]any, path []string) {
	parent, ok := lookup(tree, path[:len(path)-1])
	if table, isTable := parent.(map[string]any); ok && isTable {
		delete(table, path[len(path)-1])
	}
}

// cloneTree copies tables; other values are never changed.
func cloneTree(tree map[string]any) map[string]any {
	clone := make(map[string]any, len(tree))
	for key, value := range tree {
		if table, ok := value.(map[string]any); ok {
			value = cloneTree(table)
		}
		clone[key] = value
	}
	return clone
}

// equal compares generic values. Unlike reflect.DeepEqual it takes one nan for
// another.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case float64:
		b, ok := b.(float64)
		return ok && (a == b && math.Signbit(a) == math.Signbit(b) || math.IsNaN(a) && math.IsNaN(b))
	}
	return reflect.DeepEqual(a, b)
}
