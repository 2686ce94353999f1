package rename

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"

	"github.com/codex-go/codex/scripts/internal/workspace"
)

// Prefix gives the modules of the repository in root a new prefix, and returns
// the slash-separated names of the files that it changed. Imports are sorted
// anew. A prefix that cannot begin a module path is an error, and then no file
// has changed.
func Prefix(ctx context.Context, root, prefix string) ([]string, error) {
	w, err := workspace.Read(root)
	if err != nil {
		return nil, err
	}
	for _, m := range w.Modules {
		if err := module.CheckPath(prefix + "/" + m.Name); err != nil {
			return nil, fmt.Errorf("rename modules: %w", err)
		}
	}
	files, err := workspace.Files(ctx, root)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, name := range files {
		did, err := file(filepath.Join(root, filepath.FromSlash(name)), w.Prefix, prefix)
		if err != nil {
			return changed, fmt.Errorf("rename modules in %s: %w", name, err)
		}
		if did {
			changed = append(changed, name)
		}
	}
	return changed, nil
}

// file rewrites one file, and reports whether it held the old prefix.
func file(name, from, to string) (bool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return false, err
	}
	if bytes.IndexByte(text, 0) >= 0 || !bytes.Contains(text, []byte(from)) {
		return false, nil
	}
	replaced := []byte(Replace(string(text), from, to))
	if bytes.Equal(replaced, text) {
		return false, nil
	}
	if path.Ext(name) == ".go" {
		// Test data may hold what is no Go; it stays as it is.
		if formatted, err := format.Source(replaced); err == nil {
			replaced = formatted
		}
	}
	info, err := os.Stat(name)
	if err != nil {
		return false, err
	}
	return true, os.WriteFile(name, replaced, info.Mode().Perm())
}

// Replace replaces a prefix in a text, but not where it is only a part of a
// longer name: "example.org/codex" is not in "example.org/codex-tools" nor in
// "my.example.org/codex".
func Replace(text, from, to string) string {
	var b strings.Builder
	for rest := text; ; {
		at := strings.Index(rest, from)
		if at < 0 {
			b.WriteString(rest)
			return b.String()
		}
		before := text[:len(text)-len(rest)+at]
		after := rest[at+len(from):]
		b.WriteString(rest[:at])
		if before != "" && inName(before[len(before)-1], true) || after != "" && inName(after[0], false) {
			b.WriteString(from)
		} else {
			b.WriteString(to)
		}
		rest = after
	}
}

// inName reports whether a byte next to a prefix makes it part of another name.
// A dot does so in front of it only: behind it, it ends a sentence.
func inName(c byte, front bool) bool {
	return c == '_' || c == '-' || front && c == '.' ||
		'0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
