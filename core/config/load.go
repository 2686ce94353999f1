package config

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/shellenv"
)

// Loader makes configurations. It belongs to the process, which makes one at
// its start and fills in the exported fields before the first call; they do
// not change afterwards. All methods may be called from several goroutines.
type Loader struct {
	// Home is the folder of config.toml; see [FindHome].
	Home string
	// Environ is the environment of the process, as os.Environ gives it. The
	// loader reads nothing else from the environment.
	Environ []string
	// Cwd is the absolute working directory of the process.
	Cwd string
	// CLI holds the -c flags of the process, of all command levels from the
	// outermost inwards. They lie below the overrides of a conversation.
	CLI []Override
	// SandboxHelper is handed on in [Config.SandboxHelper].
	SandboxHelper string
	// Version is the program version that the built-in provider is told. Empty
	// means [clientid.ProtocolVersion].
	Version string
	// Strict makes unknown keys an [*UnknownKeysError] instead of a warning.
	Strict bool
	// Warn is told, in one sentence, about settings that have no effect: each
	// once in the life of the loader. It is called by Load, must not block and
	// must be safe for concurrent use. Nil means silence.
	Warn func(message string)

	cache  cache
	warned sync.Map // of string
}

// Format writes the loader without its environment and flags, which may hold
// secrets, for every verb of package fmt.
func (l *Loader) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = io.WriteString(f, fmt.Sprintf("config loader(home: %q)", l.Home))
}

// Load reads config.toml and resolves the configuration of one conversation,
// or with zero overrides that of the process. It reads at most three files,
// walks no folder, and starts neither a process nor a connection.
//
// Errors are a [*SyntaxError], an [*InvalidError], an [*UnknownProfileError],
// an [*UnknownProviderError], an [*UnknownKeysError], an [*InstructionsError],
// or an error of the operating system. (spec: config-and-auth, loading pipeline)
func (l *Loader) Load(ctx context.Context, overrides Overrides) (*Config, error) {
	conversation, err := conversationOverrides(overrides.Config)
	if err != nil {
		return nil, err
	}
	doc, err := l.cache.read(ctx, l.Home)
	if err != nil {
		return nil, err
	}
	layers := merge(doc, l.CLI, conversation)
	settings, err := l.decode(layers)
	if err != nil {
		return nil, err
	}
	r := resolver{loader: l, layers: layers, file: settings, overrides: overrides, made: make(map[string]decision)}
	return r.resolve()
}

// decode reads the typed settings from the merged layers.
func (l *Loader) decode(layers *layers) (*file, error) {
	var settings file
	d := decoder{}
	decodeInto(&d, layers.tree, &settings)
	if len(d.problems) > 0 {
		invalid := &InvalidError{}
		for _, p := range d.problems {
			invalid.Problems = append(invalid.Problems, &ValueError{
				Origin: layers.origin(p.path), Key: quoteKey(p.path), Problem: p.text,
			})
		}
		slices.SortStableFunc(invalid.Problems, func(a, b *ValueError) int { return a.Origin.compare(b.Origin) })
		return nil, invalid
	}
	if err := l.checkUnknown(layers, d.unknown); err != nil {
		return nil, err
	}
	for _, n := range d.notes {
		l.warnOnce(fmt.Sprintf("%s: `%s`: %s", layers.origin(n.path).place(), quoteKey(n.path), n.text))
	}
	return &settings, nil
}

// checkUnknown warns about keys that no setting has, or refuses them.
func (l *Loader) checkUnknown(layers *layers, found []unknownKey) error {
	if l.Warn == nil && !l.Strict {
		return nil
	}
	var unknown []UnknownKey
	for _, key := range found {
		last := key.path[len(key.path)-1]
		if len(key.path) == 1 && slices.Contains(retiredKeys, last) {
			continue
		}
		entry := UnknownKey{Origin: layers.origin(key.path), Key: quoteKey(key.path)}
		if len(key.path) == 3 && key.path[0] == "profiles" && slices.Contains(topLevelKeys, last) {
			entry.Misplaced = true
		} else {
			entry.Suggestion = closest(last, key.known)
		}
		unknown = append(unknown, entry)
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.SortStableFunc(unknown, func(a, b UnknownKey) int { return a.Origin.compare(b.Origin) })
	if l.Strict {
		return &UnknownKeysError{Keys: unknown}
	}
	for _, key := range unknown {
		l.warnOnce(key.String())
	}
	return nil
}

// warnOnce hands a warning on unless the same one was given before.
func (l *Loader) warnOnce(message string) {
	if l.Warn == nil {
		return
	}
	if _, given := l.warned.LoadOrStore(message, struct{}{}); !given {
		l.Warn(message)
	}
}

// getenv reads a variable of the process.
func (l *Loader) getenv(name string) string {
	value, _ := shellenv.Lookup(l.Environ, name)
	return value
}

func (l *Loader) version() string {
	if l.Version == "" {
		return clientid.ProtocolVersion
	}
	return l.Version
}

// layers is the file's layer of a configuration: the file and the overrides
// that change it.
type layers struct {
	doc       *document
	overrides []layered
	tree      map[string]any // never changed after merge
}

// layered is an override and the layer it belongs to.
type layered struct {
	Override
	layer Layer
}

// merge applies the overrides to the document's tree, later ones on top.
func merge(doc *document, flags, conversation []Override) *layers {
	merged := &layers{doc: doc, tree: doc.tree}
	for _, override := range flags {
		merged.overrides = append(merged.overrides, layered{override, LayerFlag})
	}
	for _, override := range conversation {
		merged.overrides = append(merged.overrides, layered{override, LayerConversation})
	}
	if len(merged.overrides) > 0 {
		merged.tree = cloneTree(doc.tree)
		for _, override := range merged.overrides {
			override.apply(merged.tree)
		}
	}
	if merged.tree == nil {
		merged.tree = make(map[string]any)
	}
	return merged
}

// layer tells which layer decided about the value at path.
func (l *layers) layer(path []string) Layer {
	for _, override := range slices.Backward(l.overrides) {
		if override.covers(path) {
			return override.layer
		}
	}
	return LayerFile
}

// origin tells where the value at path was written, or the table that should
// hold it.
func (l *layers) origin(path []string) Origin {
	origin := Origin{Layer: l.layer(path)}
	if origin.Layer == LayerFile {
		origin.File, origin.Line, origin.Column = l.doc.path, 1, 1
		for n := len(path); n > 0; n-- {
			if found, ok := l.doc.locate(path[:n]); ok {
				origin.Line, origin.Column = found.line, found.column
				break
			}
		}
	}
	origin.From = origin.Layer
	return origin
}

// lookup returns the value of the merged tree at path.
func (l *layers) lookup(path []string) (any, bool) {
	var value any = l.tree
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

// keys returns the paths of all values of the merged tree that are not tables,
// in order.
func (l *layers) keys() [][]string {
	var paths [][]string
	var walk func(prefix []string, tree map[string]any)
	walk = func(prefix []string, tree map[string]any) {
		for _, key := range slices.Sorted(maps.Keys(tree)) {
			path := append(slices.Clone(prefix), key)
			if table, ok := tree[key].(map[string]any); ok {
				walk(path, table)
				continue
			}
			paths = append(paths, path)
		}
	}
	walk(nil, l.tree)
	return paths
}
