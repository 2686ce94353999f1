//go:build unix && !linux && !darwin

package hardening

// loaderPrefix begins the variables of the dynamic loader.
const loaderPrefix = "LD_"

func steps() []step { return []step{{NoCore, noCore}} }
