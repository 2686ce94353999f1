// Package sse reads server-sent events.
//
// A [Reader] gives out the data of one event after the other and nothing else:
// names, ids and comments are passed over. All three line endings are
// understood, wherever the stream is cut. Data that stands in one line, as
// nearly all does, is not copied. A Reader is not safe for concurrent use.
package sse
