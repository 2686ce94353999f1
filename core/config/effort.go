package config

import (
	"fmt"
	"reflect"

	"github.com/codex-go/codex/protocol"
)

// reasoningEffort is an effort in the file. Newer releases, and the clients that
// start this program for them, know more of them than the protocol does. Such a
// one counts as the nearest that the protocol has, because everyone who is told
// about it knows only those.
type reasoningEffort protocol.ReasoningEffort

// nearestEfforts are the efforts of newer releases.
var nearestEfforts = map[string]protocol.ReasoningEffort{
	"none":       protocol.EffortMinimal,
	"xhigh":      protocol.EffortHigh,
	"max":        protocol.EffortHigh,
	"ultra":      protocol.EffortHigh,
	"persistent": protocol.EffortHigh,
}

func (e *reasoningEffort) decodeValue(d *decoder, value any) {
	if text, ok := value.(string); ok {
		if nearest, newer := nearestEfforts[text]; newer {
			d.note(fmt.Sprintf("%q is of a newer release and counts as %q", text, nearest))
			*e = reasoningEffort(nearest)
			return
		}
	}
	d.decodeString(value, reflect.ValueOf((*protocol.ReasoningEffort)(e)).Elem())
}

// protocolEffort returns e as the protocol has it, nil included.
func (e *reasoningEffort) protocolEffort() *protocol.ReasoningEffort {
	return (*protocol.ReasoningEffort)(e)
}
