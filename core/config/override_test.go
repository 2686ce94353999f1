package config

import (
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pelletier/go-toml/v2"
)

func TestParseOverride(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		key  string
		want any
	}{
		{`model=o3`, "model", "o3"},
		{`model="o3"`, "model", "o3"},
		{`model='o3'`, "model", "o3"},
		{` model = "o3" `, "model", "o3"},
		{`x=true`, "x", true},
		{`x=True`, "x", "True"},
		{`x=1`, "x", int64(1)},
		{`x=0x10`, "x", int64(16)},
		{`x=1.5`, "x", 1.5},
		{`x='"true"'`, "x", `"true"`},
		{`x=`, "x", ""},
		{`x=a=b`, "x", "a=b"},
		{`x="unterminated`, "x", "unterminated"},
		{`x='"a"b'"`, "x", `a"b`},
		{`x=2025-01-01`, "x", toml.LocalDate{Year: 2025, Month: 1, Day: 1}},
		{`x=07:32:00`, "x", toml.LocalTime{Hour: 7, Minute: 32}},
		{`x=07:32`, "x", "07:32"},
		{`x=2025-01-01T07:32`, "x", "2025-01-01T07:32"},
		{`x={command="q"}`, "x", map[string]any{"command": "q"}},
		{`x={"command":"q"}`, "x", `{"command":"q"}`},
		{`x=["a", 1]`, "x", []any{"a", int64(1)}},
		{`x=[a]`, "x", "[a]"},
		{"x=1\ny=2", "x", "1\ny=2"},
		{"x=1 # c", "x", int64(1)},
		{"a.b.c=1", "a.b.c", int64(1)},
		{`a."b.c".d=1`, `a."b.c".d`, int64(1)},
		{`a..b=1`, `a..b`, int64(1)},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			override, err := ParseOverride(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(test.want, override.value); diff != "" {
				t.Error(diff)
			}
			if diff := gocmp.Diff(test.key, override.Key()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseOverrideErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"model":     `invalid override "model": expected key=value`,
		"":          `invalid override "": expected key=value`,
		"=secret":   `invalid override "": the key is empty`,
		"  =secret": `invalid override "": the key is empty`,
	} {
		_, err := ParseOverride(text)
		var override *OverrideError
		if !errors.As(err, &override) {
			t.Errorf("%q: got %v", text, err)
			continue
		}
		if diff := gocmp.Diff(want, err.Error()); diff != "" {
			t.Error(diff)
		}
	}
	if _, err := ParseOverrides([]string{"a=1", "b"}); err == nil {
		t.Error("no error")
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, before string
		flags        []string
		want         map[string]any
	}{
		{"new", "", []string{"a=1"}, map[string]any{"a": int64(1)}},
		{"replaced", "a = 'x'", []string{"a=1"}, map[string]any{"a": int64(1)}},
		{"inner", "[a]\nb = 1\nc = 2", []string{"a.b=3"}, map[string]any{"a": map[string]any{"b": int64(3), "c": int64(2)}}},
		{"tables on the way", "", []string{"a.b.c=1"}, map[string]any{"a": map[string]any{"b": map[string]any{"c": int64(1)}}}},
		{"a value on the way", "a = 1", []string{"a.b=2"}, map[string]any{"a": map[string]any{"b": int64(2)}}},
		{"a table replaced by a value", "[a]\nb = 1", []string{"a=2"}, map[string]any{"a": int64(2)}},
		{"a table replaced by a table", "[a]\nb = 1", []string{"a={c=2}"}, map[string]any{"a": map[string]any{"c": int64(2)}}},
		{"in order", "", []string{"a={b=1}", "a.c=2", "a.b=3"}, map[string]any{"a": map[string]any{"b": int64(3), "c": int64(2)}}},
		{"quotes are part of the key", "", []string{`"a"=1`}, map[string]any{`"a"`: int64(1)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, err := parseDocument("config.toml", []byte(test.before))
			if err != nil {
				t.Fatal(err)
			}
			pristine := cloneTree(doc.tree)
			flags, err := ParseOverrides(test.flags)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the same flags serve every conversation
				if diff := gocmp.Diff(test.want, merge(doc, flags, nil).tree); diff != "" {
					t.Error(diff)
				}
			}
			if diff := gocmp.Diff(pristine, doc.tree); diff != "" {
				t.Errorf("the file's own tree changed: %s", diff)
			}
		})
	}
}

func FuzzParseOverride(f *testing.F) {
	for _, seed := range []string{"model=o3", "x={a=1}", `x="`, "a.b=[1,", "=", "x=1\ny=2", "x=2025-01-01", "x='''a\nb'''"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		override, err := ParseOverride(text)
		if err != nil {
			if strings.TrimSpace(strings.SplitN(text, "=", 2)[0]) != "" && strings.Contains(text, "=") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		tree := make(map[string]any)
		override.apply(tree)
		if got, ok := (&layers{tree: tree}).lookup(override.path); !ok || !gocmp.Equal(override.value, got, cmpopts.EquateNaNs()) {
			t.Errorf("%q: got %v, want %v", text, got, override.value)
		}
	})
}
