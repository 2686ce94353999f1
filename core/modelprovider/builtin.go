package modelprovider

import (
	"net"
	"strconv"
	"strings"
)

// Ids of the built-in providers.
const (
	// OpenAI is the default.
	OpenAI = "openai"
	// OSS is a model server on this machine.
	OSS = "oss"
	// Demo is the scripted model; whoever starts that fills in the base URL.
	Demo = "demo"
)

// DefaultOSSPort is the port of a local model server.
const DefaultOSSPort = 11434

// Builtin returns the built-in providers by id. env looks up environment
// variables (OPENAI_BASE_URL, CODEX_OSS_BASE_URL, CODEX_OSS_PORT); version is
// the program version that the openai provider is told. Entries of the
// configuration do not replace built-in ones. (spec: config-and-auth,
// built-ins)
func Builtin(env func(string) string, version string) map[string]Provider {
	return map[string]Provider{
		OpenAI: {
			ID:      OpenAI,
			Name:    "OpenAI",
			BaseURL: strings.TrimSpace(env("OPENAI_BASE_URL")),
			WireAPI: WireResponses,
			HTTPHeaders: map[string]string{
				"version": version,
			},
			EnvHTTPHeaders: map[string]string{
				"OpenAI-Organization": "OPENAI_ORGANIZATION",
				"OpenAI-Project":      "OPENAI_PROJECT",
			},
			RequiresOpenAIAuth: true,
		},
		OSS: {
			ID:      OSS,
			Name:    "gpt-oss",
			BaseURL: ossBaseURL(env),
			WireAPI: WireChat,
		},
		Demo: {
			ID:      Demo,
			Name:    "demo",
			WireAPI: WireResponses,
		},
	}
}

func ossBaseURL(env func(string) string) string {
	if base := strings.TrimSpace(env("CODEX_OSS_BASE_URL")); base != "" {
		return base
	}
	port, err := strconv.ParseUint(strings.TrimSpace(env("CODEX_OSS_PORT")), 10, 16)
	if err != nil {
		port = DefaultOSSPort
	}
	return "http://" + net.JoinHostPort("localhost", strconv.FormatUint(port, 10)) + "/v1"
}
