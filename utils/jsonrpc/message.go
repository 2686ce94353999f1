package jsonrpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Kind tells the four messages of JSON-RPC apart.
type Kind uint8

// The kinds of messages, in the order in which they are recognised.
const (
	KindInvalid      Kind = iota
	KindRequest           // a method and a valid ID
	KindNotification      // a method
	KindResponse          // a valid ID and a result
	KindError             // a valid ID and an error
)

// String returns the name of the kind.
func (k Kind) String() string {
	switch k {
	case KindRequest:
		return "request"
	case KindNotification:
		return "notification"
	case KindResponse:
		return "response"
	case KindError:
		return "error"
	}
	return "invalid"
}

// Message is one parsed message. Raw parts share memory with the text that was
// parsed. (spec: app-server, envelope)
type Message struct {
	Kind   Kind
	ID     ID              // not valid for notifications
	Method string          // requests and notifications
	Params json.RawMessage // nil when absent or null
	Result json.RawMessage // responses; may be null
	Error  *Error          // errors
	// BadID says that a notification carried an id that is none, such as 1.5 or
	// null. It is a notification all the same.
	BadID bool
}

// MessageError says why a text is not a message. It quotes nothing of the text,
// which may hold secrets.
type MessageError struct {
	Reason string // what is wrong, in a few words
	Offset int    // where, in bytes from the start of the message
	Size   int64  // length of the message in bytes
	// Code is [CodeParseError] when the text is not one JSON value and
	// [CodeInvalidRequest] when the value is not a message.
	Code int64
	// ID is the ID of the message, not valid unless it could be read and was
	// given once. Of a text that is not JSON only the part before Offset counts.
	ID ID
	// Like says what the text would be if it were right: [KindRequest] when it has
	// a method or params, [KindResponse] when it has a result or an error instead,
	// [KindInvalid] when there is no telling.
	Like Kind
}

// Error returns the reason, the place and the size.
func (e *MessageError) Error() string {
	return fmt.Sprintf("%s (at byte %d of %d)", e.Reason, e.Offset, e.Size)
}

// The members that matter, as bits.
const (
	hasID = 1 << iota
	hasMethod
	hasParams
	hasResult
	hasError
)

// envelope is what was found in the outermost object.
type envelope struct {
	seen, twice                       uint8
	id, method, params, result, error []byte
}

func (e *envelope) add(name, value []byte) {
	var bit uint8
	var at *[]byte
	switch memberName(name) {
	case "id":
		bit, at = hasID, &e.id
	case "method":
		bit, at = hasMethod, &e.method
	case "params":
		bit, at = hasParams, &e.params
	case "result":
		bit, at = hasResult, &e.result
	case "error":
		bit, at = hasError, &e.error
	default:
		return
	}
	e.twice |= e.seen & bit
	e.seen |= bit
	*at = value
}

// memberName returns the name of a known member, "" for another one.
func memberName(quoted []byte) string {
	switch string(quoted) {
	case `"id"`:
		return "id"
	case `"method"`:
		return "method"
	case `"params"`:
		return "params"
	case `"result"`:
		return "result"
	case `"error"`:
		return "error"
	}
	for _, c := range quoted {
		if c == '\\' { // an escaped spelling of the same name is the same name
			switch name := unquote(quoted); name {
			case "id", "method", "params", "result", "error":
				return name
			}
			return ""
		}
	}
	return ""
}

// ParseMessage parses one message: an object in UTF-8 with white space around
// it. Member names match exactly; unknown members, "jsonrpc" among them, are
// ignored. The first kind that fits wins, in the order request, notification,
// response, error. The error is always a *[MessageError].
//
// An error member of the wrong shape makes a [KindError] all the same, so that
// the call it answers does not wait for ever; its code is then
// [CodeInternalError].
// (spec: app-server, envelope)
func ParseMessage(text []byte) (Message, error) {
	bad := func(f *fault, code int64, h head) (Message, error) {
		return Message{}, &MessageError{
			Reason: f.reason, Offset: f.offset, Size: int64(len(text)), Code: code, ID: h.id, Like: h.like,
		}
	}
	if !utf8.Valid(text) {
		f := &fault{"invalid UTF-8", firstInvalid(text)}
		return bad(f, CodeParseError, parseHead(text[:f.offset]))
	}
	s := scanner{data: text}
	s.space()
	start := s.pos
	if s.peek() != '{' {
		if f := s.value(); f != nil {
			return bad(f, CodeParseError, head{})
		}
		if s.space(); s.pos < len(text) {
			return bad(s.fault("more than one value"), CodeParseError, head{})
		}
		if text[start] == '[' {
			return bad(&fault{"batches are not supported", start}, CodeInvalidRequest, head{})
		}
		return bad(&fault{"not an object", start}, CodeInvalidRequest, head{})
	}
	var env envelope
	m := members{s: &s}
	for m.next() {
		env.add(m.name, m.value)
	}
	if m.fault != nil {
		return bad(m.fault, CodeParseError, parseHead(text[:m.fault.offset]))
	}
	if s.space(); s.pos < len(text) {
		return bad(s.fault("more than one value"), CodeParseError, head{})
	}
	msg, reason := env.message()
	if reason != "" {
		return bad(&fault{reason, start}, CodeInvalidRequest, env.head())
	}
	return msg, nil
}

