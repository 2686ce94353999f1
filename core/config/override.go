package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/codex-go/codex/utils/jsontotoml"
)

// Override is one change of the file's layer, from a -c flag.
type Override struct {
	path  []string
	value any // a generic TOML value, or removed
}

// removed stands for a value in an override that takes the setting away.
type removed struct{}

// ParseOverride reads a "key=value" flag. The key is split at every dot,
// without quoting; the value is TOML, or else text as it stands, without the
// quotes at its ends. The error is an [*OverrideError].
// (spec: config-and-auth, key=value syntax)
func ParseOverride(text string) (Override, error) {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return Override{}, &OverrideError{Text: text, Problem: "expected key=value"}
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if key == "" {
		return Override{}, &OverrideError{Text: key, Problem: "the key is empty"}
	}
	return Override{path: strings.Split(key, "."), value: parseOverrideValue(value)}, nil
}

// ParseOverrides reads several flags in order.
func ParseOverrides(texts []string) ([]Override, error) {
	overrides := make([]Override, 0, len(texts))
	for _, text := range texts {
		override, err := ParseOverride(text)
		if err != nil {
			return nil, err
		}
		overrides = append(overrides, override)
	}
	return overrides, nil
}

// Key returns the dotted path that the override changes.
func (o Override) Key() string { return strings.Join(o.path, ".") }

// Format writes the key alone, for every verb of package fmt: the value may be a
// secret.
func (o Override) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = io.WriteString(f, o.Key())
}

// parseOverrideValue reads text as the right side of an assignment.
func parseOverrideValue(text string) any {
	const key = "value"
	var assignment map[string]any
	// A line break could smuggle in a second assignment.
	err := toml.Unmarshal([]byte(key+" = "+text), &assignment)
	if value := assignment[key]; err == nil && len(assignment) == 1 && !isShortTime(text, value) {
		return value
	}
	return strings.Trim(text, `"'`)
}

// isShortTime reports whether a time was written without seconds. As text of a
// flag it stays what it is, such as 07:32.
func isShortTime(text string, value any) bool {
	if _, plain := value.(string); plain {
		return false
	}
	written, isTime := textOf(value)
	return isTime && len(written) > len(text)
}

// conversationOverrides turns the config map of one conversation into
// overrides, parents before their children, so that the outcome does not
// depend on the order of a map. (spec: app-server, do better)
func conversationOverrides(members map[string]json.RawMessage) ([]Override, error) {
	overrides := make([]Override, 0, len(members))
	for _, key := range slices.SortedFunc(maps.Keys(members), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "."), strings.Count(b, ".")), cmp.Compare(a, b))
	}) {
		override := Override{path: strings.Split(key, "."), value: removed{}}
		if raw := members[key]; len(raw) > 0 && !jsontotoml.IsNull(raw) {
			value, err := jsontotoml.Convert(raw)
			if err != nil {
				return nil, fmt.Errorf("config override %q: %w", key, err)
			}
			override.value = value
		}
		overrides = append(overrides, override)
	}
	return overrides, nil
}

// apply changes tree at the override's path. Tables on the way are created,
// and anything else on the way is replaced by a table.
func (o Override) apply(tree map[string]any) {
	if _, remove := o.value.(removed); remove {
		o.remove(tree)
		return
	}
	last := len(o.path) - 1
	for _, segment := range o.path[:last] {
		next, ok := tree[segment].(map[string]any)
		if !ok {
			next = make(map[string]any)
			tree[segment] = next
		}
		tree = next
	}
	// The value may be applied to several trees, which change on their own.
	tree[o.path[last]] = cloneValue(o.value)
}

func (o Override) remove(tree map[string]any) {
	last := len(o.path) - 1
	for _, segment := range o.path[:last] {
		next, ok := tree[segment].(map[string]any)
		if !ok {
			return
		}
		tree = next
	}
	delete(tree, o.path[last])
}

// covers reports whether the override decides about the value at path: it
// wrote the value, a table around it, or something inside it.
func (o Override) covers(path []string) bool {
	n := min(len(o.path), len(path))
	return slices.Equal(o.path[:n], path[:n])
}

func cloneTree(tree map[string]any) map[string]any {
	clone := make(map[string]any, len(tree))
	for key, value := range tree {
		clone[key] = cloneValue(value)
	}
	return clone
}

func cloneValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return cloneTree(value)
	case []any:
		clone := make([]any, len(value))
		for i, element := range value {
			clone[i] = cloneValue(element)
		}
		return clone
	}
	return value
}
