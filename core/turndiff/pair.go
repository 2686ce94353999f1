package turndiff

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/codex-go/codex/core/patch/linediff"
)

// contextLines is how many unchanged lines surround a change.
const contextLines = 3

// pair is a file as it was and where it is now.
type pair struct {
	from, to    string // absolute paths
	left, right string // the same as they are displayed
}

// header returns the lines of one file's diff up to the blob ids; empty if
// nothing changed. A change of the mode or the name alone has no ids.
//
// spec: agent-loop, turn diff
func (p *pair) header(left, right *snapshot) string {
	if !left.exists && !right.exists {
		return ""
	}
	sameID := left.exists == right.exists && left.id == right.id
	if sameID && left.mode == right.mode && p.from == p.to {
		return ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "diff --git %s %s\n", quote("a/"+p.left), quote("b/"+p.right))
	switch {
	case !left.exists:
		fmt.Fprintf(&out, "new file mode %s\n", right.mode)
	case !right.exists:
		fmt.Fprintf(&out, "deleted file mode %s\n", left.mode)
	case left.mode != right.mode:
		fmt.Fprintf(&out, "old mode %s\nnew mode %s\n", left.mode, right.mode)
	}
	if p.from != p.to {
		fmt.Fprintf(&out, "rename from %s\nrename to %s\n", quote(p.left), quote(p.right))
	}
	if !sameID {
		fmt.Fprintf(&out, "index %s..%s\n", left.blobID(), right.blobID())
	}
	return out.String()
}

// body returns what follows the header: file names and hunks, or nothing if no
// line changed.
func (p *pair) body(left, right *snapshot) string {
	if left.exists == right.exists && left.id == right.id {
		return ""
	}
	opaque := left.opaque || right.opaque
	if !opaque && left.text == right.text {
		return "" // an empty file that came or went
	}
	oldName, newName := "/dev/null", "/dev/null"
	if left.exists {
		oldName = quote("a/" + p.left)
	}
	if right.exists {
		newName = quote("b/" + p.right)
	}
	names := fmt.Sprintf("--- %s\n+++ %s\n", oldName, newName)
	if opaque {
		return names + "Binary files differ\n"
	}
	return names + linediff.Unified(left.text, right.text, contextLines)
}

// quote writes a name the way git does if it holds characters that would break
// the line or the quotes. Anything else, blanks and letters of any script among
// it, stays plain.
func quote(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '"' || r == '\\' }) {
		return name
	}
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range []byte(name) {
		switch c {
		case '"', '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case '\a', '\b', '\t', '\n', '\v', '\f', '\r':
			out.WriteByte('\\')
			out.WriteByte("abtnvfr"[c-'\a'])
		default:
			if c < 0x20 || c == 0x7f {
				fmt.Fprintf(&out, "\\%03o", c)
				continue
			}
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// repositories remembers the root of the repository of each folder, empty for
// folders outside of any.
type repositories map[string]string

// root returns the nearest folder at or above this one that has a .git entry.
func (r repositories) root(folder string) string {
	root, known := r[folder]
	if known {
		return root
	}
	if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
		root = folder
	} else if parent := filepath.Dir(folder); parent != folder {
		root = r.root(parent)
	}
	r[folder] = root
	return root
}

// same reports whether two files are in one repository, or both in none.
func (r repositories) same(a, b string) bool {
	return r.root(filepath.Dir(a)) == r.root(filepath.Dir(b))
}

// display returns how the diff names a file: relative to its repository, or
// absolute without the leading slash, and with slashes.
func (r repositories) display(path string) string {
	if root := r.root(filepath.Dir(path)); root != "" {
		if relative, err := filepath.Rel(root, path); err == nil {
			return filepath.ToSlash(relative)
		}
	}
	return strings.TrimLeft(filepath.ToSlash(path), "/")
}
