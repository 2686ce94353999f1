package config

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// decoder fills the file's Go types from a generic tree of TOML values, to
// which overrides have been applied. It does not stop at the first mistake, so
// that a user sees all of them at once.
//
// A struct field takes the key of its `toml` tag; a field that is a pointer
// stays nil when the key is absent, and the option "required" makes absence a
// mistake. String types with a Values method are enums. Types that implement
// [valueDecoder] decode themselves.
// (spec: config-and-auth, config.toml reference)
type decoder struct {
	problems []problem
	unknown  []unknownKey
	notes    []problem // on values that are taken as others
	// path is where the decoder stands.
	path []string
}

// problem is a mistake whose place in the file is not known yet.
type problem struct {
	path []string
	text string
}

// unknownKey is a key without a field, and the keys that its table can have.
type unknownKey struct {
	path  []string
	known []string
}

// valueDecoder is implemented by types that are not simply one TOML type.
type valueDecoder interface {
	decodeValue(d *decoder, value any)
}

// checker is implemented by tables with rules about several keys at once.
type checker interface {
	check(d *decoder)
}

// problemf records a mistake at the decoder's place.
func (d *decoder) problemf(format string, args ...any) {
	d.problems = append(d.problems, problem{slices.Clone(d.path), fmt.Sprintf(format, args...)})
}

// note records something to tell the user about the decoder's place.
func (d *decoder) note(text string) {
	d.notes = append(d.notes, problem{slices.Clone(d.path), text})
}

// expected records that value is not what the place needs.
func (d *decoder) expected(what string, value any) {
	d.problemf("expected %s, found %s", what, describe(value))
}

// at runs f one key deeper.
func (d *decoder) at(key string, f func()) {
	d.path = append(d.path, key)
	f()
	d.path = d.path[:len(d.path)-1]
}

// decodeInto stores value in the variable that target points to.
func decodeInto[T any](d *decoder, value any, target *T) {
	d.decode(value, reflect.ValueOf(target).Elem())
}

// decode stores value in target.
func (d *decoder) decode(value any, target reflect.Value) {
	if target.Kind() == reflect.Pointer {
		fresh := reflect.New(target.Type().Elem())
		d.decode(value, fresh.Elem())
		target.Set(fresh)
		return
	}
	if custom, ok := target.Addr().Interface().(valueDecoder); ok {
		custom.decodeValue(d, value)
		return
	}
	switch target.Kind() {
	case reflect.String:
		d.decodeString(value, target)
	case reflect.Bool:
		if flag, ok := value.(bool); ok {
			target.SetBool(flag)
		} else {
			d.expected("a boolean", value)
		}
	case reflect.Int64:
		if integer, ok := value.(int64); ok {
			target.SetInt(integer)
		} else {
			d.expected("an integer", value)
		}
	case reflect.Uint64:
		switch integer, ok := value.(int64); {
		case !ok:
			d.expected("an integer", value)
		case integer < 0:
			d.problemf("expected an integer that is not negative, found %d", integer)
		default:
			target.SetUint(uint64(integer))
		}
	case reflect.Slice:
		d.decodeArray(value, target)
	case reflect.Map:
		d.decodeMap(value, target)
	case reflect.Struct:
		d.decodeTable(value, target)
	default:
		panic("config: no decoding for " + target.Type().String())
	}
}

func (d *decoder) decodeString(value any, target reflect.Value) {
	enum, isEnum := target.Interface().(interface{ Values() []string })
	if isEnum {
		value = variantOf(value)
	}
	text, ok := textOf(value)
	switch {
	case isEnum && (!ok || !slices.Contains(enum.Values(), text)):
		found := describe(value)
		if ok {
			found = strconv.Quote(abbreviate(text))
		}
		d.problemf("expected one of %s, found %s", quoteList(enum.Values()), found)
	case !ok:
		d.expected("a string", value)
	default:
		target.SetString(text)
	}
}

