package modelclient

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/codex-go/codex/protocol"
)

// rateLimits reads the rate-limit headers of a response. The result is never
// nil. (spec: agent-loop, rate limits and token accounting)
func rateLimits(header http.Header) *protocol.RateLimitSnapshot {
	return &protocol.RateLimitSnapshot{
		Primary:   rateLimitWindow(header, "X-Codex-Primary-"),
		Secondary: rateLimitWindow(header, "X-Codex-Secondary-"),
	}
}

func rateLimitWindow(header http.Header, prefix string) *protocol.RateLimitWindow {
	used, err := strconv.ParseFloat(strings.TrimSpace(header.Get(prefix+"Used-Percent")), 64)
	if err != nil || math.IsNaN(used) || math.IsInf(used, 0) {
		return nil
	}
	window := &protocol.RateLimitWindow{
		UsedPercent:     used,
		WindowMinutes:   headerUint(header, prefix+"Window-Minutes"),
		ResetsInSeconds: headerUint(header, prefix+"Reset-After-Seconds"),
	}
	if used == 0 && isZero(window.WindowMinutes) && isZero(window.ResetsInSeconds) {
		return nil
	}
	return window
}

func headerUint(header http.Header, name string) *uint64 {
	n, err := strconv.ParseUint(strings.TrimSpace(header.Get(name)), 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

func isZero(n *uint64) bool { return n == nil || *n == 0 }
