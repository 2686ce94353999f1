package hardening

import "golang.org/x/sys/unix"

// loaderPrefix begins the variables of the dynamic loader.
const loaderPrefix = "LD_"

func steps() []step {
	return []step{
		{NotDumpable, func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }},
		{NoCore, noCore},
	}
}
