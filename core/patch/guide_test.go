package patch

import (
	"strings"
	"testing"
)

// TestGuideExampleParses keeps the example that models are shown right.
func TestGuideExampleParses(t *testing.T) {
	t.Parallel()
	_, example, found := strings.Cut(Guide, "An example:\n\n")
	example, _, ends := strings.Cut(example, "\n\n")
	if !found || !ends {
		t.Fatal("the guide has no example")
	}
	p, err := Parse(example)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sections) != 3 {
		t.Errorf("the example has %d sections, want one of each kind", len(p.Sections))
	}
}
