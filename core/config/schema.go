package config

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

// file is config.toml, key by key. (spec: config-and-auth, config.toml reference)
type file struct {
	Model                   *string                       `toml:"model"`
	ReviewModel             *string                       `toml:"review_model"`
	ModelProvider           *string                       `toml:"model_provider"`
	ModelContextWindow      *uint64                       `toml:"model_context_window"`
	ModelMaxOutputTokens    *uint64                       `toml:"model_max_output_tokens"`
	AutoCompactTokenLimit   *int64                        `toml:"model_auto_compact_token_limit"`
	ReasoningEffort         *reasoningEffort              `toml:"model_reasoning_effort"`
	ReasoningSummary        *protocol.ReasoningSummary    `toml:"model_reasoning_summary"`
	Verbosity               *protocol.Verbosity           `toml:"model_verbosity"`
	SupportsSummaries       *bool                         `toml:"model_supports_reasoning_summaries"`
	SummaryFormat           *summaryFormat                `toml:"model_reasoning_summary_format"`
	ApprovalPolicy          *protocol.AskForApproval      `toml:"approval_policy"`
	SandboxMode             *protocol.SandboxMode         `toml:"sandbox_mode"`
	SandboxWorkspaceWrite   *workspaceWriteTable          `toml:"sandbox_workspace_write"`
	ShellEnvironmentPolicy  shellEnvironmentTable         `toml:"shell_environment_policy"`
	Notify                  []string                      `toml:"notify"`
	Instructions            *string                       `toml:"instructions"` // read by old releases
	InstructionsFile        *string                       `toml:"experimental_instructions_file"`
	McpServers              map[string]mcpServerTable     `toml:"mcp_servers"`
	ModelProviders          map[string]modelProviderTable `toml:"model_providers"`
	Profile                 *string                       `toml:"profile"`
	Profiles                map[string]profileTable       `toml:"profiles"`
	ProjectDocMaxBytes      *uint64                       `toml:"project_doc_max_bytes"`
	ProjectDocFallbackNames []string                      `toml:"project_doc_fallback_filenames"`
	History                 *historyTable                 `toml:"history"`
	FileOpener              *FileOpener                   `toml:"file_opener"`
	TUI                     tuiTable                      `toml:"tui"`
	HideReasoning           bool                          `toml:"hide_agent_reasoning"`
	ShowRawReasoning        *bool                         `toml:"show_raw_agent_reasoning"`
	ChatGPTBaseURL          *string                       `toml:"chatgpt_base_url"`
	Tools                   *toolsTable                   `toml:"tools"`
	Projects                map[string]projectTable       `toml:"projects"`
	DisablePasteBurst       bool                          `toml:"disable_paste_burst"`
	Otel                    otelTable                     `toml:"otel"`
	UseExecCommandTool      bool                          `toml:"experimental_use_exec_command_tool"`
	UseUnifiedExecTool      bool                          `toml:"experimental_use_unified_exec_tool"`
	UseRmcpClient           bool                          `toml:"experimental_use_rmcp_client"`
	OpenAIBaseURL           *string                       `toml:"openai_base_url"`             // newer clients set it
	WebSearch               *webSearchMode                `toml:"web_search"`                  // newer clients set it
	ForcedLoginMethod       *loginMethod                  `toml:"forced_login_method"`         // of newer releases
	ForcedWorkspaceID       *string                       `toml:"forced_chatgpt_workspace_id"` // of newer releases
}

// retiredKeys are keys of old releases. They are passed over without a word,
// because many files still hold them.
var retiredKeys = []string{
	"disable_response_storage", "preferred_auth_method", "experimental_resume",
	"responses_originator_header_internal_override", "internal_originator", "model_max_tokens",
	"openai_request_max_retries", "openai_stream_max_retries", "openai_stream_idle_timeout_ms",
}

// topLevelKeys are the keys of the file itself.
var topLevelKeys = func() []string {
	var keys []string
	for field := range reflect.TypeFor[file]().Fields() {
		keys = append(keys, field.Tag.Get("toml"))
	}
	return keys
}()

// profileTable is one table of profiles.
type profileTable struct {
	Model            *string                    `toml:"model"`
	ModelProvider    *string                    `toml:"model_provider"`
	ApprovalPolicy   *protocol.AskForApproval   `toml:"approval_policy"`
	ReasoningEffort  *reasoningEffort           `toml:"model_reasoning_effort"`
	ReasoningSummary *protocol.ReasoningSummary `toml:"model_reasoning_summary"`
	Verbosity        *protocol.Verbosity        `toml:"model_verbosity"`
	ChatGPTBaseURL   *string                    `toml:"chatgpt_base_url"`
	InstructionsFile *string                    `toml:"experimental_instructions_file"`
}

type workspaceWriteTable struct {
	WritableRoots       []string `toml:"writable_roots"`
	NetworkAccess       bool     `toml:"network_access"`
	ExcludeTmpdirEnvVar bool     `toml:"exclude_tmpdir_env_var"`
	ExcludeSlashTmp     bool     `toml:"exclude_slash_tmp"`
}