// message classifies the envelope, or says why it is no message.
func (e *envelope) message() (Message, string) {
	isNull := func(raw []byte) bool { return string(raw) == "null" }
	if e.seen&hasMethod != 0 && e.method[0] == '"' {
		if e.twice&(hasID|hasMethod|hasParams) != 0 {
			return Message{}, "member given twice"
		}
		msg := Message{Kind: KindNotification, Method: unquote(e.method)}
		if !isNull(e.params) {
			msg.Params = e.params
		}
		if e.seen&hasID != 0 {
			if id, ok := parseID(e.id); ok {
				msg.Kind, msg.ID = KindRequest, id
			} else {
				msg.BadID = true
			}
		}
		return msg, ""
	}
	id, ok := parseID(e.id)
	switch {
	case e.seen&(hasResult|hasError) == 0 && e.seen&hasMethod != 0:
		return Message{}, "method is not a string"
	case e.seen&(hasResult|hasError) == 0:
		return Message{}, "neither method nor result nor error"
	case !ok:
		return Message{}, "reply without a valid id"
	case e.twice&hasID != 0:
		return Message{}, "member given twice"
	case e.seen&hasResult != 0:
		if e.twice&hasResult != 0 {
			return Message{}, "member given twice"
		}
		return Message{Kind: KindResponse, ID: id, Result: e.result}, ""
	case isNull(e.error):
		return Message{}, "neither method nor result nor error"
	case e.twice&hasError != 0:
		return Message{}, "member given twice"
	}
	return Message{Kind: KindError, ID: id, Error: parseError(e.error)}, ""
}

// parseError reads a valid JSON value as an error object, as far as it is one.
func parseError(raw []byte) *Error {
	e := &Error{Code: CodeInternalError, Message: "malformed error object"}
	if raw[0] != '{' {
		return e
	}
	m := members{s: &scanner{data: raw}}
	for m.next() {
		switch unquote(m.name) {
		case "code":
			if id, ok := parseID(m.value); ok {
				if n, ok := id.Int(); ok {
					e.Code = n
				}
			}
		case "message":
			if m.value[0] == '"' {
				e.Message = unquote(m.value)
			}
		case "data":
			e.Data = m.value
		}
	}
	return e
}

// head is what a text that is not a whole message tells about itself: the ID and
// Like of [MessageError].
type head struct {
	id   ID
	like Kind
}

func (e *envelope) head() (h head) {
	switch {
	case e.seen&hasMethod != 0:
		h.like = KindRequest
	case e.seen&(hasResult|hasError) != 0:
		h.like = KindResponse
	case e.seen&hasParams != 0:
		h.like = KindRequest
	}
	if e.twice&hasID == 0 {
		h.id, _ = parseID(e.id)
	}
	return h
}

// parseHead reads as many members as stand in the beginning of a message whose
// rest is too long or broken.
func parseHead(text []byte) head {
	if i := firstInvalid(text); i < len(text) {
		text = text[:i]
	}
	s := scanner{data: text}
	s.space()
	if s.peek() != '{' {
		return head{}
	}
	var env envelope
	m := members{s: &s}
	for m.next() {
		if s.pos == len(text) {
			m.value = nil // a number may go on
		}
		env.add(m.name, m.value)
	}
	if m.name != nil { // the member that was cut off
		env.add(m.name, nil)
	}
	return env.head()
}

// AppendJSON appends the message to dst, with the member "jsonrpc".
func (m *Message) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"jsonrpc":"2.0"`...)
	if m.Kind != KindNotification {
		dst = m.ID.append(append(dst, `,"id":`...))
	}
	switch m.Kind {
	case KindRequest, KindNotification:
		dst = appendString(append(dst, `,"method":`...), m.Method)
		if len(m.Params) > 0 {
			dst = append(append(dst, `,"params":`...), m.Params...)
		}
	case KindResponse:
		dst = append(append(dst, `,"result":`...), m.Result...)
	case KindError:
		var err error
		if dst, err = m.Error.AppendJSON(append(dst, `,"error":`...)); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("message has no kind")
	}
	return append(dst, '}'), nil
}

// firstInvalid returns the offset of the first byte that is not UTF-8, or the
// length of the text.
func firstInvalid(text []byte) int {
	if utf8.Valid(text) {
		return len(text)
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}
