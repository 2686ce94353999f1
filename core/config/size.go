package config

import "github.com/codex-go/codex/core/models"

// sizeOverrides are the sizes that the configuration names itself.
type sizeOverrides struct {
	contextWindow    *uint64
	autoCompactLimit *int64
}

// SizeFor returns the context window and the limit of automatic compaction of a
// model that a conversation changes to; nil where nothing is known. A window
// that the model table knows goes before the configured one, which was meant
// for another model. A configured limit holds for every model, as far as it
// leaves room in the window. (spec: agent-loop, user_turn)
func (c *Config) SizeFor(model string) (contextWindow *uint64, autoCompactLimit *int64) {
	if model == c.Model {
		return c.ModelContextWindow, c.AutoCompactTokenLimit
	}
	window, limit := c.size.contextWindow, c.size.autoCompactLimit
	if size, known := models.Info(model); known {
		window = &size.ContextWindow
	}
	if window != nil {
		if most := models.AutoCompactLimit(*window); limit == nil || *limit > most {
			limit = &most
		}
	}
	return window, limit
}