type historyTable struct {
	Persistence HistoryPersistence `toml:"persistence,required"`
	MaxBytes    *uint64            `toml:"max_bytes"`
}

type tuiTable struct {
	Notifications Notifications `toml:"notifications"`
}

// decodeValue accepts a boolean or a list of kinds.
func (n *Notifications) decodeValue(d *decoder, value any) {
	switch value := value.(type) {
	case bool:
		n.All = value
	case []any:
		n.Kinds = make([]string, 0, len(value))
		for _, element := range value {
			kind, ok := textOf(element)
			if !ok {
				d.expected("a boolean or an array of strings", value)
				return
			}
			n.Kinds = append(n.Kinds, kind)
		}
	default:
		d.expected("a boolean or an array of strings", value)
	}
}

type toolsTable struct {
	WebSearch        *bool `toml:"web_search"`
	WebSearchRequest *bool `toml:"web_search_request"` // another name of web_search
	ViewImage        *bool `toml:"view_image"`
}

func (t *toolsTable) check(d *decoder) {
	if t.WebSearch != nil && t.WebSearchRequest != nil {
		d.problemf("`web_search` and `web_search_request` are the same setting; expected one of them")
		return
	}
	if t.WebSearch == nil {
		t.WebSearch = t.WebSearchRequest
	}
}

// projectTable is one table of projects. Only programs with a screen of their
// own ask about trust.
type projectTable struct {
	TrustLevel *string `toml:"trust_level"`
}

type shellEnvironmentTable struct {
	Inherit               *inherit          `toml:"inherit"`
	IgnoreDefaultExcludes bool              `toml:"ignore_default_excludes"`
	Exclude               []string          `toml:"exclude"`
	Set                   map[string]string `toml:"set"`
	IncludeOnly           []string          `toml:"include_only"`
	UseProfile            bool              `toml:"experimental_use_profile"`
}

// inherit is an enum of the file.
type inherit string

// Values returns the values of the enum as they stand in the file.
func (inherit) Values() []string {
	return []string{shellenv.InheritAll.String(), shellenv.InheritCore.String(), shellenv.InheritNone.String()}
}

func (t shellEnvironmentTable) policy() shellenv.Policy {
	policy := shellenv.Policy{
		IgnoreDefaultExcludes: t.IgnoreDefaultExcludes,
		Exclude:               t.Exclude,
		Set:                   t.Set,
		IncludeOnly:           t.IncludeOnly,
		UseProfile:            t.UseProfile,
	}
	if t.Inherit != nil {
		// The decoder has let nothing else through.
		policy.Inherit, _ = shellenv.ParseInherit(string(*t.Inherit))
	}
	return policy
}

// webSearchMode is how newer clients switch the web search. A search in the
// provider's cache is one too.
type webSearchMode string

// Values returns the values of the enum as they stand in the file.
func (webSearchMode) Values() []string { return []string{"disabled", "cached", "live"} }

// loginMethod is how newer releases name a way to sign in.
type loginMethod string

// Values returns the values of the enum as they stand in the file.
func (loginMethod) Values() []string { return []string{"chatgpt", "api"} }

// authMode returns the same as the protocol has it.
func (m loginMethod) authMode() protocol.AuthMode {
	switch m {
	case "chatgpt":
		return protocol.AuthChatGPT
	case "api":
		return protocol.AuthAPIKey
	}
	return ""
}

// summaryFormat is an enum of the file.
type summaryFormat string

const (
	summaryNone         summaryFormat = "none"
	summaryExperimental summaryFormat = "experimental"
)

// Values returns the values of the enum as they stand in the file.
func (summaryFormat) Values() []string {
	return []string{string(summaryNone), string(summaryExperimental)}
}

// wireAPI is an enum of the file.
type wireAPI string

// Values returns the values of the enum as they stand in the file.
func (wireAPI) Values() []string {
	return []string{string(modelprovider.WireResponses), string(modelprovider.WireChat)}
}

// modelProviderTable is one table of model_providers.
// (spec: config-and-auth, model providers)
type modelProviderTable struct {
	Name                string            `toml:"name,required"`
	BaseURL             string            `toml:"base_url"`
	EnvKey              string            `toml:"env_key"`
	EnvKeyInstructions  string            `toml:"env_key_instructions"`
	WireAPI             *wireAPI          `toml:"wire_api"`
	QueryParams         map[string]string `toml:"query_params"`
	HTTPHeaders         map[string]string `toml:"http_headers"`
	EnvHTTPHeaders      map[string]string `toml:"env_http_headers"`
	RequestMaxRetries   *uint64           `toml:"request_max_retries"`
	StreamMaxRetries    *uint64           `toml:"stream_max_retries"`
	StreamIdleTimeoutMS *uint64           `toml:"stream_idle_timeout_ms"`
	RequiresOpenAIAuth  bool              `toml:"requires_openai_auth"`
}

