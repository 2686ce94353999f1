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
//
// # Sessions
//
// The experimental tools exec_command, write_stdin and unified_exec run commands
// on terminals, in sessions that may outlive the call, and even the turn, that
// started them. Starting one takes the same decisions, sandbox, environment and
// working directory as a command of the shell tool. Typing for one does not
// start anything, but can have the same effect: it is asked about, or rejected,
// unless the process is confined at least as much as the turn wants commands to
// be and nothing dangerous is typed.
//
// A session shows itself by the events of a command: begin when it starts,
// output while it runs, whoever looks, and end when the process ends. All of
// them have the id of the call that started it and belong to its turn, so that
// they may come after the end of that; looking and typing have no events. A turn
// that is aborted ends the process that its running call was starting, which
// nobody could refer to, and no other. [Set.Close] ends all, and their end
// events come before it returns.
package tools
