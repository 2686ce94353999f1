// Package config reads the user's configuration and resolves it into one
// immutable [Config] per conversation. Nothing else in the program reads
// config.toml or the environment to find a setting.
//
//	home, err := config.FindHome(os.Getenv)
//	flags, err := config.ParseOverrides([]string{"model=gpt-5"})
//	loader := &config.Loader{Home: home, Environ: os.Environ(), Cwd: cwd, CLI: flags}
//	process, err := loader.Load(ctx, config.Overrides{})
//	conversation, err := loader.Load(ctx, config.OverridesFrom(params))
//
// # Layers
//
// The file, the process's -c flags and the config map of a conversation make
// one layer: each changes single keys of the one before. On top of it lie the
// selected profile and, above all, the typed overrides; below it lie a few
// variables of the environment and the defaults. [Config.Origins] tells which
// layer each setting came from, and [Config.AllSettings] lists them.
//
// # Mistakes
//
// A value of a wrong type or outside its enum refuses the whole file; the error
// names the file, line, column and key and never the value of a setting that
// may be secret. Keys that no setting has are accepted, because newer programs
// share the file; [Loader.Warn] hears of each of them once.
//
// # Ownership
//
// A Loader belongs to the process and may be used from several goroutines; it
// remembers the parsed file until the file changes. A Config may be shared and
// is never changed. Writes ([Loader.SetDefaultModel] and the others) touch only
// the bytes that have to change and lock out other writers.
//
// # Trust
//
// What the file says about projects changes no configuration. A front end with a
// screen asks [Config.ProjectTrust] and goes on as that says.
package config
