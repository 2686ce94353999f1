package mcpclient

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/config"
)

func TestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s, failures := w.prepared(map[string]config.McpServer{"one": stdio(t, fakeConfig{})}, nil)
	none(t, failures)
	got, err := w.call(s, "one__echo", `{"b": 1.0, "a":"x<y"}`)
	if diff := cmp.Diff(`{"name":"echo","arguments":{"b":1.0,"a":"x<y"}}`, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
