package jsontotoml_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	"github.com/codex-go/codex/utils/jsontotoml"
)

func TestConvert(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, json string
		want       any
	}{
		{"null", `null`, ""},
		{"true", `true`, true},
		{"false", ` false `, false},
		{"integer", `1`, int64(1)},
		{"negative integer", `-7`, int64(-7)},
		{"largest integer", `9223372036854775807`, int64(math.MaxInt64)},
		{"smallest integer", `-9223372036854775808`, int64(math.MinInt64)},
		{"beyond int64", `12345678901234567890`, 12345678901234567890.0},
		{"beyond uint64", `18446744073709551616`, 18446744073709551616.0},
		{"fraction of zero", `1.0`, 1.0},
		{"exponent", `1e3`, 1000.0},
		{"fraction", `-2.5`, -2.5},
		{"string", `"true"`, "true"},
		{"escapes", `"a\"\u00e9\n"`, "a\"é\n"},
		{"empty string", `""`, ""},
		{"array of mixed types", `[1, "a", null, [true], 1.5]`, []any{int64(1), "a", "", []any{true}, 1.5}},
		{"empty array", `[]`, []any{}},
		{"object", `{"a": 1, "b": {"c": null}}`, map[string]any{"a": int64(1), "b": map[string]any{"c": ""}}},
		{"dots in keys stay", `{"a.b": 1}`, map[string]any{"a.b": int64(1)}},
		{"last of two equal keys", `{"a": 1, "a": 2}`, map[string]any{"a": int64(2)}},
		{"empty object", `{}`, map[string]any{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := jsontotoml.Convert([]byte(test.json))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConvertErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, json string }{
		{"empty", ``},
		{"blank", ` `},
		{"not JSON", `model`},
		{"torn", `{"a": [1`},
		{"two values", `1 2`},
		{"trailing comma", `[1,]`},
		{"number beyond float64", `[1e400]`},
		{"the same inside an object", `{"a": 1e400}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got, err := jsontotoml.Convert([]byte(test.json)); err == nil {
				t.Errorf("got %v, want an error", got)
			}
		})
	}
	if _, err := jsontotoml.Convert([]byte(`-1e999`)); !errors.Is(err, strconv.ErrRange) {
		t.Errorf("got %v, want %v", err, strconv.ErrRange)
	}
}

func TestIsNull(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"null": true, " null\n": true, `"null"`: false, "": false, "nul": false, "[null]": false} {
		if got := jsontotoml.IsNull([]byte(text)); got != want {
			t.Errorf("IsNull(%q) = %t, want %t", text, got, want)
		}
	}
}

// FuzzConvert holds that whatever converts can be written as TOML, and reads
// back as the same value.
func FuzzConvert(f *testing.F) {
	for _, seed := range []string{`null`, `{"a":[1,2.5,"x",null,{"b":true}]}`, `12345678901234567890`, `{"":{"a.b":[]}}`, `[[],{}]`, `1e308`, `"\u0000"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		value, err := jsontotoml.Convert(raw)
		if err != nil {
			return
		}
		if !json.Valid(raw) {
			t.Fatalf("converted invalid JSON %q", raw)
		}
		text, err := toml.Marshal(map[string]any{"value": value})
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		var back map[string]any
		if err := toml.Unmarshal(text, &back); err != nil {
			t.Fatalf("parse %q: %v", text, err)
		}
		if diff := cmp.Diff(map[string]any{"value": value}, back); diff != "" {
			t.Error(diff)
		}
	})
}

func ExampleConvert() {
	value, err := jsontotoml.Convert([]byte(`{"writable_roots": ["/data"], "network_access": true}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := toml.Marshal(map[string]any{"sandbox_workspace_write": value})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(text))
	// Output:
	// [sandbox_workspace_write]
	// network_access = true
	// writable_roots = ['/data']
}

func BenchmarkConvert(b *testing.B) {
	b.ReportAllocs()
	raw := []byte(`{"sandbox_workspace_write":{"writable_roots":["/a","/b"],"network_access":true},"limit":3}`)
	for b.Loop() {
		if _, err := jsontotoml.Convert(raw); err != nil {
			b.Fatal(err)
		}
	}
}
