package appserver

import (
	"context"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/history"
	"github.com/codex-go/codex/core/modelclient"
)

// credentials hands the model client what the user signed in with.
type credentials struct{ *auth.Manager }

// Token returns the current credential.
func (c credentials) Token(ctx context.Context) (modelclient.Credential, bool, error) {
	credential, ok, err := c.Manager.Token(ctx)
	return modelclient.Credential(credential), ok, err
}

// historyOptions are the settings of the message history.
func historyOptions(c *config.Config) *history.Options {
	o := &history.Options{Off: c.HistoryPersistence == config.HistoryNone}
	if c.HistoryMaxBytes != nil {
		o.MaxBytes = int64(min(*c.HistoryMaxBytes, 1<<62))
	}
	return o
}
