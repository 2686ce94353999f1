package models

import "strings"

// Size is how much a model can read and write, in tokens.
type Size struct {
	// ContextWindow is how much the model can read.
	ContextWindow uint64
	// MaxOutputTokens is how much the model can write in one response. It is
	// never sent to a model.
	MaxOutputTokens uint64
	// AutoCompactTokenLimit is the size of the context from which on a
	// conversation is compacted unless the configuration says otherwise.
	AutoCompactTokenLimit int64
}

// sizes by prefix; the longest matching prefix counts.
var sizes = [...]struct {
	prefix           string
	context, maximum uint64
}{
	{"gpt-oss-20b", 96_000, 32_000},
	{"gpt-oss-120b", 96_000, 32_000},
	{"o3", 200_000, 100_000},
	{"o4-mini", 200_000, 100_000},
	{"codex-mini-latest", 200_000, 100_000},
	{"gpt-4.1", 1_047_576, 32_768},
	{"gpt-4o", 128_000, 16_384},
	{"gpt-4o-2024-05-13", 128_000, 4_096},
	{"gpt-3.5-turbo", 16_385, 4_096},
	{"gpt-5-codex", 272_000, 128_000},
	{"gpt-5", 272_000, 128_000},
	{"codex-", 272_000, 128_000},
}

// Info returns the size of a model, and whether it is known. That of a model on
// a local server, such as gpt-oss:20b, is not: the server decides.
// (spec: agent-loop, model table)
func Info(slug string) (Size, bool) {
	best := -1
	for i := range sizes {
		if strings.HasPrefix(slug, sizes[i].prefix) && (best < 0 || len(sizes[i].prefix) > len(sizes[best].prefix)) {
			best = i
		}
	}
	if best < 0 {
		return Size{}, false
	}
	return Size{
		ContextWindow:         sizes[best].context,
		MaxOutputTokens:       sizes[best].maximum,
		AutoCompactTokenLimit: AutoCompactLimit(sizes[best].context),
	}, true
}

// AutoCompactLimit returns the size from which on a conversation with a model
// of the given context window is compacted: nine tenths of it, rounded up,
// which leaves room for the tool output of one more turn. A configured window
// goes through the same rule. (spec: agent-loop, do better, correctness)
func AutoCompactLimit(contextWindow uint64) int64 {
	window := min(contextWindow, 1<<62)
	return int64(window - window/10)
}
