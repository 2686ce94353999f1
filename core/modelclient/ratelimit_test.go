package modelclient_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/modelclient/modeltest"
	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

// (spec: agent-loop, rate limits and token accounting)
func TestRateLimits(t *testing.T) {
	t.Parallel()
	window := func(used float64, minutes, resets *uint64) *protocol.RateLimitWindow {
		return &protocol.RateLimitWindow{UsedPercent: used, WindowMinutes: minutes, ResetsInSeconds: resets}
	}
	tests := []struct {
		name                  string
		used, minutes, resets string
		want                  *protocol.RateLimitWindow
	}{
		{"all", "37", "300", "840", window(37, new(uint64(300)), new(uint64(840)))},
		{"fraction", "12.5", "300", "840", window(12.5, new(uint64(300)), new(uint64(840)))},
		{"only used", "37", "", "", window(37, nil, nil)},
		{"others invalid", "37", "-1", "1.5", window(37, nil, nil)},
		{"used is missing", "", "300", "840", nil},
		{"used is no number", "much", "300", "840", nil},
		{"used is not finite", "inf", "300", "840", nil},
		{"used is not a number", "NaN", "300", "840", nil},
		{"all zero", "0", "0", "0", nil},
		{"zero and nothing", "0", "", "", nil},
		{"zero used, window", "0", "300", "", window(0, new(uint64(300)), nil)},
		{"zero used, reset", "0.0", "0", "5", window(0, new(uint64(0)), new(uint64(5)))},
		{"nothing", "", "", "", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, primary := range []bool{true, false} {
				prefix, want := "x-codex-primary-", &protocol.RateLimitSnapshot{Primary: test.want}
				if !primary {
					prefix, want = "x-codex-secondary-", &protocol.RateLimitSnapshot{Secondary: test.want}
				}
				answer := modeltest.Reply()
				for name, value := range map[string]string{
					"used-percent": test.used, "window-minutes": test.minutes, "reset-after-seconds": test.resets,
				} {
					if value != "" {
						answer = answer.With(prefix+name, value)
					}
				}
				server := start(t, answer)
				client := newClient(t, modelclient.Options{Provider: testProvider(modelprovider.WireResponses, server.BaseURL())})
				events, err := ask(t, client, new(modelclient.Request))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(modelclient.Event{Kind: modelclient.RateLimits, RateLimits: want}, events[0]); diff != "" {
					t.Errorf("first event differs (-want +got):\n%s", diff)
				}
			}
		})
	}
}
