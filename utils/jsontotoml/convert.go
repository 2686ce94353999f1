package jsontotoml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// errTrailing is the cause when text follows the value.
var errTrailing = errors.New("more text after the value")

// Convert returns the TOML value of one JSON value. Null becomes an empty
// string, at any depth. A number without fraction and exponent that fits int64
// becomes an integer, every other number a float, and one beyond float64 is an
// error. The keys of objects are taken as they are, dots included; of two equal
// keys the last one counts. (spec: app-server, overrides to configuration)
func Convert(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("decode JSON: %w", errTrailing)
	}
	return convert(value)
}

// IsNull reports whether raw is the JSON value null.
func IsNull(raw []byte) bool { return string(bytes.TrimSpace(raw)) == "null" }

func convert(value any) (any, error) {
	switch value := value.(type) {
	case nil:
		return "", nil
	case json.Number:
		return number(value.String())
	case []any:
		for i, element := range value {
			converted, err := convert(element)
			if err != nil {
				return nil, fmt.Errorf("element %d: %w", i, err)
			}
			value[i] = converted
		}
	case map[string]any:
		for key, element := range value {
			converted, err := convert(element)
			if err != nil {
				return nil, fmt.Errorf("member %q: %w", key, err)
			}
			value[key] = converted
		}
	}
	return value, nil
}

// number keeps what was written as an integer apart from the rest: 1.0 is a
// float even though it has no fraction.
func number(text string) (any, error) {
	if !strings.ContainsAny(text, ".eE") {
		if integer, err := strconv.ParseInt(text, 10, 64); err == nil {
			return integer, nil
		}
	}
	float, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("number out of range: %w", strconv.ErrRange)
	}
	return float, nil
}
