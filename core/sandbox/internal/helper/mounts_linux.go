package helper

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/codex-go/codex/core/sandbox/internal/policy"
)

// mountPlan is what the command sees of the file system: everything read-only,
// but for the writable roots, in which some paths are read-only again. All paths
// are free of links.
type mountPlan struct {
	// writable are the roots that lie in no other one.
	writable []string
	// pins are directories in these, outer ones first, that become mount points
	// so that they can be neither renamed nor removed: a path that a policy
	// names must go on leading to the same place.
	pins []string
	// links are symbolic links in these on the way to such a path, which become
	// mount points too.
	links []string
	// readOnly are the paths that no command may write.
	readOnly []string
}

// planMounts lays out the mounts for roots. Those that do not exist are left
// out; nothing can be written there.
func planMounts(roots []policy.Root) mountPlan {
	var m mountPlan
	var nested []string
	for _, root := range roots {
		real := policy.Resolve(root.Path)
		if _, err := os.Lstat(real); err == nil {
			nested = append(nested, real)
		}
		m.links = append(m.links, policy.Links(root.Path)...)
		for _, path := range root.ReadOnly {
			m.links = append(m.links, policy.Links(path)...)
			if path = policy.Resolve(path); exists(path) {
				m.readOnly = append(m.readOnly, path)
			}
		}
	}
	m.readOnly = outermost(m.readOnly)
	m.writable = outermost(nested)

	slices.Sort(m.links)
	m.links = slices.DeleteFunc(slices.Compact(m.links), func(link string) bool {
		return !within(link, m.writable) || within(link, m.readOnly)
	})

	pinned := map[string]bool{}
	pin := func(path string) {
		for ; !slices.Contains(m.writable, path) && !pinned[path]; path = filepath.Dir(path) {
			if within(path, m.readOnly) {
				continue
			}
			pinned[path] = true
			m.pins = append(m.pins, path)
		}
	}
	for _, path := range nested {
		pin(path)
	}
	for _, path := range slices.Concat(m.readOnly, m.links) {
		if within(path, m.writable) && !slices.Contains(m.writable, path) {
			pin(filepath.Dir(path))
		}
	}
	slices.SortFunc(m.pins, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
	})
	return m
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// within reports whether path is one of dirs or lies below one.
func within(path string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return policy.Below(path, dir) })
}

// outermost returns the paths that lie below no other one, sorted.
func outermost(paths []string) []string {
	paths = slices.Clone(paths)
	slices.Sort(paths)
	var out []string
	for _, path := range slices.Compact(paths) {
		if !within(path, out) { // what contains it sorts before it
			out = append(out, path)
		}
	}
	return out
}

// add appends the calls that mount everything. They need a mount namespace of
// their own.
func (m *mountPlan) add(p *program) {
	if len(m.writable) == 0 {
		return
	}
	if !slices.Contains(m.writable, "/") {
		var clones []int
		for _, path := range m.writable {
			clones = append(clones, addClone(p, path))
		}
		addReadOnly(p, "make the file system read-only", unix.AT_FDCWD, "/", 0)
		for i, path := range m.writable {
			addAttach(p, clones[i], path)
		}
	}
	for _, path := range m.pins {
		addAttach(p, addClone(p, path), path)
	}
	for _, path := range m.links {
		addPinLink(p, path)
	}
	for _, path := range m.readOnly {
		from := addClone(p, path)
		p.feed(from, 0)
		addReadOnly(p, "protect "+path, 0, "", unix.AT_EMPTY_PATH)
		addAttach(p, from, path)
	}
}

// addClone appends a call that copies the mounts at and below path, and returns
// its index. What it returns is a descriptor.
func addClone(p *program, path string) int {
	const flags = unix.OPEN_TREE_CLONE | unix.OPEN_TREE_CLOEXEC | unix.AT_RECURSIVE | unix.AT_SYMLINK_NOFOLLOW
	at := unix.AT_FDCWD
	p.add("copy the mount of "+path, unix.SYS_OPEN_TREE, uintptr(at), p.text(path), flags).soft = refused
	return len(p.ops) - 1
}

// addAttach appends a call that puts the copy which the call from returns in the
// place of path.
func addAttach(p *program, from int, path string) {
	p.feed(from, 0)
	at := unix.AT_FDCWD
	p.add("mount "+path, unix.SYS_MOVE_MOUNT, 0, p.text(""), uintptr(at), p.text(path), unix.MOVE_MOUNT_F_EMPTY_PATH).soft = refused
}

// addPinLink appends the calls that make a mount point of a symbolic link, which
// leads where it did. Not every kernel can; there the link may be replaced.
func addPinLink(p *program, path string) {
	from := addClone(p, path)
	p.ops[from].optional = true
	addAttach(p, from, path)
	p.ops[len(p.ops)-1].optional = true
}

// addReadOnly appends a call that makes mounts read-only, also those below.
func addReadOnly(p *program, what string, at int, path string, flags uintptr) {
	attr := &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	p.add(what, unix.SYS_MOUNT_SETATTR, uintptr(at), p.text(path), flags|unix.AT_RECURSIVE,
		keep(p, attr), unsafe.Sizeof(*attr)).soft = refused
}

// addPrivate appends the call that keeps later mounts, here and outside, from
// showing on the other side.
func addPrivate(p *program) {
	p.add("make mounts private", unix.SYS_MOUNT, p.text("none"), p.text("/"), 0, unix.MS_REC|unix.MS_PRIVATE, 0).soft =
		append([]unix.Errno{unix.EACCES}, refused...)
}

// addSlave appends the call that keeps later mounts here from showing outside,
// and lets those outside show here.
func addSlave(p *program) {
	p.add("keep mounts", unix.SYS_MOUNT, p.text("none"), p.text("/"), 0, unix.MS_REC|unix.MS_SLAVE, 0).soft =
		append([]unix.Errno{unix.EACCES}, refused...)
}

// addProc appends the call that shows the processes of the namespace in /proc.
// Kernels refuse it to ordinary users where something covers parts of /proc, as
// in many containers.
func addProc(p *program) {
	flags := uintptr(unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC)
	var st unix.Statfs_t
	if err := unix.Statfs("/proc", &st); err == nil && st.Flags&unix.ST_RDONLY != 0 {
		flags |= unix.MS_RDONLY // no right to undo that
	}
	p.add("mount /proc", unix.SYS_MOUNT, p.text("proc"), p.text("/proc"), p.text("proc"), flags, 0).soft =
		append([]unix.Errno{unix.EACCES, unix.ENOENT, unix.ENODEV}, refused...)
}

// addChdir appends the call that enters the working directory again: the
// process still stands in the file system as it was before. It cannot do so
// where the directory was removed; nothing can be made in that one anyway.
func addChdir(p *program) {
	if dir, err := unix.Getwd(); err == nil && filepath.IsAbs(dir) {
		p.add("enter "+dir, unix.SYS_CHDIR, p.text(dir)).soft = []unix.Errno{unix.EACCES, unix.ENOENT}
	}
}
