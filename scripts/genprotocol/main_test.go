package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/codex-go/codex/protocol/schema"
	"github.com/google/go-cmp/cmp"
)

// repository is the root of the repository.
var repository = filepath.Join("..", "..")

func TestCurrent(t *testing.T) {
	t.Parallel()
	if err := run(repository, true); err != nil {
		t.Error(err)
	}
}

// TestCheck changes a copy of what is generated in several ways: the check finds
// each, and running the generator mends it.
func TestCheck(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, dir := range []string{"protocol", "mcptypes"} {
		if err := copyGo(filepath.Join(repository, dir), filepath.Join(root, dir)); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(root, true); err == nil {
		t.Error("the check passes where nothing was generated")
	}
	changes := []struct {
		name, file string
		data       string // "" removes the file
	}{
		{"texts", "protocol/schema/texts_gen.go", "package schema\n"},
		{"JSON Schema", "protocol/schema/AuthMode.schema.json", "{}\n"},
		{"bundle", "protocol/schema/codex.schema.json", ""},
		{"TypeScript", "protocol/ts/AuthMode.ts", "// GENERATED CODE! DO NOT MODIFY BY HAND!\n\nexport type AuthMode = string;\n"},
		{"index", "protocol/ts/index.ts", ""},
		{"JSON value", "protocol/ts/serde_json/JsonValue.ts", ""},
		{"an old type", "protocol/ts/Old.ts", "// GENERATED CODE! DO NOT MODIFY BY HAND!\n\nexport type Old = string;\n"},
		{"an old schema", "protocol/schema/Old.schema.json", `{"$comment": "Generated from the registries of the protocol. Do not edit."}`},
	}
	for _, change := range changes { // one after the other: they share the copy
		if err := run(root, false); err != nil {
			t.Fatal(err)
		}
		if err := run(root, true); err != nil {
			t.Fatalf("the check fails right after generating: %v", err)
		}
		path := filepath.Join(root, filepath.FromSlash(change.file))
		if change.data == "" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(path, []byte(change.data), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(root, true); err == nil || !strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("%s: the check says %v, want an error that names %s", change.name, err, filepath.Base(path))
		}
	}
}

// copyGo copies the Go files of a package, without tests.
func copyGo(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(from, "*.go"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(path)), data, fs.FileMode(0o600)); err != nil {
			return err
		}
	}
	return nil
}

func TestReadTexts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := `package p

// A is a struct
// of two lines.
type A struct {
	B string // says B
	// C has a comment above.
	C, D int // and one behind
	E    int
}

type (
	// F is one of a group.
	F int
	G int
)

// Not a type.
var H = 1
`
	for name, text := range map[string]string{"p.go": source, "p_test.go": "package p\n\n// T is for tests.\ntype T int\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readTexts(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := schema.Texts{
		"p.A": "A is a struct\nof two lines.", "p.A.B": "says B", "p.A.C": "C has a comment above.", "p.A.D": "C has a comment above.",
		"p.F": "F is one of a group.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if _, err := readTexts(t.TempDir()); err == nil {
		t.Error("a folder without Go files has texts")
	}
}

// TestSamples checks that what a TypeScript compiler is asked about covers the
// protocol.
func TestSamples(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := writeSamples(repository, dir); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	good, bad := read(samplesName), read(damagedName)
	for _, typ := range []string{
		"EventMsg", "EventNotification", "InputItem", "SandboxPolicy", "FileChange", "ParsedCommand", "ClientRequest", "ServerRequest",
		"ServerNotification", "ClientNotification", `ClientResults["initialize"]`, `ServerResults["execCommandApproval"]`,
	} {
		if !strings.Contains(good, ": "+typ+" = ") {
			t.Errorf("no sample of %s", typ)
		}
	}
	if strings.Contains(good, "future_event") {
		t.Error("a sample that TypeScript does not know")
	}
	values := regexp.MustCompile(`(?m)^export const v\d+: `)
	if n := len(values.FindAllString(good, -1)); n < 150 {
		t.Errorf("only %d samples", n)
	}
	damaged := len(values.FindAllString(bad, -1))
	if expected := strings.Count(bad, "// @ts-expect-error "); damaged < 1000 || damaged != expected {
		t.Errorf("%d damaged samples, %d of them expected to be refused", damaged, expected)
	}
}
