package exec

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOutputJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		text     string
		code     int
		duration time.Duration
		want     string
	}{
		{"observed", "1\n", 0, 106512708, `{"output":"1\n","metadata":{"exit_code":0,"duration_seconds":0.1}}`},
		{"no time", "", 1, 0, `{"output":"","metadata":{"exit_code":1,"duration_seconds":0.0}}`},
		{"rounds down", "", 1, 49 * time.Millisecond, `{"output":"","metadata":{"exit_code":1,"duration_seconds":0.0}}`},
		{"rounds up", "", 1, 51 * time.Millisecond, `{"output":"","metadata":{"exit_code":1,"duration_seconds":0.1}}`},
		{"whole seconds", "", 124, 5004 * time.Millisecond, `{"output":"","metadata":{"exit_code":124,"duration_seconds":5.0}}`},
		{"long", "", -1, 36*time.Hour + 250*time.Millisecond, `{"output":"","metadata":{"exit_code":-1,"duration_seconds":129600.3}}`},
		{"no escapes for HTML", "<a href=\"x\">&\u2028\x01\t\\", 0, 0, `{"output":"<a href=\"x\">&` + "\u2028" + `\u0001\t\\","metadata":{"exit_code":0,"duration_seconds":0.0}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, OutputJSON(tt.text, tt.code, tt.duration)); diff != "" {
				t.Errorf("OutputJSON (-want +got):\n%s", diff)
			}
		})
	}
}

func TestModelText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		result Result
		want   string
	}{
		{"plain", Result{Aggregated: Output{Head: []byte("a\n")}}, "a\n"},
		{"not UTF-8", Result{Aggregated: Output{Head: []byte("a\xff\n")}}, "a�\n"},
		{"out of time", Result{TimedOut: true, Duration: 5004*time.Millisecond + 900*time.Microsecond, Aggregated: Output{Head: []byte("a\n")}}, "command timed out after 5004 milliseconds\na\n"},
		{"out of time without output", Result{TimedOut: true, Duration: time.Second}, "command timed out after 1000 milliseconds\n"},
		{
			"gap", Result{Aggregated: Output{Head: []byte(strings.Repeat("a", 6000) + "\xe2"), Tail: []byte("\x82" + strings.Repeat("b", 6000)), Dropped: 8}},
			strings.Repeat("a", 5120) + "\n[... omitted 1811 of 12010 bytes ...]\n\n" + strings.Repeat("b", 5079),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.result.ModelText()); diff != "" {
				t.Errorf("ModelText (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimeoutFromMillis(t *testing.T) {
	t.Parallel()
	ms := func(n uint64) *uint64 { return &n }
	tests := []struct {
		name string
		ms   *uint64
		want time.Duration
	}{
		{"absent", nil, DefaultTimeout},
		{"zero", ms(0), AtOnce},
		{"one", ms(1), time.Millisecond},
		{"an hour", ms(3_600_000), time.Hour},
		{"the longest", ms(9_223_372_036_854), 9_223_372_036_854 * time.Millisecond},
		{"too long", ms(9_223_372_036_855), NoTimeout},
		{"the largest number", ms(1<<64 - 1), NoTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := TimeoutFromMillis(tt.ms); got != tt.want {
				t.Errorf("want %v, got %v", tt.want, got)
			}
		})
	}
}
