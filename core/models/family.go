package models

import "strings"

// Slugs that are used when nothing is configured.
const (
	// DefaultModel is the model of new conversations.
	DefaultModel = "gpt-5-codex"
	// DefaultReviewModel is the model of reviews.
	DefaultReviewModel = "gpt-5-codex"
	// DefaultOSSModel is the model of conversations with a local server.
	DefaultOSSModel = "gpt-oss:20b"
)

// ShellKind is the form in which a family likes to be offered a shell.
type ShellKind int

// Kinds of shell tools.
const (
	// ShellFunction is the ordinary function tool.
	ShellFunction ShellKind = iota
	// ShellLocal is the provider's own local_shell tool.
	ShellLocal
)

// ApplyPatchKind is the form in which a family is offered apply_patch.
type ApplyPatchKind int

// Kinds of apply_patch tools.
const (
	// ApplyPatchByConfig leaves the choice to the configuration: a free-form
	// tool when it asks for one, else none.
	ApplyPatchByConfig ApplyPatchKind = iota
	// ApplyPatchFunction is always offered, as a function tool.
	ApplyPatchFunction
	// ApplyPatchFreeform is always offered, as a free-form tool.
	ApplyPatchFreeform
)

// BaseTextKind names the base instructions of a family.
type BaseTextKind int

// Kinds of base instructions.
const (
	// BaseTextGeneral is the long text for general models.
	BaseTextGeneral BaseTextKind = iota
	// BaseTextCodex is the short text for the models trained for this agent.
	BaseTextCodex
)

// SummaryFormat tells user interfaces how reasoning summaries are formatted.
// It changes nothing on the wire.
type SummaryFormat int

// Formats of reasoning summaries.
const (
	// SummaryFormatNone promises nothing.
	SummaryFormatNone SummaryFormat = iota
	// SummaryFormatExperimental begins each part with a bold heading.
	SummaryFormatExperimental
)

// Family is what the program must know about a kind of model in order to talk
// to it. (spec: agent-loop, families)
type Family struct {
	// Slug is the model that was looked up, such as "gpt-4o-2024-08-06". It is
	// what a request names.
	Slug string
	// Name is the name of the family, such as "gpt-4o".
	Name string
	// Reasoning is true for models that accept reasoning settings and give
	// reasoning summaries.
	Reasoning bool
	// Verbosity is true for models that accept a verbosity.
	Verbosity bool
	// ApplyPatchText is true for models whose instructions must explain the
	// patch language when no apply_patch tool does.
	ApplyPatchText bool
	// Shell is the form of the shell tool.
	Shell ShellKind
	// ApplyPatchTool is the form of the apply_patch tool.
	ApplyPatchTool ApplyPatchKind
	// BaseText names the base instructions.
	BaseText BaseTextKind
	// SummaryFormat is a hint for user interfaces.
	SummaryFormat SummaryFormat
}

// families in the order in which their prefixes are tried. A family without a
// Name is named after the slug.
var families = [...]struct {
	prefix string
	family Family
}{
	{"o3", Family{Name: "o3", Reasoning: true, ApplyPatchText: true}},
	{"o4-mini", Family{Name: "o4-mini", Reasoning: true, ApplyPatchText: true}},
	{"codex-mini-latest", Family{Name: "codex-mini-latest", Reasoning: true, ApplyPatchText: true, Shell: ShellLocal}},
	{"gpt-4.1", Family{Name: "gpt-4.1", ApplyPatchText: true}},
	{"gpt-oss", Family{Name: "gpt-oss", ApplyPatchTool: ApplyPatchFunction}},
	{"openai/gpt-oss", Family{Name: "gpt-oss", ApplyPatchTool: ApplyPatchFunction}},
	{"gpt-4o", Family{Name: "gpt-4o", ApplyPatchText: true}},
	{"gpt-3.5", Family{Name: "gpt-3.5", ApplyPatchText: true}},
	{"codex-", Family{Reasoning: true, BaseText: BaseTextCodex, SummaryFormat: SummaryFormatExperimental}},
	{"gpt-5-codex", Family{Reasoning: true, BaseText: BaseTextCodex, SummaryFormat: SummaryFormatExperimental}},
	{"gpt-5", Family{Name: "gpt-5", Reasoning: true, Verbosity: true, ApplyPatchText: true}},
}

// Lookup returns the family of a known model, and whether the model is known.
func Lookup(slug string) (Family, bool) {
	for i := range families {
		if strings.HasPrefix(slug, families[i].prefix) {
			family := families[i].family
			family.Slug = slug
			if family.Name == "" {
				family.Name = slug
			}
			return family, true
		}
	}
	return Family{}, false
}

// FamilyFor returns the family of a model. A model that is not known gets a
// family of its own, named after the slug, that assumes nothing: no reasoning,
// the ordinary tools and the general instructions.
// (spec: agent-loop, do better, correctness)
func FamilyFor(slug string) Family {
	if family, ok := Lookup(slug); ok {
		return family
	}
	return Family{Slug: slug, Name: slug}
}
