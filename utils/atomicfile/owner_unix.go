//go:build unix

package atomicfile

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives the new file the owner of the old one. Only the superuser
// may do that, and for everybody else both are the same already.
func keepOwner(name string, old fs.FileInfo) {
	if stat, ok := old.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		_ = os.Chown(name, int(stat.Uid), int(stat.Gid))
	}
}