func (t modelProviderTable) provider(id string) modelprovider.Provider {
	provider := modelprovider.Provider{
		ID:                 id,
		Name:               t.Name,
		BaseURL:            t.BaseURL,
		EnvKey:             t.EnvKey,
		EnvKeyInstructions: t.EnvKeyInstructions,
		WireAPI:            modelprovider.WireChat,
		QueryParams:        t.QueryParams,
		HTTPHeaders:        t.HTTPHeaders,
		EnvHTTPHeaders:     t.EnvHTTPHeaders,
		RequestMaxRetries:  t.RequestMaxRetries,
		StreamMaxRetries:   t.StreamMaxRetries,
		RequiresOpenAIAuth: t.RequiresOpenAIAuth,
	}
	if t.WireAPI != nil {
		provider.WireAPI = modelprovider.WireAPI(*t.WireAPI)
	}
	if t.StreamIdleTimeoutMS != nil {
		timeout := milliseconds(*t.StreamIdleTimeoutMS)
		provider.StreamIdleTimeout = &timeout
	}
	return provider
}

// mcpServerTable is one table of mcp_servers. (spec: config-and-auth, mcp_servers tables)
type mcpServerTable struct {
	Command          *string            `toml:"command"`
	Args             *[]string          `toml:"args"`
	Env              *map[string]string `toml:"env"`
	URL              *string            `toml:"url"`
	BearerToken      *string            `toml:"bearer_token"`
	StartupTimeout   *seconds           `toml:"startup_timeout_sec"`
	StartupTimeoutMS *uint64            `toml:"startup_timeout_ms"`
	ToolTimeout      *seconds           `toml:"tool_timeout_sec"`
}

func (t *mcpServerTable) check(d *decoder) {
	forbid := func(transport, key string, present bool) {
		if present {
			d.at(key, func() { d.problemf("not allowed for a server with `%s`", transport) })
		}
	}
	switch {
	case t.Command != nil:
		forbid("command", "url", t.URL != nil)
		forbid("command", "bearer_token", t.BearerToken != nil)
	case t.URL != nil:
		forbid("url", "args", t.Args != nil)
		forbid("url", "env", t.Env != nil)
	default:
		d.problemf("expected `command` or `url`")
	}
}

func (t mcpServerTable) server() McpServer {
	var server McpServer
	switch {
	case t.StartupTimeout != nil:
		server.StartupTimeout = (*time.Duration)(t.StartupTimeout)
	case t.StartupTimeoutMS != nil:
		timeout := milliseconds(*t.StartupTimeoutMS)
		server.StartupTimeout = &timeout
	}
	server.ToolTimeout = (*time.Duration)(t.ToolTimeout)
	if t.Command != nil {
		stdio := &McpStdio{Command: *t.Command}
		if t.Args != nil {
			stdio.Args = *t.Args
		}
		if t.Env != nil {
			stdio.Env = *t.Env
		}
		server.Transport = stdio
		return server
	}
	server.Transport = &McpHTTP{URL: orDefault(t.URL, ""), BearerToken: t.BearerToken}
	return server
}

// seconds is a time limit that the file gives as a number of seconds.
type seconds time.Duration

// decodeValue refuses what is no length of time. A limit of more than 292
// years is cut to that.
func (s *seconds) decodeValue(d *decoder, value any) {
	number, ok := float(value)
	switch {
	case !ok:
		d.expected("a number", value)
	case math.IsNaN(number) || number < 0 || number >= math.MaxUint64:
		d.problemf("expected a number of seconds that is not negative")
	case number >= math.MaxInt64/float64(time.Second):
		*s = math.MaxInt64
	default:
		*s = seconds(math.Round(number * float64(time.Second)))
	}
}

func milliseconds(number uint64) time.Duration {
	return time.Duration(min(number, math.MaxInt64/uint64(time.Millisecond))) * time.Millisecond
}

type otelTable struct {
	LogUserPrompt bool         `toml:"log_user_prompt"`
	Environment   *string      `toml:"environment"`
	Exporter      otelExporter `toml:"exporter"`
}

// otelExporter is "none" or a table with one of two keys.
type otelExporter struct{ OtelExporter }

type otelHTTPTable struct {
	Endpoint string            `toml:"endpoint,required"`
	Headers  map[string]string `toml:"headers,required"`
	Protocol OtelProtocol      `toml:"protocol,required"`
}

type otelGRPCTable struct {
	Endpoint string            `toml:"endpoint,required"`
	Headers  map[string]string `toml:"headers,required"`
}

func (e *otelExporter) decodeValue(d *decoder, value any) {
	const what = "\"none\" or a table with either `otlp-http` or `otlp-grpc`"
	if variantOf(value) == "none" {
		return
	}
	table, ok := value.(map[string]any)
	if !ok || len(table) != 1 {
		d.expected(what, value)
		return
	}
	key := slices.Collect(maps.Keys(table))[0]
	d.at(key, func() {
		switch key {
		case "otlp-http":
			var http otelHTTPTable
			decodeInto(d, table[key], &http)
			e.OtelExporter = (*OtelHTTP)(&http)
		case "otlp-grpc":
			var grpc otelGRPCTable
			decodeInto(d, table[key], &grpc)
			e.OtelExporter = (*OtelGRPC)(&grpc)
		default:
			d.problemf("expected %s", what)
		}
	})
}
