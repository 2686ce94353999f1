package schema

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// declared returns the types of a TypeScript text.
func declared(t *testing.T, text string) map[string]expr {
	t.Helper()
	types := map[string]expr{}
	if err := parseTypeScript(text, types); err != nil {
		t.Fatal(err)
	}
	return types
}

func TestCompare(t *testing.T) {
	t.Parallel()
	sent, received := role{sent: true}, role{received: true}
	tests := []struct {
		name         string
		old, current string // declarations
		role         role   // of the type T
		want         []string
	}{
		{"nothing", `export type T = { a: string };`, `export type T = { a: string, };`, sent, nil},
		{
			"types come and go", `export type A = string;`, `export type B = string;`, sent,
			[]string{"breaks  A: the type was removed", "fine    B: the type is new"},
		},
		{
			"member removed", `export type T = { a: string, b: string };`, `export type T = { b: string };`, sent,
			[]string{"breaks  T.a: the member was removed"},
		},
		{
			"required member added to what clients write", `export type T = {};`, `export type T = { a: string };`, sent,
			[]string{"breaks  T.a: the member is new, and required"},
		},
		{
			"optional member added to what clients write", `export type T = {};`, `export type T = { a?: string };`, sent,
			[]string{"fine    T.a: the member is new"},
		},
		{
			"member added to what clients read", `export type T = {};`, `export type T = { a: string };`, received,
			[]string{"fine    T.a: the member is new"},
		},
		{
			"became required, written", `export type T = { a?: string | null };`, `export type T = { a: string };`, sent,
			[]string{"breaks  T.a: became required", "breaks  T.a: is never null now"},
		},
		{
			"became required, read", `export type T = { a?: string | null };`, `export type T = { a: string };`, received,
			[]string{"fine    T.a: became required", "fine    T.a: is never null now"},
		},
		{
			"became optional, written", `export type T = { a: string };`, `export type T = { a?: string | null };`, sent,
			[]string{"fine    T.a: may be missing now", "fine    T.a: may be null now"},
		},
		{
			"became optional, read", `export type T = { a: string };`, `export type T = { a?: string | null };`, received,
			[]string{"breaks  T.a: may be missing now", "breaks  T.a: may be null now"},
		},
		{
			"both written and read", `export type T = { a: string, b?: string };`, `export type T = { a?: string, b: string };`,
			role{sent: true, received: true},
			[]string{"breaks  T.a: may be missing now", "breaks  T.b: became required"},
		},
		{
			"value removed", `export type T = "a" | "b";`, `export type T = "b" | "c";`, received,
			[]string{`breaks  T: the value "a" was removed`, `fine    T: the value "c" is new`},
		},
		{
			"narrowed, written", `export type T = { a: string };`, `export type T = { a: "x" | "y" };`, sent,
			[]string{`breaks  T.a: allows less: was a string, is "x" or "y"`},
		},
		{
			"narrowed, read", `export type T = { a: string };`, `export type T = { a: "x" };`, received,
			[]string{`fine    T.a: allows less: was a string, is "x"`},
		},
		{
			"widened, read", `export type T = Array<{ a: number }>;`, `export type T = { a: JsonValue }[];`, received,
			[]string{`breaks  T[].a: allows more: was a number, is any value`},
		},
		{
			"widened, written", `export type T = { [key in string]?: "a" };`, `export type T = Record<string, string>;`, sent,
			[]string{`fine    T[*]: allows more: was "a", is a string`},
		},
		{
			"another type", `export type T = { a: bigint, b: string, c: Array<string> };`,
			`export type T = { a: number, b: boolean, c: string };`, received,
			[]string{
				"breaks  T.a: was a number (bigint), is a number", "breaks  T.b: was a string, is a boolean",
				"breaks  T.c: was a list, is a string",
			},
		},
		{
			"tagged cases", `export type T = { "type": "a", x: string } | { type: "b" };`,
			`export type T = { "type": "c" } | { "type": "a", x: number };`, received,
			[]string{
				`breaks  T: the case "b" was removed`, `breaks  T "a".x: was a string, is a number`,
				`fine    T: the case "c" is new`,
			},
		},
		{
			"cases tagged outside", `export type T = { add: { x: string } } | { del: {} };`, `export type T = { add: { x: number } };`, sent,
			[]string{`breaks  T: the case "del" was removed`, `breaks  T.add.x: was a string, is a number`},
		},
		{
			"payload that did not change", `export type T = { "type": "a" } & P; export type P = { x: string };`,
			`export type T = | { "type": "a" } & P; export type P = { x: string };`, received, nil,
		},
		{
			"payload written out", `export type T = { "type": "a" } & P; export type P = { x: string };`,
			`export type T = { "type": "a", x: string, y: string }; export type P = { x: string };`, sent,
			[]string{"breaks  T.y: the member is new, and required"},
		},
		{
			"types that are named now", `export type T = { a: { x: string } };`, `export type T = { a: A }; export type A = { x: number };`, received,
			[]string{"breaks  T.a.x: was a string, is a number", "fine    A: the type is new"},
		},
		{
			"untagged cases that got tags", `export type T = A | B; export type A = { type: string }; export type B = { type: string };`,
			`export type T = A | B; export type A = { type: "a" }; export type B = { type: "b" };`, received,
			[]string{`fine    A.type: allows less: was a string, is "a"`, `fine    B.type: allows less: was a string, is "b"`},
		},
		{
			"types in a circle", `export type T = { a: A }; export type A = { t: T };`,
			`export type T = { a: B }; export type B = { t: T, x: T };`, received,
			[]string{"breaks  A: the type was removed", "fine    B: the type is new", "fine    T.a.x: the member is new"},
		},
		{
			"union where one form was", `export type T = string;`, `export type T = string | number;`, received,
			[]string{"fine    T: the case number is new"},
		},
		{
			"one form where a union was", `export type T = string | number;`, `export type T = string;`, sent,
			[]string{"breaks  T: the case number was removed"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, c := range compare(declared(t, test.old), declared(t, test.current), map[string]role{"T": test.role, "A": test.role, "B": test.role}) {
				got = append(got, c.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNumberRelation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		old, current string
		want         relation
	}{
		{"int32", "int32", same},
		{"int32", "int64", wider},
		{"uint64", "uint32", narrower},
		{"int64", "uint64", different},
		{"int64", "float64", wider},
		{"float64", "int64", narrower},
		{"float32", "float64", wider},
		{"float64", "", same},
		{"bigint", "", different},
	}
	for _, test := range tests {
		t.Run(test.old+" to "+test.current, func(t *testing.T) {
			t.Parallel()
			if got := numberRelation(test.old, test.current); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

// TestCompareJSONForms tells apart what TypeScript does not.
func TestCompareJSONForms(t *testing.T) {
	t.Parallel()
	bundle := func(t string) string { return `{"$defs":{"T":` + t + `}}` }
	tests := []struct {
		name, old, current string
		want               []string
	}{
		{
			"format", `{"type":"string"}`, `{"type":"string","format":"uuid"}`,
			[]string{"breaks  T: allows less: was a string, is a string (uuid)"},
		},
		{
			"closed", `{"type":"object","properties":{"a":true}}`,
			`{"type":"object","properties":{"a":true},"additionalProperties":false}`,
			[]string{"breaks  T: unknown members are refused now"},
		},
		{
			"enum closed", `{"anyOf":[{"type":"string","enum":["a","b"]},{"type":"string"}]}`, `{"type":"string","enum":["a","b"]}`,
			[]string{"breaks  T: other values are no longer accepted"},
		},
		{
			"integers", `{"type":"integer","format":"int64"}`, `{"type":"integer","format":"int32"}`,
			[]string{"breaks  T: allows less: was a number (int64), is a number (int32)"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			old, err := parseJSON([]byte(bundle(test.old)))
			if err != nil {
				t.Fatal(err)
			}
			current, err := parseJSON([]byte(bundle(test.current)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range compare(old, current, map[string]role{"T": {sent: true}}) {
				got = append(got, c.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCompareNothing compares the protocol with itself.
func TestCompareNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		write   func(dir string) ([]string, error)
		compare func(dir string) ([]Change, error)
	}{
		{"JSON Schema", WriteJSON, CompareJSON},
		{"TypeScript", WriteTypeScript, CompareTypeScript},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if _, err := test.write(dir); err != nil {
				t.Fatal(err)
			}
			got, err := test.compare(dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Change(nil), got); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareReadErrors(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none")
	empty := t.TempDir()
	damaged := t.TempDir()
	for name, text := range map[string]string{
		BundleName: `{"$defs":{"A":{"type":"tuple"}}}`,
		"A.ts":     tsHeaderLine + "\n\nexport type A = {",
		"Other.ts": "not ours {{{",
	} {
		if err := os.WriteFile(filepath.Join(damaged, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, compare := range []func(string) ([]Change, error){CompareJSON, CompareTypeScript} {
		for _, dir := range []string{missing, empty, damaged} {
			_, err := compare(dir)
			var read *ReadError
			if !errors.As(err, &read) {
				t.Errorf("comparing with %s gives %v, want a ReadError", dir, err)
			}
			if dir == missing && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v does not say that the folder is missing", err)
			}
		}
	}
}
