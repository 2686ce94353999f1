// Package wire is the JSON codec of the protocol types: strict where
// encoding/json is lenient, and fast enough to read long recordings through
// it. It works on plain Go structs, described by their tags, and on unions:
// interfaces whose cases a registry names.
//
//	type Greeting struct {
//		Name  string  `json:"name"`          // required
//		Title *string `json:"title"`         // null when nil, may be missing
//		Note  string  `json:"note,omitzero"` // left out when zero
//	}
//
//	var g Greeting
//	err := wire.UnmarshalAt("params", data, &g) // "params.name: missing, want string"
//	line, err = wire.Append(line[:0], &g)       // {"name":"...","title":null}
//
// # Fields
//
// The tags say how an exported field stands on the wire:
//
//	`json:"name"`                   required: always written, refused when missing or null
//	`json:"name"` on a pointer      always written, null when nil; may be missing or null
//	`json:"name" wire:"nullable"`   the same for a json.RawMessage, a slice or a map
//	`json:"name,omitzero"`          left out when zero; missing and null read as zero
//	`json:"name" wire:"optional"`   always written; missing and null read as zero
//	`json:"name" wire:"any"`        a json.RawMessage whose null is a value like any other
//	`json:"name" wire:"input"`      read when present, written only with Options.InputFields
//	`json:"-"`, or no tag           not on the wire
//
// Zero is what an IsZero method says, else the zero value of the Go type: an
// empty slice that is not nil is written. An embedded struct stands for its
// fields. A blank field adds what has no Go value:
//
//	_ struct{} `wire:"strict"`          unknown members are refused
//	_ struct{} `wire:"const=type:exec"` the member type, always "exec"
//	_ struct{} `wire:"int=code:-32600"` the member code, always -32600
//	_ struct{} `wire:"fill=v:2.0"`      the member v, written as "2.0" and not looked at
//
// A field of the type map[string]json.RawMessage tagged `wire:"extra"` keeps
// the members that no other field has.
//
// A field tagged `wire:"transparent"` stands for its whole struct.
//
// Three types are for forms that Go has no type for: [ID], a string or an
// integer; [Number], a number as it is spelled; [OneOrMany], a list that may
// stand without brackets.
//
// # Reading
//
// Keys match exactly. Unknown members are passed over unless they are kept, though they must be
// JSON. Of repeated members the last counts. Integers must be written as
// integers and fit. A string type with a method Values() []string is an enum
// and accepts nothing else. Nesting deeper than [MaxDepth] is refused. Text
// that is not UTF-8, and halves of surrogate pairs, read as U+FFFD, so that a
// damaged byte does not lose a line. What was in the target before is
// forgotten. Values never share memory with the input. Errors are of type
// [*Error]; they name the place and the expectation and do not repeat what a
// string said.
//
// # Writing
//
// Text is written raw but for the quote, the backslash and control
// characters; what is not UTF-8 becomes U+FFFD. Floating point numbers keep a
// fraction (37.0) and are the shortest that read back. Bytes are base64. Nil
// slices and maps are [] and {}. Map keys are sorted. A json.RawMessage is
// checked, and stripped of space between its tokens, so that it cannot break
// a line. Nothing that is written holds a newline.
//
// # Concurrency
//
// All functions are safe for concurrent use. [Register] belongs in package
// variables: it must not run once values of its union are in use.
package wire
