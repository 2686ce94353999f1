package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/models"
)

func TestSizeFor(t *testing.T) {
	t.Parallel()
	o3, _ := models.Info("o3")
	tests := []struct {
		name          string
		window, limit uint64 // configured; 0 for not
		model         string
		wantWindow    uint64
		wantLimit     int64
	}{
		{"the configured model", 0, 0, "gpt-5", 272_000, 244_800},
		{"the configured model with a window", 1000, 0, "gpt-5", 1000, 900},
		{"the configured model with a limit beyond its window", 0, 300_000, "gpt-5", 272_000, 300_000},
		{"another one", 0, 0, "o3", o3.ContextWindow, o3.AutoCompactTokenLimit},
		{"another one, with a window for the first", 1000, 0, "o3", o3.ContextWindow, o3.AutoCompactTokenLimit},
		{"another one, with a limit", 0, 500, "o3", o3.ContextWindow, 500},
		{"another one, with a limit beyond its window", 0, 250_000, "o3", o3.ContextWindow, o3.AutoCompactTokenLimit},
		{"an unknown one", 0, 0, "mystery", 0, 0},
		{"an unknown one, with a window", 1000, 0, "mystery", 1000, 900},
		{"an unknown one, with a limit", 0, 500, "mystery", 0, 500},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := new(file)
			if test.window > 0 {
				file.ModelContextWindow = &test.window
			}
			if limit := int64(test.limit); limit > 0 {
				file.AutoCompactTokenLimit = &limit
			}
			c := &Config{Model: "gpt-5"}
			(&resolver{file: file}).resolveModel(c)
			window, limit := c.SizeFor(test.model)
			var gotWindow uint64
			var gotLimit int64
			if window != nil {
				gotWindow = *window
			}
			if limit != nil {
				gotLimit = *limit
			}
			if diff := cmp.Diff([]any{test.wantWindow, test.wantLimit}, []any{gotWindow, gotLimit}); diff != "" {
				t.Errorf("window and limit (-want +got):\n%s", diff)
			}
		})
	}
}
