package protocol_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the samples anew from what they decode to")

// sampleFile is a file of samples, one JSON value a line, each in the exact
// form in which it is written.
type sampleFile struct {
	name  string
	union reflect.Type
	// roundTrip decodes a line, tells what it decoded to (the values whose
	// types the sample covers) and encodes it again.
	roundTrip func(t *testing.T, line []byte) (values []any, again []byte)
}

var sampleFiles = []sampleFile{
	{"events", reflect.TypeFor[protocol.EventMsg](), trip[protocol.EventMsg]},
	{"ops", reflect.TypeFor[protocol.Op](), trip[protocol.Op]},
	{"items", reflect.TypeFor[protocol.ResponseItem](), trip[protocol.ResponseItem]},
	{"contents", reflect.TypeFor[protocol.ContentItem](), trip[protocol.ContentItem]},
	{"reasoning_contents", reflect.TypeFor[protocol.ReasoningContent](), trip[protocol.ReasoningContent]},
	{"inputs", reflect.TypeFor[protocol.InputItem](), trip[protocol.InputItem]},
	{"client_inputs", reflect.TypeFor[protocol.ClientInput](), trip[protocol.ClientInput]},
	{"sandbox_policies", reflect.TypeFor[protocol.SandboxPolicy](), trip[protocol.SandboxPolicy]},
	{"file_changes", reflect.TypeFor[protocol.FileChange](), trip[protocol.FileChange]},
	{"parsed_commands", reflect.TypeFor[protocol.ParsedCommand](), trip[protocol.ParsedCommand]},
	{"web_search_actions", reflect.TypeFor[protocol.WebSearchAction](), trip[protocol.WebSearchAction]},
	{"rollout_lines", reflect.TypeFor[protocol.RolloutItem](), tripLine},
	{"client_requests", reflect.TypeFor[protocol.ClientRequest](), tripClientRequest},
	{"server_requests", reflect.TypeFor[protocol.ServerRequest](), tripServerRequest},
	{"server_notifications", reflect.TypeFor[protocol.ServerNotification](), tripServerNotification},
	{"client_notifications", reflect.TypeFor[protocol.ClientNotification](), tripClientNotification},
}

// trip decodes and encodes a case of the union U, through the codec and
// through encoding/json.
func trip[U any](t *testing.T, line []byte) ([]any, []byte) {
	t.Helper()
	var v U
	if err := protocol.Unmarshal(line, &v); err != nil {
		t.Fatalf("decode %s: %v", line, err)
	}
	again, err := wire.Options{InputFields: true}.Append(nil, v)
	if err != nil {
		t.Fatalf("encode %T: %v", v, err)
	}
	sameAsEncodingJSON(t, v)
	return []any{v}, again
}

// sameAsEncodingJSON checks that encoding/json writes what v points to as the
// codec does, by pointer and by value, and reads it back.
func sameAsEncodingJSON(t *testing.T, v any) {
	t.Helper()
	want, err := protocol.Append(nil, v)
	if err != nil {
		t.Fatalf("encode %T: %v", v, err)
	}
	for _, in := range []any{v, reflect.ValueOf(v).Elem().Interface()} {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(in); err != nil {
			t.Fatalf("encoding/json of %T: %v", in, err)
		}
		if diff := cmp.Diff(string(want)+"\n", out.String()); diff != "" {
			t.Errorf("encoding/json writes %T differently (-want +got):\n%s", in, diff)
		}
	}
	type appender interface {
		AppendJSON(dst []byte) ([]byte, error)
	}
	if got, err := v.(appender).AppendJSON([]byte("x")); err != nil || string(got) != "x"+string(want) {
		t.Errorf("AppendJSON of %T gives %s, %v", v, got, err)
	}
	back := reflect.New(reflect.TypeOf(v).Elem()).Interface()
	if err := json.Unmarshal(want, back); err != nil {
		t.Fatalf("encoding/json cannot read %T: %v", v, err)
	}
	again, err := protocol.Append(nil, back)
	if err != nil {
		t.Fatalf("encode %T: %v", back, err)
	}
	if diff := cmp.Diff(string(want), string(again)); diff != "" {
		t.Errorf("encoding/json reads %T differently (-want +got):\n%s", v, diff)
	}
}

func tripLine(t *testing.T, line []byte) ([]any, []byte) {
	t.Helper()
	var l protocol.RolloutLine
	if err := protocol.Unmarshal(line, &l); err != nil {
		t.Fatalf("decode %s: %v", line, err)
	}
	again, err := protocol.Append(nil, &l)
	if err != nil {
		t.Fatalf("encode the line: %v", err)
	}
	sameAsEncodingJSON(t, &l)
	return []any{l.Item}, again
}

// exchange is a method with its params and its result.
type exchange struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result,omitempty"`
}

