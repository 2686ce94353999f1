package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden generates from a small schema that has every construct.
func TestGolden(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("testdata", "small.json"))
	if err != nil {
		t.Fatal(err)
	}
	types, samples, err := generate(data, "2000-01-01", "small")
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"small.go.golden": types, "small_test.go.golden": samples} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	buildAndTest(t, types, samples, "small")
}

// TestRefused names the place of what the generator does not understand.
func TestRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, schema, want string }{
		{"not JSON", `{`, "parse schema: unexpected end of JSON input"},
		{"nothing", `{}`, "parse schema: there are no definitions"},
		{"unknown section", `{"defs":{}}`, "parse schema: #/defs: unknown keyword"},
		{"unknown keyword", `{"$defs":{"A":{"type":"object","patternProperties":{}}}}`, "parse schema: #/$defs/A/patternProperties: unknown keyword"},
		{"keyword inside", `{"$defs":{"A":{"type":"object","properties":{"a/b":{"not":{}}}}}}`, "parse schema: #/$defs/A/properties/a~1b/not: unknown keyword"},
		{"false", `{"$defs":{"A":{"type":"object","additionalProperties":false}}}`, "parse schema: #/$defs/A/additionalProperties: false is not supported"},
		{"foreign reference", `{"$defs":{"A":{"$ref":"other.json"}}}`, `parse schema: #/$defs/A/$ref: the reference "other.json" leads out of the file`},
		{"lost reference", `{"$defs":{"A":{"$ref":"#/$defs/B"}}}`, `parse schema: #/$defs/A: there is no definition "B"`},
		{"null", `{"definitions":{"A":{"type":"null"}}}`, "generate from schema: #/definitions/A: no Go type for this definition"},
		{"null member", `{"definitions":{"A":{"type":"object","properties":{"b":{"type":"null"}}}}}`, "generate from schema: #/definitions/A/properties/b: no Go type for this"},
		{"array of nothing", `{"definitions":{"A":{"type":"object","properties":{"b":{"type":"array"}}}}}`, "generate from schema: #/definitions/A/properties/b: an array without items"},
		{
			"case without a name", `{"definitions":{"A":{"anyOf":[{"type":"string"}]}}}`,
			"generate from schema: #/definitions/A/anyOf/0: a case without a name",
		},
		{
			"two names in one", `{"definitions":{"A":{"type":"object","properties":{"b_c":{"type":"string"},"bC":{"type":"string"}}}}}`,
			"generate from schema: #/definitions/A/properties/b_c: two fields have the name BC",
		},
		{
			"name taken", `{"definitions":{"A":{"type":"object","properties":{"b":{"type":"string","enum":["x"]}}},"AB":{"type":"string"}}}`,
			"generate from schema: #/definitions/A/properties/b: the name AB is taken by a definition",
		},
		{
			"request without a result", `{"definitions":{"ARequest":{"type":"object","properties":{"method":{"type":"string","const":"a"}},"required":["method"]}}}`,
			"generate from schema: #/definitions/ARequest: there is no result for it",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := generate([]byte(test.schema), "x", "x")
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestRun writes files, checks them, and finds what was changed.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options{
		schema: filepath.Join("testdata", "small.json"), version: "v",
		out: filepath.Join(dir, "types.go"), samples: filepath.Join(dir, "samples_test.go"), pkg: "p",
	}
	check := o
	check.check = true
	if err := run(check, ""); err == nil || !strings.Contains(err.Error(), "types.go is not current: run genmcptypes") {
		t.Errorf("check without files: %v", err)
	}
	if err := run(o, ""); err != nil {
		t.Fatal(err)
	}
	if err := run(check, ""); err != nil {
		t.Errorf("check of fresh files: %v", err)
	}
	data, err := os.ReadFile(o.samples)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.samples, append(data, "// more\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	err = run(check, "")
	if err == nil || !strings.Contains(err.Error(), "samples_test.go is not current") || !strings.Contains(err.Error(), "-// more") {
		t.Errorf("check of an edited file: %v", err)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got := options{}.withDefaults("schemas")
	want := options{
		schema: filepath.Join("schemas", "2025-06-18", "schema.json"), version: "2025-06-18",
		out: filepath.Join("..", "mcptypes", "types_gen.go"), samples: filepath.Join("..", "mcptypes", "samples_gen_test.go"),
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(options{})); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if got := (options{out: "x.go"}).withDefaults("schemas"); got.samples != "" {
		t.Errorf("samples are written to %s beside -out", got.samples)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"_meta": "Meta", "$schema": "Schema", "uriTemplate": "URITemplate", "mimeType": "MIMEType", "requestId": "RequestID",
		"user_agent": "UserAgent", "ttlMs": "TTLMs", "io.modelcontextprotocol/clientInfo": "ClientInfo",
		"date-time": "DateTime", "notifications/message": "NotificationsMessage", "anyOf": "AnyOf", "JSONRPCError": "JSONRPCError",
	} {
		if got := goName(in); got != want {
			t.Errorf("goName(%q) = %s, want %s", in, got, want)
		}
	}
}

// schemas returns the published schemas at hand, by version, or skips the test.
func schemas(t *testing.T) map[string]string {
	t.Helper()
	dir := os.Getenv(schemaDirVariable)
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "mcp", "schema")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*", "schema.json"))
	if err != nil || len(paths) == 0 {
		t.Skipf("no schemas in %s: set %s", dir, schemaDirVariable)
	}
	found := map[string]string{}
	for _, path := range paths {
		found[versionOf(path)] = path
	}
	return found
}

// TestCurrent regenerates the package mcptypes and compares.
func TestCurrent(t *testing.T) {
	t.Parallel()
	path, ok := schemas(t)[defaultVersion]
	if !ok {
		t.Skipf("the schema %s is not at hand", defaultVersion)
	}
	module := filepath.Join("..", "..", "mcptypes")
	err := run(options{
		schema: path, out: filepath.Join(module, "types_gen.go"), samples: filepath.Join(module, "samples_gen_test.go"),
		pkg: "mcptypes", check: true,
	}, "")
	if err != nil {
		t.Error(err)
	}
}

// TestPublishedVersions generates from every published schema, compiles the
// result and runs its round trips.
func TestPublishedVersions(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles packages")
	}
	for version, path := range schemas(t) {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			types, samples, err := generate(data, version, "mcp")
			if err != nil {
				t.Fatal(err)
			}
			buildAndTest(t, types, samples, "mcp")
		})
	}
}

// buildAndTest compiles a generated package in a module of its own and runs the
// round trips of mcptypes in it.
func buildAndTest(t *testing.T, types, samples []byte, pkg string) {
	t.Helper()
	module, err := filepath.Abs(filepath.Join("..", "..", "mcptypes"))
	if err != nil {
		t.Fatal(err)
	}
	roundTrip, err := os.ReadFile(filepath.Join(module, "roundtrip_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/generated\n\ngo 1.26\n\nrequire github.com/codex-go/codex/mcptypes v0.0.0\n\n" +
			"replace github.com/codex-go/codex/mcptypes => " + module + "\n",
		"types.go":          string(types),
		"samples_test.go":   string(samples),
		"roundtrip_test.go": strings.Replace(string(roundTrip), "package mcptypes", "package "+pkg, 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"vet", "."}, {"test", "."}} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s of the generated package: %v\n%s", args[0], err, out)
		}
	}
}
