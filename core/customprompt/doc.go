// Package customprompt reads the user's prompt files: the Markdown files in
// the prompts directory of CODEX_HOME, with optional front matter.
//
//	for _, p := range customprompt.List(home) {
//		fmt.Println(p.Name, p.ArgumentHint)
//	}
//
// Placeholders are the business of user interfaces. (spec:
// events-and-rollouts, custom prompts)
package customprompt
