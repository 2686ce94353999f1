// Package atomicfile replaces small files as a whole and keeps writers of one
// file apart.
//
//	unlock, err := atomicfile.Lock(ctx, path+".lock")
//	if err != nil {
//		return err
//	}
//	defer unlock()
//	text, err := os.ReadFile(path)
//	...
//	err = atomicfile.Replace(path, changed, atomicfile.Options{KeepMode: true})
//
// A reader sees the old content or the new one, never a part, and what a
// failed write leaves behind is the old content. Locks are advisory: they work
// between all programs that take them, in one process as well as in several.
// The functions hold no state and may be called from several goroutines.
package atomicfile
