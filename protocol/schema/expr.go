package schema

import "strings"

// expr is the form of a value: the common ground of JSON Schema, TypeScript
// and the comparison of two releases.
type expr interface{ isExpr() }

type (
	// anyExpr is any JSON value.
	anyExpr struct{}
	// absentExpr is what a member has that must not be sent, or is ignored.
	absentExpr struct{}
	// nullExpr is null where it is one of several forms; members that may be
	// null say so themselves.
	nullExpr struct{}
	boolExpr struct{}
	// textExpr is a string; format is "uuid", "base64" or "".
	textExpr struct{ format string }
	// numberExpr is a number; format is the name of a Go type or of a
	// TypeScript one ("bigint"), or "" for a number of any size.
	numberExpr struct{ format string }
	// enumExpr is one of several strings, or one string only. In an open one
	// other strings may come too.
	enumExpr struct {
		values []string
		open   bool
	}
	listExpr struct{ elem expr }
	mapExpr  struct{ elem expr }
	// refExpr is a type that has a name.
	refExpr struct{ name string }
	// objectExpr is an object; in a closed one other members are refused.
	objectExpr struct {
		doc     string
		members []member
		closed  bool
	}
	// taggedExpr is the members of the named type payload beside a tag.
	taggedExpr struct{ tag, value, payload string }
	// unionExpr is one of several forms. The cases of a union that is not told
	// apart by a tag may overlap. other is what a value with another tag looks
	// like, nil when there is none.
	unionExpr struct {
		cases   []expr
		overlap bool
		other   *otherExpr
	}
)

// otherExpr is an object whose tag is none of those that the union names. The
// tag begins with prefix; without a tag the object is free.
type otherExpr struct {
	tag, prefix string
	members     []member
}

// member is a member of an object.
type member struct {
	name string
	doc  string
	form expr
	// optional members may be missing, nullable ones null.
	optional, nullable bool
}

// namedType is a type with a name of its own.
type namedType struct {
	name string
	doc  string
	form expr
}

func (anyExpr) isExpr()     {}
func (absentExpr) isExpr()  {}
func (nullExpr) isExpr()    {}
func (boolExpr) isExpr()    {}
func (textExpr) isExpr()    {}
func (numberExpr) isExpr()  {}
func (enumExpr) isExpr()    {}
func (listExpr) isExpr()    {}
func (mapExpr) isExpr()     {}
func (refExpr) isExpr()     {}
func (*objectExpr) isExpr() {}
func (taggedExpr) isExpr()  {}
func (*unionExpr) isExpr()  {}

// constant is the form of one string.
func constant(text string) enumExpr { return enumExpr{values: []string{text}} }

// tagValue returns what a case has in the member tag, and whether that is one
// string.
func tagValue(form expr, tag string) (string, bool) {
	switch form := form.(type) {
	case taggedExpr:
		return form.value, form.tag == tag
	case *objectExpr:
		for _, m := range form.members {
			if e, ok := m.form.(enumExpr); ok && m.name == tag && len(e.values) == 1 && !e.open {
				return e.values[0], true
			}
		}
	}
	return "", false
}

// refs calls f for the name of every type that form mentions.
func refs(form expr, f func(name string)) {
	switch form := form.(type) {
	case listExpr:
		refs(form.elem, f)
	case mapExpr:
		refs(form.elem, f)
	case refExpr:
		f(form.name)
	case taggedExpr:
		if form.payload != "" {
			f(form.payload)
		}
	case *objectExpr:
		for _, m := range form.members {
			refs(m.form, f)
		}
	case *unionExpr:
		for _, c := range form.cases {
			refs(c, f)
		}
		if form.other != nil {
			for _, m := range form.other.members {
				refs(m.form, f)
			}
		}
	}
}

// describe says in a few words what a form is, for people.
func describe(form expr) string {
	switch form := form.(type) {
	case anyExpr:
		return "any value"
	case absentExpr:
		return "nothing"
	case nullExpr:
		return "null"
	case boolExpr:
		return "a boolean"
	case textExpr:
		if form.format != "" {
			return "a string (" + form.format + ")"
		}
		return "a string"
	case numberExpr:
		if form.format != "" {
			return "a number (" + form.format + ")"
		}
		return "a number"
	case enumExpr:
		quoted := make([]string, len(form.values))
		for i, v := range form.values {
			quoted[i] = `"` + v + `"`
		}
		return strings.Join(quoted, " or ")
	case listExpr:
		return "a list"
	case mapExpr:
		return "a map"
	case refExpr:
		return form.name
	case taggedExpr:
		return form.payload + ` with the tag "` + form.value + `"`
	case *unionExpr:
		return "one of several forms"
	}
	return "an object"
}
