package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/protocol"
)

const (
	defaultProjectDocMaxBytes = 32 << 10
	defaultChatGPTBaseURL     = "https://chatgpt.com/backend-api/"
	instructionsFile          = "AGENTS.md"
)

// InstructionsError reports an instructions file that cannot be used.
type InstructionsError struct {
	Selection
	Path string
	Err  error // of the operating system, or ErrBlankInstructions
}

// Error names the file, and where it was selected.
func (e *InstructionsError) Error() string {
	return e.blame(fmt.Sprintf("read instructions file %s: %v", e.Path, e.Err))
}

// Unwrap returns the cause.
func (e *InstructionsError) Unwrap() error { return e.Err }

// ErrBlankInstructions is the cause of an [*InstructionsError] when the file
// holds nothing but white space.
var ErrBlankInstructions = errors.New("the file is blank")

// resolver picks each setting from the layers.
// (spec: config-and-auth, resolution of each setting)
type resolver struct {
	loader    *Loader
	layers    *layers
	file      *file
	overrides Overrides

	profileName string
	profile     profileTable
	made        map[string]decision // about what did not come from the file's layer
}

// pick returns the first value that is present: override, profile, file, else
// the default. The key is the setting's name in the file and in profiles.
func pick[T any](r *resolver, key string, override, profile, file *T, fallback T) T {
	switch {
	case override != nil:
		r.made[key] = decision{Origin{Layer: LayerOverride, From: LayerOverride}, *override}
		return *override
	case profile != nil:
		r.warnShadowed(key, file != nil)
		origin := r.layers.origin([]string{"profiles", r.profileName, key})
		origin.Layer, origin.Profile = LayerProfile, r.profileName
		r.made[key] = decision{origin, *profile}
		return *profile
	case file != nil:
		return *file
	}
	return fallback
}

// pickOptional is pick for a setting without a default.
func pickOptional[T any](r *resolver, key string, override, profile, file *T) *T {
	if override == nil && profile == nil && file == nil {
		return nil
	}
	var zero T
	value := pick(r, key, override, profile, file, zero)
	return &value
}

// warnShadowed tells the user of a flag that has no effect because the profile
// sets the same key. (spec: config-and-auth, do better)
func (r *resolver) warnShadowed(key string, set bool) {
	if !set {
		return
	}
	if layer := r.layers.layer([]string{key}); layer == LayerFlag || layer == LayerConversation {
		r.loader.warnOnce(fmt.Sprintf("the %s override of `%s` has no effect, because profile `%s` sets it; override `%s` instead",
			layer, key, r.profileName, quoteKey([]string{"profiles", r.profileName, key})))
	}
}

// selection returns where the value that pick returned for a key was written.
func (r *resolver) selection(key string) Selection {
	made, ok := r.made[key]
	switch {
	case !ok:
		return Selection{r.layers.origin([]string{key}), key}
	case made.origin.Layer == LayerProfile:
		return Selection{made.origin, quoteKey([]string{"profiles", r.profileName, key})}
	}
	return Selection{made.origin, key}
}

func (r *resolver) resolve() (*Config, error) {
	if err := r.selectProfile(); err != nil {
		return nil, err
	}
	o, p, f := &r.overrides, &r.profile, r.file
	c := &Config{
		Home:          r.loader.Home,
		Cwd:           r.cwd(),
		Model:         pick(r, "model", o.Model, p.Model, f.Model, models.DefaultModel),
		ReviewModel:   pick(r, "review_model", Given(o.ReviewModel), nil, f.ReviewModel, models.DefaultReviewModel),
		ProviderID:    pick(r, "model_provider", Given(o.ModelProvider), p.ModelProvider, f.ModelProvider, modelprovider.OpenAI),
		ActiveProfile: r.profileName,

		ReasoningEffort:  pick(r, "model_reasoning_effort", nil, p.ReasoningEffort.protocolEffort(), f.ReasoningEffort.protocolEffort(), ""),
		ReasoningSummary: pick(r, "model_reasoning_summary", nil, p.ReasoningSummary, f.ReasoningSummary, protocol.SummaryAuto),
		Verbosity:        pick(r, "model_verbosity", nil, p.Verbosity, f.Verbosity, ""),
		ApprovalPolicy:   pick(r, "approval_policy", Given(o.ApprovalPolicy), p.ApprovalPolicy, f.ApprovalPolicy, protocol.AskOnRequest),
		ChatGPTBaseURL: strings.TrimSuffix(
			pick(r, "chatgpt_base_url", nil, p.ChatGPTBaseURL, f.ChatGPTBaseURL, defaultChatGPTBaseURL), "/"),
		ForcedLoginMethod: orDefault(f.ForcedLoginMethod, "").authMode(),
		ForcedWorkspaceID: strings.TrimSpace(orDefault(f.ForcedWorkspaceID, "")),

		ProjectDocMaxBytes:          int(min(orDefault(f.ProjectDocMaxBytes, defaultProjectDocMaxBytes), 1<<30)),
		ProjectDocFallbackFilenames: f.ProjectDocFallbackNames,
		Environ:                     r.loader.Environ,
		ShellEnvironment:            f.ShellEnvironmentPolicy.policy(),
		Notify:                      f.Notify,
		McpServers:                  mcpServers(f.McpServers),
		UseRmcpClient:               f.UseRmcpClient,
		HistoryPersistence:          HistorySaveAll,

		IncludePlanTool:       orDefault(o.IncludePlanTool, false),
		IncludeApplyPatchTool: orDefault(o.IncludeApplyPatchTool, false),
		UseExecCommandTool:    f.UseExecCommandTool,
		UseUnifiedExecTool:    f.UseUnifiedExecTool,
		HideReasoning:         f.HideReasoning,
		FileOpener:            orDefault(f.FileOpener, OpenVSCode),
		Notifications:         f.TUI.Notifications,
		DisablePasteBurst:     f.DisablePasteBurst,
		Otel:                  otel(f.Otel),
		TrustedProjects:       trustedProjects(f.Projects),
		SandboxHelper:         r.loader.SandboxHelper,
	}
	if f.History != nil {
		c.HistoryPersistence, c.HistoryMaxBytes = f.History.Persistence, f.History.MaxBytes
	}
	r.resolveTools(c)
	r.resolveSandbox(c)
	r.resolveModel(c)
	if err := r.resolveProvider(c); err != nil {
		return nil, err
	}
	if err := r.resolveInstructions(c); err != nil {
		return nil, err
	}
	c.Origins = Origins{layers: r.layers, resolved: r.made}
	return c, nil
}

