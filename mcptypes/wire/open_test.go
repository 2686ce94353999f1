package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/mcptypes/wire"
)

type openObject struct {
	_     struct{}                   `wire:"fill=v:2.0"`
	_     struct{}                   `wire:"int=code:-32600"`
	Name  string                     `json:"name"`
	Data  json.RawMessage            `json:"data,omitzero" wire:"any"`
	Bound wire.Number                `json:"bound,omitzero"`
	Items wire.OneOrMany[figure]     `json:"items,omitzero"`
	Extra map[string]json.RawMessage `wire:"extra"`
}

type figure interface{ isFigure() }

type disc struct {
	Radius int64   `json:"radius"`
	Title  *string `json:"title,omitzero"`
}

type hoop struct {
	Radius int64 `json:"radius"`
	Inner  int64 `json:"inner,omitzero"`
}

type box struct {
	_    struct{} `wire:"const=kind:box"`
	Side int64    `json:"side"`
}

type otherFigure struct{ Raw json.RawMessage }

func (*disc) isFigure()        {}
func (*hoop) isFigure()        {}
func (*box) isFigure()         {}
func (*otherFigure) isFigure() {}

var _ = wire.Register[figure](wire.ByShape(),
	wire.Of[disc]("disc"), wire.Of[hoop]("hoop"), wire.Of[box]("box"), wire.Unknown[otherFigure]())

func TestOpenObject(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want, wantErr string }{
		{name: "bare", in: `{"code":-32600,"name":"n"}`, want: `{"v":"2.0","code":-32600,"name":"n"}`},
		{
			name: "other members, sorted", in: `{"z":{"b":1, "a":2.0},"code":-32600,"name":"n","a":null}`,
			want: `{"v":"2.0","code":-32600,"name":"n","a":null,"z":{"b":1,"a":2.0}}`,
		},
		{name: "filled member is not looked at", in: `{"v":[1],"code":-32600,"name":"n"}`, want: `{"v":"2.0","code":-32600,"name":"n"}`},
		{name: "another code", in: `{"code":1,"name":"n"}`, wantErr: "code: got 1, want -32600"},
		{name: "code is no integer", in: `{"code":"-32600","name":"n"}`, wantErr: "code: got a string, want -32600"},
		{name: "no code", in: `{"name":"n"}`, wantErr: "code: missing, want -32600"},
		{name: "null is any value", in: `{"code":-32600,"name":"n","data":null}`, want: `{"v":"2.0","code":-32600,"name":"n","data":null}`},
		{name: "number as written", in: `{"code":-32600,"name":"n","bound":1.50e2}`, want: `{"v":"2.0","code":-32600,"name":"n","bound":1.50e2}`},
		{name: "bad number", in: `{"code":-32600,"name":"n","bound":"1"}`, wantErr: "bound: got a string, want number"},
		{
			name: "one", in: `{"code":-32600,"name":"n","items":{"radius":1}}`,
			want: `{"v":"2.0","code":-32600,"name":"n","items":{"radius":1}}`,
		},
		{
			name: "many", in: `{"code":-32600,"name":"n","items":[{"radius":1}]}`,
			want: `{"v":"2.0","code":-32600,"name":"n","items":[{"radius":1}]}`,
		},
		{name: "neither", in: `{"code":-32600,"name":"n","items":1}`, wantErr: "items: got 1, want one of \"disc\", \"hoop\", \"box\""},
		{name: "damaged extra", in: `{"code":-32600,"name":"n","x":{]}`, wantErr: "x: invalid JSON at byte 31: got ']', want a key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var v openObject
			err := wire.Unmarshal([]byte(test.in), &v)
			if test.wantErr != "" {
				if err == nil || err.Error() != test.wantErr {
					t.Errorf("error %v, want %q", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := wire.Append(nil, &v)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExtraMustNotRepeatMembers(t *testing.T) {
	t.Parallel()
	_, err := wire.Append(nil, &openObject{Extra: map[string]json.RawMessage{"name": json.RawMessage(`1`)}})
	if want := "name: got a declared member, want another name"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestByShape(t *testing.T) {
	t.Parallel()
	title := "t"
	tests := []struct {
		name, in string
		want     figure
	}{
		{"first of equals", `{"radius":1}`, &disc{Radius: 1}},
		{"fewest members lost", `{"radius":2,"inner":1}`, &hoop{Radius: 2, Inner: 1}},
		{"fewest members lost, other way", `{"radius":2,"title":"t"}`, &disc{Radius: 2, Title: &title}},
		{"fixed member", `{"kind":"box","side":2}`, &box{Side: 2}},
		{"fixed member differs", `{"kind":"rhomb","side":2}`, &otherFigure{Raw: json.RawMessage(`{"kind":"rhomb","side":2}`)}},
		{"none", `{}`, &otherFigure{Raw: json.RawMessage(`{}`)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []figure
			if err := wire.Unmarshal([]byte("["+test.in+" , "+test.in+"]"), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]figure{test.want, test.want}, got); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
	var got figure
	if err := wire.Unmarshal([]byte(`{"radius":1,]`), &got); err == nil {
		t.Error("damaged JSON was read")
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	if n, err := wire.Number("12345678901234567").Int64(); n != 12345678901234567 || err != nil {
		t.Errorf("Int64 = %d, %v", n, err)
	}
	if f, err := wire.Number("").Float64(); f != 0 || err != nil {
		t.Errorf("Float64 of the zero number = %v, %v", f, err)
	}
	for _, bad := range []wire.Number{"x", "1 ", " 1", "1,2", "0x1", "+1", "NaN"} {
		if text, err := wire.Append(nil, &bad); err == nil {
			t.Errorf("%q was written as %s", bad, text)
		}
	}
}
