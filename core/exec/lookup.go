package exec

// LookPath returns the file that a command with this program, working directory
// and environment would execute, for callers that look programs up with another
// environment than the one that the command gets; see [Command.Path]. The
// error is a [*StartError].
func LookPath(program, dir string, env []string) (string, error) {
	path, err := lookPath(program, dir, env)
	if err != nil {
		return "", startError(program, err)
	}
	return path, nil
}
