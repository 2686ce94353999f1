package filesearch

import (
	"errors"
	"io"
)

// entry is an entry of a directory.
type entry struct {
	start, end int32 // of the name in listing.names
	dir        bool
}

// listing is the entries of one directory, in any order. Its memory is used for
// one directory after the other.
type listing struct {
	names   []byte
	entries []entry
	buf     []byte // for the system's answers

	// What the directory holds of rules.
	ignore, gitignore, git bool
}

func (l *listing) reset() {
	const keep = 1 << 20
	if cap(l.names) > keep { // one huge directory must not cost for ever
		l.names, l.entries = nil, nil
	}
	l.names, l.entries = l.names[:0], l.entries[:0]
	l.ignore, l.gitignore, l.git = false, false, false
}

func (l *listing) name(e entry) []byte { return l.names[e.start:e.end] }

// add adds an entry. What version control keeps is left out.
func (l *listing) add(name []byte, dir bool) {
	if name[0] == '.' {
		switch string(name) {
		case ".", "..":
			return
		case ".ignore":
			l.ignore = !dir
		case ".gitignore":
			l.gitignore = !dir
		case ".git":
			l.git = true
			return
		case ".hg", ".svn", ".jj", ".bzr", ".sl":
			if dir {
				return
			}
		}
	} else if dir && (string(name) == "_darcs" || string(name) == "CVS") {
		return
	}
	start := len(l.names)
	l.names = append(l.names, name...)
	l.entries = append(l.entries, entry{int32(start), int32(len(l.names)), dir})
}

// maxRuleFile bounds an ignore file, in bytes. A longer one is not used.
const maxRuleFile = 16 << 20

var errRuleFileSize = errors.New("the file is too long")

// readRules reads an ignore file that is open.
func readRules(f io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(f, maxRuleFile+1))
	if err == nil && len(text) > maxRuleFile {
		err = errRuleFileSize
	}
	return text, err
}
