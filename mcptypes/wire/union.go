package wire

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Style is the way in which the tag of a union goes with the value.
type Style byte

// Styles of unions.
const (
	// StyleInternal puts the tag among the members: {"type":"a","x":1}.
	StyleInternal Style = iota + 1
	// StyleAdjacent puts it beside the value: {"type":"a","data":{"x":1}}.
	StyleAdjacent
	// StyleExternal makes it the name of the value: {"a":{"x":1}}.
	StyleExternal
	// StyleEnvelope leaves it to the message around the value, as the method
	// of a request goes with its params. Cases are written without a tag, and
	// the union itself cannot be read.
	StyleEnvelope
	// StyleUntagged has no tag; a function finds the case, or what the value
	// looks like.
	StyleUntagged
)

// Shape is the form of a union on the wire.
type Shape struct {
	Style   Style
	Tag     string // the member that holds the tag
	Content string // the member that holds the value, where it stands beside
	// AlsoInternal makes a union of StyleExternal read values that have their
	// tag in this member, as a union of StyleInternal would.
	AlsoInternal string
	// Pick finds the tag of a value in a union of StyleUntagged; "" for none.
	// Without it every case is tried.
	Pick func(raw []byte) string
}

// Internal is the shape {"<tag>":"a", ...}.
func Internal(tag string) Shape { return Shape{Style: StyleInternal, Tag: tag} }

// Adjacent is the shape {"<tag>":"a","<content>":{...}}.
func Adjacent(tag, content string) Shape {
	return Shape{Style: StyleAdjacent, Tag: tag, Content: content}
}

// External is the shape {"a":{...}}.
func External() Shape { return Shape{Style: StyleExternal} }

// Envelope is the shape of values whose tag stands in the message around them,
// where the members tag and content hold the two.
func Envelope(tag, content string) Shape {
	return Shape{Style: StyleEnvelope, Tag: tag, Content: content}
}

// Untagged is the shape of values that are told apart by what they look like.
// pick gets valid JSON and returns the tag of a case.
func Untagged(pick func(raw []byte) string) Shape {
	return Shape{Style: StyleUntagged, Pick: pick}
}

// ByShape is the shape of values that are told apart by their members. The
// case is the one that can read the value and passes over the fewest members,
// of several such the first. Every case is tried, so that it is for small
// values without a tag. The tags of the cases are only names.
func ByShape() Shape { return Shape{Style: StyleUntagged} }

// Case is one case of a union.
type Case struct {
	// Tag is the text on the wire; "" for the case that takes unknown tags.
	Tag string
	// Type is the struct type; the union holds pointers to it.
	Type reflect.Type
	// Result is the type that answers a request, else nil.
	Result reflect.Type
	// NoParams tells that a request has no params, whatever is sent.
	NoParams bool
}

// Of is the case that the tag gives to the struct type C.
func Of[C any](tag string) Case { return Case{Tag: tag, Type: reflect.TypeFor[C]()} }

// Request is the case of a request with the params type C and the result R.
// When C has no field on the wire, params may be missing or anything.
func Request[C, R any](method string) Case {
	t := reflect.TypeFor[C]()
	return Case{Tag: method, Type: t, Result: reflect.TypeFor[R](), NoParams: t.NumField() == 0}
}

// Unknown is the case for tags that no other case has. C must be a struct with
// the fields Type string and Raw json.RawMessage, which get the tag and the
// whole value, and are written as they came. In a union without tags Type is
// not needed, and any object that fits no case is kept.
func Unknown[C any]() Case { return Case{Type: reflect.TypeFor[C]()} }

// Union is the registry of the cases of an interface type.
type Union struct {
	Shape
	// Type is the interface.
	Type reflect.Type
	// Cases are in the order in which they were registered, without the one
	// for unknown tags.
	Cases []Case
	// Unknown is the struct type for unknown tags, nil if they are refused.
	Unknown reflect.Type

	byTag  map[string]int
	byType map[reflect.Type]int
}

// membership says which union a struct type belongs to.
type membership struct {
	union   *Union
	tag     string
	unknown bool
}

