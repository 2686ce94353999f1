package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func nested(levels int) string {
	return strings.Repeat("[", levels) + strings.Repeat("]", levels)
}

func TestParseMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       Message
	}{
		{"request", `{"id":1,"method":"m","params":{"a":[1,2]}}`,
			Message{Kind: KindRequest, ID: IntID(1), Method: "m", Params: json.RawMessage(`{"a":[1,2]}`)}},
		{"order of members", `{"params":[],"method":"m","id":-3}`,
			Message{Kind: KindRequest, ID: IntID(-3), Method: "m", Params: json.RawMessage(`[]`)}},
		{"string id", `{"id":"7","method":"m"}`, Message{Kind: KindRequest, ID: StringID("7"), Method: "m"}},
		{"empty string id", `{"id":"","method":"m"}`, Message{Kind: KindRequest, ID: StringID(""), Method: "m"}},
		{"escaped id and method", `{"id":"a\n\u00e9\ud83d\ude00","method":"\u006d"}`,
			Message{Kind: KindRequest, ID: StringID("a\né😀"), Method: "m"}},
		{"escaped member names", `{"\u0069d":1,"m\u0065thod":"m"}`, Message{Kind: KindRequest, ID: IntID(1), Method: "m"}},
		{"largest id", `{"id":9223372036854775807,"method":"m"}`,
			Message{Kind: KindRequest, ID: IntID(1<<63 - 1), Method: "m"}},
		{"smallest id", `{"id":-9223372036854775808,"method":"m"}`,
			Message{Kind: KindRequest, ID: IntID(-1 << 63), Method: "m"}},
		{"id beyond doubles", `{"id":9007199254740993,"method":"m"}`,
			Message{Kind: KindRequest, ID: IntID(9007199254740993), Method: "m"}},
		{"params null", `{"id":1,"method":"m","params":null}`, Message{Kind: KindRequest, ID: IntID(1), Method: "m"}},
		{"request with result", `{"id":1,"method":"m","result":{}}`, Message{Kind: KindRequest, ID: IntID(1), Method: "m"}},
		{"request with twice a result", `{"id":1,"method":"m","result":1,"result":2}`,
			Message{Kind: KindRequest, ID: IntID(1), Method: "m"}},
		{"jsonrpc of any kind", `{"jsonrpc":1.0,"id":1,"method":"m"}`, Message{Kind: KindRequest, ID: IntID(1), Method: "m"}},
		{"unknown members, also twice", `{"x":1,"id":1,"x":[],"method":"m","Method":2}`,
			Message{Kind: KindRequest, ID: IntID(1), Method: "m"}},
		{"duplicates inside params", `{"id":1,"method":"m","params":{"a":1,"a":2}}`,
			Message{Kind: KindRequest, ID: IntID(1), Method: "m", Params: json.RawMessage(`{"a":1,"a":2}`)}},
		{"blanks around", " \t\r\n{ \"id\" : 1 ,\"method\"\t:\"m\" } \r\n", Message{Kind: KindRequest, ID: IntID(1), Method: "m"}},
		{"128 levels", `{"id":1,"method":"m","params":` + nested(127) + `}`,
			Message{Kind: KindRequest, ID: IntID(1), Method: "m", Params: json.RawMessage(nested(127))}},
		{"numbers within range", `{"id":1,"method":"m","params":[1e308,1e-400,-0.0,0]}`,
			Message{Kind: KindRequest, ID: IntID(1), Method: "m", Params: json.RawMessage(`[1e308,1e-400,-0.0,0]`)}},

		{"notification", `{"method":"initialized"}`, Message{Kind: KindNotification, Method: "initialized"}},
		{"notification with params", `{"method":"n","params":1}`,
			Message{Kind: KindNotification, Method: "n", Params: json.RawMessage(`1`)}},
		{"empty method", `{"method":""}`, Message{Kind: KindNotification}},
		{"id null", `{"id":null,"method":"m"}`, Message{Kind: KindNotification, Method: "m", BadID: true}},
		{"id fraction", `{"id":1.5,"method":"m"}`, Message{Kind: KindNotification, Method: "m", BadID: true}},
		{"id whole fraction", `{"id":1.0,"method":"m"}`, Message{Kind: KindNotification, Method: "m", BadID: true}},
		{"id exponent", `{"id":1e2,"method":"m"}`, Message{Kind: KindNotification, Method: "m", BadID: true}},
		{"id bool", `{"id":true,"method":"m"}`, Message{Kind: KindNotification, Method: "m", BadID: true}},
		{"id array", `{"id":[1],"method":"m"}`, Message{Kind: KindNotification, Method: "m", BadID: true}},
		{"id too large", `{"id":9223372036854775808,"method":"m"}`, Message{Kind: KindNotification, Method: "m", BadID: true}},
		{"id null with result", `{"id":null,"method":"m","result":1}`, Message{Kind: KindNotification, Method: "m", BadID: true}},

		{"response", `{"id":0,"result":{"decision":"approved"}}`,
			Message{Kind: KindResponse, ID: IntID(0), Result: json.RawMessage(`{"decision":"approved"}`)}},
		{"response null", `{"id":0,"result":null}`, Message{Kind: KindResponse, ID: IntID(0), Result: json.RawMessage(`null`)}},
		{"result and error", `{"id":0,"result":null,"error":{"code":1,"message":"m"}}`,
			Message{Kind: KindResponse, ID: IntID(0), Result: json.RawMessage(`null`)}},
		{"method of the wrong type and result", `{"id":0,"method":5,"result":1}`,
			Message{Kind: KindResponse, ID: IntID(0), Result: json.RawMessage(`1`)}},

		{"error", `{"id":"a","error":{"code":-32000,"message":"no","data":[1]}}`,
			Message{Kind: KindError, ID: StringID("a"), Error: &Error{Code: -32000, Message: "no", Data: json.RawMessage(`[1]`)}}},
		{"error without message", `{"id":0,"error":{"code":3}}`,
			Message{Kind: KindError, ID: IntID(0), Error: &Error{Code: 3, Message: "malformed error object"}}},
		{"error of the wrong type", `{"id":0,"error":"no"}`,
			Message{Kind: KindError, ID: IntID(0), Error: &Error{Code: CodeInternalError, Message: "malformed error object"}}},
		{"error with a bad code", `{"id":0,"error":{"code":1.5,"message":"no"}}`,
			Message{Kind: KindError, ID: IntID(0), Error: &Error{Code: CodeInternalError, Message: "no"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseMessage([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(ID{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseMessageErrors(t *testing.T) {
	t.Parallel()
	const parse, invalid = CodeParseError, CodeInvalidRequest
	id := func(n int64) ID { return IntID(n) }
	tests := []struct {
		name, text string
		want       MessageError // without Size
	}{
		{"empty", ``, MessageError{Reason: "unexpected end of text", Code: parse}},
		{"not JSON", `this is not json`, MessageError{Reason: "not the start of a JSON value", Code: parse}},
		{"cut off", `{"id":`, MessageError{Reason: "unexpected end of text", Offset: 6, Code: parse}},
		{"cut off in a string", `{"id":"a`, MessageError{Reason: "unexpected end of text in a string", Offset: 8, Code: parse}},
		{"cut off after an escape", `{"id":"a\`, MessageError{Reason: "unexpected end of text in a string", Offset: 8, Code: parse}},
		{"two objects", `{"id":1,"method":"m"} {}`, MessageError{Reason: "more than one value", Offset: 22, Code: parse}},
		{"two scalars", `1 2`, MessageError{Reason: "more than one value", Offset: 2, Code: parse}},
		{"byte-order mark", "\uFEFF{}", MessageError{Reason: "not the start of a JSON value", Code: parse}},
		{"invalid UTF-8", "{\"method\":\"\xff\"}", MessageError{Reason: "invalid UTF-8", Offset: 11, Code: parse, Like: KindRequest}},
		{"control character", "{\"method\":\"\x01\"}", MessageError{Reason: "control character in a string", Offset: 11, Code: parse, Like: KindRequest}},
		{"unknown escape", `{"method":"\x"}`, MessageError{Reason: "unknown escape sequence", Offset: 11, Code: parse, Like: KindRequest}},
		{"bad unicode escape", `{"method":"\u12g4"}`, MessageError{Reason: "bad unicode escape", Offset: 11, Code: parse, Like: KindRequest}},
		{"lone high surrogate", `{"method":"\ud800"}`, MessageError{Reason: "lone surrogate", Offset: 11, Code: parse, Like: KindRequest}},
		{"lone low surrogate", `{"method":"\udc00"}`, MessageError{Reason: "lone surrogate", Offset: 11, Code: parse, Like: KindRequest}},
		{"high surrogate twice", `{"method":"\ud800\ud800"}`, MessageError{Reason: "lone surrogate", Offset: 11, Code: parse, Like: KindRequest}},
		{"number too large", `{"id":1,"method":"m","params":[1e309]}`, MessageError{Reason: "number out of range", Offset: 31, Code: parse, ID: id(1), Like: KindRequest}},
		{"long number too large", `[` + strings.Repeat("9", 400) + `]`, MessageError{Reason: "number out of range", Offset: 1, Code: parse}},
		{"leading zero", `{"id":01}`, MessageError{Reason: "comma or end of object expected", Offset: 7, Code: parse}},
		{"sign alone", `[-]`, MessageError{Reason: "digit expected", Offset: 2, Code: parse}},
		{"no fraction", `[1.]`, MessageError{Reason: "digit expected", Offset: 3, Code: parse}},
		{"no exponent", `[1e+]`, MessageError{Reason: "digit expected", Offset: 4, Code: parse}},
		{"129 levels", `{"id":1,"method":"m","params":` + nested(128) + `}`,
			MessageError{Reason: "nested deeper than 128 levels", Offset: 157, Code: parse, ID: id(1), Like: KindRequest}},
		{"200 levels of objects", strings.Repeat(`{"a":`, 200), MessageError{Reason: "nested deeper than 128 levels", Offset: 640, Code: parse}},
		{"trailing comma", `{"id":1,}`, MessageError{Reason: "member name expected", Offset: 8, Code: parse, ID: id(1)}},
		{"trailing comma in an array", `[1,]`, MessageError{Reason: "not the start of a JSON value", Offset: 3, Code: parse}},
		{"no colon", `{"id" 1}`, MessageError{Reason: "colon expected", Offset: 6, Code: parse}},
		{"bad literal", `[nul]`, MessageError{Reason: "not the start of a JSON value", Offset: 1, Code: parse}},

		{"number", `42`, MessageError{Reason: "not an object", Code: invalid}},
		{"null", ` null`, MessageError{Reason: "not an object", Offset: 1, Code: invalid}},
		{"empty batch", `[]`, MessageError{Reason: "batches are not supported", Code: invalid}},
		{"batch", `[{"id":1,"method":"m"}]`, MessageError{Reason: "batches are not supported", Code: invalid}},
		{"empty object", `{}`, MessageError{Reason: "neither method nor result nor error", Code: invalid}},
		{"id alone", `{"id":3}`, MessageError{Reason: "neither method nor result nor error", Code: invalid, ID: id(3)}},
		{"other case", `{"id":3,"Method":"m"}`, MessageError{Reason: "neither method nor result nor error", Code: invalid, ID: id(3)}},
		{"method of the wrong type", `{"id":3,"method":7}`, MessageError{Reason: "method is not a string", Code: invalid, ID: id(3), Like: KindRequest}},
		{"method of the wrong type, bad id", `{"id":1.5,"method":7}`, MessageError{Reason: "method is not a string", Code: invalid, Like: KindRequest}},
		{"id twice", `{"id":3,"id":3,"method":"m"}`, MessageError{Reason: "member given twice", Code: invalid, Like: KindRequest}},
		{"id twice, one escaped", `{"id":3,"i\u0064":3,"method":"m"}`, MessageError{Reason: "member given twice", Code: invalid, Like: KindRequest}},
		{"method twice", `{"id":3,"method":"m","method":"m"}`, MessageError{Reason: "member given twice", Code: invalid, ID: id(3), Like: KindRequest}},
		{"method twice in a notification", `{"method":"m","method":"m"}`, MessageError{Reason: "member given twice", Code: invalid, Like: KindRequest}},
		{"params twice", `{"id":3,"method":"m","params":1,"params":2}`, MessageError{Reason: "member given twice", Code: invalid, ID: id(3), Like: KindRequest}},
		{"result with id null", `{"id":null,"result":1}`, MessageError{Reason: "reply without a valid id", Code: invalid, Like: KindResponse}},
		{"result without id", `{"result":1}`, MessageError{Reason: "reply without a valid id", Code: invalid, Like: KindResponse}},
		{"result twice", `{"id":3,"result":1,"result":2}`, MessageError{Reason: "member given twice", Code: invalid, ID: id(3), Like: KindResponse}},
		{"error with id null", `{"id":null,"error":{"code":1,"message":"m"}}`,
			MessageError{Reason: "reply without a valid id", Code: invalid, Like: KindResponse}},
		{"error null", `{"id":3,"error":null}`,
			MessageError{Reason: "neither method nor result nor error", Code: invalid, ID: id(3), Like: KindResponse}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseMessage([]byte(test.text))
			var bad *MessageError
			if !errors.As(err, &bad) {
				t.Fatalf("got %+v and error %v, want a *MessageError", got, err)
			}
			test.want.Size = int64(len(test.text))
			if diff := cmp.Diff(&test.want, bad, cmp.AllowUnexported(ID{})); diff != "" {
				t.Error(diff)
			}
			if got.Kind != KindInvalid {
				t.Errorf("kind %v beside an error", got.Kind)
			}
		})
	}
}

func TestParseHead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       head
	}{
		{"request", `{"id":1,"method":"m","params":{"a":"xx`, head{id: IntID(1), like: KindRequest}},
		{"params before method", `{"id":"a","params":{"a":"xx`, head{id: StringID("a"), like: KindRequest}},
		{"id not yet", `{"method":"m","params":{"a":"xx`, head{like: KindRequest}},
		{"response", `{"id":1,"result":{"a":"xx`, head{id: IntID(1), like: KindResponse}},
		{"error", `{"id":1,"error":{"a":"xx`, head{id: IntID(1), like: KindResponse}},
		{"neither", `{"id":1,"x":{"a":"xx`, head{id: IntID(1)}},
		{"number that may go on", `{"method":"m","id":12`, head{like: KindRequest}},
		{"number that ends", `{"method":"m","id":12,`, head{like: KindRequest, id: IntID(12)}},
		{"name that may go on", `{"method":"m","id":12,"par`, head{like: KindRequest, id: IntID(12)}},
		{"twice", `{"id":1,"id":2,"method":"m",`, head{like: KindRequest}},
		{"bad id", `{"id":1.5,"method":"m",`, head{like: KindRequest}},
		{"invalid UTF-8 in id", "{\"id\":\"\xff\",\"method\":\"m\",", head{}},
		{"invalid UTF-8 after id", "{\"id\":\"x\",\"method\":\"\xff", head{id: StringID("x"), like: KindRequest}},
		{"not an object", `[1,`, head{}},
		{"nothing", ``, head{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, parseHead([]byte(test.text)), cmp.AllowUnexported(head{}, ID{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		id   ID
		json string
		text string
	}{
		{"integer", IntID(-7), `-7`, "-7"},
		{"string", StringID("7"), `"7"`, "7"},
		{"characters to escape", StringID("a\"\\\n\x01é\u2028<"), `"a\"\\\n\u0001é` + "\u2028" + `<"`, "a\"\\\n\x01é\u2028<"},
		{"none", ID{}, `null`, "null"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := json.Marshal(test.id)
			if err != nil {
				t.Fatal(err)
			}
			var compact bytes.Buffer // json.Marshal escapes for HTML afterwards
			json.HTMLEscape(&compact, []byte(test.json))
			if diff := cmp.Diff(compact.String(), string(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.text, test.id.String()); diff != "" {
				t.Error(diff)
			}
			var back ID
			err = json.Unmarshal(got, &back)
			if (err == nil) != test.id.IsValid() || back != test.id {
				t.Errorf("decoded %#v, error %v", back, err)
			}
		})
	}
	if IntID(1) == StringID("1") {
		t.Error("1 and \"1\" are the same")
	}
}

func TestNumericID(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		id   ID
		want ID
		ok   bool
	}{
		{"zero", StringID("0"), IntID(0), true},
		{"negative", StringID("-12"), IntID(-12), true},
		{"leading zero", StringID("01"), ID{}, false},
		{"plus", StringID("+1"), ID{}, false},
		{"blank", StringID(" 1"), ID{}, false},
		{"too large", StringID("9223372036854775808"), ID{}, false},
		{"integer", IntID(1), ID{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, ok := test.id.numeric()
			if got != test.want || ok != test.ok {
				t.Errorf("got %v, %v", got, ok)
			}
		})
	}
}

func TestCounter(t *testing.T) {
	t.Parallel()
	var c Counter
	got := []ID{c.Next(), c.Next(), c.Next()}
	if diff := cmp.Diff([]ID{IntID(0), IntID(1), IntID(2)}, got, cmp.AllowUnexported(ID{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"method":"m","params":{"a":[1,2,"\ud83d\ude00"]}}`,
		`{"id":"a","result":null}`,
		`{"id":0,"error":{"code":-32000,"message":"no","data":[1]}}`,
		`{"method":"n","params":1e5}`,
		`[{"id":1}]`, `{"id":1.0,"method":"m"}`, "{\"a\":\"\xff\"}", `{"\u0069d":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		parseHead(text) // must not panic
		m, err := ParseMessage(text)
		if err != nil {
			var bad *MessageError
			if !errors.As(err, &bad) {
				t.Fatalf("error of type %T", err)
			}
			if bad.Offset < 0 || bad.Offset > len(text) {
				t.Fatalf("offset %d in a text of %d bytes", bad.Offset, len(text))
			}
			if bad.Code == CodeInvalidRequest && !json.Valid(text) {
				t.Fatalf("%q is not JSON, but the error is %v", text, err)
			}
			strict := map[string]bool{"invalid UTF-8": true, "lone surrogate": true, "number out of range": true,
				"nested deeper than 128 levels": true}
			if bad.Code == CodeParseError && json.Valid(text) && !strict[bad.Reason] {
				t.Fatalf("%q is JSON, but the error is %v", text, err)
			}
			return
		}
		if !json.Valid(text) {
			t.Fatalf("%q was accepted", text)
		}
		out, err := m.AppendJSON(nil)
		if err != nil {
			t.Fatalf("encode %+v: %v", m, err)
		}
		again, err := ParseMessage(out)
		if err != nil {
			t.Fatalf("parse %q again: %v", out, err)
		}
		m.BadID = false // a bad id is not kept
		if diff := cmp.Diff(m, again, cmp.AllowUnexported(ID{})); diff != "" {
			t.Fatalf("%q became %q: %s", text, out, diff)
		}
	})
}

func BenchmarkParseMessage(b *testing.B) {
	large := `{"id":1,"method":"m","params":{"text":"` + strings.Repeat("some text \\n ", 1<<16) + `"}}`
	for _, bench := range []struct{ name, text string }{
		{"request", `{"id":12,"method":"sendUserMessage","params":{"conversationId":"67e55044-10b1-426f-9247-bb680e5fe0c8","items":[{"type":"text","data":{"text":"hello"}}]}}`},
		{"reply", `{"id":12,"result":{"decision":"approved"}}`},
		{"large", large},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bench.text)))
			text := []byte(bench.text)
			for b.Loop() {
				if _, err := ParseMessage(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
