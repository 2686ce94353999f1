package mcpclient

import (
	"strings"

	"github.com/codex-go/codex/core/config"
)

// newMask returns what hides the secrets that a server is given in the texts
// that it writes, which go to the log. Short values are not secret and would be
// found everywhere.
func newMask(server config.McpServer) *strings.Replacer {
	var pairs []string
	hide := func(secret string) {
		if len(secret) >= 6 {
			pairs = append(pairs, secret, config.Masked)
		}
	}
	switch t := server.Transport.(type) {
	case *config.McpStdio:
		for name, value := range t.Env {
			if config.IsSecretVariable(name) {
				hide(value)
			}
		}
	case *config.McpHTTP:
		if t.BearerToken != nil {
			hide(*t.BearerToken)
		}
	}
	return strings.NewReplacer(pairs...)
}

// clip returns the beginning of a text for the log.
func clip(text []byte, mask *strings.Replacer) string {
	const most = 200
	// The secrets go before it is cut, which could leave a part of one.
	clear := mask.Replace(string(text[:min(len(text), maxLogLine)]))
	if len(clear) > most {
		return strings.ToValidUTF8(clear[:most], "") + "..."
	}
	return strings.ToValidUTF8(clear, "\uFFFD")
}
