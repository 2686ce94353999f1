package patch

import (
	"slices"
	"strings"
	"syscall"
)

// hasAttributes reports whether a file has extended attributes, an access
// control list among them, that a new file would lack. The label of SELinux
// does not count: a new file gets one by itself.
func hasAttributes(path string) bool {
	size, err := syscall.Listxattr(path, nil)
	if err != nil || size == 0 {
		return false
	}
	list := make([]byte, size)
	if size, err = syscall.Listxattr(path, list); err != nil {
		return true // it has grown meanwhile
	}
	names := strings.Split(strings.TrimSuffix(string(list[:size]), "\x00"), "\x00")
	return slices.ContainsFunc(names, func(name string) bool { return name != "security.selinux" })
}
