// Package protocol holds the wire types of the agent: what clients ask, what
// servers ask back and announce, the operations a conversation accepts, the
// events it reports, the items a model reads and writes, and the lines of a
// rollout file. It does no I/O, logs nothing and starts no goroutine, so that
// a small client can import it alone.
//
// # Unions
//
// A closed set of messages is an interface with an unexported method and one
// struct for each case, always used through a pointer: a [ResponseItem] is a
// [*MessageItem], a [*FunctionCallItem] and so on. One registry for each union
// names its cases and drives encoding, decoding, the schema and the tests; a
// new message is added there and nowhere else. Unions that newer peers and
// files extend ([EventMsg], [ResponseItem], [ContentItem], [RolloutItem]) have
// an Unknown case that keeps the JSON as it came. Cases are found by their
// names:
//
//	ClientRequest, ServerRequest              ...Params, with a result ...Response
//	ClientNotification, ServerNotification    ...Notification
//	Op                                        ...Op
//	EventMsg                                  ...Event
//	RolloutItem                               SessionMeta, ...Line, UnknownRolloutItem
//	ResponseItem                              ...Item
//	ContentItem                               ...Content
//	ReasoningContent                          ReasoningText, PlainReasoningText, UnknownReasoning
//	WebSearchAction                           ...Action
//	InputItem                                 TextInput, ImageInput, LocalImageInput
//	ClientInput                               ...ClientInput
//	FileChange                                ...FileChange
//	ParsedCommand                             ...Command
//	SandboxPolicy                             ...Policy
//
// # Messages
//
// [DecodeClientRequest] and its siblings turn a method and its params into a
// type; errors name the method, or the field and what was expected there:
//
//	r, err := protocol.DecodeClientRequest(method, params)
//	switch r := r.(type) {
//	case *protocol.SendUserMessageParams:
//		...
//	}
//
// [PeekRolloutLine] tells what a line of a recording holds before it is
// decoded.
//
// # JSON
//
// [Append] and [Unmarshal] are the codec; package wire has its rules. All
// types work with encoding/json too, in the same form (json.Marshal adds its
// escapes for HTML). The struct tags say how a field stands on the wire:
//
//	`json:"name"`                   required: always written, refused when missing or null
//	`json:"name"` on a pointer      always written, null when nil; may be missing on input
//	`json:"name" wire:"nullable"`   the same for raw JSON, lists and maps
//	`json:"name,omitzero"`          optional: left out when zero; missing and null read as zero
//	`json:"name" wire:"optional"`   always written; missing and null read as zero
//	`json:"name" wire:"input"`      read when present, never written
//	`json:"-"`                      not on the wire
//
// Keys match case-sensitively, unknown members are passed over, an unknown
// enum value is an error, and a nil slice or map that is written is [] or {}.
// (spec: events-and-rollouts, JSON conventions)
//
// Values of this package are plain data: safe to read from several goroutines,
// not to change while they are shared.
package protocol
