package mcpclient

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/mcptypes/wire"
)

func TestCleanSchema(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string
		want string // "" is the open schema
	}{
		{"nothing more than an object", `{"type":"object"}`, `{"type":"object","properties":{}}`},
		{"empty", `{}`, `{"type":"object","properties":{}}`},
		{"properties without a type", `{"properties":{"a":{"type":"string"}}}`,
			`{"type":"object","properties":{"a":{"type":"string"}}}`},
		{"sorted, required in its order", `{"required":["b","a","b",3],"properties":{"b":{"type":"string"},"a":{"type":"boolean"}},"type":"object"}`,
			`{"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"string"}},"required":["b","a"]}`},
		{"descriptions stay, of objects too", `{"type":"object","description":"D","properties":{"o":{"type":"object","description":"<O>"}}}`,
			`{"type":"object","description":"D","properties":{"o":{"type":"object","description":"<O>","properties":{}}}}`},
		{"the types of the reference", `{"type":"object","properties":{"m":{"type":"string","minLength":1},"n":{"type":"integer"},
			"t":{"type":["null","integer"]},"arr":{"type":"array"},"b":true,"mn":{"minimum":3},"f":{"format":"uri"},"none":{},"req":{"required":["x"]},"i":{"items":{"type":"number"}}}}`,
			`{"type":"object","properties":{"arr":{"type":"array","items":{"type":"string"}},"b":{"type":"string"},"f":{"type":"string"},` +
				`"i":{"type":"array","items":{"type":"number"}},"m":{"type":"string"},"mn":{"type":"number"},"n":{"type":"integer"},"none":{"type":"string"},` +
				`"req":{"type":"object","properties":{},"required":["x"]},"t":{"type":"integer"}}}`},
		{"values", `{"properties":{"e":{"enum":["a","b","a"],"default":"a"},"k":{"const":"only"},"n":{"enum":[1,2.5]},"mixed":{"enum":["x",1]},
			"nullable":{"type":["string","null"],"enum":["x",null]},"wrong":{"type":"string","enum":[1]}}}`,
			`{"type":"object","properties":{"e":{"type":"string","enum":["a","b"],"default":"a"},"k":{"type":"string","enum":["only"]},"mixed":{"enum":["x",1]},` +
				`"n":{"type":"number","enum":[1,2.5]},"nullable":{"type":"string","enum":["x"]},"wrong":{"enum":[1]}}}`},
		{"alternatives", `{"properties":{"u":{"anyOf":[{"type":"string"},{"type":"number","description":"n"}],"description":"d","default":null},
			"o":{"oneOf":[{"type":"integer"},{"type":"null"}]},"one":{"anyOf":[{"type":"string"},{"type":"string"}]}}}`,
			`{"type":"object","properties":{"o":{"anyOf":[{"type":"integer"},{"type":"null"}]},"one":{"type":"string"},` +
				`"u":{"description":"d","anyOf":[{"type":"string"},{"type":"number","description":"n"}],"default":null}}}`},
		{"additional members", `{"type":"object","properties":{"a":{"additionalProperties":{"type":"integer"}},"b":{"type":"object","additionalProperties":true},
			"c":{"type":"object","additionalProperties":{}},"d":{"type":"object","additionalProperties":false,"patternProperties":{"^x":{}}}},"additionalProperties":false}`,
			`{"type":"object","properties":{"a":{"type":"object","properties":{},"additionalProperties":{"type":"integer"}},` +
				`"b":{"type":"object","properties":{},"additionalProperties":true},"c":{"type":"object","properties":{},"additionalProperties":true},` +
				`"d":{"type":"object","properties":{}}},"additionalProperties":false}`},
		{"tuples", `{"properties":{"p":{"prefixItems":[{"type":"string"},{"type":"integer"}]},"i":{"type":"array","items":[{"type":"string"},{"type":"string"}]}}}`,
			`{"type":"object","properties":{"i":{"type":"array","items":{"type":"string"}},"p":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"integer"}]}}}}`},
		{"references", `{"properties":{"a":{"$ref":"#/$defs/A","description":"mine"},"b":{"$ref":"#/definitions/x~1y"},"c":{"$ref":"#/$defs/none"},"d":{"$ref":"http://x/y"}},
			"$defs":{"A":{"type":"object","description":"A","properties":{"n":{"type":"integer"}}}},"definitions":{"x/y":{"enum":["q"]}}}`,
			`{"type":"object","properties":{"a":{"type":"object","description":"mine","properties":{"n":{"type":"integer"}}},"b":{"type":"string","enum":["q"]},` +
				`"c":{"type":"string"},"d":{"type":"string"}}}`},
		{"a reference to itself", `{"type":"object","properties":{"node":{"$ref":"#/$defs/node"}},"$defs":{"node":{"type":"object","description":"N","properties":{"next":{"$ref":"#/$defs/node"},"v":{"type":"integer"}}}}}`,
			`{"type":"object","properties":{"node":{"type":"object","description":"N","properties":{"next":{"type":"object","description":"N","properties":{},"additionalProperties":true},"v":{"type":"integer"}}}}}`},
		{"the root refers to itself", `{"$ref":"#"}`, `{"type":"object","properties":{},"additionalProperties":true}`},
		{"all of some objects", `{"properties":{"p":{"allOf":[{"$ref":"#/$defs/A"}],"description":"d","default":{"x":1}},
			"q":{"allOf":[{"type":"object","properties":{"x":{"type":"string"}},"required":["x"]},{"properties":{"y":{"type":"string"}}}]},
			"r":{"type":"string","allOf":[{"minLength":1},{"maxLength":2}]}},"$defs":{"A":{"type":"object","properties":{"x":{"type":"integer"}}}}}`,
			`{"type":"object","properties":{"p":{"type":"object","description":"d","properties":{"x":{"type":"integer"}},"default":{"x":1}},` +
				`"q":{"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string"}},"required":["x"]},"r":{"type":"string"}}}`},
		{"alternatives at the top", `{"type":"object","properties":{"id":{"type":"string"}},"required":["id"],"additionalProperties":false,"oneOf":[
			{"properties":{"kind":{"const":"a"},"x":{"type":"integer"}},"required":["kind","x"]},
			{"properties":{"kind":{"const":"b"},"x":{"type":"string"}},"required":["kind"]}]}`,
			`{"type":"object","properties":{"id":{"type":"string"},"kind":{"type":"string","enum":["a","b"]},"x":{"anyOf":[{"type":"integer"},{"type":"string"}]}},"required":["id","kind"]}`},
		{"alternatives at the top that are no objects", `{"properties":{"a":{"type":"string"}},"anyOf":[{"type":"string"},{"type":"object"}]}`,
			`{"type":"object","properties":{"a":{"type":"string"}}}`},
		{"alternatives alone at the top", `{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"type":"object","properties":{"b":{"type":"string"}}}]}`,
			`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}`},
		{"null members say nothing", `{"type":"object","properties":{"a":{"type":"string","description":null,"enum":null,"items":null}},"required":null}`,
			`{"type":"object","properties":{"a":{"type":"string"}}}`},
		{"required of old schemas", `{"properties":{"a":{"type":"string","required":true}}}`, `{"type":"object","properties":{"a":{"type":"string"}}}`},
		{"a type that nobody knows", `{"type":"object","properties":{"a":{"type":"any"},"b":{"type":"array","items":{"type":["x"]}}}}`,
			`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"string"}}}}`},
		{"null alone", `{"properties":{"a":{"type":"null"}}}`, `{"type":"object","properties":{"a":{"type":"null"}}}`},
		{"values of a property that are nested too deeply", `{"properties":{"a":{"type":"array","default":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}}`,
			`{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}}}`},
		{"a string", `{"type":"string"}`, ""},
		{"a null", `{"type":"null"}`, ""},
		{"an array", `[]`, ""},
		{"true", `true`, ""},
		{"null", `null`, ""},
		{"no JSON", `{"type":`, ""},
		{"empty text", ``, ""},
		{"too large", `{"type":"object","properties":{"a":{"enum":["` + strings.Repeat("x", maxSchemaBytes) + `"]}}}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, exact := CleanSchema(json.RawMessage(tt.in))
			want := tt.want
			if want == "" {
				want = openSchema
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Error(diff)
			}
			if exact != (tt.want != "") {
				t.Errorf("exact: %v", exact)
			}
		})
	}
}

// TestCleanSchemaDepth cuts what is nested too deeply and what grows too large
// because of references.
func TestCleanSchemaDepth(t *testing.T) {
	t.Parallel()
	deep := `{"type":"string"}`
	for range 200 {
		deep = `{"type":"object","properties":{"a":` + deep + `}}`
	}
	var defs []string
	for i := range 12 {
		defs = append(defs, fmt.Sprintf(`"d%d":{"type":"object","properties":{"l":{"$ref":"#/$defs/d%d"},"r":{"$ref":"#/$defs/d%d"},"m":{"$ref":"#/$defs/d%d"}}}`, i, i+1, i+1, i+1))
	}
	wide := `{"type":"object","properties":{"a":{"$ref":"#/$defs/d0"}},"$defs":{` + strings.Join(defs, ",") + `}}`
	for name, in := range map[string]string{"deep": deep, "wide": wide} {
		got, exact := CleanSchema(json.RawMessage(in))
		if !exact || len(got) > maxSchemaBytes || nesting(got) > 60 || nesting(got) < 6 {
			t.Errorf("%s: exact %v, %d bytes, depth %d", name, exact, len(got), nesting(got))
		}
	}
}

func FuzzCleanSchema(f *testing.F) {
	f.Add([]byte(`{"type":"object","properties":{"a":{"$ref":"#/$defs/a"},"b":{"anyOf":[{"const":1},{"enum":["x"]}]}},"$defs":{"a":{"allOf":[{"$ref":"#/properties/b"},{"type":"object"}]}}}`))
	f.Add([]byte(`{"oneOf":[{"type":"object","properties":{"k":{"const":"a"}}},{"properties":{"k":{"const":"b"}},"required":["k"]}],"additionalProperties":{"items":[{},true]}}`))
	f.Add([]byte(`{"properties":{"\xff":{"description":"\xff","default":"\xff"}}}`))
	f.Add([]byte(`{"$ref":"#/$ref"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, _ := CleanSchema(in)
		if len(got) > maxSchemaBytes || !wire.Valid(got) {
			t.Fatalf("unusable: %s", got)
		}
		var top struct {
			Type       string                     `json:"type"`
			Properties map[string]json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(got, &top); err != nil || top.Type != "object" || top.Properties == nil {
			t.Fatalf("no object: %s, %v", got, err)
		}
		var members map[string]json.RawMessage
		_ = json.Unmarshal(got, &members)
		for _, name := range []string{"anyOf", "allOf", "oneOf", "enum", "$ref", "$defs"} {
			if members[name] != nil {
				t.Fatalf("%s at the top: %s", name, got)
			}
		}
		again, exact := CleanSchema(got)
		if !exact {
			t.Fatalf("not accepted a second time: %s", got)
		}
		third, _ := CleanSchema(again)
		if diff := cmp.Diff(string(again), string(third)); diff != "" {
			t.Fatalf("does not settle: %s", diff)
		}
	})
}

func BenchmarkCleanSchema(b *testing.B) {
	var properties []string
	for i := range 20 {
		properties = append(properties, fmt.Sprintf(`"p%d":{"type":"object","description":"Property %d.","properties":{"x":{"type":"string","enum":["a","b"]},"y":{"anyOf":[{"type":"integer"},{"type":"null"}]}}}`, i, i))
	}
	in := json.RawMessage(`{"type":"object","properties":{` + strings.Join(properties, ",") + `}}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		CleanSchema(in)
	}
}

func ExampleCleanSchema() {
	schema, _ := CleanSchema(json.RawMessage(`{
		"$schema": "http://json-schema.org/draft-07/schema#",
		"properties": {"size": {"$ref": "#/$defs/size"}},
		"$defs": {"size": {"enum": ["small", "large"], "description": "How big."}}
	}`))
	fmt.Println(string(schema))
	// Output: {"type":"object","properties":{"size":{"type":"string","description":"How big.","enum":["small","large"]}}}
}
