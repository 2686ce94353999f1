package patch

import (
	"strings"
)

// Parse reads a patch. Blanks around the text and a heredoc wrapper with the
// word EOF are taken off. The error is a [*ParseError]. Whether the patch fits
// the files is not looked at; see [NewPlan].
//
// Two things are accepted that the bare grammar does not have: several @@
// lines in front of a chunk, each narrowing the search down, and hunk headers
// in the form of git (@@ -1,2 +1,2 @@), which are understood when the chunk is
// placed.
//
// spec: exec-and-tools, parsing rules
func Parse(text string) (*Patch, error) {
	lines, err := unwrap(splitLines(strings.TrimSpace(text)))
	if err != nil {
		return nil, err
	}
	p := &parser{lines: lines[:len(lines)-1], next: 1}
	patch := &Patch{Text: joinLines(lines)}
	for p.next < len(p.lines) {
		section, err := p.section()
		if err != nil {
			return nil, err
		}
		patch.Sections = append(patch.Sections, section)
	}
	return patch, nil
}

// unwrap checks the markers and takes the lines of a heredoc off that some
// models send along.
func unwrap(lines []string) ([]string, error) {
	err := checkMarkers(lines)
	if err == nil {
		return lines, nil
	}
	if len(lines) >= 4 && strings.HasSuffix(lines[len(lines)-1], "EOF") {
		switch lines[0] {
		case "<<EOF", "<<'EOF'", `<<"EOF"`:
			lines = lines[1 : len(lines)-1]
			err = checkMarkers(lines)
		}
	}
	if err != nil {
		return nil, err
	}
	return lines, nil
}

func checkMarkers(lines []string) error {
	if len(lines) > 0 && lines[0] != beginMarker {
		return &ParseError{Code: CodeBeginMarker, Line: 1, Text: lines[0]}
	}
	if len(lines) < 2 || lines[len(lines)-1] != endMarker {
		e := &ParseError{Code: CodeEndMarker, Line: len(lines)}
		if len(lines) > 0 {
			e.Text = lines[len(lines)-1]
		}
		return e
	}
	return nil
}

// parser walks over the lines between the markers.
type parser struct {
	lines []string // from the begin marker to the line before the end marker
	next  int      // index of the line to read; its line number is one more
}

func (p *parser) more() bool { return p.next < len(p.lines) }

func (p *parser) section() (Section, error) {
	number := p.next + 1
	header := strings.TrimSpace(p.lines[p.next])
	p.next++
	if path, ok := strings.CutPrefix(header, addMarker); ok {
		return p.addFile(path, number), nil
	}
	if path, ok := strings.CutPrefix(header, deleteMarker); ok {
		return &DeleteFile{Path: path, Line: number}, nil
	}
	if path, ok := strings.CutPrefix(header, updateMarker); ok {
		return p.updateFile(path, number)
	}
	return nil, &ParseError{Code: CodeHeader, Line: number, Text: header}
}

func (p *parser) addFile(path string, number int) *AddFile {
	var content strings.Builder
	for p.more() {
		line, ok := strings.CutPrefix(p.lines[p.next], "+")
		if !ok {
			break
		}
		content.WriteString(line)
		content.WriteByte('\n')
		p.next++
	}
	return &AddFile{Path: path, Content: content.String(), Line: number}
}

func (p *parser) updateFile(path string, number int) (*UpdateFile, error) {
	s := &UpdateFile{Path: path, Line: number}
	if p.more() {
		if to, ok := strings.CutPrefix(p.lines[p.next], moveMarker); ok {
			if to == "" {
				return nil, &ParseError{Code: CodeHeader, Line: p.next + 1, Text: strings.TrimSpace(moveMarker)}
			}
			s.MoveTo = to
			p.next++
		}
	}
	for p.more() {
		line := p.lines[p.next]
		if strings.TrimSpace(line) == "" {
			p.next++
			continue
		}
		if strings.HasPrefix(line, sectionPrefix) {
			break
		}
		chunk, err := p.chunk(len(s.Chunks) == 0)
		if err != nil {
			return nil, err
		}
		s.Chunks = append(s.Chunks, chunk)
	}
	if len(s.Chunks) == 0 {
		return nil, &ParseError{Code: CodeNoChunks, Line: number, Text: path}
	}
	return s, nil
}

// chunk reads the @@ lines and what follows them. Only the first chunk of a
// section may lack them.
func (p *parser) chunk(first bool) (Chunk, error) {
	c := Chunk{Line: p.next + 1}
	start := p.next + 1 // line number of the last @@ line
	marked := false
	for p.more() {
		context, ok := contextOf(p.lines[p.next])
		if !ok {
			break
		}
		if strings.TrimSpace(context) != "" {
			c.Contexts = append(c.Contexts, context)
		}
		marked = true
		start = p.next + 1
		p.next++
	}
	if !marked && !first {
		return c, &ParseError{Code: CodeChunkMarker, Line: start, Text: p.lines[p.next]}
	}
	for p.more() {
		line := p.lines[p.next]
		if line == eofMarker && len(c.Lines) > 0 {
			c.EndOfFile = true
			p.next++
			return c, nil
		}
		if line == "" {
			c.Lines = append(c.Lines, Line{Op: Context})
			p.next++
			continue
		}
		op := Op(line[0])
		if op != Context && op != Delete && op != Insert {
			if len(c.Lines) == 0 && line != eofMarker {
				return c, &ParseError{Code: CodeLinePrefix, Line: start + 1, Text: line}
			}
			break
		}
		c.Lines = append(c.Lines, Line{Op: op, Text: line[1:]})
		p.next++
	}
	if len(c.Lines) == 0 {
		return c, &ParseError{Code: CodeEmptyChunk, Line: start + 1}
	}
	return c, nil
}

// contextOf reports whether line is an @@ line, and what it searches for.
func contextOf(line string) (string, bool) {
	if line == chunkMarker {
		return "", true
	}
	return strings.CutPrefix(line, chunkMarker+" ")
}
