package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := `package protocol

type A struct{ B string }
type (
	C map[string]A
	D []A
	E string
	F string
	G = A
	H interface{ h() }
	I[T any] struct{ v T }
	j struct{}
	KError struct{}
)

func (*E) DecodeWire() {}
func (*KError) Error() string { return "" }
func (*I[T]) DecodeWire() {}
`
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := targets(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []target{{name: "A"}, {name: "C"}, {name: "D"}, {name: "E", readOnly: true}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(target{})); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func TestCurrent(t *testing.T) {
	t.Parallel()
	if err := run(filepath.Join("..", "..", "protocol"), true); err != nil {
		t.Error(err)
	}
}

func TestCheckFindsStaleFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package protocol\n\ntype A struct{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err == nil {
		t.Error("a missing file passed the check")
	}
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Error(err)
	}
}
