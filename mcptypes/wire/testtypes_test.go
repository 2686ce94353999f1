package wire_test

import (
	"encoding/json"
	"strings"

	"github.com/codex-go/codex/mcptypes/wire"
)

// color is an enum.
type color string

func (color) Values() []string { return []string{"red", "green"} }

// everything has a field for each rule.
type everything struct {
	Text     string            `json:"text"`
	Flag     bool              `json:"flag"`
	Small    int8              `json:"small"`
	Big      uint64            `json:"big"`
	Score    float64           `json:"score"`
	Narrow   float32           `json:"narrow"`
	Color    color             `json:"color"`
	Bytes    []byte            `json:"bytes"`
	List     []string          `json:"list"`
	Map      map[string]int    `json:"map"`
	Raw      json.RawMessage   `json:"raw"`
	Pointer  *string           `json:"pointer"`
	Inner    inner             `json:"inner"`
	Table    map[string]inner  `json:"table"`
	Shape    shape             `json:"shape"`
	Shapes   []shape           `json:"shapes"`
	NullRaw  json.RawMessage   `json:"null_raw" wire:"nullable"`
	Omitted  string            `json:"omitted,omitzero"`
	OmitList []string          `json:"omit_list,omitzero"`
	OmitRaw  json.RawMessage   `json:"omit_raw,omitzero"`
	OmitUnit shape             `json:"omit_shape,omitzero"`
	Optional bool              `json:"optional" wire:"optional"`
	Input    string            `json:"input" wire:"input"`
	Ignored  string            `json:"-"`
	Tree     *tree             `json:"tree,omitzero"`
	Raws     map[string]rawAny `json:"raws,omitzero"`
	hidden   string
}

type rawAny = json.RawMessage

type inner struct {
	A string `json:"a"`
	B int    `json:"b,omitzero"`
}

// tree refers to itself.
type tree struct {
	Children []tree `json:"children"`
}

// embedding has the members of inner.
type embedding struct {
	inner
	C string `json:"c"`
}

// strict refuses unknown members.
type strict struct {
	_ struct{} `wire:"strict"`
	A string   `json:"a"`
}

// fixed has a member that is always the same.
type fixed struct {
	_ struct{} `wire:"const=type:exec"`
	A string   `json:"a"`
}

// transparent stands for its field.
type transparent struct {
	Shape shape `wire:"transparent"`
}

// point writes and reads itself as "x,y".
type point struct{ X, Y string }

func (p *point) AppendWire(dst []byte) ([]byte, error) {
	return wire.AppendString(dst, p.X+","+p.Y), nil
}

func (p *point) DecodeWire(d *wire.Decoder) error {
	at := d.Offset()
	s, err := d.String()
	if err != nil {
		return err
	}
	var ok bool
	if p.X, p.Y, ok = strings.Cut(s, ","); !ok {
		return d.MismatchAt(at, "x,y")
	}
	return nil
}

// maybe tells null from absence.
type maybe struct{ state string }

func (m *maybe) AppendWire(dst []byte) ([]byte, error) {
	if m.state == "null" {
		return append(dst, "null"...), nil
	}
	return wire.AppendString(dst, m.state), nil
}

func (m *maybe) DecodeWire(d *wire.Decoder) (err error) {
	m.state, err = d.String()
	return err
}

func (m *maybe) DecodeNull() { m.state = "null" }

func (m maybe) IsZero() bool { return m.state == "" }

type custom struct {
	Point  point            `json:"point"`
	Points map[string]point `json:"points,omitzero"`
	Maybe  maybe            `json:"maybe,omitzero"`
}

// shape is a union with the tag inside.
type shape interface{ isShape() }

type circle struct {
	Radius float64 `json:"radius"`
}

type square struct {
	Side float64 `json:"side"`
}

type otherShape struct {
	Type string          `json:"-"`
	Raw  json.RawMessage `json:"-"`
}

func (*circle) isShape()     {}
func (*square) isShape()     {}
func (*otherShape) isShape() {}

var shapes = wire.Register[shape](wire.Internal("type"),
	wire.Of[circle]("circle"),
	wire.Of[square]("square"),
	wire.Unknown[otherShape](),
)

// beside is a union with the tag beside the value.
type beside interface{ isBeside() }

type word struct {
	Text string `json:"text"`
}

type picture struct {
	URL string `json:"url"`
}

func (*word) isBeside()    {}
func (*picture) isBeside() {}

var _ = wire.Register[beside](wire.Adjacent("type", "data"), wire.Of[word]("word"), wire.Of[picture]("picture"))

// outside is a union with the tag outside.
type outside interface{ isOutside() }

type added struct {
	Content string `json:"content"`
}

type moved struct {
	To *string `json:"to"`
}

func (*added) isOutside() {}
func (*moved) isOutside() {}

var _ = wire.Register[outside](wire.Shape{Style: wire.StyleExternal, AlsoInternal: "type"},
	wire.Of[added]("add"), wire.Of[moved]("move"))

// lookalike is a union without a tag.
type lookalike interface{ isLookalike() }

type named struct {
	Name string `json:"name"`
}

type numbered struct {
	Number int `json:"number"`
}

func (*named) isLookalike()    {}
func (*numbered) isLookalike() {}

var _ = wire.Register[lookalike](
	wire.Untagged(func(raw []byte) string {
		if _, ok := wire.Peek(raw, "name"); ok {
			return "named"
		}
		if _, ok := wire.Peek(raw, "number"); ok {
			return "numbered"
		}
		return ""
	}),
	wire.Of[named]("named"), wire.Of[numbered]("numbered"))

// call is a union whose tag stands in the message around it.
type call interface{ isCall() }

type ping struct{}

type echo struct {
	Text string `json:"text"`
}

func (*ping) isCall() {}
func (*echo) isCall() {}

var calls = wire.Register[call](wire.Envelope("method", "params"),
	wire.Request[ping, inner]("ping"), wire.Request[echo, echo]("echo"))
