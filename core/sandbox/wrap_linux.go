package sandbox

import (
	"fmt"
	"os"
	"strconv"

	"github.com/codex-go/codex/core/sandbox/internal/helper"
	"github.com/codex-go/codex/protocol"
)

const kind = "landlock"

// self leads to the file of whatever process looks at it, so that it is found
// when it was replaced or removed, and is what this process runs.
const self = "/proc/self/exe"

func (o *Options) complete() error {
	if o.Executable != "" {
		return nil
	}
	if !helper.Dispatched() {
		return ErrNoHelper
	}
	o.Executable = self
	if _, err := os.Stat(self); err != nil {
		if o.Executable, err = os.Executable(); err != nil {
			return fmt.Errorf("find the sandbox helper: %w", err)
		}
	}
	return nil
}

// watch starts the helper as a watcher.
func (s *Sandbox) watch(w Watched) (*Invocation, bool) {
	inv := &Invocation{Path: s.o.Executable, Arg0: HelperName, Reports: w.ReportFD > 0}
	if inv.Reports {
		inv.Args = append(inv.Args, helper.OptReport+strconv.Itoa(w.ReportFD))
	}
	if s.o.NoNamespaces {
		inv.Args = append(inv.Args, helper.OptNoNamespaces)
	}
	inv.Args = append(inv.Args, helper.OptWatch+w.Path, "--")
	inv.Args = append(inv.Args, w.Argv...)
	return inv, true
}

// keeper starts the helper as a keeper.
func (s *Sandbox) keeper() (*Invocation, bool) {
	return &Invocation{Path: s.o.Executable, Arg0: HelperName, Args: []string{helper.OptKeeper}}, true
}

// wrap starts the helper. (spec: exec-and-tools, helper invocation)
func (s *Sandbox) wrap(r Request) (*Invocation, error) {
	policy, err := protocol.Append(nil, r.Policy)
	if err != nil {
		return nil, fmt.Errorf("encode the sandbox policy: %w", err)
	}
	inv := &Invocation{Path: s.o.Executable, Arg0: HelperName, Reports: r.ReportFD > 0, KeptOption: helper.OptKept}
	if inv.Reports {
		inv.Args = append(inv.Args, helper.OptReport+strconv.Itoa(r.ReportFD))
	}
	if r.CloseOthers {
		inv.Args = append(inv.Args, helper.OptCloseOthers)
	}
	inv.Args = append(inv.Args, helper.OptTempDir+s.o.TempDir)
	for _, path := range s.o.Protect {
		inv.Args = append(inv.Args, helper.OptProtect+path)
	}
	if s.o.NoNamespaces {
		inv.Args = append(inv.Args, helper.OptNoNamespaces)
	}
	ending := helper.OptWithParent
	if s.guarded.Load() {
		ending = helper.OptGuarded
	}
	inv.Args = append(inv.Args, ending)
	inv.Args = append(inv.Args, r.Cwd, string(policy), "--")
	inv.Args = append(inv.Args, r.Argv...)
	return inv, nil
}
