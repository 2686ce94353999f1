package modelclient

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// What a chat answer consists of is kept until its end, which may never come.
func TestChatAnswerThatIsTooLarge(t *testing.T) {
	t.Parallel()
	const room, most = 1 << 20, 16
	piece := strings.Repeat("x", room/most)
	tests := []struct{ name, delta string }{
		{"text", `{"content":"` + piece + `"}`},
		{"text among other things", `{"tool_calls":[],"content":"` + piece + `"}`},
		{"reasoning", `{"reasoning":"` + piece + `"}`},
		{"arguments", `{"tool_calls":[{"index":0,"function":{"arguments":"` + piece + `"}}]}`},
		{"calls", `{"tool_calls":[{"index":%[1]d,"id":"c%[1]d"}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, s := &chatDecoder{room: room}, new(Stream)
			for i := range most + 1 {
				delta := test.delta
				if test.name == "calls" {
					delta = fmt.Sprintf(delta, i)
				}
				err := d.decode(s, fmt.Appendf(nil, `{"id":"x","choices":[{"delta":%s}]}`, delta))
				if err == nil {
					continue
				}
				if !errors.Is(err, ErrAnswerTooLarge) || i < most-2 {
					t.Errorf("error %v at piece %d, want %v later", err, i, ErrAnswerTooLarge)
				}
				return
			}
			t.Error("there is no end to it")
		})
	}
}
