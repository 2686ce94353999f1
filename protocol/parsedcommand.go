package protocol

import "github.com/codex-go/codex/mcptypes/wire"

// ParsedCommand sums up one part of a shell command for display, tagged by
// "type". It decides nothing. (spec: exec-and-tools, parsed_cmd)
type ParsedCommand interface{ isParsedCommand() }

// ReadCommand reads a file.
type ReadCommand struct {
	Cmd  string `json:"cmd"`
	Name string `json:"name"` // base name of the file
}

// ListFilesCommand lists a directory.
type ListFilesCommand struct {
	Cmd  string  `json:"cmd"`
	Path *string `json:"path"`
}

// SearchCommand searches for text or files.
type SearchCommand struct {
	Cmd   string  `json:"cmd"`
	Query *string `json:"query"`
	Path  *string `json:"path"`
}

// UnknownCommand is any other command.
type UnknownCommand struct {
	Cmd string `json:"cmd"`
}

var _ = wire.Register[ParsedCommand](wire.Internal("type"),
	wire.Of[ReadCommand]("read"),
	wire.Of[ListFilesCommand]("list_files"),
	wire.Of[SearchCommand]("search"),
	wire.Of[UnknownCommand]("unknown"),
)

func (*ReadCommand) isParsedCommand()      {}
func (*ListFilesCommand) isParsedCommand() {}
func (*SearchCommand) isParsedCommand()    {}
func (*UnknownCommand) isParsedCommand()   {}
