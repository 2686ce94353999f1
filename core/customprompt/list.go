package customprompt

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/codex-go/codex/protocol"
)

// MaxBytes bounds a prompt file; larger ones are passed over.
const MaxBytes = 1 << 20

// List returns the prompts below home, sorted by name. Files that cannot be
// read or are not text are passed over, as are links. It never returns nil.
func List(home string) []protocol.CustomPrompt {
	prompts := []protocol.CustomPrompt{}
	dir := filepath.Join(home, "prompts")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return prompts // no directory, no prompts
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if !e.Type().IsRegular() || !strings.EqualFold(ext, ".md") || ext == e.Name() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if info, err := e.Info(); err != nil || info.Size() > MaxBytes {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil || !utf8.Valid(text) {
			continue
		}
		p := parse(string(text))
		p.Name, p.Path = strings.TrimSuffix(e.Name(), ext), path
		prompts = append(prompts, p)
	}
	slices.SortFunc(prompts, func(a, b protocol.CustomPrompt) int { return strings.Compare(a.Name, b.Name) })
	return prompts
}

// parse splits the front matter from the body. A block that does not end is
// part of the body.
func parse(text string) protocol.CustomPrompt {
	p := protocol.CustomPrompt{Content: text}
	first, rest, ok := strings.Cut(text, "\n")
	if !ok || strings.TrimSpace(first) != "---" {
		return p
	}
	var description, hint *string
	for {
		var line string
		line, rest, ok = strings.Cut(rest, "\n")
		line = strings.TrimSpace(line)
		if line == "---" {
			p.Content, p.Description, p.ArgumentHint = rest, description, hint
			return p
		}
		if key, value, found := strings.Cut(line, ":"); found && !strings.HasPrefix(line, "#") {
			value = unquote(strings.TrimSpace(value))
			switch strings.ToLower(strings.TrimSpace(key)) {
			case "description":
				description = &value
			case "argument-hint", "argument_hint":
				hint = &value
			}
		}
		if !ok {
			return p
		}
	}
}

// unquote removes one pair of matching quotes.
func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
