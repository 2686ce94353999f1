package rollout

import (
	"io/fs"
	"syscall"
)

// stampOf returns the stamp of a file, and the device that it lies on.
func stampOf(info fs.FileInfo) (s stamp, device uint64, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}, 0, false
	}
	return stamp{inode: st.Ino, size: st.Size, modified: st.Mtim.Nano(), changed: st.Ctim.Nano()}, uint64(st.Dev), true
}