// tripExchange decodes and encodes both halves of a sample.
func tripExchange(t *testing.T, line []byte,
	params func(string, json.RawMessage) (any, error), result func(string, json.RawMessage) (any, error),
) ([]any, []byte) {
	t.Helper()
	var x exchange
	if err := json.Unmarshal(line, &x); err != nil {
		t.Fatalf("sample %s: %v", line, err)
	}
	p, err := params(x.Method, x.Params)
	if err != nil {
		t.Fatalf("decode the params of %s: %v", x.Method, err)
	}
	values := []any{p}
	again, err := protocol.Append([]byte(`{"method":"`+p.(interface{ Method() string }).Method()+`","params":`), p)
	if err != nil {
		t.Fatalf("encode %T: %v", p, err)
	}
	if result != nil {
		r, err := result(x.Method, x.Result)
		if err != nil {
			t.Fatalf("decode the result of %s: %v", x.Method, err)
		}
		values = append(values, r)
		if again, err = protocol.Append(append(again, `,"result":`...), r); err != nil {
			t.Fatalf("encode %T: %v", r, err)
		}
	}
	for _, v := range values {
		sameAsEncodingJSON(t, v)
	}
	return values, append(again, '}')
}

// boxed returns decode with an untyped result.
func boxed[T any](decode func(string, json.RawMessage) (T, error)) func(string, json.RawMessage) (any, error) {
	return func(method string, params json.RawMessage) (any, error) { return decode(method, params) }
}

func tripClientRequest(t *testing.T, line []byte) ([]any, []byte) {
	t.Helper()
	return tripExchange(t, line, boxed(protocol.DecodeClientRequest), protocol.DecodeClientResult)
}

func tripServerRequest(t *testing.T, line []byte) ([]any, []byte) {
	t.Helper()
	return tripExchange(t, line, boxed(protocol.DecodeServerRequest), protocol.DecodeServerResult)
}

func tripServerNotification(t *testing.T, line []byte) ([]any, []byte) {
	t.Helper()
	return tripExchange(t, line, boxed(protocol.DecodeServerNotification), nil)
}

func tripClientNotification(t *testing.T, line []byte) ([]any, []byte) {
	t.Helper()
	return tripExchange(t, line, boxed(protocol.DecodeClientNotification), nil)
}

// readSamples returns the lines of a file of samples.
func readSamples(t testing.TB, name string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "samples", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
}

// TestSamples checks that every sample is written as it was read, that every
// case of every union has a sample, and that every member of every case, and
// of the structs inside, has a value in some sample.
func TestSamples(t *testing.T) {
	t.Parallel()
	covered := map[reflect.Type]bool{}
	for _, f := range sampleFiles {
		covered[f.union] = true
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			seen := coverage{}
			var out []byte
			for _, line := range readSamples(t, f.name) {
				values, again := f.roundTrip(t, line)
				for _, v := range values {
					seen.add(reflect.ValueOf(v))
				}
				if diff := cmp.Diff(string(line), string(again)); diff != "" && !*update {
					t.Errorf("a sample changes (-read +written):\n%s", diff)
				}
				out = append(append(out, again...), '\n')
			}
			if *update {
				if err := os.WriteFile(filepath.Join("testdata", "samples", f.name+".jsonl"), out, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			union, ok := wire.UnionOf(f.union)
			if !ok {
				t.Fatalf("%v is not registered", f.union)
			}
			for _, c := range union.Cases {
				seen.require(t, c.Type)
				if c.Result != nil {
					seen.require(t, c.Result)
				}
			}
			if union.Unknown != nil && !seen.has(union.Unknown) {
				t.Errorf("no sample of %v", union.Unknown)
			}
		})
	}
	for _, u := range wire.Unions() {
		if !covered[u.Type] && strings.HasPrefix(u.Type.String(), "protocol.") {
			t.Errorf("%v has no samples", u.Type)
		}
	}
}

// coverage says for each struct type which members had a value.
type coverage map[reflect.Type]map[string]bool

func (c coverage) has(t reflect.Type) bool { return c[t] != nil }

// add takes in v and what is inside.
func (c coverage) add(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			c.add(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			c.add(v.Index(i))
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			c.add(iter.Value())
		}
	case reflect.Struct:
		if c[v.Type()] == nil {
			c[v.Type()] = map[string]bool{}
		}
		c.fields(v.Type(), v)
	}
}

// fields takes in the fields of v for the struct type t.
func (c coverage) fields(t reflect.Type, v reflect.Value) {
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		if !sf.IsExported() {
			continue
		}
		if sf.Anonymous {
			c.fields(t, v.Field(i))
			continue
		}
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if !v.Field(i).IsZero() {
			c[t][name] = true
		}
		c.add(v.Field(i))
	}
}

// require fails for members of t, and of the structs inside, that no sample
// had.
func (c coverage) require(t *testing.T, typ reflect.Type) {
	t.Helper()
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		c.require(t, typ.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	if !c.has(typ) {
		t.Errorf("no sample of %v", typ)
		return
	}
	object, _ := wire.Describe(typ)
	for _, m := range object.Members {
		if m.Fixed != "" {
			continue
		}
		if !c[typ][m.Name] && typ.PkgPath() == reflect.TypeFor[protocol.Event]().PkgPath() {
			t.Errorf("no sample of %v has a value for %s", typ, m.Name)
		}
		c.require(t, m.Type)
	}
}
