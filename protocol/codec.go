package protocol

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/codex-go/codex/mcptypes/wire"
)

// Append appends the JSON form of v, a value of this package or a pointer to
// one. It allocates nothing for a pointer when dst has room and v holds no
// map.
func Append(dst []byte, v any) ([]byte, error) { return wire.Append(dst, v) }

// Unmarshal reads data into what v points to, which may be an interface of
// this package. Errors about the data are of type [*wire.Error].
func Unmarshal(data []byte, v any) error { return wire.Unmarshal(data, v) }

// AppendItem appends the JSON form of item, with the id that the model gave
// if withID is true. Unknown items keep theirs in any case.
func AppendItem(dst []byte, item ResponseItem, withID bool) ([]byte, error) {
	return wire.Options{InputFields: withID}.Append(dst, item)
}

// UnknownMethodError reports a method that the protocol does not have.
type UnknownMethodError struct{ Method string }

// Error names the method.
func (e *UnknownMethodError) Error() string {
	return fmt.Sprintf("unknown method %q", clip(e.Method))
}

// DecodeClientRequest reads the params of a request from a client. Methods
// without parameters accept anything. The error is an [*UnknownMethodError],
// or a [*wire.Error] that names the field below "params".
func DecodeClientRequest(method string, params json.RawMessage) (ClientRequest, error) {
	v, err := decodeParams(clientRequestUnion, method, params)
	if err != nil {
		return nil, err
	}
	return v.(ClientRequest), nil
}

// DecodeServerRequest reads the params of a request from a server, for
// clients.
func DecodeServerRequest(method string, params json.RawMessage) (ServerRequest, error) {
	v, err := decodeParams(serverRequestUnion, method, params)
	if err != nil {
		return nil, err
	}
	return v.(ServerRequest), nil
}

// decodeParams returns a pointer to the params type of a method.
func decodeParams(u *wire.Union, method string, params json.RawMessage) (any, error) {
	c, ok := u.Case(method)
	if !ok {
		return nil, &UnknownMethodError{Method: method}
	}
	v := reflect.New(c.Type).Interface()
	if c.NoParams {
		return v, nil
	}
	if len(params) == 0 {
		return nil, &wire.Error{Path: "params", Want: "object"}
	}
	if err := wire.UnmarshalAt("params", params, v); err != nil {
		return nil, err
	}
	return v, nil
}

// NewClientResult returns a pointer to a new result of a client's method, and
// whether there is such a method.
func NewClientResult(method string) (any, bool) { return newResult(clientRequestUnion, method) }

// NewServerResult returns a pointer to a new result of a server's method, and
// whether there is such a method.
func NewServerResult(method string) (any, bool) { return newResult(serverRequestUnion, method) }

func newResult(u *wire.Union, method string) (any, bool) {
	c, ok := u.Case(method)
	if !ok {
		return nil, false
	}
	return reflect.New(c.Result).Interface(), true
}

// DecodeServerResult reads a client's answer to a request of the server: a
// pointer to the result type of the method.
func DecodeServerResult(method string, result json.RawMessage) (any, error) {
	return decodeResult(serverRequestUnion, method, result)
}

// DecodeClientResult reads a server's answer to a request of a client: a
// pointer to the result type of the method.
func DecodeClientResult(method string, result json.RawMessage) (any, error) {
	return decodeResult(clientRequestUnion, method, result)
}

func decodeResult(u *wire.Union, method string, result json.RawMessage) (any, error) {
	v, ok := newResult(u, method)
	if !ok {
		return nil, &UnknownMethodError{Method: method}
	}
	if len(result) == 0 {
		return nil, &wire.Error{Path: "result", Want: "object"}
	}
	if err := wire.UnmarshalAt("result", result, v); err != nil {
		return nil, err
	}
	return v, nil
}
