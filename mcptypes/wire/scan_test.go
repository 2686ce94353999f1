package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
)

func TestPeek(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   string
		path []string
		want string
		ok   bool
	}{
		{"first", `{"type": "a" ,"x":1}`, []string{"type"}, `"a"`, true},
		{"later", `{"x":[{},"}"],"type":{"a": 1}}`, []string{"type"}, `{"a": 1}`, true},
		{"inside", `{"x":1,"payload":{"y":2,"type":"b"}}`, []string{"payload", "type"}, `"b"`, true},
		{"torn behind", `{"type":"a","x":[1,`, []string{"type"}, `"a"`, true},
		{"escaped key", `{"t\u0079pe":1}`, []string{"type"}, `1`, true},
		{"the first of two", `{"type":1,"type":2}`, []string{"type"}, `1`, true},
		{"whole", ` [1] `, nil, `[1]`, true},
		{"missing", `{"x":{"type":1}}`, []string{"type"}, ``, false},
		{"empty object", `{}`, []string{"type"}, ``, false},
		{"no object", `["type"]`, []string{"type"}, ``, false},
		{"no object inside", `{"payload":"type"}`, []string{"payload", "type"}, ``, false},
		{"torn value", `{"type":"a`, []string{"type"}, ``, false},
		{"torn key", `{"typ`, []string{"type"}, ``, false},
		{"torn before", `{"x":[1,,],"type":1}`, []string{"type"}, ``, false},
		{"no comma", `{"x":1 "type":1}`, []string{"type"}, ``, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := wire.Peek([]byte(tc.in), tc.path...)
			if string(got) != tc.want || ok != tc.ok {
				t.Errorf("Peek = %q, %v, want %q, %v", got, ok, tc.want, tc.ok)
			}
		})
	}
}

func TestPeekString(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   string
		want string
		ok   bool
	}{
		{"plain", `{"x":1,"type":"a"}`, "a", true},
		{"escaped", `{"type":"\u0061\n"}`, "a\n", true},
		{"number", `{"type":1}`, "", false},
		{"null", `{"type":null}`, "", false},
		{"missing", `{}`, "", false},
		{"torn", `{"type":"a`, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, ok := wire.PeekString([]byte(tc.in), "type")
			if string(got) != tc.want || ok != tc.ok {
				t.Errorf("PeekString = %q, %v, want %q, %v", got, ok, tc.want, tc.ok)
			}
		})
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, in := range validitySeeds {
		if got, want := wire.Valid([]byte(in)), json.Valid([]byte(in)); got != want {
			t.Errorf("Valid(%q) = %v, encoding/json says %v", in, got, want)
		}
	}
}

// validitySeeds are good and bad JSON.
var validitySeeds = []string{
	``, ` `, `{}`, `[]`, `null`, `nul`, `nulll`, `true`, `false`, `"a"`, `"a`, `"\u12"`, `"\ud800"`, "\"\x00\"", "\"\xff\"",
	`0`, `-`, `-0`, `01`, `1.`, `.1`, `1.0`, `1e`, `1e5`, `1E+05`, `1e-`, `+1`, `0x1`, `NaN`,
	`{"a":1}`, `{"a":1,}`, `{"a"}`, `{a:1}`, `{"a":1 "b":2}`, `{,}`, `[1,2]`, `[1,]`, `[,1]`, `[1 2]`, `[[]`, `[]]`, `{}{}`,
	" \t\r\n{ \"a\" : [ 1 , { } ] } \n", "\u00a0{}", "\ufeff{}", `{"a":{"b":[{"c":null}]}}`, `"\/\b\f\n\r\t\"\\"`, `"\q"`,
}
