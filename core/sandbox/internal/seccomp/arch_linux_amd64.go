package seccomp

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_X86_64
	// x32 is set in the numbers of the interface with 32-bit pointers.
	x32 = 0x40000000
)

// oldMetadataRules are calls that newer architectures do not have.
func oldMetadataRules() []Rule {
	return []Rule{
		deny("chmod", unix.SYS_CHMOD),
		deny("chown", unix.SYS_CHOWN),
		deny("lchown", unix.SYS_LCHOWN),
		deny("utime", unix.SYS_UTIME),
		deny("utimes", unix.SYS_UTIMES),
		deny("futimesat", unix.SYS_FUTIMESAT),
	}
}
