package models_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/models"
)

// (spec: agent-loop, families)
func TestFamilies(t *testing.T) {
	t.Parallel()
	codex := models.Family{Reasoning: true, BaseText: models.BaseTextCodex, SummaryFormat: models.SummaryFormatExperimental}
	tests := []struct {
		slug  string
		want  models.Family // Slug is filled in
		known bool
	}{
		{"o3", models.Family{Name: "o3", Reasoning: true, ApplyPatchText: true}, true},
		{"o3-2025-04-16", models.Family{Name: "o3", Reasoning: true, ApplyPatchText: true}, true},
		{"o4-mini", models.Family{Name: "o4-mini", Reasoning: true, ApplyPatchText: true}, true},
		{"codex-mini-latest", models.Family{Name: "codex-mini-latest", Reasoning: true, ApplyPatchText: true, Shell: models.ShellLocal}, true},
		{"gpt-4.1", models.Family{Name: "gpt-4.1", ApplyPatchText: true}, true},
		{"gpt-4.1-mini", models.Family{Name: "gpt-4.1", ApplyPatchText: true}, true},
		{"gpt-oss:20b", models.Family{Name: "gpt-oss", ApplyPatchTool: models.ApplyPatchFunction}, true},
		{"gpt-oss-120b", models.Family{Name: "gpt-oss", ApplyPatchTool: models.ApplyPatchFunction}, true},
		{"openai/gpt-oss-20b", models.Family{Name: "gpt-oss", ApplyPatchTool: models.ApplyPatchFunction}, true},
		{"gpt-4o-2024-08-06", models.Family{Name: "gpt-4o", ApplyPatchText: true}, true},
		{"gpt-3.5-turbo", models.Family{Name: "gpt-3.5", ApplyPatchText: true}, true},
		{"codex-next", models.Family{Name: "codex-next", Reasoning: codex.Reasoning, BaseText: codex.BaseText, SummaryFormat: codex.SummaryFormat}, true},
		{"gpt-5-codex", models.Family{Name: "gpt-5-codex", Reasoning: codex.Reasoning, BaseText: codex.BaseText, SummaryFormat: codex.SummaryFormat}, true},
		{"gpt-5-codex-mini", models.Family{Name: "gpt-5-codex-mini", Reasoning: codex.Reasoning, BaseText: codex.BaseText, SummaryFormat: codex.SummaryFormat}, true},
		{"gpt-5", models.Family{Name: "gpt-5", Reasoning: true, Verbosity: true, ApplyPatchText: true}, true},
		{"gpt-5-mini", models.Family{Name: "gpt-5", Reasoning: true, Verbosity: true, ApplyPatchText: true}, true},
		{"mock-model", models.Family{Name: "mock-model"}, false},
		{"", models.Family{}, false},
	}
	for _, test := range tests {
		t.Run(test.slug, func(t *testing.T) {
			t.Parallel()
			test.want.Slug = test.slug
			got, known := models.Lookup(test.slug)
			if known != test.known {
				t.Errorf("known is %v, want %v", known, test.known)
			}
			if known {
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("Lookup differs (-want +got):\n%s", diff)
				}
			}
			if diff := cmp.Diff(test.want, models.FamilyFor(test.slug)); diff != "" {
				t.Errorf("FamilyFor differs (-want +got):\n%s", diff)
			}
		})
	}
}

// (spec: agent-loop, model table)
func TestInfo(t *testing.T) {
	t.Parallel()
	size := func(context, output uint64, limit int64) models.Size {
		return models.Size{ContextWindow: context, MaxOutputTokens: output, AutoCompactTokenLimit: limit}
	}
	tests := []struct {
		slug string
		want models.Size // zero: not known
	}{
		{"gpt-oss-20b", size(96_000, 32_000, 86_400)},
		{"gpt-oss-120b", size(96_000, 32_000, 86_400)},
		{"gpt-oss:20b", models.Size{}},
		{"openai/gpt-oss-120b", models.Size{}},
		{"gpt-oss", models.Size{}},
		{"o3", size(200_000, 100_000, 180_000)},
		{"o3-2025-04-16", size(200_000, 100_000, 180_000)},
		{"o4-mini", size(200_000, 100_000, 180_000)},
		{"codex-mini-latest", size(200_000, 100_000, 180_000)},
		{"codex-mini", size(272_000, 128_000, 244_800)},
		{"gpt-4.1", size(1_047_576, 32_768, 942_819)},
		{"gpt-4.1-2025-04-14", size(1_047_576, 32_768, 942_819)},
		{"gpt-4o", size(128_000, 16_384, 115_200)},
		{"gpt-4o-2024-05-13", size(128_000, 4_096, 115_200)},
		{"gpt-4o-2024-11-20", size(128_000, 16_384, 115_200)},
		{"gpt-3.5-turbo", size(16_385, 4_096, 14_747)},
		{"gpt-5-codex", size(272_000, 128_000, 244_800)},
		{"gpt-5-mini", size(272_000, 128_000, 244_800)},
		{"mock-model", models.Size{}},
		{"", models.Size{}},
	}
	for _, test := range tests {
		t.Run(test.slug, func(t *testing.T) {
			t.Parallel()
			got, ok := models.Info(test.slug)
			if ok != (test.want != models.Size{}) {
				t.Errorf("known is %v", ok)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("size differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAutoCompactLimit(t *testing.T) {
	t.Parallel()
	for window, want := range map[uint64]int64{0: 0, 8: 8, 8192: 7373, 1 << 63: 1<<62 - 1<<62/10} {
		if got := models.AutoCompactLimit(window); got != want {
			t.Errorf("AutoCompactLimit(%d) is %d, want %d", window, got, want)
		}
	}
}

func TestDefaultsAreKnown(t *testing.T) {
	t.Parallel()
	for _, slug := range []string{models.DefaultModel, models.DefaultReviewModel, models.DefaultOSSModel} {
		_, family := models.Lookup(slug)
		_, size := models.Info(slug)
		local := slug == models.DefaultOSSModel // its server decides
		if !family || size == local {
			t.Errorf("%s: family known %v, size known %v", slug, family, size)
		}
	}
}

func ExampleFamilyFor() {
	family := models.FamilyFor("gpt-5-codex")
	size, _ := models.Info(family.Slug)
	fmt.Println(family.Reasoning, size.ContextWindow)
	// Output: true 272000
}
