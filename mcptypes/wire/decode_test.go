package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/google/go-cmp/cmp"
)

// into decodes data as a T.
func into[T any](data string) (any, error) {
	var v T
	err := wire.UnmarshalAt("params", []byte(data), &v)
	return v, err
}

func TestUnmarshal(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		decode func(string) (any, error)
		in     string
		want   any
	}{
		{"string", into[string], ` "a\u00e9\"\\\/\b\f\n\r\t" `, "aé\"\\/\b\f\n\r\t"},
		{"surrogate pair", into[string], `"\ud83d\ude00"`, "😀"},
		{"half pairs", into[string], `"\ud83d-\ude00\ud83d\ud83d\ude00"`, "\uFFFD-\uFFFD\uFFFD😀"},
		{"half pair at the end", into[string], `"\ud83d"`, "\uFFFD"},
		{"half pair before an escape", into[string], `"\ud83d\n"`, "\uFFFD\n"},
		{"not UTF-8", into[string], "\"a\xffb\xc3\"", "a\uFFFDb\uFFFD"},
		{"not UTF-8 after an escape", into[string], "\"\\n\xff\"", "\n\uFFFD"},
		{"integer limits", into[[]int8], `[127,-128,0]`, []int8{127, -128, 0}},
		{"unsigned limits", into[[]uint64], `[18446744073709551615,0]`, []uint64{math.MaxUint64, 0}},
		{"signed limits", into[[]int64], `[9223372036854775807,-9223372036854775808,-0]`, []int64{math.MaxInt64, math.MinInt64, 0}},
		{"floats", into[[]float64], `[1,1.5,-2e3,1E-2,0.0]`, []float64{1, 1.5, -2000, 0.01, 0}},
		{"widened float32", into[[]float32], `[0.8999999761581421,0.9]`, []float32{0.9, 0.9}},
		{"bytes", into[[]byte], `"//5vaw=="`, []byte{0xff, 0xfe, 'o', 'k'}},
		{"no bytes", into[[]byte], `""`, []byte{}},
		{"enum", into[color], `"green"`, color("green")},
		{"empty list", into[[]string], `[ ]`, []string{}},
		{"empty map", into[map[string]int], `{ }`, map[string]int{}},
		{"null pointer", into[*string], `null`, (*string)(nil)},
		{"raw", into[json.RawMessage], ` {"a" : null} `, json.RawMessage(`{"a" : null}`)},
		{"raw null", into[map[string]json.RawMessage], `{"a":null}`, map[string]json.RawMessage{"a": json.RawMessage("null")}},
		{"unknown members", into[inner], `{"x":{"a":[1,{}]},"a":"v","A":"w"}`, inner{A: "v"}},
		{"escaped key", into[inner], `{"\u0061":"v"}`, inner{A: "v"}},
		{"members in any order", into[inner], `{"b":1,"a":"v"}`, inner{A: "v", B: 1}},
		{"last of repeated members", into[inner], `{"a":"v","b":1,"a":"w","b":null}`, inner{A: "w"}},
		{"repeated list does not add up", into[tree], `{"children":[{"children":[]}],"children":[]}`, tree{Children: []tree{}}},
		{"repeated key of a map", into[map[string]inner], `{"k":{"a":"x","b":1},"k":{"a":"y"}}`, map[string]inner{"k": {A: "y"}}},
		{"embedded", into[embedding], `{"c":"c","a":"a"}`, embedding{inner: inner{A: "a"}, C: "c"}},
		{"strict", into[strict], `{"a":"v"}`, strict{A: "v"}},
		{"fixed", into[fixed], `{"a":"v","type":"exec"}`, fixed{A: "v"}},
		{"transparent", into[transparent], `{"type":"circle","radius":1}`, transparent{Shape: &circle{Radius: 1}}},
		{"internal", into[shape], `{"radius":1,"type":"circle"}`, shape(&circle{Radius: 1})},
		{"internal, escaped tag", into[shape], `{"\u0074ype":"circl\u0065","radius":1}`, shape(&circle{Radius: 1})},
		{"internal, unknown", into[shape], `{"n":1, "type":"blob"}`, shape(&otherShape{Type: "blob", Raw: json.RawMessage(`{"n":1, "type":"blob"}`)})},
		{"internal, case alone", into[circle], `{"type":"circle","radius":1}`, circle{Radius: 1}},
		{"adjacent", into[beside], `{"type":"word","data":{"text":"w"}}`, beside(&word{Text: "w"})},
		{"adjacent, content first", into[beside], `{"data":{"text":"w"},"x":1,"type":"word"}`, beside(&word{Text: "w"})},
		{"adjacent, case alone", into[word], `{"type":"word","data":{"text":"w"}}`, word{Text: "w"}},
		{"external", into[outside], `{"add":{"content":"c"}}`, outside(&added{Content: "c"})},
		{"external, tagged inside", into[outside], `{"to":"t","type":"move"}`, outside(&moved{To: new("t")})},
		{"external, case alone", into[added], `{"add":{"content":"c"}}`, added{Content: "c"}},
		{"untagged", into[lookalike], `{"number":3}`, lookalike(&numbered{Number: 3})},
		{"types that read themselves", into[custom], `{"point":"1,2","points":{"k":"3,4"},"maybe":null}`,
			custom{Point: point{"1", "2"}, Points: map[string]point{"k": {"3", "4"}}, Maybe: maybe{state: "null"}}},
		{"three states: absent", into[custom], `{"point":","}`, custom{}},
		{"three states: value", into[custom], `{"point":",","maybe":"v"}`, custom{Maybe: maybe{state: "v"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.decode(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(embedding{}, maybe{})); diff != "" {
				t.Errorf("Unmarshal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnmarshalOptionalFields(t *testing.T) {
	t.Parallel()
	required := `"text":"","flag":true,"small":0,"big":0,"score":0,"narrow":0,"color":"red","bytes":"","list":[],"map":{},` +
		`"raw":0,"inner":{"a":""},"table":{},"shape":{"type":"circle","radius":0},"shapes":[]`
	var absent, null everything
	if err := wire.Unmarshal([]byte("{"+required+"}"), &absent); err != nil {
		t.Fatal(err)
	}
	nulls := `,"pointer":null,"null_raw":null,"omitted":null,"omit_list":null,"omit_raw":null,"omit_shape":null,"optional":null,"input":null,"tree":null`
	// What was there before must go.
	null = everything{Omitted: "old", Optional: true, Input: "old", OmitUnit: &circle{}, Pointer: new("old"), Ignored: "old"}
	if err := wire.Unmarshal([]byte("{"+required+nulls+"}"), &null); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(absent, null, cmp.AllowUnexported(everything{})); diff != "" {
		t.Errorf("null differs from absence (-absent +null):\n%s", diff)
	}
}

func TestUnmarshalRequiresFields(t *testing.T) {
	t.Parallel()
	in := &everything{Shape: &circle{}, Raw: json.RawMessage("0"), Color: "red"}
	data, err := wire.Append(nil, in)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	object, ok := wire.Describe(reflect.TypeFor[everything]())
	if !ok {
		t.Fatal("no description")
	}
	count := 0
	for _, m := range object.Members {
		if !m.Required {
			continue
		}
		count++
		old := members[m.Name]
		delete(members, m.Name)
		missing, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		members[m.Name] = json.RawMessage("null")
		null, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		members[m.Name] = old
		var out everything
		var e *wire.Error
		if err := wire.Unmarshal(missing, &out); !errors.As(err, &e) || e.Path != m.Name || e.Got != "" {
			t.Errorf("without %s: %v", m.Name, err)
		}
		if err := wire.Unmarshal(null, &out); !errors.As(err, &e) || e.Path != m.Name || e.Got != "null" {
			t.Errorf("with %s null: %v", m.Name, err)
		}
	}
	if count != 15 {
		t.Errorf("%d required members, want 15", count)
	}
}

func TestUnmarshalErrors(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat(`{"children":[`, 64) + `{"children":[]}` + strings.Repeat(`]}`, 64)
	for _, tc := range []struct {
		name   string
		decode func(string) (any, error)
		in     string
		want   string
	}{
		{"number for string", into[inner], `{"a":1}`, `params.a: got 1, want string`},
		{"null for string", into[inner], `{"a":null}`, `params.a: got null, want string`},
		{"missing", into[inner], `{}`, `params.a: missing, want string`},
		{"wrong case", into[inner], `{"A":"x"}`, `params.a: missing, want string`},
		{"array for object", into[inner], `["x"]`, `params: got an array, want object`},
		{"null for object", into[inner], `null`, `params: got null, want object`},
		{"string for boolean", into[bool], `"secret"`, `params: got a string, want boolean`},
		{"boolean for array", into[[]string], `true`, `params: got a boolean, want array`},
		{"array for map", into[map[string]int], `[]`, `params: got an array, want object`},
		{"object for string", into[string], `{"a":{}}`, `params: got an object, want string`},
		{"object for number", into[float64], `{}`, `params: got an object, want number`},
		{"fraction for integer", into[int64], `25.0`, `params: got 25.0, want integer`},
		{"exponent for integer", into[uint64], `1e3`, `params: got 1e3, want unsigned integer`},
		{"integer too big", into[int8], `128`, `params: got 128, want integer of 8 bits`},
		{"integer far too big", into[int64], `9223372036854775808`, `params: got 9223372036854775808, want integer of 64 bits`},
		{"number too long to repeat", into[int64], strings.Repeat("9", 40), `params: got a number, want integer of 64 bits`},
		{"negative for unsigned", into[uint32], `-1`, `params: got -1, want unsigned integer of 32 bits`},
		{"minus zero for unsigned", into[uint64], `-0`, `params: got -0, want unsigned integer of 64 bits`},
		{"number out of range", into[float64], `1e999`, `params: got 1e999, want number of 64 bits`},
		{"unknown enum value", into[color], `"blue"`, `params: got "blue", want one of "red", "green"`},
		{"secret for enum", into[color], `"my secret pass phrase"`, `params: got a string, want one of "red", "green"`},
		{"long text for enum", into[color], `"` + strings.Repeat("a", 40) + `"`, `params: got a string, want one of "red", "green"`},
		{"number for enum", into[color], `7`, `params: got 7, want one of "red", "green"`},
		{"empty enum", into[color], `""`, `params: got "", want one of "red", "green"`},
		{"no base64", into[[]byte], `"secret!"`, `params: got a string, want base64 string`},
		{"base64 without padding", into[[]byte], `"aGk"`, `params: got a string, want base64 string`},
		{"null element", into[[]string], `["a",null]`, `params[1]: got null, want string`},
		{"null value in a map", into[map[string]string], `{"k":null}`, `params.k: got null, want string`},
		{"deep path", into[map[string][]inner], `{"k":[{"a":"x"},{"a":2}]}`, `params.k[1].a: got 2, want string`},
		{"list of lists", into[[][]string], `[[],["a",1]]`, `params[1][1]: got 1, want string`},
		{"long key in the path", into[map[string]string], `{"` + strings.Repeat("k", 60) + `":1}`, `params.` + strings.Repeat("k", 48) + `...: got 1, want string`},
		{"unknown member", into[strict], `{"a":"x","b":1}`, `params.b: unknown member`},
		{"wrong fixed", into[fixed], `{"type":"run","a":"x"}`, `params.type: got "run", want "exec"`},
		{"missing fixed", into[fixed], `{"a":"x"}`, `params.type: missing, want "exec"`},
		{"fixed of another kind", into[fixed], `{"type":null,"a":"x"}`, `params.type: got null, want "exec"`},
		{"missing tag", into[shape], `{"radius":1}`, `params.type: missing, want one of "circle", "square"`},
		{"tag of another kind", into[shape], `{"type":1}`, `params.type: got 1, want one of "circle", "square"`},
		{"two tags", into[shape], `{"type":"circle","type":"square","radius":1}`, `params.type: got "square", want "circle"`},
		{"union not an object", into[shape], `"circle"`, `params: got a string, want object`},
		{"field of a case", into[[]shape], `[{"type":"circle"}]`, `params[0].radius: missing, want number`},
		{"another case alone", into[circle], `{"type":"square","side":1}`, `params.type: got "square", want "circle"`},
		{"unknown case, member of another kind", into[otherShape], `{"type":1}`, `params.type: got 1, want string`},
		{"adjacent, unknown tag", into[beside], `{"type":"sound","data":{}}`, `params.type: got "sound", want one of "word", "picture"`},
		{"adjacent, no content", into[beside], `{"type":"word","text":"w"}`, `params.data: missing, want object`},
		{"adjacent, null content", into[beside], `{"type":"word","data":null}`, `params.data: got null, want object`},
		{"adjacent, field", into[beside], `{"type":"word","data":{}}`, `params.data.text: missing, want string`},
		{"adjacent, not an object", into[beside], `[]`, `params: got an array, want object`},
		{"adjacent, no tag", into[beside], `{"data":{}}`, `params.type: missing, want one of "word", "picture"`},
		{"adjacent, another case alone", into[word], `{"type":"picture","data":{"url":""}}`, `params: got another case, want "word"`},
		{"external, unknown tag", into[outside], `{"drop":{}}`, `params: got "drop", want one of "add", "move"`},
		{"external, unknown inner tag", into[outside], `{"type":"drop"}`, `params.type: got "drop", want one of "add", "move"`},
		{"external, empty", into[outside], `{}`, `params: got an empty object, want one of "add", "move"`},
		{"external, two members", into[outside], `{"add":{"content":""},"x":1}`, `params: got several members, want one of "add", "move"`},
		{"external, field", into[outside], `{"add":{}}`, `params.add.content: missing, want string`},
		{"external, not an object", into[outside], `1`, `params: got 1, want object`},
		{"untagged, nothing fits", into[lookalike], `{"x":1}`, `params: got an object, want one of "named", "numbered"`},
		{"type that reads itself", into[custom], `{"point":"12"}`, `params.point: got a string, want x,y`},
		{"too deep", into[tree], nested, `got deeper nesting, want at most 128 levels`},
		{"too deep to pass over", into[inner], `{"a":"","x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, `params.x: got deeper nesting, want at most 128 levels`},
		{"empty input", into[inner], ``, `params: invalid JSON at byte 0: got the end, want object`},
		{"truncated", into[inner], `{"a":"x`, `params.a: invalid JSON at byte 7: got the end, want the end of a string`},
		{"truncated after a member", into[inner], `{"a":"x"`, `params: invalid JSON at byte 8: got the end, want ',' or '}'`},
		{"truncated key", into[inner], `{"a`, `params: invalid JSON at byte 3: got the end, want the end of a string`},
		{"no colon", into[inner], `{"a" "x"}`, `params: invalid JSON at byte 5: got '"', want ':'`},
		{"trailing comma", into[inner], `{"a":"x",}`, `params: invalid JSON at byte 9: got '}', want a key`},
		{"trailing comma in a list", into[[]string], `["x",]`, `params[1]: invalid JSON at byte 5: got ']', want string`},
		{"two values", into[inner], `{"a":"x"} {}`, `params: invalid JSON at byte 10: got '{', want the end`},
		{"control character", into[string], "\"a\nb\"", `params: invalid JSON at byte 2: got byte 0xa, want an escaped control character`},
		{"bad escape", into[string], `"\x"`, `params: invalid JSON at byte 2: got 'x', want an escape`},
		{"bad unicode escape", into[string], `"\u12g4"`, `params: invalid JSON at byte 2: got 'u', want an escape`},
		{"short unicode escape", into[string], `"\u12`, `params: invalid JSON at byte 2: got 'u', want an escape`},
		{"lone backslash", into[string], `"\`, `params: invalid JSON at byte 2: got the end, want an escape`},
		{"leading zero", into[int64], `01`, `params: invalid JSON at byte 1: got '1', want the end`},
		{"lone minus", into[int64], `-`, `params: invalid JSON at byte 1: got the end, want a digit`},
		{"no fraction", into[float64], `1.`, `params: invalid JSON at byte 2: got the end, want a digit`},
		{"no exponent", into[float64], `1e+`, `params: invalid JSON at byte 3: got the end, want a digit`},
		{"bad literal", into[bool], `tru`, `params: invalid JSON at byte 0: got 't', want a value`},
		{"bad null", into[inner], `{"a":"","b":nul}`, `params.b: invalid JSON at byte 12: got 'n', want a value`},
		{"unknown member not JSON", into[inner], `{"a":"","x":[1,]}`, `params.x: invalid JSON at byte 15: got ']', want a value`},
		{"mismatch that is not JSON", into[inner], `[1,}`, `params: invalid JSON at byte 3: got '}', want a value`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.decode(tc.in)
			var e *wire.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v is no *wire.Error", err)
			}
			if tc.want != err.Error() && !(strings.HasPrefix(tc.want, "got ") && strings.HasSuffix(err.Error(), tc.want)) {
				t.Errorf("error text:\n got %s\nwant %s", err, tc.want)
			}
		})
	}
}

func TestUnmarshalTargets(t *testing.T) {
	t.Parallel()
	var none *inner
	for _, tc := range []struct {
		name string
		in   any
	}{
		{"no pointer", inner{}},
		{"nil pointer", none},
		{"nothing", nil},
		{"no form", new(chan int)},
		{"tag outside of the value", new(call)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := wire.Unmarshal([]byte("{}"), tc.in)
			var e *wire.InvalidTypeError
			if !errors.As(err, &e) {
				t.Errorf("got %v, want an *InvalidTypeError", err)
			}
		})
	}
}

func TestUnmarshalDoesNotShareMemory(t *testing.T) {
	t.Parallel()
	data := []byte(`{"type":"blob","x":"aaaa"}`)
	var v shape
	if err := wire.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	for i := range data {
		data[i] = 'z'
	}
	want := &otherShape{Type: "blob", Raw: json.RawMessage(`{"type":"blob","x":"aaaa"}`)}
	if diff := cmp.Diff(shape(want), v); diff != "" {
		t.Errorf("the value changed with the input (-want +got):\n%s", diff)
	}
}

// walk notes what it reads.
type walk struct{ seen []string }

func (w *walk) DecodeWire(d *wire.Decoder) error {
	return d.Object(func(key []byte) error {
		w.seen = append(w.seen, string(key)+" "+d.Kind().String())
		switch string(key) {
		case "list":
			return d.Array(func(i int) error {
				n, err := d.Int(32)
				w.seen = append(w.seen, fmt.Sprint(i, n))
				return err
			})
		case "flag":
			b, err := d.Bool()
			w.seen = append(w.seen, fmt.Sprint(b))
			return err
		case "raw":
			raw, err := d.Raw()
			w.seen = append(w.seen, string(raw))
			return err
		}
		return d.Skip()
	})
}

func TestDecoder(t *testing.T) {
	t.Parallel()
	var got walk
	in := `{"list":[7,8],"flag":true,"raw": [1, 2] ,"null":null,"n":-1.5,"s":"x","o":{}}`
	if err := wire.Unmarshal([]byte(in), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"list an array", "0 7", "1 8", "flag a boolean", "true", "raw an array", "[1, 2]", "null null", "n a number",
		"s a string", "o an object",
	}
	if diff := cmp.Diff(want, got.seen); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	for _, tc := range []struct{ in, want string }{
		{`[]`, "got an array, want object"},
		{`{"list":{}}`, "list: got an object, want array"},
		{`{"list":[0,"x"]}`, "list[1]: got a string, want integer"},
		{`{"flag":0}`, "flag: got 0, want boolean"},
		{`{"raw":}`, "raw: invalid JSON at byte 7: got '}', want a value"},
	} {
		if err := wire.Unmarshal([]byte(tc.in), &got); err == nil || err.Error() != tc.want {
			t.Errorf("%s: got %v, want %s", tc.in, err, tc.want)
		}
	}
}
