package config

import "github.com/codex-go/codex/core/models"

// familyOverrides are settings that change what is known about the family of
// whatever model is used.
type familyOverrides struct {
	reasoning     *bool
	summaryFormat *models.SummaryFormat
}

// FamilyFor returns the family of a model that a conversation changes to, with
// the settings of the configuration applied.
func (c *Config) FamilyFor(model string) models.Family {
	f := models.FamilyFor(model)
	if c.family.reasoning != nil {
		f.Reasoning = *c.family.reasoning
	}
	if c.family.summaryFormat != nil {
		f.SummaryFormat = *c.family.summaryFormat
	}
	return f
}
