package tomledit

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func parse(t testing.TB, text string) *Document {
	t.Helper()
	doc, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// split reads a test's path, in which "/" stands between segments.
func split(path string) []string { return strings.Split(path, "/") }

func TestSet(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, before, path string
		value              Value
		want               string
	}{
		{"empty document", "", "model", String("b"), "model = \"b\"\n"},
		{"replaced", "# c\nmodel = \"a\" # keep?\nother=\"x\"\n", "model", String("b"), "# c\nmodel = \"b\" # keep?\nother=\"x\"\n"},
		{"spacing", "  model\t=   \"a\"   \n", "model", String("b"), "  model\t=   \"b\"   \n"},
		{"equal value", "model = 'a'\n", "model", String("a"), "model = 'a'\n"},
		{"equal value in another notation", "n = 0x10\n", "n", Int(16), "n = 0x10\n"},
		{"single quotes stay", "model = 'a'\n", "model", String(`b\c`), "model = 'b\\c'\n"},
		{"single quotes cannot stay", "model = 'a'\n", "model", String("it's"), "model = \"it's\"\n"},
		{"value of many lines", "model = \"\"\"\na\nb\"\"\" # c\nx = 1\n", "model", String("b"), "model = \"b\" # c\nx = 1\n"},
		{"array of many lines", "roots = [ # c\n  \"a\", # d\n]\nx = 1\n", "roots", Strings([]string{"b", "c"}), "roots = [\"b\", \"c\"]\nx = 1\n"},
		{"other type", "model = 1979-05-27T07:32:00Z\n", "model", Bool(true), "model = true\n"},
		{"quoted key", "\"model\" = 1\n", "model", Int(-2), "\"model\" = -2\n"},
		{"float", "n = 1\n", "n", Float(20), "n = 20.0\n"},
		{"escapes", "", "s", String("\"\\\b\t\n\f\r\x01\x7f é"), "s = \"\\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u007F é\"\n"},

		{"behind the last key of the root", "# c\nmodel = \"b\"\nother=\"x\"\n[tools]\nweb_search=true\n", "effort", String("minimal"),
			"# c\nmodel = \"b\"\nother=\"x\"\neffort = \"minimal\"\n[tools]\nweb_search=true\n"},
		{"before the gap", "a = 1\n\n# end of the root\n\n[t]\n", "b", Int(2), "a = 1\nb = 2\n\n# end of the root\n\n[t]\n"},
		{"behind a value of many lines", "a = [\n 1,\n] # c\n[t]\n", "b", Int(2), "a = [\n 1,\n] # c\nb = 2\n[t]\n"},
		{"no root keys", "[t]\na = 1\n", "b", Int(2), "b = 2\n[t]\na = 1\n"},
		{"no root keys, comment on top", "# My settings\n\n[t]\na = 1\n", "b", Int(2), "# My settings\n\nb = 2\n\n[t]\na = 1\n"},
		{"no root keys, comment of the table", "# about t\n[t]\na = 1\n", "b", Int(2), "b = 2\n# about t\n[t]\na = 1\n"},
		{"no root keys, comments on top and of the table", "# My settings\n\n# about t\n[t]\n", "b", Int(2), "# My settings\n\nb = 2\n\n# about t\n[t]\n"},
		{"blank line on top", "\n[t]\n", "b", Int(2), "\nb = 2\n\n[t]\n"},
		{"comments alone", "# nothing here", "b", Int(2), "# nothing here\nb = 2\n"},
		{"no final line end", "a = 1", "b", Int(2), "a = 1\nb = 2\n"},
		{"no final line end, replaced", "a = 1", "a", Int(2), "a = 2"},
		{"indentation", "[t]\n  a = 1\n", "t/b", Int(2), "[t]\n  a = 1\n  b = 2\n"},

		{"CRLF, replaced", "a = 1\r\nb = 2\r\n", "a", Int(3), "a = 3\r\nb = 2\r\n"},
		{"CRLF, new key", "a = 1\r\n[t]\r\n", "b", Int(3), "a = 1\r\nb = 3\r\n[t]\r\n"},
		{"CRLF, new table", "a = 1\r\n", "t/b", Int(3), "a = 1\r\n\r\n[t]\r\nb = 3\r\n"},
		{"CRLF, no final line end", "a = 1\r\nb = 2", "c", Int(3), "a = 1\r\nb = 2\r\nc = 3\r\n"},
		{"mixed line ends", "a = 1\r\n[t]\nb = 2\n", "c", Int(3), "a = 1\r\nc = 3\r\n[t]\nb = 2\n"},
		{"byte order mark", "\xef\xbb\xbf[t]\n", "a", Int(1), "\xef\xbb\xbfa = 1\n[t]\n"},

		{"in a table", "[t]\na = 1 # c\n\n[u]\n", "t/a", Int(2), "[t]\na = 2 # c\n\n[u]\n"},
		{"new in a table", "[t]\na = 1 # c\n# d\n\n[u]\n", "t/b", Int(2), "[t]\na = 1 # c\nb = 2\n# d\n\n[u]\n"},
		{"new in an empty table", "[t] # c\n\n[u]\n", "t/b", Int(2), "[t] # c\nb = 2\n\n[u]\n"},
		{"header without a line end", "[t]", "t/b", Int(2), "[t]\nb = 2\n"},
		{"new table", "a = 1\n", "t/b", Int(2), "a = 1\n\n[t]\nb = 2\n"},
		{"new table in an empty document", "", "t/u/b", Int(2), "[t.u]\nb = 2\n"},
		{"new table behind a gap", "a = 1\n\n", "t/b", Int(2), "a = 1\n\n[t]\nb = 2\n"},
		{"new table, no final line end", "a = 1", "t/b", Int(2), "a = 1\n\n[t]\nb = 2\n"},
		{"new profile at the end", "[profiles.a]\nm = 1\n\n[tools]\nx = 1\n", "profiles/b/m", Int(2), "[profiles.a]\nm = 1\n\n[tools]\nx = 1\n\n[profiles.b]\nm = 2\n"},
		{"new subtable behind its parent", "[m.a]\nc = 1\n\n[z]\nx = 1\n", "m/a/env/K", String("v"), "[m.a]\nc = 1\n\n[m.a.env]\nK = \"v\"\n\n[z]\nx = 1\n"},
		{"header of a table that has only subtables", "[m.a.env]\nK = 1\n", "m/a/c", Int(1), "[m.a.env]\nK = 1\n\n[m.a]\nc = 1\n"},
		{"quoted segments", "", "projects//home/me.x/trust", String("y"), ""},
		{"quoted name", "[profiles.\"a.b c\"]\nm = 1\n", "profiles/a.b c/n", Int(2), "[profiles.\"a.b c\"]\nm = 1\nn = 2\n"},
		{"new quoted name", "", "profiles/a.b c/n", Int(2), "[profiles.\"a.b c\"]\nn = 2\n"},
		{"backslashes in a name", "", "projects/C:\\x/n", Int(2), "[projects.'C:\\x']\nn = 2\n"},
		{"empty name", "", "", Int(1), "\"\" = 1\n"},

		{"dotted", "profiles.p.model=\"z\"\n", "profiles/p/model", String("b"), "profiles.p.model=\"b\"\n"},
		{"new beside dotted", "profiles.p.model=\"z\"\nx = 1\n", "profiles/p/effort", String("low"), "profiles.p.model=\"z\"\nprofiles.p.effort = \"low\"\nx = 1\n"},
		{"new beside dotted in a table", "[profiles]\np.model=\"z\"\n[t]\n", "profiles/p/effort", String("low"), "[profiles]\np.model=\"z\"\np.effort = \"low\"\n[t]\n"},
		{"new table beside dotted", "profiles.p.model=\"z\"\n", "profiles/q/model", String("b"), "profiles.p.model=\"z\"\n\n[profiles.q]\nmodel = \"b\"\n"},
		{"new below dotted", "a.b = 1\n", "a/c/d", Int(2), "a.b = 1\n\n[a.c]\nd = 2\n"},

		{"inline", "p={model=\"a\",policy=\"never\"}\n", "p/model", String("b"), "p={model=\"b\",policy=\"never\"}\n"},
		{"new inline", "p={model=\"a\", policy=\"never\" } # c\n", "p/effort", String("low"), "p={model=\"a\", policy=\"never\", effort = \"low\" } # c\n"},
		{"empty inline", "p={}\n", "p/effort", Int(1), "p={ effort = 1 }\n"},
		{"blank inline", "p={  } # c\n", "p/effort", Int(1), "p={ effort = 1 } # c\n"},
		{"nested inline", "profiles={p={model=\"a\"},q={model=\"b\"}}\n", "profiles/p/model", String("c"), "profiles={p={model=\"c\"},q={model=\"b\"}}\n"},
		{"new nested inline", "profiles={p={model=\"a\"},q={model=\"b\"}}\n", "profiles/q/effort", Int(1), "profiles={p={model=\"a\"},q={model=\"b\", effort = 1}}\n"},
		{"new table inline", "profiles={p={model=\"a\"}}\n", "profiles/q/model", String("b"), "profiles={p={model=\"a\"}, q.model = \"b\"}\n"},
		{"inline in a table", "[profiles]\np = {model=\"a\"}\n", "profiles/p/effort", Int(1), "[profiles]\np = {model=\"a\", effort = 1}\n"},
		{"dotted inline", "a = {b.c = 1}\n", "a/b/d", Int(2), "a = {b.c = 1, b.d = 2}\n"},
		{"behind an array of tables", "[[a]]\nx = 1\n", "t/y", Int(2), "[[a]]\nx = 1\n\n[t]\ny = 2\n"},
		{"root before an array of tables", "[[a]]\nx = 1\n", "y", Int(2), "y = 2\n[[a]]\nx = 1\n"},
		{"table in an array of tables", "[[a]]\n[a.b]\nx = 1\n[b]\ny = 1\n", "b/x", Int(2), "[[a]]\n[a.b]\nx = 1\n[b]\ny = 1\nx = 2\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := split(test.path)
			if test.want == "" {
				path = []string{"projects", "/home/me.x", "trust"}
				test.want = "[projects.\"/home/me.x\"]\ntrust = \"y\"\n"
			}
			doc := parse(t, test.before)
			if err := doc.Set(path, test.value); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(doc.Bytes())); diff != "" {
				t.Fatal(diff)
			}
			if err := doc.Set(path, test.value); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(doc.Bytes())); diff != "" {
				t.Errorf("the second time: %s", diff)
			}
		})
	}
}

func TestSetRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, before, path string
		value              Value
		want               error
	}{
		{"value in the way", "profiles = 1\n", "profiles/p/model", String("b"), ErrNotTable},
		{"array in the way", "a = [{b = 1}]\n", "a/b", Int(2), ErrNotTable},
		{"array of tables in the way", "[[a]]\nb = 1\n", "a/b", Int(2), ErrNotTable},
		{"table in place", "[a]\nb = 1\n", "a", Int(2), ErrIsTable},
		{"inline table in place", "a = {}\n", "a", Int(2), ErrIsTable},
		{"table of dotted keys in place", "a.b = 1\n", "a", Int(2), ErrIsTable},
		{"array of tables in place", "[[a]]\n", "a", Int(2), ErrUnsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, test.before)
			err := doc.Set(split(test.path), test.value)
			if !errors.Is(err, test.want) || !strings.Contains(fmt.Sprint(err), Key(split(test.path)...)) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(test.before, string(doc.Bytes())); diff != "" {
				t.Error(diff)
			}
		})
	}
	doc := parse(t, "a = 1\n")
	if err := doc.Set(nil, Int(1)); !errors.Is(err, ErrIsTable) {
		t.Errorf("empty path: got %v, want %v", err, ErrIsTable)
	}
	if err := doc.Set([]string{"b"}, String("\xff")); err == nil {
		t.Error("invalid UTF-8: no error")
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, before, path, want string
	}{
		{"key", "a = 1\nb = 2 # c\nc = 3\n", "b", "a = 1\nc = 3\n"},
		{"last key", "model = 1\n", "model", ""},
		{"comments above stay", "# one\nb = 2\n# two\nc = 3\n", "b", "# one\n# two\nc = 3\n"},
		{"no final line end", "a = 1\nb = 2", "b", "a = 1\n"},
		{"many lines", "a = [\n1, # c\n]\nb = 2\n", "a", "b = 2\n"},
		{"CRLF", "a = 1\r\nb = 2\r\n", "a", "b = 2\r\n"},
		{"in a table", "[t]\na = 1\nb = 2\n", "t/a", "[t]\nb = 2\n"},
		{"last of a table", "[t]\na = 1\n", "t/a", "[t]\n"},
		{"dotted", "p.a = 1\np.b = 2\n", "p/a", "p.b = 2\n"},
		{"last dotted", "x = 1\np.q.a = 1\n", "p/q/a", "x = 1\n"},
		{"dotted table", "x = 1\np.q.a = 1\np.q.b = 1\np.r = 1\n", "p/q", "x = 1\np.r = 1\n"},
		{"inline, first", "p = { a = 1, b = 2 } # c\n", "p/a", "p = { b = 2 } # c\n"},
		{"inline, middle", "p = { a = 1, b = 2, c = 3 }\n", "p/b", "p = { a = 1, c = 3 }\n"},
		{"inline, last", "p = { a = 1, b = 2 }\n", "p/b", "p = { a = 1 }\n"},
		{"inline, only", "p = { a = 1 }\n", "p/a", "p = {}\n"},
		{"nested inline", "profiles={p={model=\"a\",x=1},q={model=\"b\"}}\n", "profiles/p/model", "profiles={p={x=1},q={model=\"b\"}}\n"},
		{"inline table", "profiles={p={model=\"a\"},q={model=\"b\"}}\n", "profiles/p", "profiles={q={model=\"b\"}}\n"},
		{"dotted inline", "a = {b.c = 1, x = 2, b.d = 3}\n", "a/b", "a = {x = 2}\n"},
		{"table", "[m.a]\nc = 1\n\n[m.b]\nc = 2\n\n[z]\n", "m/a", "[m.b]\nc = 2\n\n[z]\n"},
		{"table in the middle", "[m.a]\nc = 1\n\n[m.b]\nc = 2\n\n[z]\n", "m/b", "[m.a]\nc = 1\n\n[z]\n"},
		{"table at the end", "a = 1\n\n[m.a]\nc = 1\n", "m/a", "a = 1\n"},
		{"table and subtables", "[m.a]\nc = 1\n\n[m.a.env]\nK = 1\n\n[m.b]\nc = 2\n", "m/a", "[m.b]\nc = 2\n"},
		{"table in pieces", "[m.a.env]\nK = 1\n[z]\nx = 1\n[m.a]\nc = 1\n", "m/a", "[z]\nx = 1\n"},
		{"comment above goes with it", "a = 1\n\n# about b\n# more\n[b]\nc = 1\n\n[z]\n", "b", "a = 1\n\n[z]\n"},
		{"comment at a distance stays", "a = 1\n\n# about all\n\n[b]\nc = 1\n\n[z]\n", "b", "a = 1\n\n# about all\n\n[z]\n"},
		{"comment below goes with it", "[b]\nc = 1\n# d = 1\n\n[z]\n", "b", "[z]\n"},
		{"comment of the next table stays", "[b]\nc = 1\n# about z\n[z]\n", "b", "# about z\n[z]\n"},
		{"no gaps", "[a]\nx = 1\n[b]\nx = 1\n[c]\nx = 1\n", "b", "[a]\nx = 1\n[c]\nx = 1\n"},
		{"array of tables", "[[a]]\nx = 1\n[a.b]\ny = 1\n[[a]]\n[z]\n", "a", "[z]\n"},
		{"quoted", "[m.\"a.b\"]\nc = 1\n", "m/a.b", ""},
		{"value in place of a table", "m = 1\n", "m", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, test.before)
			removed, err := doc.Remove(split(test.path)...)
			if err != nil || !removed {
				t.Fatalf("got %t, %v", removed, err)
			}
			if diff := cmp.Diff(test.want, string(doc.Bytes())); diff != "" {
				t.Fatal(diff)
			}
			if removed, err := doc.Remove(split(test.path)...); err != nil || removed {
				t.Errorf("the second time: got %t, %v", removed, err)
			}
		})
	}
}

