package schema

import (
	"fmt"
	"reflect"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
)

// unionOf returns the registry of an interface.
func unionOf(t reflect.Type) (*wire.Union, error) {
	u, ok := wire.UnionOf(t)
	if !ok {
		return nil, fmt.Errorf("%v is not a registered union", t)
	}
	return u, nil
}

// union returns the form of the interface t.
func (b *builder) union(t reflect.Type) (expr, error) {
	u, err := unionOf(t)
	if err != nil {
		return nil, err
	}
	form := &unionExpr{overlap: u.Style == wire.StyleUntagged}
	for _, c := range u.Cases {
		described, err := b.unionCase(u, c)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.Tag, err)
		}
		form.cases = append(form.cases, described)
	}
	switch {
	case u.Unknown == nil:
	case u.Style == wire.StyleInternal:
		form.other = &otherExpr{tag: u.Tag}
	case u.Style == wire.StyleUntagged:
		form.other = &otherExpr{}
	default:
		return nil, fmt.Errorf("unknown cases of this union are not described")
	}
	return form, nil
}

// unionCase returns the form of one case.
func (b *builder) unionCase(u *wire.Union, c wire.Case) (expr, error) {
	layout := layouts()[u.Type]
	switch u.Style {
	case wire.StyleInternal:
		switch layout {
		case layoutPayloads:
			return b.tagged(u, c)
		case layoutNamed:
			return b.form(c.Type)
		}
		form, err := b.inline(c.Type, "")
		if err == nil && form.members[0].name != u.Tag {
			return nil, fmt.Errorf("the tag is not the first member")
		}
		return form, err
	case wire.StyleAdjacent, wire.StyleExternal:
		body, err := b.inline(c.Type, "")
		if err != nil {
			return nil, err
		}
		doc := body.doc
		body.doc = ""
		if u.Style == wire.StyleExternal {
			return &objectExpr{doc: doc, closed: true, members: []member{{name: c.Tag, form: body}}}, nil
		}
		return &objectExpr{doc: doc, members: []member{{name: u.Tag, form: constant(c.Tag)}, {name: u.Content, form: body}}}, nil
	case wire.StyleEnvelope:
		return b.message(u, c)
	case wire.StyleUntagged:
		return b.form(c.Type)
	}
	return nil, fmt.Errorf("the style %d is not described", u.Style)
}

// inline returns the form of a struct that has no name in the descriptions.
func (b *builder) inline(t reflect.Type, tag string) (*objectExpr, error) {
	form, err := b.object(t, tag)
	if err != nil {
		return nil, err
	}
	form.doc = b.typeText(t, "")
	return form, nil
}

// tagged returns the tag of a case beside the type of its other members.
func (b *builder) tagged(u *wire.Union, c wire.Case) (expr, error) {
	o, ok := wire.Describe(c.Type)
	if !ok {
		return nil, fmt.Errorf("%v is no object", c.Type)
	}
	form := taggedExpr{tag: u.Tag, value: c.Tag}
	if len(o.Members) == 1 { // the tag
		return form, nil
	}
	payload, err := b.payload(c.Type, u.Tag)
	if err != nil {
		return nil, err
	}
	form.payload = payload.name
	return form, nil
}

// payload returns the type of what a case has beside its tag: the struct that
// it embeds, or itself without the tag.
func (b *builder) payload(t reflect.Type, tag string) (refExpr, error) {
	build := func() (expr, error) { return b.named(t, func() (expr, error) { return b.object(t, tag) }) }
	if t.NumField() == 1 && t.Field(0).Anonymous {
		build = func() (expr, error) { return b.form(t.Field(0).Type) }
	}
	form, err := build()
	if err != nil {
		return refExpr{}, err
	}
	ref, ok := form.(refExpr)
	if !ok {
		return refExpr{}, fmt.Errorf("%v has no name", t)
	}
	return ref, nil
}

// message returns the form of a request or a notification.
func (b *builder) message(u *wire.Union, c wire.Case) (expr, error) {
	form := &objectExpr{members: []member{{name: u.Tag, form: constant(c.Tag)}}}
	if c.Result != nil {
		id, err := b.form(reflect.TypeFor[wire.ID]())
		if err != nil {
			return nil, err
		}
		form.members = append(form.members, member{name: "id", form: id})
	}
	switch {
	case c.Result != nil && c.NoParams:
		form.members = append(form.members, member{name: u.Content, form: absentExpr{}, optional: true})
	case c.Type.NumField() > 0:
		params, err := b.form(c.Type)
		if err != nil {
			return nil, err
		}
		form.members = append(form.members, member{name: u.Content, form: params})
	}
	return form, nil
}

// results is an object with a member for each method of the union U, the form
// of the response's result.
func results[U any](name, doc string) func(b *builder) error {
	return func(b *builder) error {
		u, err := unionOf(reflect.TypeFor[U]())
		if err != nil {
			return err
		}
		form := &objectExpr{}
		for _, c := range u.Cases {
			result, err := b.form(c.Result)
			if err != nil {
				return fmt.Errorf("result of %s: %w", c.Tag, err)
			}
			form.members = append(form.members, member{name: c.Tag, form: result})
		}
		_, err = b.add(name, doc, form)
		return err
	}
}

// eventNotification is the notifications codex/event/..., one for each event.
func eventNotification(b *builder) error {
	t := reflect.TypeFor[protocol.EventNotification]()
	_, err := b.named(t, func() (expr, error) {
		events, err := unionOf(reflect.TypeFor[protocol.EventMsg]())
		if err != nil {
			return nil, err
		}
		params, err := b.object(t, "")
		if err != nil {
			return nil, err
		}
		with := func(msg expr) *objectExpr {
			of := &objectExpr{}
			for _, m := range params.members {
				if m.name == "msg" {
					m.form = msg
				}
				of.members = append(of.members, m)
			}
			return of
		}
		form := &unionExpr{}
		for _, c := range events.Cases {
			msg, err := b.tagged(events, c)
			if err != nil {
				return nil, err
			}
			form.cases = append(form.cases, &objectExpr{members: []member{
				{name: "method", form: constant(protocol.EventMethodPrefix + c.Tag)},
				{name: "params", form: with(msg)},
			}})
		}
		form.other = &otherExpr{
			tag: "method", prefix: protocol.EventMethodPrefix,
			members: []member{{name: "params", form: params}},
		}
		return form, nil
	})
	return err
}
