package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Change is a difference between the protocol of another release, taken as the
// old one, and that of this program.
type Change struct {
	// Where is a type, with the path of a member or case behind it.
	Where string
	// What is for people.
	What string
	// Breaks tells that programs written for the old protocol stop working or
	// no longer compile: something they send is refused or has no effect, or
	// something they rely on getting is no longer so. A new case or value that
	// clients may get does not count.
	Breaks bool
}

// String returns the change as a line for people.
func (c Change) String() string {
	if c.Breaks {
		return "breaks  " + c.Where + ": " + c.What
	}
	return "fine    " + c.Where + ": " + c.What
}

// CompareJSON tells what changed since the JSON Schema files in dir were
// written: what breaks first, then by place. An error about those files is a
// [*ReadError].
func CompareJSON(dir string) ([]Change, error) {
	old, err := readJSON(dir)
	if err != nil {
		return nil, err
	}
	p, err := Current()
	if err != nil {
		return nil, err
	}
	files, err := p.JSON()
	if err != nil {
		return nil, err
	}
	current, err := parseJSON(files[0].Data)
	if err != nil {
		return nil, fmt.Errorf("read the own bundle: %w", err)
	}
	return compare(old, current, p.roles(true)), nil
}

// CompareTypeScript tells what changed since the TypeScript files in dir were
// written, in the same way. Files of the reference and files that Prettier
// changed can be read too.
func CompareTypeScript(dir string) ([]Change, error) {
	old, err := readTypeScript(dir)
	if err != nil {
		return nil, err
	}
	p, err := Current()
	if err != nil {
		return nil, err
	}
	current, err := p.ownTypeScript()
	if err != nil {
		return nil, err
	}
	return compare(old, current, p.roles(false)), nil
}

// ownTypeScript returns the types as TypeScript has them.
func (p *Protocol) ownTypeScript() (map[string]expr, error) {
	types := map[string]expr{}
	for name := range p.appServer {
		if err := parseTypeScript(string(tsFile(p.types[name])), types); err != nil {
			return nil, fmt.Errorf("read the own type %s: %w", name, err)
		}
	}
	return types, nil
}

// role is what clients do with a type.
type role struct{ sent, received bool }

// compare returns what changed from old to current.
func compare(old, current map[string]expr, roles map[string]role) []Change {
	c := comparer{old: old, current: current}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		form, ok := current[name]
		if !ok {
			c.add(name, true, "the type was removed")
			continue
		}
		c.role = roles[name]
		c.seen = map[[2]string]bool{}
		c.form(name, old[name], form)
	}
	for name := range current {
		if old[name] == nil {
			c.add(name, false, "the type is new")
		}
	}
	slices.SortStableFunc(c.changes, func(a, b Change) int {
		if a.Breaks != b.Breaks {
			if a.Breaks {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Where, b.Where)
	})
	return c.changes
}

// comparer collects the differences of two releases.
type comparer struct {
	old, current map[string]expr
	changes      []Change
	// role is that of the type that is compared.
	role role
	// seen are the pairs of named types that are compared already.
	seen map[[2]string]bool
}

func (c *comparer) add(where string, breaks bool, format string, args ...any) {
	c.changes = append(c.changes, Change{Where: where, What: fmt.Sprintf(format, args...), Breaks: breaks})
}

// narrower notes that fewer values are possible.
func (c *comparer) narrower(where string, old, current expr) {
	c.add(where, c.role.sent, "allows less: was %s, is %s", describe(old), describe(current))
}

// wider notes that more values are possible.
func (c *comparer) wider(where string, old, current expr) {
	c.add(where, c.role.received, "allows more: was %s, is %s", describe(old), describe(current))
}

// resolved returns the form behind names.
func resolved(types map[string]expr, form expr) expr {
	for range maxDepth { // a name may stand for a name
		ref, ok := form.(refExpr)
		if !ok {
			return form
		}
		if form, ok = types[ref.name]; !ok {
			return ref
		}
	}
	return form
}

// form compares two forms at the same place.
func (c *comparer) form(where string, old, current expr) {
	o, oldRef := old.(refExpr)
	n, currentRef := current.(refExpr)
	if oldRef && currentRef && o.name == n.name {
		return // compared on its own
	}
	if oldRef || currentRef {
		pair := [2]string{o.name, n.name}
		if c.seen[pair] && oldRef && currentRef {
			return
		}
		c.seen[pair] = true
		old, current = resolved(c.old, old), resolved(c.current, current)
	}
	if u, ok := current.(*unionExpr); ok {
		c.union(where, old, u)
		return
	}
	switch old := old.(type) {
	case *unionExpr:
		c.union(where, old, &unionExpr{cases: []expr{current}})
		return
	case *objectExpr, taggedExpr:
		if old == current {
			return // the payload is compared on its own
		}
		switch current.(type) {
		case *objectExpr, taggedExpr:
			c.object(where, c.members(c.old, old), c.members(c.current, current))
			return
		}
	case listExpr:
		if current, ok := current.(listExpr); ok {
			c.form(where+"[]", old.elem, current.elem)
			return
		}
	case mapExpr:
		if current, ok := current.(mapExpr); ok {
			c.form(where+"[*]", old.elem, current.elem)
			return
		}
	case enumExpr:
		if current, ok := current.(enumExpr); ok {
			c.enum(where, old, current)
			return
		}
	}
	switch relationOf(old, current) {
	case same:
	case narrower:
		c.narrower(where, old, current)
	case wider:
		c.wider(where, old, current)
	case different:
		c.add(where, true, "was %s, is %s", describe(old), describe(current))
	}
}

