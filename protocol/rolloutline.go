package protocol

import (
	"encoding/json"
	"strconv"

	"github.com/codex-go/codex/mcptypes/wire"
)

// rolloutUnion names the types of rollout lines; [*UnknownRolloutItem] stands
// for all others.
var rolloutUnion = wire.Register[RolloutItem](wire.Envelope("type", "payload"),
	rolloutCase[SessionMeta](),
	rolloutCase[ResponseItemLine](),
	rolloutCase[EventMsgLine](),
	rolloutCase[TurnContextLine](),
	rolloutCase[CompactedLine](),
	wire.Unknown[UnknownRolloutItem](),
)

// rolloutCase is the case of the line type C.
func rolloutCase[C any, P interface {
	*C
	RolloutItem
}]() wire.Case {
	return wire.Of[C](P(new(C)).RolloutType())
}

// RolloutType returns "session_meta".
func (*SessionMeta) RolloutType() string { return "session_meta" }

// RolloutType returns "response_item".
func (*ResponseItemLine) RolloutType() string { return "response_item" }

// RolloutType returns "event_msg".
func (*EventMsgLine) RolloutType() string { return "event_msg" }

// RolloutType returns "turn_context".
func (*TurnContextLine) RolloutType() string { return "turn_context" }

// RolloutType returns "compacted".
func (*CompactedLine) RolloutType() string { return "compacted" }

// RolloutType returns the type of the line as it came.
func (i *UnknownRolloutItem) RolloutType() string { return i.Type }

func (*SessionMeta) isRolloutItem()        {}
func (*ResponseItemLine) isRolloutItem()   {}
func (*EventMsgLine) isRolloutItem()       {}
func (*TurnContextLine) isRolloutItem()    {}
func (*CompactedLine) isRolloutItem()      {}
func (*UnknownRolloutItem) isRolloutItem() {}

// AppendWire appends the line without a newline.
func (l *RolloutLine) AppendWire(dst []byte) ([]byte, error) {
	if l.Item == nil {
		return dst, &wire.Error{Path: "payload", Want: "object"}
	}
	dst = wire.AppendString(append(dst, `{"timestamp":`...), l.Timestamp)
	dst = wire.AppendString(append(dst, `,"type":`...), l.Item.RolloutType())
	dst = append(dst, `,"payload":`...)
	dst, err := wire.Append(dst, l.Item)
	if err != nil {
		return dst, err
	}
	if l.Ordinal != nil {
		dst = strconv.AppendUint(append(dst, `,"ordinal":`...), *l.Ordinal, 10)
	}
	if l.ItemID != "" {
		dst = wire.AppendString(append(dst, `,"item_id":`...), l.ItemID)
	}
	return append(dst, '}'), nil
}

// DecodeWire reads a line. Its members may come in any order, but it is
// fastest when the type precedes the payload. Of repeated members the first
// counts, so that a line is what [PeekRolloutLine] takes it for.
func (l *RolloutLine) DecodeWire(d *wire.Decoder) error {
	r := rolloutReader{line: l}
	if err := d.Object(func(key []byte) error { return r.member(d, key) }); err != nil {
		return err
	}
	switch {
	case !r.seen[timestampMember]:
		return d.Missing("timestamp", "string")
	case !r.seen[typeMember]:
		return d.Missing("type", "string")
	case !r.seen[payloadMember]:
		return d.Missing("payload", "value")
	}
	if l.Item == nil { // the payload came before the type
		item := newRolloutItem(r.typ)
		if err := wire.UnmarshalAt("payload", r.payload, item); err != nil {
			return err
		}
		r.take(item)
	}
	if line, ok := l.Item.(*ResponseItemLine); ok && l.ItemID != "" && line.Item.ItemID() == "" {
		giveID(line.Item, l.ItemID)
	}
	return nil
}

// Members of a line, for rolloutReader.seen.
const (
	timestampMember = iota
	typeMember
	payloadMember
	itemIDMember
	ordinalMember
	otherMember
)

// rolloutReader takes in the members of a line as they come.
type rolloutReader struct {
	line *RolloutLine
	seen [otherMember]bool
	typ  string
	// payload is set when the payload came before the type.
	payload json.RawMessage
}

func (r *rolloutReader) member(d *wire.Decoder, key []byte) (err error) {
	l := r.line
	m := memberOf(key)
	if m == otherMember || r.seen[m] {
		return d.Skip()
	}
	r.seen[m] = true
	switch m {
	case timestampMember:
		l.Timestamp, err = d.String()
	case typeMember:
		r.typ, err = d.String()
	case payloadMember:
		if !r.seen[typeMember] {
			r.payload, err = d.Raw()
			return err
		}
		item := newRolloutItem(r.typ)
		if err := d.Value(item); err != nil {
			return err
		}
		r.take(item)
	case itemIDMember:
		if d.Kind() == wire.KindNull {
			return d.Skip()
		}
		l.ItemID, err = d.String()
	case ordinalMember:
		err = d.Value(&l.Ordinal)
	}
	return err
}

// memberOf returns the member with the name key.
func memberOf(key []byte) int {
	switch string(key) {
	case "timestamp":
		return timestampMember
	case "type":
		return typeMember
	case "payload":
		return payloadMember
	case "item_id":
		return itemIDMember
	case "ordinal":
		return ordinalMember
	}
	return otherMember
}

// take makes item, which has been read, the item of the line.
func (r *rolloutReader) take(item RolloutItem) {
	if u, ok := item.(*UnknownRolloutItem); ok {
		u.Type = r.typ
	}
	r.line.Item = item
}

// newRolloutItem returns what reads the payload of a line.
func newRolloutItem(typ string) RolloutItem {
	switch typ {
	case "session_meta":
		return new(SessionMeta)
	case "response_item":
		return new(ResponseItemLine)
	case "event_msg":
		return new(EventMsgLine)
	case "turn_context":
		return new(TurnContextLine)
	case "compacted":
		return new(CompactedLine)
	}
	return new(UnknownRolloutItem)
}

// giveID sets the id of an item that can have one.
func giveID(item ResponseItem, id string) {
	switch item := item.(type) {
	case *MessageItem:
		item.ID = id
	case *ReasoningItem:
		item.ID = id
	case *LocalShellCallItem:
		item.ID = id
	case *FunctionCallItem:
		item.ID = id
	case *CustomToolCallItem:
		item.ID = id
	case *WebSearchCallItem:
		item.ID = id
	}
}

// PeekRolloutLine returns the type of a line and, for items and events, the
// type of its payload, without reading further than it must: readers use it to
// pass over lines that they do not need. It is false when the line has no
// type, as a torn one; it says nothing about the rest of the line.
func PeekRolloutLine(line []byte) (lineType, payloadType string, ok bool) {
	typ, ok := wire.PeekString(line, "type")
	if !ok {
		return "", "", false
	}
	var u *wire.Union
	switch string(typ) {
	case "response_item":
		lineType, u = "response_item", itemUnion
	case "event_msg":
		lineType, u = "event_msg", eventUnion
	default:
		return tagText(rolloutUnion, typ), "", true
	}
	if typ, ok = wire.PeekString(line, "payload", "type"); !ok {
		return lineType, "", true
	}
	return lineType, tagText(u, typ), true
}

// tagText returns b as a string, without a copy if it is a tag of u.
func tagText(u *wire.Union, b []byte) string {
	if tag, ok := u.KnownTag(b); ok {
		return tag
	}
	return string(b)
}
