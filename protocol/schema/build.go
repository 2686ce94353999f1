package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/codex-go/codex/mcptypes/wire"
)

// builder finds the forms of Go types.
type builder struct {
	texts Texts
	// sent names the types that clients write.
	sent  map[string]bool
	types map[string]*namedType
	// origin says which Go type has a name, for types that have one.
	origin map[string]reflect.Type
	// current is the named type that is being described.
	current string
	// used are the keys of the texts that were looked up.
	used map[string]bool
}

func newBuilder(texts Texts, sent map[string]bool) *builder {
	return &builder{texts: texts, sent: sent, types: map[string]*namedType{}, origin: map[string]reflect.Type{}, used: map[string]bool{}}
}

// wireName returns the name of a Go type in the descriptions.
func wireName(t reflect.Type) string {
	if name, ok := wireNames()[t]; ok {
		return name
	}
	return t.Name()
}

// add makes form the type name, which has no Go type.
func (b *builder) add(name, doc string, form expr) (expr, error) {
	if old, ok := b.types[name]; ok && !reflect.DeepEqual(old.form, form) {
		return nil, fmt.Errorf("the name %s stands for two types", name)
	}
	b.types[name] = &namedType{name: name, doc: doc, form: form}
	return refExpr{name: name}, nil
}

// named makes the result of body the form of the type that t is in the
// descriptions, unless it has one.
func (b *builder) named(t reflect.Type, body func() (expr, error)) (expr, error) {
	name := wireName(t)
	if old, ok := b.origin[name]; ok && old != t {
		return nil, fmt.Errorf("the name %s stands for %v and for %v", name, old, t)
	}
	if _, ok := b.types[name]; ok {
		return refExpr{name: name}, nil
	}
	named := &namedType{name: name}
	b.types[name], b.origin[name] = named, t
	outer := b.current
	b.current = name
	defer func() { b.current = outer }()
	named.doc = b.typeText(t, name)
	form, err := body()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	named.form = form
	return refExpr{name: name}, nil
}

var (
	rawType      = reflect.TypeFor[json.RawMessage]()
	appenderType = reflect.TypeFor[wire.Appender]()
	readerType   = reflect.TypeFor[wire.Unmarshaler]()
	enumType     = reflect.TypeFor[interface{ Values() []string }]()
)

// form returns the form of the type t.
func (b *builder) form(t reflect.Type) (expr, error) {
	if form, ok, err := b.custom(t); ok {
		return form, err
	}
	if p := reflect.PointerTo(t); t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface &&
		(p.Implements(appenderType) || p.Implements(readerType)) {
		return nil, fmt.Errorf("%v writes or reads itself and is not described in the table of such types", t)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.form(t.Elem())
	case reflect.Bool:
		return boolExpr{}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return numberExpr{format: t.Kind().String()}, nil
	case reflect.String:
		if !t.Implements(enumType) {
			return textExpr{}, nil
		}
		return b.named(t, func() (expr, error) {
			return enumExpr{values: reflect.Zero(t).Interface().(interface{ Values() []string }).Values()}, nil
		})
	case reflect.Slice:
		switch {
		case t == rawType:
			return anyExpr{}, nil
		case t.Elem().Kind() == reflect.Uint8:
			return textExpr{format: formatBase64}, nil
		}
		elem, err := b.form(t.Elem())
		return listExpr{elem: elem}, err
	case reflect.Map:
		elem, err := b.form(t.Elem())
		return mapExpr{elem: elem}, err
	case reflect.Interface:
		return b.named(t, func() (expr, error) { return b.union(t) })
	case reflect.Struct:
		if o, ok := wire.Describe(t); ok && o.Transparent != nil {
			return b.form(o.Transparent)
		}
		return b.named(t, func() (expr, error) { return b.object(t, "") })
	}
	return nil, fmt.Errorf("%v has no form", t)
}

// object returns the form of a struct without its member tag.
func (b *builder) object(t reflect.Type, tag string) (*objectExpr, error) {
	o, ok := wire.Describe(t)
	if !ok || o.Transparent != nil {
		return nil, fmt.Errorf("%v is no object", t)
	}
	form := &objectExpr{closed: o.Strict}
	for _, m := range o.Members {
		if m.Name == tag && tag != "" && m.Fixed != "" {
			continue
		}
		described, err := b.member(t, m)
		if err != nil {
			return nil, fmt.Errorf("%v, member %s: %w", t, m.Name, err)
		}
		form.members = append(form.members, described)
	}
	return form, nil
}

// member returns the description of m, a member of the struct t. What clients
// write is described as it is accepted, everything else as it is written.
func (b *builder) member(t reflect.Type, m wire.Member) (member, error) {
	if m.FixedInt {
		return member{}, fmt.Errorf("fixed integers are not described")
	}
	if m.Type == nil {
		return member{name: m.Name, form: constant(m.Fixed)}, nil
	}
	owner, field, ok := fieldOf(t, m.Name)
	if !ok {
		return member{}, fmt.Errorf("no field has this name")
	}
	form, found, err := b.nearer(textKey(owner) + "." + field)
	if !found {
		form, err = b.form(m.Type)
	}
	if err != nil {
		return member{}, err
	}
	described := member{name: m.Name, doc: b.fieldText(owner, field, t), form: form}
	sent := b.sent[b.current]
	switch {
	case m.Omitted, m.Input:
		described.optional, described.nullable = true, true
	case m.Nullable:
		described.optional, described.nullable = sent, true
	case !m.Required && sent:
		described.optional, described.nullable = true, true
	}
	if _, isAny := form.(anyExpr); isAny {
		described.nullable = false // null is among the values
	}
	return described, nil
}

// fieldOf returns the field of t that is the member name, with the struct that
// declares it.
func fieldOf(t reflect.Type, name string) (owner reflect.Type, field string, ok bool) {
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, tagged := sf.Tag.Lookup("json")
		if sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct {
			if owner, field, ok := fieldOf(sf.Type, name); ok {
				return owner, field, true
			}
			continue
		}
		if n, _, _ := strings.Cut(tag, ","); n == name {
			return t, sf.Name, true
		}
	}
	return nil, "", false
}

// reach returns the names of what the types in from mention, themselves among
// them.
func reach(types map[string]*namedType, from ...string) map[string]bool {
	found := map[string]bool{}
	for len(from) > 0 {
		name := from[len(from)-1]
		from = from[:len(from)-1]
		if found[name] || types[name] == nil {
			continue
		}
		found[name] = true
		refs(types[name].form, func(other string) { from = append(from, other) })
	}
	return found
}
