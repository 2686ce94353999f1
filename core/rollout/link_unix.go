//go:build unix

package rollout

import (
	"io/fs"
	"syscall"
)

// linked reports whether a file has a name in some directory.
func linked(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || stat.Nlink > 0
}
