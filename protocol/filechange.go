package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// FileChange is what a patch does to one file. It is tagged from outside:
// {"add": {...}}. Input may also be tagged by "type", as newer releases write
// it. (spec: events-and-rollouts, shared types)
type FileChange interface{ isFileChange() }

// AddFileChange creates a file.
type AddFileChange struct {
	Content string `json:"content"` // the whole new content
}

// DeleteFileChange removes a file.
type DeleteFileChange struct {
	Content string `json:"content"` // the content being removed
}

// UpdateFileChange edits a file, and moves it when MovePath is set.
type UpdateFileChange struct {
	UnifiedDiff string  `json:"unified_diff"` // hunks only, one line of context
	MovePath    *string `json:"move_path"`
}

var _ = wire.Register[FileChange](wire.Shape{Style: wire.StyleExternal, AlsoInternal: "type"},
	wire.Of[AddFileChange]("add"),
	wire.Of[DeleteFileChange]("delete"),
	wire.Of[UpdateFileChange]("update"),
)

func (*AddFileChange) isFileChange()    {}
func (*DeleteFileChange) isFileChange() {}
func (*UpdateFileChange) isFileChange() {}

// FileChanges maps absolute paths to their changes.
type FileChanges map[string]FileChange
