package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Layer is a place that settings come from.
type Layer int

// Layers, from the weakest to the strongest. A profile stands above the flags
// and the conversation's own map, because both change the file's layer.
// (spec: config-and-auth, loading pipeline)
const (
	LayerDefault      Layer = iota // the program or its model table
	LayerEnvironment               // an environment variable of the process
	LayerFile                      // config.toml
	LayerFlag                      // a -c flag of the process
	LayerConversation              // the config map of one conversation
	LayerProfile                   // the selected profile
	LayerOverride                  // a typed override: a flag of its own or a parameter
)

// String names the layer for people.
func (l Layer) String() string {
	switch l {
	case LayerEnvironment:
		return "environment"
	case LayerFile:
		return "file"
	case LayerFlag:
		return "-c flag"
	case LayerConversation:
		return "conversation"
	case LayerProfile:
		return "profile"
	case LayerOverride:
		return "override"
	}
	return "default"
}

// Origin is where a setting came from. The zero value is the default.
type Origin struct {
	Layer Layer
	// Profile is the name of the profile in [LayerProfile].
	Profile string
	// Variable is the name of the variable in [LayerEnvironment].
	Variable string
	// From is the layer that wrote the value of a profile: the file, a flag or
	// the conversation's map. For the other layers it is Layer itself.
	From Layer
	// File, Line and Column point into config.toml when the value stands
	// there. Lines and columns start at 1 and columns count bytes.
	File         string
	Line, Column int
}

// String names the origin for people, such as "file /home/me/.codex/config.toml:3:9".
func (o Origin) String() string {
	text := o.Layer.String()
	if o.Variable != "" {
		text += " " + o.Variable
	}
	if o.Layer == LayerProfile {
		text = fmt.Sprintf("profile %q", o.Profile)
		if o.From != LayerFile {
			text += " (" + o.From.String() + ")"
		}
	}
	if o.File != "" {
		text += fmt.Sprintf(" %s:%d:%d", o.File, o.Line, o.Column)
	}
	return text
}

// compare orders origins for a list of mistakes: by layer, and by place.
func (o Origin) compare(other Origin) int {
	return cmp.Or(cmp.Compare(o.Layer, other.Layer), cmp.Compare(o.Line, other.Line), cmp.Compare(o.Column, other.Column))
}

// place names what to look at for people: a place in the file, or else the layer
// that wrote the value.
func (o Origin) place() string {
	if o.File == "" {
		return o.From.String()
	}
	return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
}

// Origins tells where the settings of one configuration came from.
type Origins struct {
	layers   *layers
	resolved map[string]decision // by dotted key
}

// decision is a setting that an override or a profile decided about.
type decision struct {
	origin Origin
	value  any
}

// Of returns the origin of the setting whose key has these segments, as in
// Of("sandbox_workspace_write", "network_access"). For a setting that a profile
// may hold, the key is the one at the top level. The zero Origin means that it
// has its default.
func (o Origins) Of(path ...string) Origin {
	if made, ok := o.resolved[strings.Join(path, ".")]; ok {
		return made.origin
	}
	if o.layers == nil || len(path) == 0 {
		return Origin{}
	}
	if _, ok := o.layers.lookup(path); !ok {
		return Origin{}
	}
	return o.layers.origin(path)
}

// Keys returns the keys of all settings that do not have their default, split
// into segments and in order. Keys that no setting has are among them.
func (o Origins) Keys() [][]string {
	var keys [][]string
	if o.layers != nil {
		keys = o.layers.keys()
	}
	for key := range o.resolved {
		keys = append(keys, strings.Split(key, "."))
	}
	slices.SortFunc(keys, slices.Compare)
	return slices.CompactFunc(keys, slices.Equal)
}
