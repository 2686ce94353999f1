// Package models knows the language models: which family a model belongs to,
// what that means for the prompt and the tools, and how large the model's
// context is.
//
//	family := models.FamilyFor("gpt-5-codex")
//	if info, ok := models.Info(family.Slug); ok {
//		limit = info.AutoCompactTokenLimit
//	}
//
// Families are found by the first matching prefix, sizes by the longest one,
// so that a dated or tagged slug ("gpt-4o-2024-05-13", "gpt-oss:20b") finds
// its numbers. Everything here is a pure function over constant tables and
// safe for concurrent use. (spec: agent-loop, models)
package models