func (r *resolver) selectProfile() error {
	name := pickOptional(r, "profile", r.overrides.Profile, nil, r.file.Profile)
	if name == nil {
		return nil
	}
	profile, ok := r.file.Profiles[*name]
	if !ok {
		return &UnknownProfileError{
			Selection: r.selection("profile"), Name: *name,
			Suggestion: closest(*name, slices.Collect(maps.Keys(r.file.Profiles))),
		}
	}
	r.profileName, r.profile = *name, profile
	return nil
}

func (r *resolver) cwd() string {
	switch cwd := r.overrides.Cwd; {
	case cwd == "":
		return r.loader.Cwd
	case filepath.IsAbs(cwd):
		return cwd
	default:
		return filepath.Join(r.loader.Cwd, cwd)
	}
}

func (r *resolver) resolveTools(c *Config) {
	var tools toolsTable
	if r.file.Tools != nil {
		tools = *r.file.Tools
	}
	wanted := false
	if mode := r.file.WebSearch; mode != nil {
		wanted = *mode != "disabled"
	}
	c.WebSearch = pick(r, "tools.web_search", r.overrides.WebSearch, nil, tools.WebSearch, wanted)
	c.ViewImage = pick(r, "tools.view_image", r.overrides.ViewImage, nil, tools.ViewImage, true)
	// Here the file wins over the override, which only --oss gives.
	c.ShowRawReasoning = pick(r, "show_raw_agent_reasoning", nil, nil, r.file.ShowRawReasoning,
		orDefault(r.overrides.ShowRawReasoning, false))
}

func (r *resolver) resolveSandbox(c *Config) {
	mode := pick(r, "sandbox_mode", Given(r.overrides.SandboxMode), nil, r.file.SandboxMode, protocol.SandboxReadOnly)
	switch mode {
	case protocol.SandboxDangerFullAccess:
		c.SandboxPolicy = &protocol.DangerFullAccessPolicy{}
	case protocol.SandboxWorkspaceWrite:
		policy := &protocol.WorkspaceWritePolicy{}
		if table := r.file.SandboxWorkspaceWrite; table != nil {
			*policy = protocol.WorkspaceWritePolicy(*table)
		}
		c.SandboxPolicy = policy
	default:
		c.SandboxPolicy = &protocol.ReadOnlyPolicy{}
	}
}

// resolveModel takes what the file does not say from the model tables.
func (r *resolver) resolveModel(c *Config) {
	f := r.file
	c.family.reasoning = f.SupportsSummaries
	if f.SummaryFormat != nil {
		format := models.SummaryFormatNone
		if *f.SummaryFormat == summaryExperimental {
			format = models.SummaryFormatExperimental
		}
		c.family.summaryFormat = &format
	}
	c.ModelFamily = c.FamilyFor(c.Model)
	c.size = sizeOverrides{contextWindow: f.ModelContextWindow, autoCompactLimit: f.AutoCompactTokenLimit}
	c.ModelContextWindow, c.ModelMaxOutputTokens = f.ModelContextWindow, f.ModelMaxOutputTokens
	c.AutoCompactTokenLimit = f.AutoCompactTokenLimit
	if c.AutoCompactTokenLimit == nil && c.ModelContextWindow != nil {
		limit := models.AutoCompactLimit(*c.ModelContextWindow)
		c.AutoCompactTokenLimit = &limit
	}
	size, known := models.Info(c.Model)
	if !known {
		return
	}
	if c.ModelContextWindow == nil {
		c.ModelContextWindow = &size.ContextWindow
	}
	if c.ModelMaxOutputTokens == nil {
		c.ModelMaxOutputTokens = &size.MaxOutputTokens
	}
	if c.AutoCompactTokenLimit == nil {
		c.AutoCompactTokenLimit = &size.AutoCompactTokenLimit
	}
}

