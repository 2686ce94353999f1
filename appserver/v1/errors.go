package v1

import (
	"context"
	"errors"

	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/session"
	"github.com/codex-go/codex/utils/jsonrpc"
)

// Texts that clients match on.
const (
	textInvalidRequest     = "Invalid request: "
	textNotInitialized     = "Not initialized"
	textAlreadyInitialized = "Already initialized"
)

// errSubscription says that a listener does not exist.
var errSubscription = errors.New("subscription not found")

// errClosing says that the connection is being taken down.
var errClosing = errors.New("the server is shutting down")

// invalidRequest is the answer to what the client did wrong.
func invalidRequest(format string, args ...any) *jsonrpc.Error {
	return jsonrpc.Errorf(jsonrpc.CodeInvalidRequest, format, args...)
}

// internalError is the answer to a failure of the server or its environment.
func internalError(format string, args ...any) *jsonrpc.Error {
	return jsonrpc.Errorf(jsonrpc.CodeInternalError, format, args...)
}

// Undecodable is the answer to a request whose method or params are not those
// of the protocol. Only two codes exist; the reason stands in the message.
// (spec: app-server, error codes)
func Undecodable(err error) error {
	return invalidRequest("%s%v", textInvalidRequest, err)
}

// NotInitialized is the answer to every other request before initialize.
func NotInitialized() error { return invalidRequest(textNotInitialized) }

// AlreadyInitialized is the answer to a second initialize.
func AlreadyInitialized() error { return invalidRequest(textAlreadyInitialized) }

// replyError turns an error of the core into the answer for it.
// (spec: app-server, error codes)
func replyError(doing string, err error) error {
	var answer *jsonrpc.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answer):
		return answer
	case errors.Is(err, conversation.ErrNotFound), errors.Is(err, errSubscription):
		return invalidRequest("%v", err)
	case errors.Is(err, session.ErrClosed), errors.Is(err, conversation.ErrClosed):
		return internalError("%s: the agent has ended", doing)
	case errors.Is(err, context.Canceled):
		return internalError("%s: %v", doing, errClosing)
	}
	return internalError("%s: %v", doing, err)
}

// isReply reports whether an error is the peer's reply to a question, though not
// the one that was hoped for, and not the end of the connection.
func isReply(err error) bool {
	var answer *jsonrpc.Error
	var malformed *jsonrpc.MessageError
	var oversize *jsonrpc.OversizeError
	return errors.As(err, &answer) || errors.As(err, &malformed) || errors.As(err, &oversize)
}

// configError is the answer when a conversation's configuration cannot be
// derived.
func configError(err error) error {
	return invalidRequest("error deriving config: %v", err)
}
