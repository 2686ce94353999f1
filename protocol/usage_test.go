package protocol_test

import (
	"math"
	"testing"

	"github.com/codex-go/codex/protocol"
)

// (spec: events-and-rollouts, token usage and rate limits)
func TestDerivedTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                           string
		usage                          protocol.TokenUsage
		inContext, nonCached, together uint64
	}{
		{"nothing", protocol.TokenUsage{}, 0, 0, 0},
		{"a call", protocol.TokenUsage{InputTokens: 100, CachedInputTokens: 20, OutputTokens: 30, ReasoningOutputTokens: 10, TotalTokens: 130}, 120, 80, 110},
		{"more cached than sent", protocol.TokenUsage{InputTokens: 1, CachedInputTokens: 2, OutputTokens: 3}, 0, 0, 3},
		{"more reasoning than anything", protocol.TokenUsage{ReasoningOutputTokens: 9, TotalTokens: 5}, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.usage.InContext(); got != c.inContext {
				t.Errorf("in context: %d, want %d", got, c.inContext)
			}
			if got := c.usage.NonCachedInput(); got != c.nonCached {
				t.Errorf("input that was not cached: %d, want %d", got, c.nonCached)
			}
			if got := c.usage.Blended(); got != c.together {
				t.Errorf("together: %d, want %d", got, c.together)
			}
		})
	}
}

// (spec: events-and-rollouts, token usage and rate limits)
func TestContextLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		total        uint64
		window, want uint64
	}{
		{"no window", 0, 0, 0},
		{"a window without room", 0, 12_000, 0},
		{"the smallest room", 12_000, 12_001, 100},
		{"nothing used", 0, 112_000, 100},
		{"what everyone needs", 12_000, 112_000, 100},
		{"rounded down", 12_001, 112_000, 99},
		{"half", 62_000, 112_000, 50},
		{"29 in a hundred", 83_000, 112_000, 29}, // 0.29 * 100 is less in binary
		{"a hair is left", 111_999, 112_000, 0},
		{"all", 112_000, 112_000, 0},
		{"more than all", 500_000, 112_000, 0},
		{"the largest numbers", math.MaxUint64, math.MaxUint64, 0},
		{"the largest window", 0, math.MaxUint64, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			usage := protocol.TokenUsage{TotalTokens: c.total + 7, ReasoningOutputTokens: 7}
			if c.total == math.MaxUint64 {
				usage = protocol.TokenUsage{TotalTokens: c.total}
			}
			if got := usage.ContextLeft(c.window); got != int(c.want) {
				t.Errorf("%d %% left, want %d", got, c.want)
			}
		})
	}
}
