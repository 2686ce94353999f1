package wire_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/google/go-cmp/cmp"
)

func TestAppendString(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"empty", "", `""`},
		{"plain", "abc", `"abc"`},
		{"no HTML escapes", "<a href=\"x\">&</a>", `"<a href=\"x\">&</a>"`},
		{"escapes", "\\\"/\b\f\n\r\t", `"\\\"/\b\f\n\r\t"`},
		{"control characters", "\x00\x1f\x7f", "\"\\u0000\\u001f\x7f\""},
		{"raw", "é日😀\u2028\u2029", "\"é日😀\u2028\u2029\""},
		{"not UTF-8", "a\xffb\xc3", "\"a\uFFFDb\uFFFD\""},
		{"replacement character", "\uFFFD", "\"\uFFFD\""},
		{"surrogate in bytes", "\xed\xa0\x80", "\"\uFFFD\uFFFD\uFFFD\""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := wire.AppendString(nil, tc.in)
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("AppendString (-want +got):\n%s", diff)
			}
			var back, want string
			if err := wire.Unmarshal(got, &back); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(got, &want); err != nil {
				t.Fatal(err)
			}
			if back != want {
				t.Errorf("reads back as %q, encoding/json says %q", back, want)
			}
		})
	}
}

func TestAppendFloat(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   any
		want string
	}{
		{"zero", 0.0, "0.0"},
		{"minus zero", math.Copysign(0, -1), "-0.0"},
		{"whole", 37.0, "37.0"},
		{"fraction", 0.1, "0.1"},
		{"small", 1e-7, "1e-07"},
		{"large", 1e21, "1e+21"},
		{"largest plain", 123456789012345.0, "123456789012345.0"},
		{"float32", float32(0.9), "0.9"},
		{"whole float32", float32(1), "1.0"},
		{"maximum", math.MaxFloat64, "1.7976931348623157e+308"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.Append(nil, tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
