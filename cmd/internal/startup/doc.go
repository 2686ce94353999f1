// Package startup prepares the process before anything else runs: it loads the
// user's .env file, and keeps a folder with links that let commands call
// apply_patch. The order is that of the specification: dispatch by argv[0]
// first, then hardening, then this. (spec: exec-and-tools, start-up)
//
// The functions change the environment of the process or the user's home
// folder and are called from main alone.
package startup
