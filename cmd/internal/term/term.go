// Package term styles text for terminals and keeps text that others wrote from
// controlling them.
//
//	p := term.Painter(term.IsTerminal(os.Stdout))
//	fmt.Println(p.Paint(term.Bold, term.Clean(title)))
//
// Everything here is safe for concurrent use.
package term

import (
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/mattn/go-isatty"
)

// Styles of a terminal. Two of them may stand one behind the other.
const (
	reset   = "\x1b[0m"
	Bold    = "\x1b[1m"
	Dim     = "\x1b[2m"
	Italic  = "\x1b[3m"
	Red     = "\x1b[31m"
	Green   = "\x1b[32m"
	Yellow  = "\x1b[33m"
	Blue    = "\x1b[34m"
	Magenta = "\x1b[35m"
	Cyan    = "\x1b[36m"
)

// Painter styles text, or leaves it as it is when it is false.
type Painter bool

// Paint returns text in a style. A line break at the end stays outside of it.
func (p Painter) Paint(style, text string) string {
	if !p || style == "" || text == "" {
		return text
	}
	body, newline := strings.CutSuffix(text, "\n")
	text = style + body + reset
	if newline {
		text += "\n"
	}
	return text
}

// IsTerminal reports whether a file is a terminal.
func IsTerminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd())
}

// Wanted reports whether output to a file should be styled: it is a terminal,
// and the user has not asked for plain text through NO_COLOR.
func Wanted(f *os.File, noColor string) Painter {
	return Painter(noColor == "" && IsTerminal(f))
}

// Clean takes out of a text what would control a terminal: all control
// characters but line breaks and tabs become U+FFFD.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0x7f || 0x80 <= r && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, text)
}

// escapes are the sequences that programs put into their output for terminals:
// colours, titles, links and the movements of the cursor.
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]+[0-~]|[0-Z\\^-~])`)
})

// Strip takes the sequences for terminals out of a text, so that the words are
// left.
func Strip(text string) string {
	if !strings.Contains(text, "\x1b") {
		return text
	}
	return escapes().ReplaceAllString(text, "")
}
