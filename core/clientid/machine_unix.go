//go:build unix

package clientid

import "golang.org/x/sys/unix"

// machine returns the name of the processor as uname gives it.
func machine() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return "unknown"
	}
	if text := unix.ByteSliceToString(name.Machine[:]); text != "" {
		return text
	}
	return "unknown"
}
