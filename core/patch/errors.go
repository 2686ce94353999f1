package patch

import (
	"errors"
	"fmt"
	"strings"
)

// Code says which kind of failure a [ParseError] or an [ApplyError] is. Its
// string is the short name that the specification gives it.
//
// spec: exec-and-tools, patch errors
type Code uint8

const (
	// CodeBeginMarker: the first line is not the begin marker.
	CodeBeginMarker Code = iota + 1
	// CodeEndMarker: the last line is not the end marker, or there is no text.
	CodeEndMarker
	// CodeHeader: a line stands where a file header must.
	CodeHeader
	// CodeNoChunks: an update has nothing to change.
	CodeNoChunks
	// CodeChunkMarker: a second or later chunk does not begin with @@.
	CodeChunkMarker
	// CodeEmptyChunk: a chunk has no lines.
	CodeEmptyChunk
	// CodeLinePrefix: the first line of a chunk has a prefix that is none.
	CodeLinePrefix
	// CodeContext: the text of an @@ line is not in the file.
	CodeContext
	// CodeLines: the lines to replace are not in the file.
	CodeLines
	// CodeNoSections: the patch holds no sections.
	CodeNoSections
	// CodeRead: the file to update cannot be read.
	CodeRead
	// CodeDelete: a file cannot be deleted.
	CodeDelete
	// CodeWrite: a file cannot be written.
	CodeWrite
	// CodeParents: the folders of a file cannot be created.
	CodeParents
	// CodeSource: the original of a moved file cannot be removed.
	CodeSource
)

// String returns E1 to E15.
func (c Code) String() string { return fmt.Sprintf("E%d", uint8(c)) }

// ErrChanged is the cause when a file is no longer what it was when the patch
// was planned.
var ErrChanged = errors.New("changed since the patch was checked")

// Causes of errors that the operating system has no word for.
var (
	errTooLarge   = errors.New("file too large")
	errNotText    = errors.New("not valid UTF-8")
	errNotRegular = errors.New("not a regular file")
)

// ParseError says why a text is not a patch.
type ParseError struct {
	Code Code
	// Line is the number of the line, the begin marker being line 1.
	Line int
	// Text is the line in question, or the path for CodeNoChunks.
	Text string
}

func (e *ParseError) Error() string {
	switch e.Code {
	case CodeBeginMarker:
		return fmt.Sprintf("invalid patch: the first line must be '%s'", beginMarker)
	case CodeEndMarker:
		return fmt.Sprintf("invalid patch: the last line must be '%s'", endMarker)
	}
	return fmt.Sprintf("invalid hunk on line %d: %s", e.Line, e.detail())
}

func (e *ParseError) detail() string {
	switch e.Code {
	case CodeHeader:
		return fmt.Sprintf("%q is not a file header; a header is one of '%s<path>', '%s<path>', '%s<path>'",
			e.Text, addMarker, deleteMarker, updateMarker)
	case CodeNoChunks:
		return fmt.Sprintf("the update of '%s' changes nothing", e.Text)
	case CodeChunkMarker:
		return fmt.Sprintf("expected a line that begins with %s, got %q", chunkMarker, e.Text)
	case CodeEmptyChunk:
		return "the chunk has no lines"
	case CodeLinePrefix:
		return fmt.Sprintf("%q must begin with ' ' (context), '+' (added) or '-' (removed)", e.Text)
	}
	return e.Code.String()
}

// ApplyError says why a patch cannot be applied, or why applying it failed.
// All files are as they were before, unless Undo says otherwise.
type ApplyError struct {
	Code Code
	// Path is the file as the patch spells it.
	Path string
	// Lines are the lines that were searched for, for CodeContext (one) and
	// CodeLines.
	Lines []string
	// Err is the cause, usually from the operating system. May be nil.
	Err error
	// Undo is why files could not be put back as they were, nil if they were.
	Undo error
}

func (e *ApplyError) Error() string {
	if e.Undo != nil {
		return fmt.Sprintf("%s; putting the files back as they were failed: %v", e.message(), e.Undo)
	}
	return e.message()
}

func (e *ApplyError) message() string {
	switch e.Code {
	case CodeContext:
		return fmt.Sprintf("cannot find context '%s' in %s", strings.Join(e.Lines, "\n"), e.Path)
	case CodeLines:
		return fmt.Sprintf("cannot find these lines in %s:\n%s", e.Path, strings.Join(e.Lines, "\n"))
	case CodeNoSections:
		return "no files were modified: the patch has no sections"
	}
	return fmt.Sprintf("cannot %s %s: %v", e.Code.action(), e.Path, e.Err)
}

// action is what failed, for the codes of operations on files.
func (c Code) action() string {
	switch c {
	case CodeRead:
		return "read the file to update"
	case CodeDelete:
		return "delete file"
	case CodeWrite:
		return "write file"
	case CodeParents:
		return "create the folders of"
	case CodeSource:
		return "remove the original of moved file"
	}
	return c.String()
}

// Unwrap returns the cause.
func (e *ApplyError) Unwrap() error { return e.Err }
