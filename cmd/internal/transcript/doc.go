// Package transcript turns a recorded conversation into something that people
// read, text for a terminal or one self-contained HTML page, and into JSON for
// programs.
//
//	t, err := transcript.Read(ctx, store, path)
//	if err != nil {
//		return err
//	}
//	err = t.WriteText(os.Stdout, transcript.TextOptions{Color: true})
//
// A [Transcript] holds what the model and the user said and did, in order:
// messages, reasoning, commands with their output, patches, other tools and
// notes. Context that the program wrote is left out. (spec:
// events-and-rollouts, rollout files; model items)
package transcript
