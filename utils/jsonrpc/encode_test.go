package jsonrpc

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type appender string

func (a appender) AppendJSON(dst []byte) ([]byte, error) {
	switch a {
	case "fail":
		return nil, errors.New("no luck")
	case "panic":
		panic("no luck")
	}
	return append(dst, a...), nil
}

func TestEncode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		params any
		want   string // of params; "" if it cannot be encoded
	}{
		{"appender", appender(`{"a":1}`), `{"a":1}`},
		{"appender with line breaks", appender("{\n \"a\": [1,\r\n2]\n}"), `{"a":[1,2]}`},
		{"appender of torn JSON over lines", appender("{\n"), ""},
		{"appender of nothing", appender(""), ""},
		{"appender that fails", appender("fail"), ""},
		{"appender that panics", appender("panic"), ""},
		{"nil in a pointer", (*appender)(nil), ""},
		{"raw", json.RawMessage(" {\n}"), `{}`},
		{"raw and empty", json.RawMessage(""), `null`},
		{"raw and torn", json.RawMessage("{"), ""},
		{"no escapes for HTML", map[string]string{"a": "<&>é"}, `{"a":"<&>é"}`},
		{"invalid UTF-8", "a\xffb", `"a\ufffdb"`},
		{"channel", make(chan int), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newScratch()
			defer s.free()
			err := s.request(ID{}, "m", test.params)
			if test.want == "" {
				if !errors.Is(err, ErrEncode) {
					t.Errorf("got %s, error %v", s.buf, err)
				}
				return
			}
			want := `{"jsonrpc":"2.0","method":"m","params":` + test.want + "}\n"
			if diff := cmp.Diff(want, string(s.buf)); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

// TestUnencodable checks that a message that cannot be encoded leaves nothing
// on the wire.
func TestUnencodable(t *testing.T) {
	t.Parallel()
	near, far := Pipe()
	reported := make(chan string, 1)
	conn := NewConn(near, &Options{Hooks: &Hooks{Unencodable: func(method string, _ ID, err error) {
		reported <- method + ": " + err.Error()
	}}})
	closing(t, conn)
	if err := conn.Notify(t.Context(), "bad", appender("fail")); !errors.Is(err, ErrEncode) {
		t.Errorf("got %v", err)
	}
	if got := <-reported; !strings.Contains(got, "no luck") {
		t.Errorf("reported %s", got)
	}
	if err := conn.Notify(t.Context(), "good", nil); err != nil {
		t.Error(err)
	}
	got, err := far.ReadMessage()
	if diff := cmp.Diff(`{"jsonrpc":"2.0","method":"good"}`, string(got)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAppendString(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "plain", "é😀", `"\/`, "\x00\x1f\x7f\b\f\n\r\t", "a\xff\xfeb", "\xed\xa0\x80", "\u2028", "<&>", strings.Repeat("long\n", 100),
	} {
		var got string
		if err := json.Unmarshal(appendString(nil, text), &got); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(quoted, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestErrorJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  *Error
		want string // "" if it cannot be encoded
		sent string // as a reply, where it can always
	}{
		{"plain", &Error{Code: -32600, Message: "a <b>\n"}, `{"code":-32600,"message":"a <b>\n"}`, ""},
		{"data", &Error{Code: 1, Data: json.RawMessage(`[1]`)}, `{"code":1,"message":"","data":[1]}`, ""},
		{"torn data", &Error{Code: 1, Data: json.RawMessage(`[1`)}, ``, `{"code":1,"message":""}`},
		{"data of lines", &Error{Code: 1, Data: json.RawMessage("[\n1]")}, "{\"code\":1,\"message\":\"\",\"data\":[\n1]}",
			`{"code":1,"message":"","data":[1]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.err.AppendJSON(nil)
			if (err != nil) != (test.want == "") {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Error(diff)
			}
			sent := test.sent
			if sent == "" {
				sent = test.want
			}
			s := newScratch()
			defer s.free()
			s.failure(IntID(1), test.err)
			if diff := cmp.Diff(`{"jsonrpc":"2.0","id":1,"error":`+sent+"}\n", string(s.buf)); diff != "" {
				t.Error(diff)
			}
		})
	}
	var none *Error
	if got := asError(error(none)); got == nil || got.Code != CodeInternalError {
		t.Errorf("a nil *Error became %v", got)
	}
}
