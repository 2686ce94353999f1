package hardening

import "golang.org/x/sys/unix"

// loaderPrefix begins the variables of the dynamic loader.
const loaderPrefix = "DYLD_"

func steps() []step {
	return []step{
		{DenyAttach, unix.PtraceDenyAttach},
		{NoCore, noCore},
	}
}
