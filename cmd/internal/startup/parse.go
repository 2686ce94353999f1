package startup

import "strings"

// parseDotenv reads lines of the form NAME=value, as a shell would. In single
// quotes everything stands for itself; elsewhere $NAME and ${NAME} are replaced,
// by what lookup knows or else by an earlier line, and a backslash makes the next
// character stand for itself, or in double quotes \n, \r and \t a line break, a
// carriage return and a tab. Quotes may span lines. A blank and # begin a
// comment. What cannot be read is passed over, up to the end of its line.
func parseDotenv(text string, lookup func(string) (string, bool)) map[string]string {
	vars := make(map[string]string)
	expand := func(name string) string {
		if value, ok := lookup(name); ok {
			return value
		}
		return vars[name]
	}
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\uFEFF")
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if name, value, ok := dotenvName(line); ok {
			s := dotenvScanner{text: text[len(line)-len(value):], expand: expand}
			if s.scan() {
				vars[name] = s.value.String()
				rest = s.text
			}
		}
		text = rest
	}
	return vars
}

// dotenvName takes the name off a line, and what may stand around it.
func dotenvName(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, "=")
	if exported, found := strings.CutPrefix(strings.TrimSpace(name), "export "); found {
		name = exported
	}
	name = strings.TrimSpace(name)
	return name, value, ok && nameLength(name) == len(name) && name != ""
}

// nameLength is how many bytes of text are the name of a variable.
func nameLength(text string) int {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '_', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', i > 0 && '0' <= c && c <= '9':
		default:
			return i
		}
	}
	return len(text)
}

// dotenvScanner reads one value.
type dotenvScanner struct {
	text   string // what is left, from the value on
	expand func(name string) string
	value  strings.Builder
}

// scan reads up to the end of the line, and reports whether every quote ended.
func (s *dotenvScanner) scan() bool {
	kept := 0 // how much of the value is not blanks that may be at its end
	begun := false
	for s.text != "" && s.text[0] != '\n' {
		switch c := s.text[0]; c {
		case '\'':
			inside, rest, ended := strings.Cut(s.text[1:], "'")
			if !ended {
				return false
			}
			s.value.WriteString(inside)
			s.text = rest
		case '"':
			s.text = s.text[1:]
			if !s.quoted() {
				return false
			}
		case ' ', '\t':
			if begun {
				s.value.WriteByte(c)
			}
			s.text = s.text[1:]
			if strings.HasPrefix(s.text, "#") {
				_, s.text, _ = strings.Cut(s.text, "\n")
				s.trim(kept)
				return true
			}
			continue
		default:
			s.character(false)
		}
		kept, begun = s.value.Len(), true
	}
	s.text = strings.TrimPrefix(s.text, "\n")
	s.trim(kept)
	return true
}

// trim leaves n bytes of the value.
func (s *dotenvScanner) trim(n int) {
	value := s.value.String()[:n]
	s.value.Reset()
	s.value.WriteString(value)
}

// quoted reads up to the double quote that ends it.
func (s *dotenvScanner) quoted() bool {
	for s.text != "" {
		if s.text[0] == '"' {
			s.text = s.text[1:]
			return true
		}
		s.character(true)
	}
	return false
}

// character reads one character, an escaped one or a variable.
func (s *dotenvScanner) character(quoted bool) {
	c := s.text[0]
	s.text = s.text[1:]
	switch {
	case c == '\\' && s.text != "" && s.text[0] != '\n':
		c = s.text[0]
		s.text = s.text[1:]
		if at := strings.IndexByte("nrt", c); quoted && at >= 0 {
			c = "\n\r\t"[at]
		}
		s.value.WriteByte(c)
	case c == '$' && s.variable():
	default:
		s.value.WriteByte(c)
	}
}

// variable replaces the name at the start of the text, if there is one.
func (s *dotenvScanner) variable() bool {
	name, braced := strings.CutPrefix(s.text, "{")
	n := nameLength(name)
	if n == 0 || braced && !strings.HasPrefix(name[n:], "}") {
		return false
	}
	s.text = name[n:]
	if braced {
		s.text = s.text[1:]
	}
	s.value.WriteString(s.expand(name[:n]))
	return true
}
