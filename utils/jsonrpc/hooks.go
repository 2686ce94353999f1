package jsonrpc

// Hooks tell the owner of a connection what it would otherwise not see, for its
// log. Any of them may be nil. They are called from the goroutines of the
// connection, never under a lock, and must not block. Nothing that they are
// given holds params, results or other payload.
type Hooks struct {
	// Malformed is called for every text that is not a message and was dropped.
	Malformed func(err *MessageError)
	// Oversize is called for every message that was skipped because it is too
	// long; answered says that it was a request and is answered with an error.
	Oversize func(size int64, limit int, id ID, answered bool)
	// BadID is called for a message with a method and an id that is none (such
	// as null or 1.5), which is taken as a notification.
	BadID func(method string)
	// Unmatched is called for a reply that no open call waits for.
	Unmatched func(id ID, kind Kind)
	// Refused is called for a request or notification that came while the
	// connection was shutting down, and was dropped.
	Refused func(method string, id ID)
	// Panic is called when code of the owner panicked: a router, a handler (with
	// its method) or the completion of a call. stack is the goroutine's trace.
	Panic func(method string, value any, stack []byte)
	// NotificationFailed is called when the handler of a notification returned an
	// error, which nobody is told on the wire.
	NotificationFailed func(method string, err error)
	// Unencodable is called when params or a result could not be encoded. The
	// message was not sent; a request was answered with an error instead.
	Unencodable func(method string, id ID, err error)
	// DuplicateReply is called when a request was answered a second time. The
	// second reply was not sent.
	DuplicateReply func(method string, id ID)
	// InputEnded is called once when the peer will send nothing more. err is nil
	// at a regular end of input.
	InputEnded func(err error)
}
