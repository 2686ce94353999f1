package jsonrpc

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Codes of JSON-RPC errors.
const (
	CodeParseError     int64 = -32700 // the text is not JSON
	CodeInvalidRequest int64 = -32600 // the value is not a request, or not one that may come now
	CodeMethodNotFound int64 = -32601 // the method does not exist
	CodeInvalidParams  int64 = -32602 // the params do not fit the method
	CodeInternalError  int64 = -32603 // the handler failed
)

// Error is the error object of a JSON-RPC reply. A handler that returns one
// (also wrapped) chooses code, message and data; any other error of a handler
// is sent with [CodeInternalError] and its text. A call that the peer answers
// with an error object fails with an *Error.
type Error struct {
	Code    int64           // see the Code constants
	Message string          // one sentence for people, sometimes matched by clients
	Data    json.RawMessage // any JSON value; left out when empty
}

// Errorf returns an Error with a formatted message and without data.
func Errorf(code int64, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error returns the message and the code.
func (e *Error) Error() string { return fmt.Sprintf("%s (code %d)", e.Message, e.Code) }

// AppendJSON appends the error object to dst. Data that is not valid JSON is an
// error.
func (e *Error) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"code":`...)
	dst = IntID(e.Code).append(dst)
	dst = append(dst, `,"message":`...)
	dst = appendString(dst, e.Message)
	if len(e.Data) > 0 {
		if !json.Valid(e.Data) {
			return nil, errors.New("data of the error is not valid JSON")
		}
		dst = append(append(dst, `,"data":`...), e.Data...)
	}
	return append(dst, '}'), nil
}

// MarshalJSON returns what [Error.AppendJSON] appends.
func (e *Error) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil) }

// asError turns any error into the error object that is sent for it.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		if e == nil { // a nil *Error in an error that is not nil
			return errPanicked
		}
		return e
	}
	return &Error{Code: CodeInternalError, Message: err.Error()}
}

// Errors that callers decide on, matched with [errors.Is].
var (
	// ErrClosed says that the connection was closed from this side.
	ErrClosed = errors.New("connection is closed")
	// ErrBrokenPipe says that the connection ended because writing to the peer
	// failed. The cause is wrapped beside it.
	ErrBrokenPipe = errors.New("connection is broken: cannot write to the peer")
	// ErrInputEnded says that a call cannot be answered any more, because the
	// peer will send nothing else.
	ErrInputEnded = errors.New("peer ended its output before it answered")
	// ErrReplied says that a request had been answered or discarded before.
	ErrReplied = errors.New("request has been answered already")
	// ErrDuplicateID says that a call with the same ID waits for its reply.
	ErrDuplicateID = errors.New("a call with this id is open")
	// ErrEncode says that a message was not sent because its params or result
	// could not be encoded. The cause is wrapped beside it.
	ErrEncode = errors.New("message cannot be encoded")
)
