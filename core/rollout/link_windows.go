package rollout

import "io/fs"

// linked reports whether a file has a name in some directory: nobody can
// remove a file here while it is open.
func linked(fs.FileInfo) bool { return true }
