package main

import (
	"strings"
	"unicode"
)

// initialisms are words that Go names spell in capitals.
var initialisms = map[string]string{
	"id": "ID", "uri": "URI", "url": "URL", "mime": "MIME", "ttl": "TTL", "json": "JSON", "jsonrpc": "JSONRPC",
}

// words splits a name of the wire at its capitals and at everything that is
// neither a letter nor a digit.
func words(name string) []string {
	var all []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			all = append(all, string(word))
			word = nil
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) && i > 0 {
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || next {
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	return all
}

// goName returns the exported Go name of a name of the wire. What stands before
// a slash is a namespace and left out.
func goName(name string) string {
	if _, after, ok := strings.Cut(name, "/"); ok && strings.Contains(name, ".") {
		name = after
	}
	var b strings.Builder
	for _, w := range words(name) {
		lower := strings.ToLower(w)
		if up, ok := initialisms[lower]; ok {
			b.WriteString(up)
			continue
		}
		b.WriteString(strings.ToUpper(lower[:1]) + lower[1:])
	}
	return b.String()
}

// suffixName returns the end of a synthesized type name: the name of the
// member as the schema spells it, capitalised.
func suffixName(member string) string {
	if member == "_meta" {
		return "Meta"
	}
	if _, after, ok := strings.Cut(member, "/"); ok {
		member = after
	}
	member = strings.TrimLeft(member, "$_")
	return strings.ToUpper(member[:1]) + member[1:]
}

// spoken returns a name of the wire as words for people.
func spoken(name string) string { return strings.ToLower(strings.Join(words(name), " ")) }
