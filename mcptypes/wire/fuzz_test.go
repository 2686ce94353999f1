package wire_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/codex-go/codex/mcptypes/wire"
	"github.com/google/go-cmp/cmp"
)

// depth is the deepest nesting that valid JSON reaches.
func depth(data []byte) int {
	dec := json.NewDecoder(bytes.NewReader(data))
	deepest, now := 0, 0
	for {
		tok, err := dec.Token()
		if err != nil {
			return deepest
		}
		if delim, ok := tok.(json.Delim); ok {
			if delim == '{' || delim == '[' {
				now++
				deepest = max(deepest, now)
			} else {
				now--
			}
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, seed := range validitySeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := wire.Valid(data)
		want := json.Valid(data) && depth(data) <= wire.MaxDepth
		if got != want {
			t.Fatalf("Valid = %v, want %v", got, want)
		}
		wire.Peek(data, "a", "b")
		wire.PeekString(data, "a")
		out, err := wire.AppendRaw(nil, data)
		if (err == nil) != want {
			t.Fatalf("AppendRaw: %v", err)
		}
		if err != nil {
			return
		}
		if bytes.ContainsAny(out, "\n\r") || !utf8.Valid(out) {
			t.Fatalf("AppendRaw gives %q", out)
		}
		if !utf8.Valid(data) {
			return
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out, compact.Bytes()) {
			t.Fatalf("AppendRaw gives %q, encoding/json %q", out, compact.Bytes())
		}
	})
}

func FuzzString(f *testing.F) {
	for _, seed := range []string{``, `a`, `\u00e9`, `\ud83d\ude00`, `\ud83d`, "\xff", `\"`, `\ud83d\u0041`, "é\u2028"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, want string
		quoted := []byte(`"` + s + `"`)
		gotErr, wantErr := wire.Unmarshal(quoted, &got), json.Unmarshal(quoted, &want)
		if (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("errors differ: %v, encoding/json: %v", gotErr, wantErr)
		}
		if gotErr == nil && got != want {
			t.Fatalf("read %q, encoding/json %q", got, want)
		}
		out := wire.AppendString(nil, s)
		if err := json.Unmarshal(out, &want); err != nil {
			t.Fatal(err)
		}
		if err := wire.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		if got != want || utf8.ValidString(s) && got != s {
			t.Fatalf("%q came back as %q, encoding/json %q", s, got, want)
		}
	})
}

func FuzzUnmarshal(f *testing.F) {
	full := &everything{
		Raw: json.RawMessage("{}"), Color: "red", Shape: &circle{}, Shapes: []shape{&square{}, &otherShape{Type: "x"}},
		Tree: &tree{Children: []tree{{}}}, OmitList: []string{"a"}, Map: map[string]int{"a": 1},
	}
	seed, err := wire.Append(nil, full)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	for _, s := range validitySeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		stable[everything](t, data)
		stable[shape](t, data)
		stable[[]beside](t, data)
		stable[map[string]outside](t, data)
		stable[lookalike](t, data)
		stable[custom](t, data)
		stable[fixed](t, data)
	})
}

// stable checks that what can be read as a T is written in a form that reads
// as the same again.
func stable[T any](t *testing.T, data []byte) {
	t.Helper()
	var first, second T
	if err := wire.Unmarshal(data, &first); err != nil {
		return
	}
	if !json.Valid(data) {
		t.Fatalf("%T was read from what is not JSON", first)
	}
	out, err := wire.Options{InputFields: true}.Append(nil, &first)
	if err != nil {
		t.Fatalf("write %T: %v", first, err)
	}
	if err := wire.Unmarshal(out, &second); err != nil {
		t.Fatalf("read %T again from %s: %v", first, out, err)
	}
	again, err := wire.Options{InputFields: true}.Append(nil, &second)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(out), string(again)); diff != "" {
		t.Fatalf("%T changes when it is read and written again (-first +second):\n%s", first, diff)
	}
}
