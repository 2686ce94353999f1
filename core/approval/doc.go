// Package approval decides who must be asked before a command runs or a patch
// is applied, and keeps the questions that are open.
//
// [Command] and [Patch] are pure functions from the policies of a turn to a
// [Verdict]. A [Registry] holds the open questions of one conversation, keyed
// by turn and call: the asker waits in [Registry.Ask], clients answer through
// [Registry.Answer], the first answer wins, and the end of a turn settles what
// is left. Servers only translate. [Granted] remembers what the user approved
// for the rest of the conversation. (spec: exec-and-tools, approval decisions)
//
// All methods of Registry and Granted are safe for concurrent use.
package approval
