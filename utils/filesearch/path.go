package filesearch

import (
	"slices"
	"unicode/utf8"
)

// candidate is the path that is being looked at, in the forms that matching
// needs. A prefix, the directory, stays while its files come and go. It is used
// by one goroutine.
type candidate struct {
	text    []byte  // relative to the root, as it is shown
	small   []byte  // the same with small ASCII letters
	classes []class // of its bytes
	prefix  int     // length of the directory with its separator

	ascii  matcher[byte]
	others matcher[rune]
	runes  []rune // units of a path that is not in ASCII
	folded []rune // the same as an atom wants them
}

// enter makes dir, a relative path or "", the prefix.
func (c *candidate) enter(dir string) {
	c.text, c.small, c.classes = c.text[:0], c.small[:0], c.classes[:0]
	c.prefix = 0
	if dir != "" {
		c.append([]byte(dir))
		c.append([]byte{separator})
	}
	c.prefix = len(c.text)
}

// name puts a name behind the prefix.
func (c *candidate) name(name []byte) {
	c.text, c.small, c.classes = c.text[:c.prefix], c.small[:c.prefix], c.classes[:c.prefix]
	c.append(name)
}

func (c *candidate) append(part []byte) {
	c.text = append(c.text, part...)
	for _, b := range part {
		c.small = append(c.small, asciiLower[b])
		if b < utf8.RuneSelf {
			c.classes = append(c.classes, asciiClass[b])
		} else {
			c.classes = append(c.classes, classOther) // not looked at
		}
	}
}

// score scores the path against a pattern and reports whether it matches.
// indices, if not nil, gets the positions that match, in ascending order.
func (c *candidate) score(p *pattern, indices *[]uint32) (score uint32, ok bool) {
	if isASCII(c.text) {
		score, ok = c.scoreASCII(p, indices)
	} else {
		score, ok = c.scoreOthers(p, indices)
	}
	if ok && indices != nil {
		slices.Sort(*indices)
		*indices = slices.Compact(*indices)
	}
	return score, ok
}

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (c *candidate) scoreASCII(p *pattern, indices *[]uint32) (score uint32, ok bool) {
	c.ascii.classes = c.classes
	for i := range p.atoms {
		a := &p.atoms[i]
		if a.bytes == nil {
			return 0, false
		}
		h := c.text
		if a.fold {
			h = c.small
		}
		s, ok := c.ascii.match(a.bytes, h, indices)
		if !ok {
			return 0, false
		}
		score += s
	}
	return score, true
}

func (c *candidate) scoreOthers(p *pattern, indices *[]uint32) (score uint32, ok bool) {
	c.runes = units(c.runes[:0], string(c.text))
	c.others.skipping = true
	c.others.classes = c.others.classes[:0]
	for _, r := range c.runes {
		c.others.classes = append(c.others.classes, classOf(r))
	}
	for i := range p.atoms {
		a := &p.atoms[i]
		c.folded = append(c.folded[:0], c.runes...)
		for i, r := range c.folded {
			if a.strip {
				r = strip(r)
			}
			if a.fold {
				r = lower(r)
			}
			c.folded[i] = r
		}
		s, ok := c.others.match(a.runes, c.folded, indices)
		if !ok {
			return 0, false
		}
		score += s
	}
	return score, true
}
