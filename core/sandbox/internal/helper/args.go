package helper

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Options of the helper, each written as --name=value. The server uses them;
// the form without any works too.
const (
	// OptReport names the descriptor that a status is written to.
	OptReport = "--report-fd="
	// OptTempDir says what $TMPDIR is, in place of the environment.
	OptTempDir = "--tmpdir="
	// OptProtect names a path that stays read-only, and may be repeated.
	OptProtect = "--protect="
	// OptCloseOthers keeps the descriptors beside the standard ones, which the
	// server has inherited, from the command.
	OptCloseOthers = "--close-others"
	// OptNoNamespaces keeps the command in the namespaces of the helper.
	OptNoNamespaces = "--no-namespaces"
	// OptWithParent ends the helper, and what it has started, with its parent.
	OptWithParent = "--with-parent"
	// OptGuarded says that a guard ends the helper, and what it has started,
	// after the death of its parent.
	OptGuarded = "--guarded"
	// OptKept says that a keeper has started the helper. What the command leaves
	// in a PID namespace is not ended with it then, but by the keeper, so that
	// its last output is not lost.
	OptKept = "--kept"
	// OptWatch watches over a command without a policy: nothing that it starts
	// outlives it or the server. The value is the file to execute. Of the other
	// options only OptReport and OptNoNamespaces may come beside it.
	OptWatch = "--watch="
	// OptProbe writes what this machine can enforce to standard output. Nothing
	// else may follow.
	OptProbe = "--probe"
)

// invocation is a command line of the helper.
type invocation struct {
	reportFD     int // -1 for none
	tempDir      *string
	protect      []string
	closeOthers  bool
	noNamespaces bool
	withParent   bool
	guarded      bool
	kept         bool
	watch        string // "" for a confined command
	probe        bool
	cwd          string
	policy       string
	command      []string // may be empty
}

// parseArgs reads a command line, without argv[0].
func parseArgs(args []string) (*invocation, error) {
	inv := &invocation{reportFD: -1}
	for len(args) > 0 && strings.HasPrefix(args[0], "--") && (inv.watch == "" || args[0] != "--") {
		arg := args[0]
		args = args[1:]
		if fd, ok := strings.CutPrefix(arg, OptReport); ok {
			n, err := strconv.Atoi(fd)
			if err != nil || n < 3 {
				return nil, fmt.Errorf("%q is no descriptor for a report", fd)
			}
			inv.reportFD = n
		} else if dir, ok := strings.CutPrefix(arg, OptTempDir); ok {
			inv.tempDir = &dir
		} else if path, ok := strings.CutPrefix(arg, OptProtect); ok {
			inv.protect = append(inv.protect, path)
		} else if file, ok := strings.CutPrefix(arg, OptWatch); ok {
			if file == "" {
				return nil, errors.New("there is no file to execute")
			}
			inv.watch = file
		} else if arg == OptCloseOthers {
			inv.closeOthers = true
		} else if arg == OptNoNamespaces {
			inv.noNamespaces = true
		} else if arg == OptWithParent {
			inv.withParent = true
		} else if arg == OptGuarded {
			inv.guarded = true
		} else if arg == OptKept {
			inv.kept = true
		} else if arg == OptProbe {
			inv.probe = true
		} else {
			return nil, fmt.Errorf("unknown option %q", arg)
		}
	}
	if inv.probe {
		if len(args) > 0 {
			return nil, errors.New("a probe takes no arguments")
		}
		return inv, nil
	}
	if inv.watch != "" {
		return inv, inv.watched(args)
	}
	if len(args) < 2 {
		return nil, errors.New("the working directory of the policy and the policy are required")
	}
	inv.cwd, inv.policy, inv.command = args[0], args[1], args[2:]
	if len(inv.command) > 0 && inv.command[0] == "--" {
		inv.command = inv.command[1:]
	}
	return inv, nil
}

// watched reads the rest of a command line with OptWatch.
func (inv *invocation) watched(args []string) error {
	if inv.tempDir != nil || inv.protect != nil || inv.closeOthers {
		return errors.New("there is no policy for a command that is only watched over")
	}
	if len(args) < 2 || args[0] != "--" {
		return errors.New("a command is required, behind --")
	}
	inv.command = args[1:]
	return nil
}
