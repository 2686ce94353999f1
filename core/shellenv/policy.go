package shellenv

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
)

// NetworkDisabled is the variable that tells a command that its sandbox policy
// gives it no network. The caller adds it with [With] and the value "1", after
// the policy, which cannot filter it.
//
// spec: exec-and-tools, process spawning
const NetworkDisabled = "CODEX_SANDBOX_NETWORK_DISABLED"

// Inherit says with which part of the base environment a child starts.
type Inherit uint8

// The starting sets. The zero value is the default.
const (
	InheritAll  Inherit = iota // everything
	InheritCore                // home, path, shell, user and temporary folder
	InheritNone                // nothing
)

var inheritNames = [...]string{InheritAll: "all", InheritCore: "core", InheritNone: "none"}

// coreNames are the variables of [InheritCore].
var coreNames = []string{"HOME", "LOGNAME", "PATH", "SHELL", "USER", "USERNAME", "TMPDIR", "TEMP", "TMP"}

// defaultExcludes are the patterns of names that usually hold secrets.
var defaultExcludes = []string{"*KEY*", "*SECRET*", "*TOKEN*"}

// ParseInherit reads the configured name of a starting set: all, core or none.
func ParseInherit(name string) (Inherit, error) {
	if i := slices.Index(inheritNames[:], name); i >= 0 {
		return Inherit(i), nil
	}
	return InheritAll, fmt.Errorf("unknown value %q of inherit, expected all, core or none", name)
}

// String returns the configured name.
func (i Inherit) String() string {
	if int(i) < len(inheritNames) {
		return inheritNames[i]
	}
	return fmt.Sprintf("Inherit(%d)", uint8(i))
}

// Policy derives the environment of commands, as the configuration table
// shell_environment_policy describes it. The zero value is the default:
// everything but what looks like a secret.
//
// Patterns match a whole name without regard to case; "*" stands for any run
// of characters, also an empty one, and "?" for exactly one. Nothing else is
// special.
//
// spec: exec-and-tools, shell_environment_policy
type Policy struct {
	// Inherit is the starting set.
	Inherit Inherit
	// IgnoreDefaultExcludes keeps names that contain KEY, SECRET or TOKEN.
	IgnoreDefaultExcludes bool
	// Exclude holds patterns of names to remove.
	Exclude []string
	// Set holds variables to add or replace after the removals.
	Set map[string]string
	// IncludeOnly holds patterns of the only names to keep, those of Set
	// included. Empty keeps all.
	IncludeOnly []string
	// UseProfile runs commands through the user's shell profile, see
	// [Shell.Rewrite]. It does not change the environment.
	UseProfile bool
}

// Environ returns the environment of a child whose parent has the environment
// base, both as "NAME=value". Values are bytes and need not be UTF-8. Variables
// keep the order of base; those of Set that are new follow, sorted by name. Of
// a name that base holds several times the last value counts. Entries of base
// without a name, and pairs of Set that no environment can hold (an empty name,
// "=" in the name, a NUL byte), are left out. The result is never nil.
func (p Policy) Environ(base []string) []string {
	return p.environ(base, runtime.GOOS == "windows")
}

// environ is Environ; names that differ in case alone are one with foldNames.
func (p Policy) environ(base []string, foldNames bool) []string {
	vars := newVarList(len(base)+len(p.Set), foldNames)
	if p.Inherit != InheritNone {
		for _, entry := range base {
			name, value, ok := split(entry)
			if ok && (p.Inherit != InheritCore || isCore(name, foldNames)) {
				vars.set(name, value)
			}
		}
	}
	if !p.IgnoreDefaultExcludes {
		vars.remove(compile(defaultExcludes), true)
	}
	vars.remove(compile(p.Exclude), true)
	for _, name := range slices.Sorted(maps.Keys(p.Set)) {
		if value := p.Set[name]; name != "" && !strings.ContainsAny(name, "=\x00") && strings.IndexByte(value, 0) < 0 {
			vars.set(name, value)
		}
	}
	if len(p.IncludeOnly) > 0 {
		vars.remove(compile(p.IncludeOnly), false)
	}
	return vars.entries()
}

func isCore(name string, foldNames bool) bool {
	return slices.ContainsFunc(coreNames, func(core string) bool {
		return core == name || foldNames && strings.EqualFold(core, name)
	})
}
