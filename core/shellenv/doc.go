// Package shellenv says with which environment, and through which shell of the
// user, commands run.
//
// A [Policy] derives the environment of a child from a base environment:
//
//	env := policy.Environ(base)                           // base: "NAME=value"
//	if !networkAllowed {
//		env = shellenv.With(env, shellenv.NetworkDisabled, "1") // after everything, so that nothing filters it
//	}
//
// [Detect] finds the user's login shell once per session. Its name goes into
// the environment context ([Shell.Name]), and [Shell.Rewrite] turns a command
// into one that runs through that shell and the user's profile:
//
//	shell := shellenv.Detect(ctx, nil)
//	argv = shell.Rewrite(argv, policy.UseProfile, shellcmd.Join)
//
// The rewrite comes after approval, so that what a user is shown is what the
// model asked for. The program's own patch command is never rewritten.
//
// The package holds no state and does not read the environment of the process:
// the base is an argument. Only Detect (the user database, a trial run on
// Windows) and Rewrite (does the profile exist?) look at the system. Every
// function may be called from several goroutines at once; no function changes
// its arguments.
package shellenv