func (d *decoder) decodeArray(value any, target reflect.Value) {
	elements, ok := value.([]any)
	if !ok {
		d.expected("an array", value)
		return
	}
	slice := reflect.MakeSlice(target.Type(), len(elements), len(elements))
	for i, element := range elements {
		d.at(strconv.Itoa(i), func() { d.decode(element, slice.Index(i)) })
	}
	target.Set(slice)
}

func (d *decoder) decodeMap(value any, target reflect.Value) {
	table, ok := value.(map[string]any)
	if !ok {
		d.expected("a table", value)
		return
	}
	result := reflect.MakeMapWithSize(target.Type(), len(table))
	for _, key := range slices.Sorted(maps.Keys(table)) {
		element := reflect.New(target.Type().Elem()).Elem()
		d.at(key, func() { d.decode(table[key], element) })
		result.SetMapIndex(reflect.ValueOf(key), element)
	}
	target.Set(result)
}

func (d *decoder) decodeTable(value any, target reflect.Value) {
	table, ok := value.(map[string]any)
	if !ok {
		d.expected("a table", value)
		return
	}
	fields := target.Type()
	known := make([]string, 0, fields.NumField())
	for i := range fields.NumField() {
		tag, ok := fields.Field(i).Tag.Lookup("toml")
		if !ok {
			continue
		}
		key, option, _ := strings.Cut(tag, ",")
		known = append(known, key)
		switch member, present := table[key]; {
		case present:
			d.at(key, func() { d.decode(member, target.Field(i)) })
		case option == "required":
			d.problemf("missing key `%s`", quoteKey([]string{key}))
		}
	}
	if check, ok := target.Addr().Interface().(checker); ok {
		check.check(d)
	}
	if len(table) == 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if !slices.Contains(known, key) {
			d.unknown = append(d.unknown, unknownKey{append(slices.Clone(d.path), key), known})
		}
	}
}

// variantOf returns the name of a value of an enum that is written as a table,
// as in [approval_policy.never]; other values it returns as they are. Files in
// which somebody made a header of a value load in other programs too.
func variantOf(value any) any {
	table, ok := value.(map[string]any)
	if !ok || len(table) != 1 {
		return value
	}
	for name, content := range table {
		switch content := content.(type) {
		case map[string]any:
			if len(content) == 0 {
				return name
			}
		case []any:
			if len(content) == 0 {
				return name
			}
		}
	}
	return value
}

// textOf returns the string of a value. Dates and times count as strings too.
func textOf(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case time.Time:
		return value.Format(time.RFC3339Nano), true
	case toml.LocalDateTime:
		return value.String(), true
	case toml.LocalDate:
		return value.String(), true
	case toml.LocalTime:
		return value.String(), true
	}
	return "", false
}

// float returns the number of a value; integers count as numbers too.
func float(value any) (float64, bool) {
	switch value := value.(type) {
	case float64:
		return value, true
	case int64:
		return float64(value), true
	}
	return 0, false
}

// describe names the type of a value, never the value.
func describe(value any) string {
	switch value := value.(type) {
	case string:
		if value == "" {
			return "an empty string"
		}
		return "a string"
	case bool:
		return "a boolean"
	case int64:
		return "an integer"
	case float64:
		if math.IsNaN(value) {
			return "nan"
		}
		return "a float"
	case []any:
		return "an array"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

// abbreviate shortens a value that is shown in a message.
func abbreviate(text string) string {
	const limit = 40
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

func quoteList(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = strconv.Quote(value)
	}
	return strings.Join(quoted, ", ")
}

// quoteKey writes a path as a dotted key of TOML.
func quoteKey(path []string) string {
	segments := make([]string, len(path))
	for i, segment := range path {
		segments[i] = segment
		if !isBareKey(segment) {
			segments[i] = strconv.Quote(segment)
		}
	}
	return strings.Join(segments, ".")
}

func isBareKey(key string) bool {
	for _, r := range key {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-':
		default:
			return false
		}
	}
	return key != ""
}
