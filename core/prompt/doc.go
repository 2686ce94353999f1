// Package prompt holds what the model is told: the instructions of each model
// family, the user's instructions from AGENTS.md files, the environment of a
// turn, the user's input as a message, and the prompts of compaction and
// review.
//
// Everything is a pure function of its arguments, except [ProjectDocs] and
// [UserMessage], which read files. Facts about the environment are only those
// at hand: nothing here walks a tree or starts a program, because a
// conversation's first request waits for it. (spec: agent-loop, context
// messages; instructions)
package prompt
