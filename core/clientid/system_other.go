//go:build unix && !linux && !darwin

package clientid

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// describeSystem takes name and version from uname.
func describeSystem() system {
	facts := system{name: runtime.GOOS, version: unknown, arch: machine()}
	var name unix.Utsname
	if unix.Uname(&name) == nil {
		facts.name = unix.ByteSliceToString(name.Sysname[:])
		facts.version = normalizeVersion(unix.ByteSliceToString(name.Release[:]))
	}
	return facts
}