// enum compares the values of enums.
func (c *comparer) enum(where string, old, current enumExpr) {
	for _, v := range old.values {
		if !slices.Contains(current.values, v) {
			c.add(where, true, "the value %q was removed", v)
		}
	}
	for _, v := range current.values {
		if !slices.Contains(old.values, v) {
			c.add(where, false, "the value %q is new", v)
		}
	}
	switch {
	case old.open && !current.open:
		c.add(where, c.role.sent, "other values are no longer accepted")
	case !old.open && current.open:
		c.add(where, c.role.received, "other values may come now")
	}
}

// union compares the cases of a union with a form that may be one.
func (c *comparer) union(where string, old expr, current *unionExpr) {
	olds := []expr{old}
	if u, ok := old.(*unionExpr); ok {
		olds = u.cases
	}
	left := slices.Clone(current.cases)
	for _, o := range olds {
		key := caseKey(c.old, o)
		i := slices.IndexFunc(left, func(n expr) bool {
			_, isRef := o.(refExpr)
			return isRef && o == n || caseKey(c.current, n) == key
		})
		if i < 0 {
			c.add(where, true, "the case %s was removed", key)
			continue
		}
		at := where + " " + key
		if form, ok := o.(*objectExpr); ok && len(form.members) == 1 && key == `"`+form.members[0].name+`"` {
			at = where // the member says which case it is
		}
		c.form(at, o, left[i])
		left = slices.Delete(left, i, i+1)
	}
	for _, n := range left {
		c.add(where, false, "the case %s is new", caseKey(c.current, n))
	}
}

// caseKey names a case of a union by what tells it apart.
func caseKey(types map[string]expr, form expr) string {
	ref, isRef := form.(refExpr)
	if isRef {
		form = resolved(types, form)
	}
	switch form := form.(type) {
	case taggedExpr:
		return `"` + form.value + `"`
	case *objectExpr:
		for _, m := range form.members {
			if e, ok := m.form.(enumExpr); ok && len(e.values) == 1 {
				return `"` + e.values[0] + `"`
			}
		}
		if len(form.members) == 1 {
			return `"` + form.members[0].name + `"`
		}
	case enumExpr:
		return "texts"
	case textExpr:
		return "string"
	case numberExpr:
		return "number"
	}
	if isRef {
		return ref.name
	}
	return describe(form)
}

// members returns the members of an object, its tag among them.
func (c *comparer) members(types map[string]expr, form expr) *objectExpr {
	switch form := form.(type) {
	case *objectExpr:
		return form
	case taggedExpr:
		all := &objectExpr{members: []member{{name: form.tag, form: constant(form.value)}}}
		if payload, ok := resolved(types, refExpr{name: form.payload}).(*objectExpr); ok {
			all.members = append(all.members, payload.members...)
			all.closed = payload.closed
		}
		return all
	}
	return &objectExpr{}
}

// object compares members.
func (c *comparer) object(where string, old, current *objectExpr) {
	for _, o := range old.members {
		i := slices.IndexFunc(current.members, func(n member) bool { return n.name == o.name })
		if i < 0 {
			c.add(where+"."+o.name, true, "the member was removed")
			continue
		}
		c.member(where+"."+o.name, o, current.members[i])
	}
	for _, n := range current.members {
		if slices.ContainsFunc(old.members, func(o member) bool { return n.name == o.name }) {
			continue
		}
		if c.role.sent && !n.optional {
			c.add(where+"."+n.name, true, "the member is new, and required")
		} else {
			c.add(where+"."+n.name, false, "the member is new")
		}
	}
	if !old.closed && current.closed {
		c.add(where, c.role.sent, "unknown members are refused now")
	}
}

func (c *comparer) member(where string, old, current member) {
	switch {
	case old.optional && !current.optional:
		c.add(where, c.role.sent, "became required")
	case !old.optional && current.optional:
		c.add(where, c.role.received, "may be missing now")
	}
	switch {
	case old.nullable && !current.nullable:
		c.add(where, c.role.sent, "is never null now")
	case !old.nullable && current.nullable && old.form != expr(anyExpr{}):
		c.add(where, c.role.received, "may be null now")
	}
	c.form(where, old.form, current.form)
}
