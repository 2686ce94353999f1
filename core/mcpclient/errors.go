package mcpclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Failure is a server that a conversation has to do without, or some of its
// tools.
type Failure struct {
	Server string
	Err    error
}

// Error names the server and the cause.
func (f *Failure) Error() string {
	var listed *ToolsError
	if errors.As(f.Err, &listed) {
		return fmt.Sprintf("MCP server %q: %v", f.Server, f.Err)
	}
	return fmt.Sprintf("MCP server %q failed to start: %v", f.Server, f.Err)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// ToolsError tells of tools that a server lists and that cannot be used.
type ToolsError struct{ Problems []string }

// Error lists the problems.
func (e *ToolsError) Error() string {
	text := fmt.Sprintf("%d of its tools cannot be used: %s", len(e.Problems), e.Problems[0])
	if len(e.Problems) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(e.Problems)-1)
	}
	return text
}

// CallError is the error of a call that brought no result. Results with which a
// tool reports an error are none.
type CallError struct {
	Server, Tool string
	Err          error
}

// Error names the server, the tool and the cause.
func (e *CallError) Error() string {
	return fmt.Sprintf("the call of tool %q of MCP server %q failed: %v", e.Tool, e.Server, e.Err)
}

// Unwrap returns the cause.
func (e *CallError) Unwrap() error { return e.Err }

// ErrEnded is matched by the error of a call whose server ended before it
// answered.
var ErrEnded = errors.New("the server has ended")

// errNotSent is the error of a call that the server cannot have carried out:
// the connection was gone, or the server does not know the session any more.
var errNotSent = errors.New("the connection to the server was lost before the call")

// TimeoutError means that a server did not answer in time.
type TimeoutError struct {
	What  string // such as "initialize"
	Limit time.Duration
}

// Error names what took too long, and the limit.
func (e *TimeoutError) Error() string {
	return fmt.Sprintf("timed out: no answer to %s within %s", e.What, e.Limit)
}

// Timeout is true.
func (e *TimeoutError) Timeout() bool { return true }

// RPCError is an error that a server answered with.
type RPCError struct {
	Code    int64
	Message string
}

// Error gives the code and the message.
func (e *RPCError) Error() string {
	return fmt.Sprintf("the server answered with error %d: %s", e.Code, e.Message)
}

// cause turns an error of the SDK into one that says what has happened and holds
// no address, which may have secrets in it. ended tells whether the connection
// is lost.
func cause(err error) (cause error, ended bool) {
	var rpc *jsonrpc.Error
	var auth *AuthError
	var credential *credentialError
	var status *StatusError
	var address *url.Error
	switch {
	case errors.As(err, &auth):
		return auth, false
	case errors.As(err, &credential):
		return credential, false
	case errors.As(err, &status):
		return status, false
	case errors.Is(err, mcp.ErrSessionMissing), errors.Is(err, mcp.ErrConnectionClosed):
		return errNotSent, true
	case errors.Is(err, io.EOF), errors.Is(err, errClosed):
		return ErrEnded, true
	case errors.Is(err, errMessageTooLong):
		return errMessageTooLong, true
	case errors.Is(err, context.Canceled):
		return context.Canceled, false
	case errors.As(err, &address):
		return address.Err, false
	case errors.As(err, &rpc) && rpc.Code != codeRejected:
		return &RPCError{Code: rpc.Code, Message: clipText(rpc.Message)}, false
	}
	return errors.New(strings.ReplaceAll(err.Error(), rawPrefix, "")), false
}

// codeRejected is the code of the SDK's own error for what did not reach the
// server.
const codeRejected = -32005

// maxErrorText bounds what a server's error may say, in bytes.
const maxErrorText = 4 << 10

// clipText returns the beginning of a long text, as valid UTF-8.
func clipText(text string) string {
	if len(text) > maxErrorText {
		text = text[:maxErrorText] + "..."
	}
	return strings.ToValidUTF8(text, "")
}
