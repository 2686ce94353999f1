package budget

// Modules says which modules of the workspace each module may import, itself
// aside. Tests count too.
var Modules = map[string][]string{
	"mcptypes":  {},
	"utils":     {},
	"protocol":  {"mcptypes"},
	"core":      {"protocol", "mcptypes", "utils"},
	"appserver": {"protocol", "mcptypes", "core", "utils"},
	"mcpserver": {"protocol", "mcptypes", "core", "utils"},
	"cmd":       {"protocol", "mcptypes", "core", "utils", "appserver", "mcpserver"},
	"scripts":   {"protocol", "mcptypes", "core", "utils", "appserver", "mcpserver", "cmd"},
}

// Pure are the modules for small clients: apart from tests and the package
// [Schema], they need nothing but the standard library and each other, and of
// the standard library none of [PureBanned], not even through another package.
var Pure = []string{"mcptypes", "protocol"}

// PureBanned are packages for network, processes, logs and the like.
var PureBanned = []string{
	"crypto/tls", "log", "log/slog", "log/syslog", "net", "net/http", "os/exec", "os/signal", "plugin", "testing",
}

// Schema is the package that describes the wire types. Programs carry it only
// when they write descriptions.
const Schema = "protocol/schema"

// SchemaUsers are the modules that may import [Schema].
var SchemaUsers = []string{"cmd", "scripts"}

// Floors are the packages of core, by floor. A package that is not named stands
// on the floor of the one that its path begins with. Apart from its tests, a
// package imports packages of lower floors only; packages with the same first
// name, such as modelclient and modelclient/ollama, are one household, and the
// compiler alone watches over them.
var Floors = [][]string{
	0: {"clientid", "clients", "customprompt", "event", "gitinfo", "imagefile", "internal/lossy", "internal/outage", "internal/pause", "modelprovider", "models", "patch/linediff", "proctree", "shellenv"},
	1: {"auth", "config", "history", "patch", "rollout", "sandbox", "shellcmd", "turndiff"},
	2: {"approval", "exec", "mcpclient", "modelclient"},
	3: {"prompt", "tools"},
	4: {"session"},
	5: {"conversation"},
	6: {"agent"},
}

// Inits are the files that may have a function init, each with the reason.
var Inits = map[string]string{
	"core/sandbox/early/early.go": "the sandbox helper starts before the packages of the agent are initialized; a program asks for it by the import",
}

// Maps are the package variables that are maps and change after the start, as
// "file: name", each with the reason.
var Maps = map[string]string{}

// Unlinked are functions that the program does without, each with the reason.
var Unlinked = map[string]string{
	"text/template.(*state).evalField": "the linker keeps every exported method in the program, a fifth of its size: " +
		"because of templates, which find methods by name (write pages with code, and give cobra no templates of our own), " +
		"or of a call of a method named Method in generic code, for which reflect.Value.Method is kept",
}
