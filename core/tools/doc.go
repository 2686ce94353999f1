// Package tools is what a model may call and how each call is carried out.
//
// A [Set] belongs to one conversation. [Set.Offered] lists the tools of a turn
// in the order the model sees them; [Set.Call] carries out one call and
// returns the text for the model. Dispatch is by name only: a call works even
// if its tool was not offered.
//
// What a call needs of its turn comes in through [Host], which the session
// implements: the policies, the event stream, the approvals. Calls of one turn
// run one after the other; a Set may serve several turns at once.
// (spec: exec-and-tools, tools)
package tools
