package wire

import (
	"strconv"
	"strings"
)

// Error says what about some JSON was not as expected, and where. It never
// repeats the text of a string, apart from short enum values and tags.
type Error struct {
	// Path leads to the value, as in params.items[2].data.text. It is "" for
	// the whole input.
	Path string
	// Got describes what was found; "" means that the value is missing.
	Got string
	// Want describes what was expected; "" means nothing: the member is
	// unknown to a type that allows no others.
	Want string
	// Offset is the place in the input, in bytes.
	Offset int
	// Syntax tells that the input is not JSON at this place.
	Syntax bool
}

// Error returns, for instance, "params.items[2].data.text: missing, want string".
func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteString(": ")
	}
	switch {
	case e.Syntax:
		b.WriteString("invalid JSON at byte ")
		b.WriteString(strconv.Itoa(e.Offset))
		b.WriteString(": got ")
		b.WriteString(e.Got)
	case e.Want == "":
		b.WriteString("unknown member")
		return b.String()
	case e.Got == "":
		b.WriteString("missing")
	default:
		b.WriteString("got ")
		b.WriteString(e.Got)
	}
	b.WriteString(", want ")
	b.WriteString(e.Want)
	return b.String()
}

// inMember puts a member's name before the path of err.
func inMember(err error, name string) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	name = clip(name)
	switch {
	case e.Path == "":
		e.Path = name
	case e.Path[0] == '[':
		e.Path = name + e.Path
	default:
		e.Path = name + "." + e.Path
	}
	return e
}

// inElement puts an index before the path of err.
func inElement(err error, i int) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	index := "[" + strconv.Itoa(i) + "]"
	if e.Path != "" && e.Path[0] != '[' {
		index += "."
	}
	e.Path = index + e.Path
	return e
}

// clip bounds a name that came from the input.
func clip(s string) string {
	const limit = 48
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}

// show returns s quoted if it looks like an enum value or a tag, and "a
// string" otherwise, so that texts and secrets stay out of errors.
func show(s string) string {
	if len(s) > 32 {
		return "a string"
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '/' || c == '.') {
			return "a string"
		}
	}
	return strconv.Quote(s)
}

// oneOf describes a choice of texts.
func oneOf(values []string) string {
	if len(values) == 1 {
		return strconv.Quote(values[0])
	}
	var b strings.Builder
	b.WriteString("one of ")
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(v))
	}
	return b.String()
}
