package clientid

import (
	"strings"
	"sync"
)

// ProtocolVersion is the level of the protocol that this program speaks and
// the version in its user agent. Clients compare it to decide which features
// they may use, so it is not the version of the program.
// (spec: README, version in the user agent)
const ProtocolVersion = "0.44.0"

const (
	// DefaultOriginator is the originator of every door but exec.
	DefaultOriginator = "codex_cli_rs"
	// ExecOriginator is the originator that "codex exec" forces.
	ExecOriginator = "codex_exec"
	// OriginatorVariable is the environment variable that replaces the default
	// originator.
	OriginatorVariable = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"
)

// Options are the inputs of [New]. The zero value gives the default originator
// in an empty environment.
type Options struct {
	// LookupEnv reads the environment, in the form of os.LookupEnv: an empty
	// variable differs from one that is not set. Nil means that nothing is set.
	LookupEnv func(name string) (value string, ok bool)
	// Version stands after the originator. Empty means [ProtocolVersion].
	Version string
	// Originator, when not empty, is used whatever the environment says.
	Originator string
	// Warn is told in one sentence when the override in the environment is not
	// usable. Nil means silence.
	Warn func(message string)
}

// Identity is who the program says it is. The zero value has no originator and
// knows nothing of the operating system; use [New].
type Identity struct {
	// Originator names the door, for the header and the query parameter
	// "originator" and for the meta line of a rollout.
	Originator string
	// Version is the version in the user agent.
	Version string
	// Suffix names the client in parentheses at the end of the user agent. It
	// is empty until [Identity.WithClient] sets it.
	Suffix string

	platform *platform
}

// platform holds what is the same for every identity of one process.
type platform struct {
	terminal string
	describe func() system
	once     sync.Once
	system   system
}

// system is what the user agent tells about the machine.
type system struct {
	name    string // distribution or product
	version string // three numbers, or the text that the system gives
	arch    string // machine name as uname gives it
}

// New returns the identity of a process. (spec: config-and-auth, user agent and originator)
func New(options Options) Identity {
	lookup := options.LookupEnv
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	identity := Identity{
		Originator: originator(options, lookup),
		Version:    options.Version,
		platform:   &platform{terminal: terminal(lookup), describe: describeSystem},
	}
	if identity.Version == "" {
		identity.Version = ProtocolVersion
	}
	return identity
}

func originator(options Options, lookup func(string) (string, bool)) string {
	if options.Originator != "" {
		return options.Originator
	}
	value, ok := lookup(OriginatorVariable)
	if !ok {
		return DefaultOriginator
	}
	if !legalHeaderValue(value) {
		if options.Warn != nil {
			options.Warn(OriginatorVariable + " is not a legal header value and is ignored")
		}
		return DefaultOriginator
	}
	return value
}

// WithClient returns the identity with the name and version of the client that
// is served. Both empty still give a suffix, the separator alone.
// (spec: app-server, user-agent string)
func (id Identity) WithClient(name, version string) Identity {
	return id.WithSuffix(name + "; " + version)
}

// WithSuffix returns the identity with a suffix of its own; blanks at its ends
// are cut, and a blank one takes the suffix away.
func (id Identity) WithSuffix(suffix string) Identity {
	id.Suffix = strings.TrimSpace(suffix)
	return id
}

// UserAgent returns the string for the User-Agent header and the initialize
// response, for example
//
//	codex_cli_rs/0.44.0 (Debian 12.0.0; x86_64) xterm (my-editor; 1.2.3)
//
// It is always a legal header value. (spec: config-and-auth, user agent and originator)
func (id Identity) UserAgent() string {
	facts, terminal := system{"Unknown", "Unknown", "unknown"}, "unknown"
	if id.platform != nil {
		facts, terminal = id.platform.facts(), id.platform.terminal
	}
	agent := id.Originator + "/" + id.Version +
		" (" + facts.name + " " + facts.version + "; " + facts.arch + ") " + terminal
	if id.Suffix != "" {
		agent += " (" + id.Suffix + ")"
	}
	return sanitize(agent)
}

func (p *platform) facts() system {
	p.once.Do(func() { p.system = p.describe() })
	return p.system
}

// legalHeaderValue reports whether every byte of s may stand in an HTTP header
// value: visible ASCII, space, tab and everything from 0x80 on.
func legalHeaderValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '\t' && (c < 0x20 || c == 0x7f) {
			return false
		}
	}
	return true
}

// sanitize returns s when it is a legal header value. Otherwise every
// character that is not printable ASCII becomes an underscore, which always
// gives a legal value.
func sanitize(s string) string {
	if legalHeaderValue(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '_'
		}
		return r
	}, s)
}
