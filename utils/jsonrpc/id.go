package jsonrpc

import (
	"errors"
	"strconv"
	"sync/atomic"
)

// ID identifies a request within one direction of a connection: a string or an
// integer in the range of int64. IDs are comparable and may be map keys; the
// string "1" and the integer 1 are different IDs. The zero ID is not valid and
// stands for "no ID"; it encodes as null. (spec: app-server, envelope)
type ID struct {
	kind idKind
	num  int64
	str  string
}

type idKind uint8

const (
	idNone idKind = iota
	idInteger
	idString
)

// errInvalidID is returned by [ID.UnmarshalJSON].
var errInvalidID = errors.New("id is neither a string nor an integer in the range of int64")

// IntID returns the ID that is the integer n.
func IntID(n int64) ID { return ID{kind: idInteger, num: n} }

// StringID returns the ID that is the string s, which may be empty.
func StringID(s string) ID { return ID{kind: idString, str: s} }

// IsValid reports whether the ID is a string or an integer.
func (id ID) IsValid() bool { return id.kind != idNone }

// Int returns the integer and true when the ID is an integer.
func (id ID) Int() (int64, bool) { return id.num, id.kind == idInteger }

// Str returns the string and true when the ID is a string.
func (id ID) Str() (string, bool) { return id.str, id.kind == idString }

// String returns the text of the ID for people and for keys of requests: the
// string itself, the integer in decimal, or "null".
func (id ID) String() string {
	switch id.kind {
	case idInteger:
		return strconv.FormatInt(id.num, 10)
	case idString:
		return id.str
	}
	return "null"
}

// AppendJSON appends the JSON form of the ID to dst. It never fails.
func (id ID) AppendJSON(dst []byte) ([]byte, error) { return id.append(dst), nil }

func (id ID) append(dst []byte) []byte {
	switch id.kind {
	case idInteger:
		return strconv.AppendInt(dst, id.num, 10)
	case idString:
		return appendString(dst, id.str)
	}
	return append(dst, "null"...)
}

// MarshalJSON returns the JSON form of the ID.
func (id ID) MarshalJSON() ([]byte, error) { return id.append(nil), nil }

// UnmarshalJSON accepts a JSON string or an integer in the range of int64. A
// fraction, an exponent (even of a whole number), null and everything else is
// an error.
func (id *ID) UnmarshalJSON(data []byte) error {
	got, ok := parseID(data)
	if !ok {
		return errInvalidID
	}
	*id = got
	return nil
}

// parseID reads one valid JSON value as an ID.
func parseID(raw []byte) (ID, bool) {
	if len(raw) == 0 {
		return ID{}, false
	}
	if raw[0] == '"' {
		return StringID(unquote(raw)), true
	}
	if c := raw[0]; c != '-' && (c < '0' || c > '9') {
		return ID{}, false
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return ID{}, false
	}
	return IntID(n), true
}

// numeric returns the integer ID that a string ID spells in canonical decimal.
func (id ID) numeric() (ID, bool) {
	if id.kind != idString {
		return ID{}, false
	}
	n, err := strconv.ParseInt(id.str, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != id.str {
		return ID{}, false
	}
	return IntID(n), true
}

// Counter hands out the IDs of outgoing requests: 0, 1, 2 and so on. The zero
// Counter is ready to use and safe for concurrent use. A process that serves
// several connections shares one Counter between them.
// (spec: app-server, requests from server to client)
type Counter struct{ next atomic.Int64 }

// Next returns the next ID.
func (c *Counter) Next() ID { return IntID(c.next.Add(1) - 1) }
