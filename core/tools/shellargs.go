package tools

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/protocol"
)

// command is a command that the model wants to run.
type command struct {
	callID        string
	argv          []string
	plain         []string      // argv as the rules for commands know it, if they know it otherwise
	dir           string        // absolute
	timeout       time.Duration // as package exec understands it
	escalated     bool
	justification string
}

// known returns argv as the rules for commands know it.
func (c *command) known() []string {
	if c.plain != nil {
		return c.plain
	}
	return c.argv
}

// shellArguments are the arguments of the shell tool. Unknown members are
// passed over. (spec: exec-and-tools, shell)
type shellArguments struct {
	Command       []string `json:"command"`
	Workdir       *string  `json:"workdir,omitzero"`
	TimeoutMS     *uint64  `json:"timeout_ms,omitzero"`
	Timeout       *uint64  `json:"timeout,omitzero"` // an old name
	Escalated     bool     `json:"with_escalated_permissions,omitzero"`
	Justification string   `json:"justification,omitzero"`
}

func parseShellArguments(text string) (*shellArguments, error) {
	var a shellArguments
	if err := protocol.Unmarshal([]byte(text), &a); err != nil {
		return nil, err
	}
	if a.Timeout != nil {
		if a.TimeoutMS != nil {
			return nil, errors.New("duplicate field `timeout_ms`")
		}
		a.TimeoutMS = a.Timeout
	}
	return &a, nil
}

func (a *shellArguments) command(callID, cwd string) *command {
	c := &command{
		callID:        callID,
		argv:          a.Command,
		dir:           cwd,
		timeout:       exec.TimeoutFromMillis(a.TimeoutMS),
		escalated:     a.Escalated,
		justification: a.Justification,
	}
	if a.Workdir != nil {
		c.dir = joined(cwd, *a.Workdir)
	}
	return c
}

// localCommand returns the command of the provider's shell tool. Its
// environment and user are not honoured. (spec: exec-and-tools, local_shell)
func localCommand(call *protocol.LocalShellCallItem, cwd string) (*command, error) {
	c := &command{argv: call.Action.Command, dir: cwd, timeout: exec.TimeoutFromMillis(call.Action.TimeoutMS)}
	switch {
	case call.CallID != nil:
		c.callID = *call.CallID
	case call.ID != "":
		c.callID = call.ID
	default:
		return nil, fmt.Errorf("the local shell call has neither a call_id nor an id")
	}
	if dir := call.Action.WorkingDirectory; dir != nil {
		c.dir = joined(cwd, *dir)
	}
	return c, nil
}

// joined resolves a path of the model against an absolute directory. Nothing is
// normalised: clients are shown what was asked for, and what .. means behind a
// link is up to the operating system. (spec: exec-and-tools, view_image)
func joined(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	const separator = string(filepath.Separator)
	return strings.TrimSuffix(dir, separator) + separator + path
}
