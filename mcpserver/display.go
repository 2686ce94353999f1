package mcpserver

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/codex-go/codex/core/shellcmd"
	"github.com/codex-go/codex/protocol"
)

const (
	maxShown      = 4 << 10 // bytes of a command in a question
	maxShownName  = 128     // bytes of a name that a client made up
	maxShownFiles = 20      // files of a patch in a question
)

// execMessage asks for a command in words. It says everything that matters,
// because many clients show nothing else.
// (spec: mcp, exec approval params; do better, approvals)
func execMessage(q *protocol.ExecApprovalRequestEvent) string {
	var b strings.Builder
	if q.Reason != "" {
		b.WriteString(shown(q.Reason) + "\n")
	}
	command, err := shellcmd.Join(q.Command)
	if err != nil { // no shell can be given this
		command = strings.Join(q.Command, " ")
	}
	fmt.Fprintf(&b, "Allow Codex to run `%s` in %s?", shown(command), shown(q.Cwd))
	return b.String()
}

// patchMessage asks for a patch in words.
func patchMessage(q *protocol.ApplyPatchApprovalRequestEvent) string {
	var b strings.Builder
	if q.Reason != "" {
		b.WriteString(shown(q.Reason) + "\n")
	}
	b.WriteString("Allow Codex to apply the proposed changes?")
	paths := slices.Sorted(maps.Keys(q.Changes))
	for i, path := range paths {
		if i == maxShownFiles {
			fmt.Fprintf(&b, "\nand %d more", len(paths)-i)
			break
		}
		b.WriteString("\n" + changeLine(path, q.Changes[path]))
	}
	if q.GrantRoot != "" {
		fmt.Fprintf(&b, "\nThis also allows writing below %s for the rest of the session.", shown(q.GrantRoot))
	}
	return b.String()
}

// changeLine says what happens to one file.
func changeLine(path string, change protocol.FileChange) string {
	switch change := change.(type) {
	case *protocol.AddFileChange:
		return "add " + shown(path)
	case *protocol.DeleteFileChange:
		return "delete " + shown(path)
	case *protocol.UpdateFileChange:
		if change.MovePath != nil {
			return "update " + shown(path) + " and move it to " + shown(*change.MovePath)
		}
		return "update " + shown(path)
	}
	return "change " + shown(path)
}

// shown returns text as a person may safely see it: characters that control a
// terminal, turn the direction of the text or cannot be seen are spelled out,
// and what is too long is cut.
func shown(text string) string {
	cut := clip(text, maxShown)
	var b strings.Builder
	for _, r := range cut {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
	}
	if rest := len(text) - len(cut); rest > 0 {
		fmt.Fprintf(&b, " [%d bytes more]", rest)
	}
	return b.String()
}

// clip returns the beginning of text, at most max bytes of whole characters.
func clip(text string, max int) string {
	if len(text) <= max {
		return text
	}
	for max > 0 && !utf8.RuneStart(text[max]) {
		max--
	}
	return text[:max]
}
