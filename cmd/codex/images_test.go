package main

import (
	"strings"
	"testing"
)

func TestManyImages(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"exec hi":                          "exec hi",
		"mcp list -i a b":                  "mcp list -i a b",
		"exec hi -i a b":                   "exec hi --image=a --image=b",
		"e hi -i a b":                      "exec hi --image=a --image=b",
		"exec -i a b --json c":             "exec --image=a --image=b --json c",
		"exec --image a b -i c":            "exec --image=a --image=b --image=c",
		"exec -i a -- b -i c":              "exec --image=a -- b -i c",
		"exec -i a -":                      "exec --image=a -",
		"exec --image=a b":                 "exec --image=a b",
		"exec -ia b":                       "exec -ia b",
		"exec -i":                          "exec --image=",
		"exec -i --json":                   "exec --image= --json",
		"exec -i a -m -i b c":              "exec --image=a -m -i b c",
		"exec -i a --model x b":            "exec --image=a --model x b",
		"exec -i a -c -i b":                "exec --image=a -c -i b",
		"exec --json -i a b resume --last": "exec --json --image=a --image=b --image=resume --last",
		"-c model=x exec hi -i a b":        "exec -c model=x hi --image=a --image=b",
		"exec resume id -i a b":            "exec resume id --image=a --image=b",
	} {
		if got := strings.Join(manyImages(newRoot(), strings.Fields(line)), " "); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}
