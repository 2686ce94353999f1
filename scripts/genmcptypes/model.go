package main

// file is what is generated: the declarations in the order in which they are
// written.
type file struct {
	version string
	types   []*decl
	methods []method
	byName  map[string]*decl
}

// declKind is the kind of a declaration.
type declKind int

const (
	structDecl declKind = iota
	unionDecl           // an interface with its cases
	enumDecl            // a string with known values
	aliasDecl
	definedDecl // a named type of another form
)

// decl is one declared type.
type decl struct {
	name string
	kind declKind
	doc  []string // lines
	// defined tells that the schema has a definition of this name; the others
	// are made up for what stands inside of definitions.
	defined bool
	node    *node

	// Of structs.
	fields []field
	fixed  []fixedMember
	extra  bool    // other members are kept
	raws   []rawOf // members that a method parses
	unions []*decl // that the struct is a case of

	// Of unions.
	tag     string // the member that tells the cases apart, "" for the shape
	cases   []unionCase
	unknown string // the type that keeps unknown cases, "" for none

	// Of enums, aliases and other types.
	values []string
	strict bool // other values are refused
	expr   string
}

// field is a field of a struct.
type field struct {
	name     string // in Go
	member   string // on the wire
	expr     string
	required bool
	anyValue bool // null counts
	nullable bool // always written
	comment  string
}

// fixedMember is a member with one value.
type fixedMember struct {
	member string
	value  string
	isInt  bool
	fill   bool // not looked at when read
}

// rawOf is a member that is kept raw and can be parsed into a type.
type rawOf struct {
	field  field
	target string
}

type unionCase struct {
	tag  string
	name string
}

// method is a request or a notification.
type method struct {
	constant string
	method   string
	params   string // "" for none
	result   string // "" for notifications
}
