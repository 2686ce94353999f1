package protocol

import (
	"encoding/json"
	"slices"

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
	var err error
	if u, ok := l.Item.(*UnknownRolloutItem); ok {
		dst, err = wire.AppendRaw(dst, u.Raw)
	} else {
		dst, err = wire.Append(dst, l.Item)
	}
	if err != nil {
		return dst, err
	}
	if l.ItemID != "" {
		dst = wire.AppendString(append(dst, `,"item_id":`...), l.ItemID)
	}
	return append(dst, '}'), nil
}

// DecodeWire reads a line. Its members may come in any order.
func (l *RolloutLine) DecodeWire(d *wire.Decoder) error {
	var typ string
	var payload json.RawMessage
	timestamp := false
	err := d.Object(func(key string) (err error) {
		switch key {
		case "timestamp":
			timestamp = true
			l.Timestamp, err = d.String()
		case "type":
			typ, err = d.String()
		case "payload":
			payload, err = d.Raw()
		case "item_id":
			if d.Kind() == wire.KindNull {
				return d.Skip()
			}
			l.ItemID, err = d.String()
		default:
			err = d.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !timestamp:
		return d.Missing("timestamp", "string")
	case typ == "":
		return d.Missing("type", "string")
	case payload == nil:
		return d.Missing("payload", "value")
	}
	l.Item, err = decodeRolloutItem(typ, payload)
	return err
}

// decodeRolloutItem reads the payload of a line.
func decodeRolloutItem(typ string, payload json.RawMessage) (RolloutItem, error) {
	var item RolloutItem
	switch typ {
	case "session_meta":
		item = new(SessionMeta)
	case "response_item":
		item = new(ResponseItemLine)
	case "event_msg":
		item = new(EventMsgLine)
	case "turn_context":
		item = new(TurnContextLine)
	case "compacted":
		item = new(CompactedLine)
	default:
		return &UnknownRolloutItem{Type: typ, Raw: slices.Clone(payload)}, nil
	}
	if err := wire.UnmarshalAt("payload", payload, item); err != nil {
		return nil, err
	}
	return item, nil
}
