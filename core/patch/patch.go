package patch

import "strings"

// The markers of the patch language.
const (
	beginMarker   = "*** Begin Patch"
	endMarker     = "*** End Patch"
	addMarker     = "*** Add File: "
	deleteMarker  = "*** Delete File: "
	updateMarker  = "*** Update File: "
	moveMarker    = "*** Move to: "
	eofMarker     = "*** End of File"
	sectionPrefix = "***"
	chunkMarker   = "@@"
)

// Patch is a parsed patch.
type Patch struct {
	// Sections holds what is done to each file, in the order of the text. It
	// may be empty: such a patch parses, but cannot be applied.
	Sections []Section
	// Text is the canonical text: without surrounding blanks, without the
	// heredoc that wrapped it, lines joined with line feeds, no final one. It
	// is what is handed to the executable form.
	Text string
}

// Section is one file's part of a patch: [*AddFile], [*DeleteFile] or
// [*UpdateFile].
type Section interface {
	// Name is the path as written.
	Name() string
	isSection()
}

// AddFile creates a file, or overwrites it.
type AddFile struct {
	Path    string // as written
	Content string // whole content; every line ends with a line feed
	Line    int    // line number of the header, the begin marker being line 1
}

// DeleteFile removes a file.
type DeleteFile struct {
	Path string // as written
	Line int    // line number of the header
}

// UpdateFile edits a file and moves it if MoveTo is set.
type UpdateFile struct {
	Path   string  // as written
	MoveTo string  // destination as written; empty means that the file stays
	Chunks []Chunk // in order; at least one
	Line   int     // line number of the header
}

// Name implements [Section].
func (s *AddFile) Name() string { return s.Path }

// Name implements [Section].
func (s *DeleteFile) Name() string { return s.Path }

// Name implements [Section].
func (s *UpdateFile) Name() string { return s.Path }

func (*AddFile) isSection()    {}
func (*DeleteFile) isSection() {}
func (*UpdateFile) isSection() {}

// Chunk is one place of a file that is changed.
type Chunk struct {
	// Contexts are the texts of the @@ lines in front of the chunk, outermost
	// first, each of which is searched after the one before. None means that
	// the search goes on where the chunk before ended.
	Contexts []string
	// Lines are the lines of the chunk; at least one.
	Lines []Line
	// EndOfFile says that the chunk belongs at the end of the file.
	EndOfFile bool
	// Line is the line number of the first line that belongs to the chunk.
	Line int
}

// Op says what a line of a chunk does.
type Op byte

// The values of [Op] are the characters that lines of a patch begin with.
const (
	Context Op = ' ' // the line is there and stays
	Delete  Op = '-' // the line is there and goes
	Insert  Op = '+' // the line is new
)

// Line is one line of a chunk.
type Line struct {
	Op   Op
	Text string // without its prefix and line feed
}

// String prints the patch from its sections. Parsing the result gives an equal
// list of sections apart from line numbers.
func (p *Patch) String() string {
	lines := []string{beginMarker}
	for _, section := range p.Sections {
		switch s := section.(type) {
		case *AddFile:
			lines = append(lines, addMarker+s.Path)
			if s.Content != "" {
				for line := range strings.SplitSeq(strings.TrimSuffix(s.Content, "\n"), "\n") {
					lines = append(lines, "+"+line)
				}
			}
		case *DeleteFile:
			lines = append(lines, deleteMarker+s.Path)
		case *UpdateFile:
			lines = append(lines, updateMarker+s.Path)
			if s.MoveTo != "" {
				lines = append(lines, moveMarker+s.MoveTo)
			}
			for _, chunk := range s.Chunks {
				lines = chunk.print(lines)
			}
		}
	}
	return joinLines(append(lines, endMarker))
}

func (c *Chunk) print(lines []string) []string {
	if len(c.Contexts) == 0 {
		lines = append(lines, chunkMarker)
	}
	for _, context := range c.Contexts {
		lines = append(lines, chunkMarker+" "+context)
	}
	for _, line := range c.Lines {
		lines = append(lines, string(rune(line.Op))+line.Text)
	}
	if c.EndOfFile {
		lines = append(lines, eofMarker)
	}
	return lines
}

// joinLines puts a line feed between lines. A carriage return at the end of a
// line is doubled, because reading drops one.
func joinLines(lines []string) string {
	var out strings.Builder
	for i, line := range lines {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(line)
		if strings.HasSuffix(line, "\r") && i < len(lines)-1 {
			out.WriteByte('\r')
		}
	}
	return out.String()
}

// splitLines undoes joinLines: it splits at line feeds and drops one carriage
// return in front of each. An empty text has no lines.
func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i := range lines[:len(lines)-1] {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}
