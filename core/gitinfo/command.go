package gitinfo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

const (
	// commandTimeout bounds one git command. (spec: events-and-rollouts, git
	// info)
	commandTimeout = 5 * time.Second
	// maxOutput bounds what is kept of a command's output; a command that says
	// more fails.
	maxOutput = 64 << 20
)

// kept are the variables of git that say where its settings are, and not what
// to do. All others would make the answer depend on who started the program.
var kept = []string{
	"GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_GLOBAL",
	"GIT_CEILING_DIRECTORIES", "GIT_EXEC_PATH",
}

// environment returns what a git command sees.
func environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return strings.HasPrefix(name, "GIT_") && !slices.Contains(kept, name) ||
			name == "LC_ALL" || name == "LANGUAGE" || name == "PAGER"
	})
	return append(env,
		"GIT_OPTIONAL_LOCKS=0",
		"GIT_TERMINAL_PROMPT=0",
		// Objects that are missing stay so: a repository names the program that
		// would fetch them.
		"GIT_NO_LAZY_FETCH=1",
		"GIT_ALLOW_PROTOCOL=none",
		"GIT_ASKPASS=", "SSH_ASKPASS=",
		"GIT_PAGER=cat",
		"LC_ALL=C",
	)
}

// always precede the arguments of every command: nothing that a repository
// brings along is run.
var always = []string{"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "color.ui=false"}

// git runs a git command in dir and returns what it writes to its standard
// output. An exit status that is in ok, or 0, is no error.
func git(ctx context.Context, dir string, ok []int, args ...string) ([]byte, error) {
	return gitWith(ctx, dir, nil, ok, args...)
}

// gitWith is git with further variables in the environment.
func gitWith(ctx context.Context, dir string, env []string, ok []int, args ...string) ([]byte, error) {
	return gitWithin(ctx, maxOutput, dir, env, ok, args...)
}

// gitWithin is gitWith with a bound of the output, in bytes.
func gitWithin(ctx context.Context, limit int, dir string, env []string, ok []int, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append(slices.Clip(always), args...)...)
	cmd.Dir = dir
	cmd.Env = append(environment(), env...)
	out := &limitedBuffer{max: limit, overflow: cancel}
	cmd.Stdout = out
	ownGroup(cmd)
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case out.full:
		return nil, fmt.Errorf("git %s: more than %d bytes of output", subcommand(args), limit)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git %s: %w", subcommand(args), ctx.Err())
	case errors.As(err, &exit) && slices.Contains(ok, exit.ExitCode()):
		return out.buf.Bytes(), nil
	case err != nil:
		return nil, fmt.Errorf("git %s: %w", subcommand(args), err)
	}
	return out.buf.Bytes(), nil
}

// subcommand returns the first argument that is not a setting.
func subcommand(args []string) string {
	for len(args) > 2 && args[0] == "-c" {
		args = args[2:]
	}
	return args[0]
}

// line runs a git command that answers in one line; "" when it fails.
func line(ctx context.Context, dir string, args ...string) string {
	out, err := git(ctx, dir, nil, args...)
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(out))
}

// lines runs a git command that answers in lines.
func lines(ctx context.Context, dir string, args ...string) ([]string, error) {
	out, err := git(ctx, dir, nil, args...)
	if err != nil {
		return nil, err
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' || r == '\r' }), nil
}

// limitedBuffer is a buffer that refuses to grow beyond max.
type limitedBuffer struct {
	buf      bytes.Buffer // not embedded: it has a way in beside Write
	max      int
	full     bool
	overflow func() // called when it refuses
}

// Write ends the command once the buffer is full.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > b.max {
		b.full = true
		b.overflow()
		return 0, errors.New("too much output")
	}
	return b.buf.Write(p)
}
