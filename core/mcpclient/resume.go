package mcpclient

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// errNoStream means that a server answered with something else when it was asked
// for the rest of a stream.
var errNoStream = errors.New("the stream with the answer broke off, and the server did not go on with it")

// loserKey is the key of what ends a request whose answer is lost, in the context
// of all that is sent for it.
type loserKey struct{}

// loserOf returns what ends the request that something is sent for, or nil.
func loserOf(ctx context.Context) context.CancelCauseFunc {
	lose, _ := ctx.Value(loserKey{}).(context.CancelCauseFunc)
	return lose
}

// answerTo returns the result of the request that ask makes. It fails at once when
// the answer cannot come any more. (spec: mcp, do better, client)
func answerTo(ctx context.Context, ask func(context.Context) (*rawResult, error)) (json.RawMessage, error) {
	waiting, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	result, err := ask(context.WithValue(waiting, loserKey{}, lose))
	switch {
	case err == nil:
		return result.raw, nil
	case ctx.Err() == nil && waiting.Err() != nil:
		return nil, context.Cause(waiting)
	}
	return nil, err
}

// resume asks a server to go on with the stream that brings the answer to a
// request and has broken off. An error is trouble that may pass: the SDK asks
// again after a while. When the server refuses, the request is lost, and nothing
// else of the connection.
func (l *httpLink) resume(req *http.Request, end func(), lose context.CancelCauseFunc) (*http.Response, error) {
	resp, token, err := l.send(req)
	var credential *credentialError
	switch {
	case errors.As(err, &credential):
		lose(err)
	case err != nil:
	case resp.StatusCode == http.StatusOK && isMedia(resp, eventStream):
		resp.Body = &boundedBody{body: resp.Body, left: -1, end: end}
		return resp, nil
	default:
		_ = resp.Body.Close()
		switch resp.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			err = &StatusError{Status: resp.StatusCode}
		case http.StatusUnauthorized, http.StatusForbidden:
			err = l.denied(resp, token)
			lose(err)
		default:
			err = errNoStream
			lose(err)
		}
	}
	end()
	return nil, err
}
