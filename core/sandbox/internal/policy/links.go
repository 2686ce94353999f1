package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxLinks is how many links are followed on the way to one file.
const maxLinks = 40

// Links returns the symbolic links that the absolute path leads through, the
// last element included, in the order in which they are followed. Each is named
// by its own place, which no other link is part of.
func Links(path string) []string {
	const separator = string(filepath.Separator)
	var links []string
	volume := filepath.VolumeName(path)
	at := volume + separator
	todo := strings.Split(path[len(volume):], separator)
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		next := filepath.Join(at, name) // .. too: nothing above is a link
		if next == at {
			continue
		}
		target, err := os.Readlink(next)
		if err != nil {
			at = next
			continue
		}
		if links = append(links, next); len(links) == maxLinks {
			break
		}
		if filepath.IsAbs(target) {
			volume = filepath.VolumeName(target)
			at = volume + separator
			target = target[len(volume):]
		}
		todo = slices.Concat(strings.Split(target, separator), todo)
	}
	return links
}

// redirected reports whether root leads through a link in another one of roots
// to a place outside of that.
func redirected(root string, roots []string) bool {
	links := Links(root)
	if len(links) == 0 {
		return false
	}
	real := Resolve(root)
	return slices.ContainsFunc(roots, func(other string) bool {
		if other == root {
			return false
		}
		dir := Resolve(other)
		return !Below(real, dir) && slices.ContainsFunc(links, func(link string) bool { return link != dir && Below(link, dir) })
	})
}
