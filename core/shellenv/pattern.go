package shellenv

import "unicode"

// pattern is a pattern for names, in lower case.
//
// spec: exec-and-tools, shell_environment_policy
type pattern []rune

func compile(texts []string) []pattern {
	out := make([]pattern, len(texts))
	for i, text := range texts {
		out[i] = lower(text)
	}
	return out
}

func lower(s string) []rune {
	runes := []rune(s)
	for i, r := range runes {
		runes[i] = unicode.ToLower(r)
	}
	return runes
}

func matchAny(patterns []pattern, name string) bool {
	runes := lower(name)
	for _, p := range patterns {
		if p.match(runes) {
			return true
		}
	}
	return false
}

// match reports whether p describes the whole name. It takes time linear in
// each of both per star: only the last star is ever widened.
func (p pattern) match(name []rune) bool {
	i, j := 0, 0
	star, mark := -1, 0 // the last star seen, and where its run ends
	for j < len(name) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == name[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
