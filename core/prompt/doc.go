// Package prompt holds what the model is told: the instructions of each model
// family, the user's instructions from AGENTS.md files, the environment of a
// turn, the user's input as a message, and the prompts of compaction and
// review.
//
//	text, err := prompt.UserInstructions(home, prompt.DocOptions{Cwd: cwd, MaxBytes: 32 << 10})
//	if err != nil {
//		log.Warn().Err(err).Msg("some instructions were left out")
//	}
//	items := []protocol.ResponseItem{
//		prompt.UserInstructionsItem(text),
//		prompt.Environment{Cwd: cwd, ApprovalPolicy: policy}.Item(),
//	}
//
// Everything is a pure function of its arguments and safe for concurrent use;
// [UserInstructions], [ProjectDocs], [ProjectRoot] and [UserMessage] read
// files. Facts about the environment are only those at hand: nothing here
// walks a tree or starts a program, because a conversation's first request
// waits for it. (spec: agent-loop, context messages; instructions)
package prompt
