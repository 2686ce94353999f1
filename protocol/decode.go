package protocol

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/codex-go/codex/mcptypes/wire"
)

// ClientMethods returns the methods of clients, in the order of the
// specification.
func ClientMethods() []string { return clientRequestUnion.Tags() }

// ServerMethods returns the methods of servers.
func ServerMethods() []string { return serverRequestUnion.Tags() }

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
	if c.Type.NumField() == 0 {
		return v, nil
	}
	if err := decodeObject(params, v); err != nil {
		return nil, err
	}
	return v, nil
}

// decodeObject reads params that must be there.
func decodeObject(params json.RawMessage, v any) error {
	if len(params) == 0 {
		return &wire.Error{Path: "params", Want: "object"}
	}
	return wire.UnmarshalAt("params", params, v)
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

// DecodeServerNotification reads the params of a notification from a server,
// for clients. Events of any type are an [*EventNotification]; other unknown
// methods give an [*UnknownMethodError].
func DecodeServerNotification(method string, params json.RawMessage) (ServerNotification, error) {
	if strings.HasPrefix(method, EventMethodPrefix) {
		n := new(EventNotification)
		if err := decodeObject(params, n); err != nil {
			return nil, err
		}
		return n, nil
	}
	v, err := decodeParams(serverNotificationUnion, method, params)
	if err != nil {
		return nil, err
	}
	return v.(ServerNotification), nil
}

// DecodeClientNotification reads the params of a notification from a client.
func DecodeClientNotification(method string, params json.RawMessage) (ClientNotification, error) {
	v, err := decodeParams(clientNotificationUnion, method, params)
	if err != nil {
		return nil, err
	}
	return v.(ClientNotification), nil
}
