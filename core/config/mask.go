package config

import (
	"slices"
	"strings"
)

// Masked stands for a secret inside a text that is shown otherwise.
const Masked = "***"

// MaskURL returns an address fit to be shown: without a password and without
// the values of parameters whose names say that they are secret. Any other text
// stays as it is.
func MaskURL(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || strings.ContainsAny(scheme, " /?#") {
		return text
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, rest := rest[:end], rest[end:]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, _, password := strings.Cut(authority[:at], ":")
		if password {
			authority = user + ":" + Masked + authority[at:]
		} else {
			authority = Masked + authority[at:] // most likely a token
		}
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery {
		pairs := strings.Split(query, "&")
		for i, pair := range pairs {
			if name, _, ok := strings.Cut(pair, "="); ok && isSecretParameter(name) {
				pairs[i] = name + "=" + Masked
			}
		}
		path += "?" + strings.Join(pairs, "&")
	}
	if hasFragment {
		path += "#" + fragment
	}
	return scheme + "://" + authority + path
}

// secretVariables mark the names of variables whose values are secret.
var secretVariables = []string{"KEY", "SECRET", "TOKEN", "PASSWORD", "PASSWD", "CREDENTIAL"}

// IsSecretVariable tells from the name of an environment variable whether its
// value must not be shown.
func IsSecretVariable(name string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc(secretVariables, func(word string) bool { return strings.Contains(name, word) })
}

func isSecretParameter(name string) bool {
	name = strings.ToLower(name)
	return hasSecretWord(name) ||
		slices.ContainsFunc([]string{"key", "sig", "code"}, func(end string) bool { return strings.HasSuffix(name, end) })
}
