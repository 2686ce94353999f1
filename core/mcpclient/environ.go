package mcpclient

import (
	"maps"
	"runtime"
	"slices"

	"github.com/codex-go/codex/core/shellenv"
)

// unixVariables and windowsVariables are all that a server sees of the
// environment of this process: no keys, no proxies, no settings.
// (spec: mcp, spawning stdio servers)
var (
	unixVariables = []string{
		"HOME", "LOGNAME", "PATH", "SHELL", "USER", "__CF_USER_TEXT_ENCODING",
		"LANG", "LC_ALL", "TERM", "TMPDIR", "TZ",
	}
	windowsVariables = []string{"PATH", "PATHEXT", "USERNAME", "USERDOMAIN", "USERPROFILE", "TEMP", "TMP"}
)

// serverEnviron returns the environment of a server: the few variables that are
// set in base, in the order of the lists above, and those of own over them,
// sorted by name.
func serverEnviron(base []string, own map[string]string) []string {
	return environFor(runtime.GOOS, base, own)
}

func environFor(goos string, base []string, own map[string]string) []string {
	inherited := unixVariables
	if goos == "windows" {
		inherited = windowsVariables
	}
	env := make([]string, 0, len(inherited)+len(own))
	for _, name := range inherited {
		if value, ok := shellenv.Lookup(base, name); ok {
			env = append(env, name+"="+value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		env = shellenv.With(env, name, own[name])
	}
	return env
}
