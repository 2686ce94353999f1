package mcpclient

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"
	"strings"
)

// maxNameLen is the longest name of a function that model APIs take, in bytes.
const maxNameLen = 64

// nameSeparator stands between the server and the tool in a qualified name.
const nameSeparator = "__"

// toolID names a tool as its server does. No two tools of a conversation have
// the same.
type toolID struct{ server, tool string }

func (id toolID) qualified() string { return id.server + nameSeparator + id.tool }

// ValidServerName reports whether a server of this name can be used: names are
// made of ASCII letters, digits, "_" and "-". (spec: mcp, start-up)
func ValidServerName(name string) bool { return name != "" && sanitize(name) == name }

// uniqueNames returns the names under which a model knows tools, in the order
// of ids, of which no two are the same. A name is
// "<server>__<tool>" with "_" for every character that model APIs refuse. One
// that is too long, or that another tool has, ends in the SHA-1 of the name
// before the replacement. Tools whose name needs no change get it first;
// otherwise, where two want the same, the earlier one has it.
// (spec: mcp, tool names; do better, client)
func uniqueNames(ids []toolID) []string {
	names := make([]string, len(ids))
	taken := make(map[string]bool, len(ids))
	for i, id := range ids {
		full := id.qualified()
		if len(full) <= maxNameLen && sanitize(full) == full && !taken[full] {
			names[i] = full
			taken[full] = true
		}
	}
	for i, id := range ids {
		if names[i] == "" {
			names[i] = freeName(id, taken)
			taken[names[i]] = true
		}
	}
	return names
}

// freeName returns a name for a tool that nobody else has.
func freeName(id toolID, taken map[string]bool) string {
	full := id.qualified()
	safe := sanitize(full)
	if len(safe) <= maxNameLen && !taken[safe] {
		return safe
	}
	if name := hashedName(safe, full); !taken[name] {
		return name
	}
	// Two servers whose names and tools join to the same text: hash what tells
	// them apart.
	for n := 0; ; n++ {
		if name := hashedName(safe, id.server+"\x00"+id.tool+"\x00"+strconv.Itoa(n)); !taken[name] {
			return name
		}
	}
}

// hashedName returns a name of at most maxNameLen bytes: the beginning of safe
// and the SHA-1 of text.
func hashedName(safe, text string) string {
	sum := sha1.Sum([]byte(text))
	const digits = 2 * sha1.Size
	return safe[:min(len(safe), maxNameLen-digits)] + hex.EncodeToString(sum[:])
}

// sanitize replaces every character that may not stand in the name of a
// function by "_". A byte that is not UTF-8 counts as a character.
func sanitize(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, name)
}
