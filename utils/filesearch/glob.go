package filesearch

import (
	"bytes"
	"strings"
	"sync"
)

// glob is a compiled pattern of an ignore file, in the language of git: "?" and
// brackets stand for one byte, "*" for any number of bytes, none of them for a
// slash, and "**" between slashes for any number of directories.
type glob []token

type token struct {
	kind tokenKind
	text []byte     // of a literal
	set  *[4]uint64 // of a set
}

type tokenKind uint8

const (
	tokenLiteral tokenKind = iota
	tokenAny               // one byte that is no slash
	tokenSet               // one byte of a set that is no slash
	tokenStar              // any bytes that are no slashes
	tokenDirs              // any number of directories with their slashes
	tokenRest              // everything
)

// compileGlob compiles a pattern. ok is false when it is malformed: then it
// matches nothing.
func compileGlob(p string) (g glob, ok bool) {
	literal := func(c byte) {
		if n := len(g); n == 0 || g[n-1].kind != tokenLiteral {
			g = append(g, token{kind: tokenLiteral})
		}
		last := &g[len(g)-1]
		last.text = append(last.text, c)
	}
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			if i++; i == len(p) {
				return nil, false
			}
			literal(p[i])
		case '?':
			g = append(g, token{kind: tokenAny})
		case '[':
			set, end, ok := parseSet(p, i)
			if !ok {
				return nil, false
			}
			g = append(g, token{kind: tokenSet, set: set})
			i = end
		case '*':
			begin := i
			for i+1 < len(p) && p[i+1] == '*' {
				i++
			}
			free := begin == 0 || p[begin-1] == '/' // of what stands before
			switch {
			case i > begin && free && i+1 == len(p):
				g = append(g, token{kind: tokenRest})
			case i > begin && free && p[i+1] == '/':
				g = append(g, token{kind: tokenDirs})
				i++
			default:
				g = append(g, token{kind: tokenStar})
			}
		default:
			literal(p[i])
		}
	}
	return g, true
}

// parseSet reads a bracket expression that begins at i and returns the index of
// its last byte.
func parseSet(p string, i int) (set *[4]uint64, end int, ok bool) {
	set = new([4]uint64)
	add := func(c byte) { set[c>>6] |= 1 << (c & 63) }
	i++
	negated := i < len(p) && (p[i] == '!' || p[i] == '^')
	if negated {
		i++
	}
	var previous byte // 0 after a range or a class: no range begins there
	for first := true; ; first = false {
		if i >= len(p) {
			return nil, 0, false
		}
		c := p[i]
		switch {
		case c == ']' && !first:
			if negated {
				for n := range set {
					set[n] = ^set[n]
				}
			}
			set['/'>>6] &^= 1 << ('/' & 63)
			return set, i, true
		case c == '\\':
			if i++; i >= len(p) {
				return nil, 0, false
			}
			c = p[i]
			add(c)
		case c == '-' && previous != 0 && i+1 < len(p) && p[i+1] != ']':
			i++
			high := p[i]
			if high == '\\' {
				if i++; i >= len(p) {
					return nil, 0, false
				}
				high = p[i]
			}
			for b := int(previous); b <= int(high); b++ {
				add(byte(b))
			}
			c = 0
		case c == '[' && i+1 < len(p) && p[i+1] == ':':
			length := strings.IndexByte(p[i+2:], ']')
			if length < 0 {
				return nil, 0, false
			}
			name, isClass := strings.CutSuffix(p[i+2:i+2+length], ":")
			if !isClass {
				add(c) // an ordinary set
				break
			}
			is, known := posixClasses()[name]
			if !known {
				return nil, 0, false
			}
			for b := range 256 {
				if is(byte(b)) {
					add(byte(b))
				}
			}
			i += 2 + length
			c = 0
		default:
			add(c)
		}
		previous = c
		i++
	}
}

var posixClasses = sync.OnceValue(func() map[string]func(byte) bool {
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	lower := func(c byte) bool { return 'a' <= c && c <= 'z' }
	upper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	alpha := func(c byte) bool { return lower(c) || upper(c) }
	alnum := func(c byte) bool { return alpha(c) || digit(c) }
	graph := func(c byte) bool { return '!' <= c && c <= '~' }
	return map[string]func(byte) bool{
		"alnum":  alnum,
		"alpha":  alpha,
		"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
		"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
		"digit":  digit,
		"graph":  graph,
		"lower":  lower,
		"print":  func(c byte) bool { return graph(c) || c == ' ' },
		"punct":  func(c byte) bool { return graph(c) && !alnum(c) },
		"space":  func(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' },
		"upper":  upper,
		"xdigit": func(c byte) bool { return digit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' },
	}
})

// match reports whether the glob matches all of text. On a mismatch the last
// star, and when it may not grow the last run of directories, takes more; earlier
// ones need not, because what stands behind them matched as far left as it can.
func (g glob) match(text []byte) bool {
	const none = -1
	star, starText := none, 0 // token behind the last star, and where that goes on
	dirs, dirsText := none, 0 // the same for directories
	t, i := 0, 0
	for {
		if t == len(g) && i == len(text) {
			return true
		}
		if t < len(g) {
			switch k := &g[t]; k.kind {
			case tokenLiteral:
				if bytes.HasPrefix(text[i:], k.text) {
					t, i = t+1, i+len(k.text)
					continue
				}
			case tokenAny:
				if i < len(text) && text[i] != '/' {
					t, i = t+1, i+1
					continue
				}
			case tokenSet:
				if i < len(text) && k.set[text[i]>>6]&(1<<(text[i]&63)) != 0 {
					t, i = t+1, i+1
					continue
				}
			case tokenStar:
				t++
				star, starText = t, i
				continue
			case tokenDirs:
				t++
				dirs, dirsText = t, i
				star = none // a star before cannot help any more
				continue
			case tokenRest:
				return true
			}
		}
		switch {
		case star != none && starText < len(text) && text[starText] != '/':
			starText++
			t, i = star, starText
		case dirs != none:
			slash := bytes.IndexByte(text[dirsText:], '/')
			if slash < 0 {
				return false
			}
			dirsText += slash + 1
			t, i = dirs, dirsText
			star = none
		default:
			return false
		}
	}
}
