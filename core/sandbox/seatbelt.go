package sandbox

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/codex-go/codex/core/sandbox/internal/policy"
)

// sandboxExec is the only file that is taken for the program: one of that name
// elsewhere in PATH could be anything.
const sandboxExec = "/usr/bin/sandbox-exec"

// readableSysctls are what programs ask the kernel about at their start.
var readableSysctls = map[string][]string{
	"hw.": {
		"activecpu", "busfrequency_compat", "byteorder", "cacheconfig", "cachelinesize_compat", "cpufamily",
		"cpufrequency_compat", "cputype", "l1dcachesize_compat", "l1icachesize_compat", "l2cachesize_compat",
		"l3cachesize_compat", "logicalcpu_max", "machine", "memsize", "ncpu", "nperflevels", "packages", "pagesize",
		"pagesize_compat", "physicalcpu_max", "tbfrequency_compat", "vectorunit",
	},
	"kern.": {
		"hostname", "maxfilesperproc", "maxproc", "osproductversion", "osrelease", "ostype", "osvariant_status",
		"osversion", "secure_kernel", "usrstack64", "version",
	},
	"sysctl.": {"proc_cputype"},
	"vm.":     {"loadavg"},
}

var readableSysctlPrefixes = []string{
	"hw.optional.arm.", "hw.optional.armv8_", "hw.perflevel", "kern.proc.pgrp.", "kern.proc.pid.", "net.routetable.",
}

// seatbeltBase is what every command may do, in Seatbelt's language. It ends
// before the list of sysctls.
const seatbeltBase = `(version 1)
(deny default)

; Children are confined like their parent.
(allow process-exec)
(allow process-fork)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))

(allow user-preference-read)
(allow file-write-data (require-all (path "/dev/null") (vnode-type CHARACTER-DEVICE)))
(allow iokit-open (iokit-registry-entry-class "RootDomainUserClient"))
; Looking up users, and the state of the power supply.
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))
(allow mach-lookup (global-name "com.apple.PowerManagement.control"))
; Locks of Python's multiprocessing.
(allow ipc-posix-sem)
`

// seatbelt returns the invocation of sandbox-exec that confines a command.
//
// spec: exec-and-tools, macOS Seatbelt
func seatbelt(argv []string, p *policy.Policy, roots Roots) *Invocation {
	profile, params := seatbeltProfile(p, roots)
	inv := &Invocation{Path: sandboxExec, Arg0: sandboxExec, Env: []string{"CODEX_SANDBOX=seatbelt"}}
	inv.Args = append(inv.Args, "-p", profile)
	for _, param := range params {
		inv.Args = append(inv.Args, "-D"+param)
	}
	inv.Args = append(append(inv.Args, "--"), argv...)
	return inv
}

// seatbeltProfile returns the profile for a policy, and its parameters as
// "NAME=value". Paths are parameters, so that nothing in them is taken for
// language.
func seatbeltProfile(p *policy.Policy, roots Roots) (profile string, params []string) {
	var b strings.Builder
	b.WriteString(seatbeltBase)
	b.WriteString("(allow sysctl-read")
	for _, group := range []string{"hw.", "kern.", "sysctl.", "vm."} {
		for _, name := range readableSysctls[group] {
			fmt.Fprintf(&b, "\n  (sysctl-name %q)", group+name)
		}
	}
	for _, prefix := range readableSysctlPrefixes {
		fmt.Fprintf(&b, "\n  (sysctl-name-prefix %q)", prefix)
	}
	b.WriteString(")\n\n(allow file-read*)\n")

	switch {
	case p.FullWrite():
		b.WriteString("(allow file-write* (regex #\"^/\"))\n")
	case len(roots) > 0:
		b.WriteString("(allow file-write*")
		for i, root := range roots {
			rule, set := seatbeltRoot(i, root)
			b.WriteString("\n  " + rule)
			params = append(params, set...)
		}
		b.WriteString(")\n")
	}
	if p.FullNetwork() {
		b.WriteString("\n(allow network-outbound)\n(allow network-inbound)\n(allow system-socket)\n")
	}
	return b.String(), params
}

// seatbeltRoot returns the condition for one root, and its parameters. Seatbelt
// compares with paths that are free of links.
func seatbeltRoot(i int, root Root) (rule string, params []string) {
	name := fmt.Sprintf("WRITABLE_ROOT_%d", i)
	params = []string{name + "=" + policy.Resolve(root.Path)}
	rule = fmt.Sprintf("(subpath (param %q))", name)
	var fixed []string
	for _, path := range root.ReadOnly {
		// Both a link and what it leads to.
		fixed = append(fixed, filepath.Join(policy.Resolve(filepath.Dir(path)), filepath.Base(path)), policy.Resolve(path))
	}
	slices.Sort(fixed)
	fixed = slices.Compact(fixed)
	if len(fixed) == 0 {
		return rule, params
	}
	rule = "(require-all " + rule
	for j, path := range fixed {
		ro := fmt.Sprintf("%s_RO_%d", name, j)
		params = append(params, ro+"="+path)
		rule += fmt.Sprintf(" (require-not (subpath (param %q)))", ro)
	}
	return rule + ")", params
}
