package transcript

import (
	"encoding/json"
	"io"

	"github.com/codex-go/codex/protocol"
)

// document is a transcript for programs.
type document struct {
	ID        protocol.ConversationID `json:"id"`
	Path      string                  `json:"path"`
	Timestamp string                  `json:"timestamp"`
	Cwd       string                  `json:"cwd"`
	Source    protocol.SessionSource  `json:"source,omitempty"`
	Git       *protocol.GitInfo       `json:"git,omitempty"`
	Entries   []Entry                 `json:"entries"`
	Tokens    *protocol.TokenUsage    `json:"token_usage"` // null when unknown
	Losses    []string                `json:"losses"`      // what could not be read
}

// WriteJSON writes the transcript as one JSON object.
func (t *Transcript) WriteJSON(out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(document{
		ID: t.Meta.ID, Path: t.Path, Timestamp: t.Meta.Timestamp, Cwd: t.Meta.Cwd, Source: t.Meta.Source, Git: t.Meta.Git,
		Entries: append([]Entry{}, t.Entries...), Tokens: t.Tokens, Losses: append([]string{}, t.losses()...),
	})
}
