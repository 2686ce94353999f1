package wire

import "reflect"

// Object describes the members of a struct on the wire, for generators of
// schemas and documentation.
type Object struct {
	// Members are in the order in which they are written. The tag of a union
	// that tags inside is the first.
	Members []Member
	// Strict tells that unknown members are refused.
	Strict bool
	// Transparent is the type that the struct stands for; there are no members
	// then. It is nil otherwise.
	Transparent reflect.Type
	// Open tells that members beyond the described ones are kept.
	Open bool
}

// Member describes one member of an object.
type Member struct {
	Name string
	// Type is the Go type, nil for a fixed member.
	Type reflect.Type
	// Fixed is the only value of a fixed member, "" for others; FixedInt tells
	// that it is an integer and no text.
	Fixed    string
	FixedInt bool
	// Required members are refused when missing or null.
	Required bool
	// Nullable members are written as null when nil.
	Nullable bool
	// Omitted members are left out when zero.
	Omitted bool
	// Input members are normally not written.
	Input bool
	// Any members may be null as they may be any other value.
	Any bool
}

// Describe returns the members of the struct type t. The result is false for
// other types, and for structs that write themselves.
func Describe(t reflect.Type) (Object, bool) {
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(appenderType) {
		return Object{}, false
	}
	c, err := codecOf(t)
	if err != nil {
		return Object{}, false
	}
	if c.transparent != nil {
		return Object{Transparent: c.transparent}, true
	}
	if c.object == nil {
		return Object{}, false
	}
	o := Object{Strict: c.object.strict, Open: c.object.extra != nil, Members: make([]Member, 0, len(c.object.fields))}
	for _, f := range c.object.fields {
		o.Members = append(o.Members, Member{
			Name: f.name, Type: f.typ, Fixed: f.fixed, FixedInt: f.isInt, Any: f.anyValue, Required: f.required, Omitted: f.omit, Input: f.input,
			Nullable: f.nullable || f.typ != nil && f.typ.Kind() == reflect.Pointer && !f.omit,
		})
	}
	return o, true
}