// registry holds what Register was told.
var registry = struct {
	sync.RWMutex
	unions  map[reflect.Type]*Union
	members map[reflect.Type]*membership
}{unions: map[reflect.Type]*Union{}, members: map[reflect.Type]*membership{}}

// Register names the cases of the interface type T. It panics when they
// contradict each other: call it for a package variable. A struct may be a
// case of several unions if its form is the same in all.
func Register[T any](shape Shape, cases ...Case) *Union {
	// Programs register hundreds of cases when they start: everything that they
	// need is allocated once.
	t := reflect.TypeFor[T]()
	u := &Union{
		Shape: shape, Type: t,
		Cases:  make([]Case, 0, len(cases)),
		byTag:  make(map[string]int, len(cases)),
		byType: make(map[reflect.Type]int, len(cases)),
	}
	members := make([]membership, len(cases))
	if t.Kind() != reflect.Interface {
		panic("wire: " + t.String() + " is not an interface")
	}
	registry.Lock()
	defer registry.Unlock()
	if registry.unions[t] != nil {
		panic("wire: " + t.String() + " is registered twice")
	}
	for i, c := range cases {
		if c.Type.Kind() != reflect.Struct || !reflect.PointerTo(c.Type).Implements(t) {
			panic("wire: *" + c.Type.String() + " is no case of " + t.String())
		}
		m := &members[i]
		*m = membership{union: u, tag: c.Tag, unknown: c.Tag == ""}
		if old := registry.members[c.Type]; old == nil {
			registry.members[c.Type] = m
		} else if !old.agrees(m) {
			panic("wire: " + c.Type.String() + " has another form in " + old.union.Type.String())
		}
		if c.Tag == "" {
			u.Unknown = c.Type
			continue
		}
		if _, dup := u.byTag[c.Tag]; dup {
			panic("wire: " + t.String() + " has the tag " + c.Tag + " twice")
		}
		u.byTag[c.Tag] = len(u.Cases)
		u.byType[c.Type] = len(u.Cases)
		u.Cases = append(u.Cases, c)
	}
	registry.unions[t] = u
	return u
}

// agrees reports whether the form of a struct is the same for both.
func (m *membership) agrees(n *membership) bool {
	if m.union.Style == StyleUntagged && n.union.Style == StyleUntagged {
		return m.unknown == n.unknown
	}
	return m.tag == n.tag && m.union.Style == n.union.Style && m.union.Tag == n.union.Tag && m.union.Content == n.union.Content
}

// membershipOf returns the union that t is a case of, or nil.
func membershipOf(t reflect.Type) *membership {
	registry.RLock()
	defer registry.RUnlock()
	return registry.members[t]
}

// UnionOf returns the union of the interface type t.
func UnionOf(t reflect.Type) (*Union, bool) {
	registry.RLock()
	defer registry.RUnlock()
	u, ok := registry.unions[t]
	return u, ok
}

// Unions returns every union, sorted by the name of its type.
func Unions() []*Union {
	registry.RLock()
	defer registry.RUnlock()
	all := make([]*Union, 0, len(registry.unions))
	for _, u := range registry.unions {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b *Union) int { return strings.Compare(a.Type.String(), b.Type.String()) })
	return all
}

// Case returns the case of a tag.
func (u *Union) Case(tag string) (Case, bool) {
	i, ok := u.byTag[tag]
	if !ok {
		return Case{}, false
	}
	return u.Cases[i], true
}

// CaseOf returns the case of the value v, a pointer to its struct.
func (u *Union) CaseOf(v any) (Case, bool) {
	t := reflect.TypeOf(v)
	if t == nil || t.Kind() != reflect.Pointer {
		return Case{}, false
	}
	i, ok := u.byType[t.Elem()]
	if !ok {
		return Case{}, false
	}
	return u.Cases[i], true
}

// Tags returns the tags of all cases, in order.
func (u *Union) Tags() []string {
	tags := make([]string, len(u.Cases))
	for i, c := range u.Cases {
		tags[i] = c.Tag
	}
	return tags
}

// KnownTag returns the tag that b spells, without allocating.
func (u *Union) KnownTag(b []byte) (string, bool) {
	i, ok := u.byTag[string(b)]
	if !ok {
		return "", false
	}
	return u.Cases[i].Tag, true
}