func TestRemoveWhatIsNotThere(t *testing.T) {
	t.Parallel()
	const text = "a = 1\n[b]\nc = [1]\n"
	doc := parse(t, text)
	for _, path := range [][]string{nil, {"x"}, {"a", "x"}, {"b", "x"}, {"b", "c", "0"}, {"x", "y"}} {
		if removed, err := doc.Remove(path...); err != nil || removed {
			t.Errorf("%q: got %t, %v", path, removed, err)
		}
	}
	if diff := cmp.Diff(text, string(doc.Bytes())); diff != "" {
		t.Error(diff)
	}
}

func TestWhatSetAddsRemoveTakesAway(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, set, remove string }{
		{"key", "# c\na = 1\n\n[t]\nx = 1\n", "b", "b"},
		{"key of a table", "[t]\nx = 1\n\n# end\n", "t/y", "t/y"},
		{"table at the end", "a = 1\n", "t/y", "t"},
		{"subtable", "[m.a]\nc = 1\n\n[z]\nx = 1\n", "m/a/env/K", "m/a/env"},
		{"inline", "p = {a = 1}\n", "p/b", "p/b"},
		{"dotted", "p.a = 1\n", "p/b", "p/b"},
		{"first key of the root", "[t]\nx = 1\n", "b", "b"},
		{"first key of the root, a comment below", "# about t\n[t]\nx = 1\n", "b", "b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, test.text)
			if err := doc.Set(split(test.set), Int(1)); err != nil {
				t.Fatal(err)
			}
			if removed, err := doc.Remove(split(test.remove)...); err != nil || !removed {
				t.Fatalf("got %t, %v", removed, err)
			}
			if diff := cmp.Diff(test.text, string(doc.Bytes())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	doc := parse(t, "a = 'x'\nn = 1\nf = 1.5\n[t]\nc = 1\nb = 2\n")
	if value, ok := doc.String("a"); !ok || value != "x" {
		t.Errorf("got %q, %t", value, ok)
	}
	if value, ok := doc.Number("n"); !ok || value != 1 {
		t.Errorf("got %v, %t", value, ok)
	}
	if value, ok := doc.Number("f"); !ok || value != 1.5 {
		t.Errorf("got %v, %t", value, ok)
	}
	if value, ok := doc.Number("a"); ok {
		t.Errorf("got %v", value)
	}
	for _, path := range [][]string{{"n"}, {"t"}, {"none"}, {"a", "b"}} {
		if value, ok := doc.String(path...); ok {
			t.Errorf("%q: got %q", path, value)
		}
	}
	if diff := cmp.Diff([]string{"a", "f", "n", "t"}, doc.Keys()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b", "c"}, doc.Keys("t")); diff != "" {
		t.Error(diff)
	}
	if got := doc.Keys("a"); got != nil {
		t.Errorf("got %q", got)
	}
	if !doc.Has("t", "b") || doc.Has("t", "x") || doc.Has("a", "x") {
		t.Error("wrong answer about what is there")
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text         string
		line, column int
		character    string // that the problem names, if any
	}{
		{"model = \n", 1, 9, ""},
		{"a = 1\nb = secret\n", 2, 5, ""},
		{"a = 1\na = 2\n", 2, 1, ""},
		{"a = 1\r\n[b.ü]\n", 2, 4, "U+00FC 'ü'"},
		{"a = 'ö'\nb = €\n", 2, 5, "U+20AC '€'"},
		{"a = ?\n", 1, 5, "U+003F '?'"},
	} {
		_, err := Parse([]byte(test.text))
		var problem *SyntaxError
		if !errors.As(err, &problem) {
			t.Errorf("%q: got %v", test.text, err)
			continue
		}
		if problem.Line != test.line || problem.Column != test.column || strings.Contains(problem.Error(), "secret") ||
			!strings.Contains(problem.Error(), test.character) {
			t.Errorf("%q: got %v", test.text, problem)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value Value
		want  string
		data  any
	}{
		{Value{}, `""`, ""},
		{Bool(false), "false", false},
		{Int(math.MinInt64), "-9223372036854775808", int64(math.MinInt64)},
		{Float(1e21), "1e+21", 1e21},
		{Float(0.5), "0.5", 0.5},
		{Float(math.Copysign(0, -1)), "-0.0", math.Copysign(0, -1)},
		{Float(math.Inf(1)), "inf", math.Inf(1)},
		{Float(math.Inf(-1)), "-inf", math.Inf(-1)},
		{Float(math.NaN()), "nan", math.NaN()},
		{EmptyTable(), "{}", map[string]any{}},
		{Strings(nil), "[]", []any{}},
		{Strings([]string{"a", "\""}), `["a", "\""]`, []any{"a", `"`}},
	} {
		doc := parse(t, "")
		if err := doc.Set([]string{"v"}, test.value); err != nil {
			t.Errorf("%s: %v", test.want, err)
			continue
		}
		if diff := cmp.Diff("v = "+test.want+"\n", string(doc.Bytes())); diff != "" {
			t.Error(diff)
		}
		if !equal(doc.tree["v"], test.data) {
			t.Errorf("%s reads back as %v", test.want, doc.tree["v"])
		}
	}
	if equal(time.Now(), "x") {
		t.Error("a time equals a string")
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path []string
		want string
	}{
		{[]string{"a", "b-c_1"}, "a.b-c_1"},
		{[]string{"a.b", ""}, `"a.b".""`},
		{[]string{`C:\x`}, `'C:\x'`},
		{[]string{`it's\`}, `"it's\\"`},
		{[]string{"é"}, `"é"`},
	} {
		if diff := cmp.Diff(test.want, Key(test.path...)); diff != "" {
			t.Error(diff)
		}
	}
}

func ExampleDocument_Set() {
	doc, err := Parse([]byte("# My settings\nmodel = \"gpt-4.1\"  # fast\n\n[tools]\nweb_search = true\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := doc.Set([]string{"model"}, String("gpt-5")); err != nil {
		fmt.Println(err)
		return
	}
	if err := doc.Set([]string{"profiles", "work", "model"}, String("o3")); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(doc.Bytes()))
	// Output:
	// # My settings
	// model = "gpt-5"  # fast
	//
	// [tools]
	// web_search = true
	//
	// [profiles.work]
	// model = "o3"
}

func BenchmarkSet(b *testing.B) {
	b.ReportAllocs()
	text := []byte("# My settings\nmodel = \"gpt-4.1\"\n\n[mcp_servers.a]\ncommand = \"x\"\nargs = [\"y\"]\n\n[profiles.work]\nmodel = \"o3\"\n")
	for b.Loop() {
		doc, err := Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		if err := doc.Set([]string{"profiles", "work", "model"}, String("gpt-5")); err != nil {
			b.Fatal(err)
		}
	}
}
