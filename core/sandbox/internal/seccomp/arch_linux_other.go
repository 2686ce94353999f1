//go:build linux && !amd64 && !arm64

package seccomp

// There is no filter for this architecture.
const (
	auditArch = 0
	x32       = 0
)

func oldMetadataRules() []Rule { return nil }
