package tomledit

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// seeds are documents in many forms.
var seeds = []string{
	"",
	"model = \"a\" # keep?\nother='x'\n[tools]\nweb_search=true\n",
	"\xef\xbb\xbfa = 1\r\n\r\n[t]\r\nb = [1, # c\r\n 2]\r\n",
	"profiles = {p = {model = \"a\", x.y = 1}, q = {}}\n",
	"profiles.p.model = 1\nprofiles.q.model = 2\n[profiles.r]\nmodel = '''a\nb'''\n",
	"[[a]]\nb = 1\n[[a.c]]\nd = 2\n[a.c.e]\n[f]\n",
	"# top\n\n[m.\"a.b\"]\n# in\nc = 1 # side\n# below\n\n# about z\n[z]\n\n# end",
	"x = {a = [{b = 1}, {c = 2}]}\nd = 2025-01-01\nn = nan\ni = -inf",
	"a.b = 1\n[a.c]\n  d = \"\"\"\n[e]\n\"\"\"\n",
}

var pathSeeds = []string{"model", "profiles/p/model", "profiles/p", "t/b", "a/c/d", "m/a.b/c", "x/a", "f/g", ""}

func addSeeds(f *testing.F) {
	for _, text := range seeds {
		for _, path := range pathSeeds {
			f.Add([]byte(text), path, "new")
		}
	}
}

// unchanged reports how many bytes at the start and at the end are equal.
func unchanged(before, after []byte) (prefix, suffix int) {
	for prefix < min(len(before), len(after)) && before[prefix] == after[prefix] {
		prefix++
	}
	for suffix < min(len(before), len(after))-prefix && before[len(before)-1-suffix] == after[len(after)-1-suffix] {
		suffix++
	}
	return prefix, suffix
}

// checkSet holds what Set promises about any document.
func checkSet(t *testing.T, text []byte, path []string, value Value) {
	doc, err := Parse(text)
	if err != nil {
		return
	}
	old, existed := lookup(doc.tree, path)
	err = doc.Set(path, value)
	after := doc.Bytes()
	if err != nil {
		if !bytes.Equal(text, after) {
			t.Fatalf("a failure changed the document: %q became %q", text, after)
		}
		return
	}
	again, err := Parse(after)
	if err != nil {
		t.Fatalf("%q became %q: %v", text, after, err)
	}
	want, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	put(want.tree, path, value.generic())
	if !equal(want.tree, again.tree) {
		t.Fatalf("%q became %q", text, after)
	}
	prefix, suffix := unchanged(text, after)
	switch lost := len(text) - prefix - suffix; {
	case existed && equal(old, value.generic()):
		if !bytes.Equal(text, after) {
			t.Fatalf("an equal value changed %q to %q", text, after)
		}
	case !existed && lost > 0 && strings.TrimSpace(string(text[prefix:len(text)-suffix])) != "":
		t.Fatalf("a new key took %d bytes away: %q became %q", lost, text, after)
	case existed && bytes.ContainsAny(text[prefix:len(text)-suffix], "#\n") && !multiline(old):
		t.Fatalf("more than the value changed: %q became %q", text, after)
	}
	if err := again.Set(path, value); err != nil || !bytes.Equal(after, again.Bytes()) {
		t.Fatalf("the second time %q became %q: %v", after, again.Bytes(), err)
	}
}

// multiline reports whether a value may have been written on several lines or
// with a hash in it.
func multiline(value any) bool {
	switch value.(type) {
	case string, []any:
		return true
	}
	return false
}

// checkRemove holds what Remove promises about any document.
func checkRemove(t *testing.T, text []byte, path []string) {
	doc, err := Parse(text)
	if err != nil {
		return
	}
	had := doc.Has(path...)
	removed, err := doc.Remove(path...)
	after := doc.Bytes()
	if err != nil || !removed {
		if !bytes.Equal(text, after) || err == nil && had {
			t.Fatalf("%q became %q: %t, %v", text, after, removed, err)
		}
		return
	}
	again, err := Parse(after)
	if err != nil {
		t.Fatalf("%q became %q: %v", text, after, err)
	}
	if again.Has(path...) {
		t.Fatalf("%q became %q", text, after)
	}
	// Apart from the addressed key, only tables that held nothing else went.
	want, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	drop(want.tree, path)
	for parent := path[:len(path)-1]; !equal(want.tree, again.tree); parent = parent[:len(parent)-1] {
		if len(parent) == 0 {
			t.Fatalf("%q became %q", text, after)
		}
		drop(want.tree, parent)
		if _, still := lookup(again.tree, parent); still {
			t.Fatalf("%q became %q", text, after)
		}
	}
}

func FuzzSet(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte, path, value string) {
		checkSet(t, text, split(path), String(value))
	})
}

func FuzzRemove(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text []byte, path, _ string) {
		checkRemove(t, text, split(path))
	})
}

// TestEditsOfRandomDocuments builds documents from lines that go together in
// many ways, and edits keys that occur in them.
func TestEditsOfRandomDocuments(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	lines := []string{
		"a = 1", "b = 'x' # c", "  c = [1,\n  2 # d\n]", "a.b = 1", "a.c.d = \"y\"", "b = {a = 1, b.c = 2}", "c = {}", "a = {b = {c = 1}}",
		"[a]", "[a.b]", "[a.b.c] # h", "[b]", "[[c]]", "[c.a]", "# comment", "", "  ", "\"b\".c = 3", "d = \"\"\"\n[a]\nb = 1\n\"\"\"",
	}
	segments := []string{"a", "b", "c", "d", "e.f"}
	values := []Value{String("n#\n"), Int(7), Bool(true), Float(2), Strings([]string{"x"}), EmptyTable()}
	valid := 0
	for range 20000 {
		var b strings.Builder
		eol := []string{"\n", "\r\n"}[random.IntN(2)]
		for range 1 + random.IntN(6) {
			b.WriteString(lines[random.IntN(len(lines))] + eol)
		}
		text := []byte(b.String())
		if random.IntN(4) == 0 {
			text = bytes.TrimRight(text, "\r\n")
		}
		if _, err := Parse(text); err != nil {
			continue
		}
		valid++
		var path []string
		for range 1 + random.IntN(3) {
			path = append(path, segments[random.IntN(len(segments))])
		}
		checkSet(t, text, path, values[random.IntN(len(values))])
		checkRemove(t, text, path)
	}
	if valid < 2000 {
		t.Errorf("only %d documents were valid", valid)
	}
}
