package schema

import "math/big"

// relation is how the values of a form relate to those of an older one.
type relation byte

const (
	same relation = iota
	narrower
	wider
	different
)

// relationOf compares two forms of which at least one is simple, or that are of
// different kinds.
func relationOf(old, current expr) relation {
	if old == current { // forms with lists inside, which cannot be compared, are not of one kind here
		return same
	}
	if _, ok := current.(anyExpr); ok {
		return wider
	}
	switch o := old.(type) {
	case anyExpr:
		return narrower
	case textExpr:
		switch n := current.(type) {
		case textExpr:
			switch {
			case o.format == "":
				return narrower
			case n.format == "":
				return wider
			}
		case enumExpr:
			if o.format == "" {
				return narrower
			}
		}
	case enumExpr:
		if n, ok := current.(textExpr); ok && n.format == "" {
			return wider
		}
	case numberExpr:
		if n, ok := current.(numberExpr); ok {
			return numberRelation(o.format, n.format)
		}
	}
	return different
}

// numberRelation compares numbers by what they can hold.
func numberRelation(old, current string) relation {
	if old == "bigint" || current == "bigint" {
		return different
	}
	less, more := holds(old, current), holds(current, old)
	switch {
	case less && more:
		return same
	case less:
		return narrower
	case more:
		return wider
	}
	return different
}

// holds reports whether the numbers of the format a can hold those of b.
func holds(a, b string) bool {
	ar, aInt := numberRanges()[a]
	br, bInt := numberRanges()[b]
	switch {
	case aInt && bInt:
		return number(ar[0]).Cmp(number(br[0])) <= 0 && number(ar[1]).Cmp(number(br[1])) >= 0
	case aInt:
		return false
	case bInt:
		return true
	}
	return a != "float32" || b == "float32"
}

func number(text string) *big.Int {
	n, _ := new(big.Int).SetString(text, 10)
	return n
}
