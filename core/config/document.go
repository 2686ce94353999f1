package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/codex-go/codex/utils/tomledit"
)

// FileName is the name of the configuration file in the home folder.
const FileName = "config.toml"

// document is one state of config.toml. It is immutable and shared by the
// configurations that were made from it.
type document struct {
	path string
	text []byte         // without a byte order mark
	tree map[string]any // never changed; overrides work on a clone
	info fs.FileInfo    // nil when there is no file

	// indexed guards the places of keys, which only messages need.
	indexed sync.Once
	places  map[string]place
	lines   []int // offsets of the starts of lines
}

// place is where a value is written, lines and columns from 1.
type place struct{ line, column int }

// byteOrderMark may stand at the start of a file from Windows.
var byteOrderMark = []byte("\xef\xbb\xbf")

// parseDocument reads the text of a configuration file. The error is a
// [*SyntaxError].
func parseDocument(path string, text []byte) (*document, error) {
	text = bytes.TrimPrefix(text, byteOrderMark)
	doc := &document{path: path, text: text, tree: make(map[string]any)}
	err := toml.Unmarshal(text, &doc.tree)
	if err == nil {
		return doc, nil
	}
	at := tomledit.NewSyntaxError(text, err)
	return nil, &SyntaxError{
		File: path, Line: at.Line, Column: at.Column, Problem: at.Problem, excerpt: excerpt(text, at.Line, at.Column),
	}
}

// excerpt shows one line of text and points at a column of it. What stands in
// quotes is blanked out.
func excerpt(text []byte, line, column int) string {
	lines := bytes.Split(text, []byte("\n"))
	if line > len(lines) {
		return ""
	}
	shown := strings.TrimRight(strings.ToValidUTF8(string(lines[line-1]), "?"), "\r")
	const longest = 200
	if len(shown) > longest || column > len(shown)+1 {
		return ""
	}
	masked, pad := []rune(nil), []rune(nil)
	quote := rune(0)
	for i, r := range shown {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case r == quote:
			quote = 0
		case quote != 0:
			r = '·'
		}
		masked = append(masked, r)
		if i < column-1 {
			if r != '\t' {
				r = ' '
			}
			pad = append(pad, r)
		}
	}
	number := fmt.Sprintf("%d | ", line)
	return number + string(masked) + "\n" + strings.Repeat(" ", len(number)) + string(pad) + "^"
}

// locate returns where the value with this path is written: the value of an
// assignment, or else the header of a table.
func (d *document) locate(path []string) (place, bool) {
	d.indexed.Do(d.index)
	found, ok := d.places[strings.Join(path, "\x00")]
	return found, ok
}

// index finds the places of all keys. The text is known to be valid.
func (d *document) index() {
	d.places = make(map[string]place)
	d.lines = []int{0}
	for i, c := range d.text {
		if c == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	parser := &unstable.Parser{}
	parser.Reset(d.text)
	var prefix []string
	// elements counts the tables of each array of tables.
	elements := make(map[string]int)
	for parser.NextExpression() {
		node := parser.Expression()
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			prefix = d.indexHeader(node, elements)
		case unstable.KeyValue:
			d.indexKeyValue(node, prefix)
		}
	}
}

func (d *document) indexHeader(node *unstable.Node, elements map[string]int) []string {
	var path []string
	var at unstable.Range
	for key := node.Key(); key.Next(); {
		if count, ok := elements[strings.Join(path, "\x00")]; ok {
			path = append(path, fmt.Sprint(count-1))
		}
		path = append(path, string(key.Node().Data))
		if at == (unstable.Range{}) {
			at = key.Node().Raw
		}
	}
	if node.Kind == unstable.ArrayTable {
		joined := strings.Join(path, "\x00")
		path = append(path, fmt.Sprint(elements[joined]))
		elements[joined]++
	}
	d.note(path, at)
	return path
}

func (d *document) indexKeyValue(node *unstable.Node, prefix []string) {
	path := append([]string(nil), prefix...)
	var at unstable.Range
	for key := node.Key(); key.Next(); {
		path = append(path, string(key.Node().Data))
		if at == (unstable.Range{}) {
			at = key.Node().Raw
		}
	}
	d.note(path, at)
	d.indexValue(node.Value(), path, at)
}

// indexValue finds the keys inside a value. What has no range of its own gets
// the place of the key around it.
func (d *document) indexValue(node *unstable.Node, path []string, at unstable.Range) {
	children := node.Children()
	switch node.Kind {
	case unstable.InlineTable:
		for children.Next() {
			d.indexKeyValue(children.Node(), path)
		}
	case unstable.Array:
		for i := 0; children.Next(); i++ {
			element := append(append([]string(nil), path...), fmt.Sprint(i))
			if raw := children.Node().Raw; raw.Length > 0 {
				at = raw
			}
			d.note(element, at)
			d.indexValue(children.Node(), element, at)
		}
	}
}

// note records the first place of a path and of the tables around it.
func (d *document) note(path []string, at unstable.Range) {
	line, found := slices.BinarySearch(d.lines, int(at.Offset))
	if !found {
		line--
	}
	start := place{line + 1, int(at.Offset) - d.lines[line] + 1}
	for n := len(path); n > 0; n-- {
		joined := strings.Join(path[:n], "\x00")
		if _, ok := d.places[joined]; ok && n < len(path) {
			return
		} else if !ok {
			d.places[joined] = start
		}
	}
}

// cache remembers the last state of one file. It is safe for concurrent use.
type cache struct {
	mu   sync.Mutex
	last *document
}

// racyWindow is how long a file must have been left alone before its time of
// change is trusted: two changes within one tick of the file system's clock
// look the same.
const racyWindow = 100 * time.Millisecond

// read returns the state of config.toml in home, parsed again only when the
// file is another one or was changed. A file that does not exist is empty.
func (c *cache) read(ctx context.Context, home string) (*document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := filepath.Join(home, FileName)
	c.mu.Lock()
	defer c.mu.Unlock()
	if info, err := os.Stat(path); err == nil && c.last != nil && c.last.path == path && unchanged(c.last.info, info) {
		return c.last, nil
	}
	opened := time.Now()
	text, info, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		c.last = nil
		return &document{path: path}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	doc, err := parseDocument(path, text)
	if err != nil {
		return nil, err
	}
	doc.info = info
	c.last = nil
	if opened.Sub(info.ModTime()) > racyWindow {
		c.last = doc
	}
	return doc, nil
}

func unchanged(old, current fs.FileInfo) bool {
	return os.SameFile(old, current) && old.Size() == current.Size() && old.ModTime().Equal(current.ModTime())
}
