package tomledit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value is a value to store: see [String], [Bool], [Int], [Float], [Strings] and
// [EmptyTable]. The zero Value is an empty string.
type Value struct {
	data any // as a parser returns it; nil for an empty string
}

// String returns a string value.
func String(s string) Value { return Value{s} }

// Bool returns a boolean value.
func Bool(b bool) Value { return Value{b} }

// Int returns an integer value.
func Int(n int64) Value { return Value{n} }

// Float returns a float value. A whole number is written with a fraction.
func Float(f float64) Value { return Value{f} }

// Strings returns an array of strings.
func Strings(list []string) Value {
	elements := make([]any, len(list))
	for i, s := range list {
		elements[i] = s
	}
	return Value{elements}
}

// EmptyTable returns a table without keys.
func EmptyTable() Value { return Value{map[string]any{}} }

func (v Value) generic() any {
	if v.data == nil {
		return ""
	}
	return v.data
}

// encode writes the value as TOML on one line. old is the text of the value
// that it replaces; a string keeps its kind of quotes where it can.
func (v Value) encode(old string) (string, error) {
	switch data := v.generic().(type) {
	case string:
		if !utf8.ValidString(data) {
			return "", fmt.Errorf("a string is not valid UTF-8")
		}
		if strings.HasPrefix(old, "'") && literalSafe(data) {
			return "'" + data + "'", nil
		}
		return quote(data), nil
	case bool:
		return strconv.FormatBool(data), nil
	case int64:
		return strconv.FormatInt(data, 10), nil
	case float64:
		return formatFloat(data), nil
	case []any:
		parts := make([]string, len(data))
		for i, element := range data {
			part, err := Value{element}.encode("")
			if err != nil {
				return "", err
			}
			parts[i] = part
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case map[string]any:
		return "{}", nil // none has keys
	}
	panic("tomledit: no encoding for this value")
}

func formatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// literalSafe reports whether s can stand between single quotes.
func literalSafe(s string) bool {
	for _, r := range s {
		if r == '\'' || r == 0x7f || r < 0x20 && r != '\t' {
			return false
		}
	}
	return true
}

// quote writes s as a basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"':
			b.WriteString(`\"`)
		case '\\':
			b.WriteString(`\\`)
		case '\b':
			b.WriteString(`\b`)
		case '\t':
			b.WriteString(`\t`)
		case '\n':
			b.WriteString(`\n`)
		case '\f':
			b.WriteString(`\f`)
		case '\r':
			b.WriteString(`\r`)
		default:
			if r < 0x20 || r == 0x7f {
				fmt.Fprintf(&b, `\u%04X`, r)
				continue
			}
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Key writes a path as a dotted key, with quotes where they are needed.
func Key(path ...string) string {
	parts := make([]string, len(path))
	for i, segment := range path {
		switch {
		case bare(segment):
			parts[i] = segment
		case strings.Contains(segment, `\`) && literalSafe(segment):
			parts[i] = "'" + segment + "'"
		default:
			parts[i] = quote(segment)
		}
	}
	return strings.Join(parts, ".")
}

// bare reports whether a segment of a key needs no quotes.
func bare(segment string) bool {
	for i := range len(segment) {
		switch c := segment[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return segment != ""
}
