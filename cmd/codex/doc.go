// Command codex is the engine behind a coding agent. Editors start it as
// "codex app-server" and speak JSON-RPC with it; "codex demo" shows a whole
// conversation without a key or a network.
//
// The program is also its own helper: started under the name apply_patch, or
// with --codex-run-as-apply-patch, it applies a patch and exits. That is looked
// at before anything else. (spec: exec-and-tools, start-up)
package main
