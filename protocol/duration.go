package protocol

import (
	"math"
	"time"
)

// DurationOf returns the wire form of d; what is negative becomes zero.
func DurationOf(d time.Duration) Duration {
	d = max(d, 0)
	return Duration{Secs: uint64(d / time.Second), Nanos: uint32(d % time.Second)}
}

// Std returns the span as a time.Duration, the longest one if it does not fit.
func (d Duration) Std() time.Duration {
	const longest = math.MaxInt64 / uint64(time.Second)
	if d.Secs > longest {
		return math.MaxInt64
	}
	nanos := d.Secs*uint64(time.Second) + uint64(d.Nanos)
	return time.Duration(min(nanos, math.MaxInt64))
}