// resolveProvider merges the built-in providers with those of the file. A
// table of the file does not replace a provider that gets the user's
// credentials or that a flag of its own selects.
func (r *resolver) resolveProvider(c *Config) error {
	c.Providers = modelprovider.Builtin(r.loader.getenv, r.loader.version())
	for id, table := range r.file.ModelProviders {
		if id == modelprovider.OpenAI || id == modelprovider.OSS {
			r.loader.warnOnce(fmt.Sprintf("`%s` has no effect: `%s` is a built-in provider; define one with another id and select it with `model_provider`",
				quoteKey([]string{"model_providers", id}), id))
			continue
		}
		c.Providers[id] = table.provider(id)
	}
	r.noteEnvironment(c.Providers)
	if base := r.file.OpenAIBaseURL; base != nil && strings.TrimSpace(*base) != "" {
		openai := c.Providers[modelprovider.OpenAI]
		openai.BaseURL = strings.TrimSpace(*base)
		c.Providers[modelprovider.OpenAI] = openai
	}
	provider, ok := c.Providers[c.ProviderID]
	if !ok {
		return &UnknownProviderError{
			Selection: r.selection("model_provider"), ID: c.ProviderID,
			Suggestion: closest(c.ProviderID, slices.Collect(maps.Keys(c.Providers))),
		}
	}
	c.Provider = provider
	return nil
}

// noteEnvironment remembers which addresses of built-in providers the environment
// gave.
func (r *resolver) noteEnvironment(providers map[string]modelprovider.Provider) {
	note := func(key, variable, value string) {
		if strings.TrimSpace(r.loader.getenv(variable)) != "" {
			r.made[key] = decision{Origin{Layer: LayerEnvironment, From: LayerEnvironment, Variable: variable}, value}
		}
	}
	if base := r.file.OpenAIBaseURL; base == nil || strings.TrimSpace(*base) == "" {
		note("openai_base_url", "OPENAI_BASE_URL", providers[modelprovider.OpenAI].BaseURL)
	}
	const oss = "model_providers." + modelprovider.OSS + ".base_url"
	note(oss, "CODEX_OSS_PORT", providers[modelprovider.OSS].BaseURL)
	note(oss, "CODEX_OSS_BASE_URL", providers[modelprovider.OSS].BaseURL)
}

// resolveInstructions reads the instructions of the home folder and those that
// replace the model's own.
func (r *resolver) resolveInstructions(c *Config) error {
	// Instructions that cannot be read are none.
	if text, _, err := readFile(filepath.Join(c.Home, instructionsFile)); err == nil {
		c.HomeInstructions = strings.TrimSpace(strings.ToValidUTF8(string(text), "\uFFFD"))
	}
	if c.BaseInstructions = r.overrides.BaseInstructions; c.BaseInstructions != nil {
		r.made["experimental_instructions_file"] = decision{Origin{Layer: LayerOverride, From: LayerOverride}, "(given)"}
		return nil
	}
	path := pickOptional(r, "experimental_instructions_file", nil, r.profile.InstructionsFile, r.file.InstructionsFile)
	if path == nil {
		return nil
	}
	absolute := *path
	if !filepath.IsAbs(absolute) {
		absolute = filepath.Join(c.Cwd, absolute)
	}
	text, _, err := readFile(absolute)
	if cause := (*os.PathError)(nil); errors.As(err, &cause) {
		err = cause.Err // the path is named once
	}
	if err != nil {
		return &InstructionsError{r.selection("experimental_instructions_file"), absolute, err}
	}
	trimmed := strings.TrimSpace(strings.ToValidUTF8(string(text), "\uFFFD"))
	if trimmed == "" {
		return &InstructionsError{r.selection("experimental_instructions_file"), absolute, ErrBlankInstructions}
	}
	c.BaseInstructions = &trimmed
	return nil
}

func mcpServers(tables map[string]mcpServerTable) map[string]McpServer {
	servers := make(map[string]McpServer, len(tables))
	for name, table := range tables {
		servers[name] = table.server()
	}
	return servers
}

func otel(table otelTable) Otel {
	return Otel{
		LogUserPrompt: table.LogUserPrompt,
		Environment:   orDefault(table.Environment, "dev"),
		Exporter:      table.Exporter.OtelExporter,
	}
}
