package config

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/core/models"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

// Config is everything one conversation runs with, resolved. A [Loader] makes
// it; it does not change afterwards and may be shared. Callers that need a
// variant copy the struct and replace fields, never the contents of maps and
// slices. (spec: config-and-auth, resolution of each setting)
type Config struct {
	// Home is the folder of the user's configuration, credentials and recorded
	// conversations, absolute when it was given so.
	Home string
	// Cwd is the absolute working directory of the conversation. Nobody has
	// checked that it exists.
	Cwd string

	// Model is the slug of the model; an empty one is legal.
	Model string
	// ModelFamily is what is known about models of this kind, with the
	// settings of the configuration applied.
	ModelFamily models.Family
	family      familyOverrides
	// ReviewModel is the slug of the model for review turns.
	ReviewModel string
	// ModelContextWindow, ModelMaxOutputTokens and AutoCompactTokenLimit are
	// in tokens; nil when neither the configuration nor the model table knows.
	ModelContextWindow    *uint64
	ModelMaxOutputTokens  *uint64
	AutoCompactTokenLimit *int64
	size                  sizeOverrides
	// ReasoningEffort and Verbosity are empty when they are not set.
	ReasoningEffort  protocol.ReasoningEffort
	ReasoningSummary protocol.ReasoningSummary
	Verbosity        protocol.Verbosity

	// ProviderID is the key of Provider in Providers.
	ProviderID string
	Provider   modelprovider.Provider
	// Providers holds the built-in and the configured providers by id.
	Providers map[string]modelprovider.Provider

	ApprovalPolicy protocol.AskForApproval
	SandboxPolicy  protocol.SandboxPolicy

	// BaseInstructions replaces the model's built-in instructions when it is
	// not nil.
	BaseInstructions *string
	// HomeInstructions is the AGENTS.md of Home, trimmed; empty for none.
	HomeInstructions string
	// ProjectDocMaxBytes limits the AGENTS.md files of the project, together;
	// 0 switches them off.
	ProjectDocMaxBytes int
	// ProjectDocFallbackFilenames are the names to try in a folder that has no
	// AGENTS.md.
	ProjectDocFallbackFilenames []string

	// ShellEnvironment derives the environment of commands from Environ.
	ShellEnvironment shellenv.Policy
	// Environ is the environment of the process, as "NAME=value".
	Environ []string

	// Notify is the command line of the program to run after each turn; empty
	// for none.
	Notify []string
	// McpServers holds the configured MCP servers by name. See
	// [Config.McpServerNames] for a stable order.
	McpServers map[string]McpServer
	// UseRmcpClient permits streamable HTTP servers.
	UseRmcpClient bool

	HistoryPersistence HistoryPersistence
	// HistoryMaxBytes is the wanted limit of the message history; nil for none.
	HistoryMaxBytes *uint64

	IncludePlanTool       bool
	IncludeApplyPatchTool bool
	WebSearch             bool
	ViewImage             bool
	UseExecCommandTool    bool
	UseUnifiedExecTool    bool

	// ShowRawReasoning makes the core report raw reasoning; HideReasoning asks
	// front ends not to show any.
	ShowRawReasoning bool
	HideReasoning    bool

	// ChatGPTBaseURL has no trailing slash.
	ChatGPTBaseURL string
	// ForcedLoginMethod is the only way in which the user may be signed in, and
	// ForcedWorkspaceID the only ChatGPT account; empty for any.
	ForcedLoginMethod protocol.AuthMode
	ForcedWorkspaceID string
	// FileOpener and TUI concern front ends alone.
	FileOpener        FileOpener
	Notifications     Notifications
	DisablePasteBurst bool
	Otel              Otel

	// TrustedProjects are the folders that the user trusts, in byte order. Only
	// front ends with a screen ask about them; see [Config.ProjectTrust].
	TrustedProjects []string

	// ActiveProfile is the name of the profile in use; empty for none.
	ActiveProfile string
	// SandboxHelper is the path of the executable that sandboxes commands on
	// Linux, this program itself; empty when there is none.
	SandboxHelper string
	// Origins tells where each setting that is not a default came from.
	Origins Origins
}

// HistoryPersistence says whether messages go to history.jsonl.
type HistoryPersistence string

// Values of HistoryPersistence. Without a history table it is save-all.
const (
	HistorySaveAll HistoryPersistence = "save-all"
	HistoryNone    HistoryPersistence = "none"
)

// Values returns the values of the enum as they stand in the file.
func (HistoryPersistence) Values() []string { return []string{"save-all", "none"} }

// FileOpener is the program that front ends open citations with.
type FileOpener string

// Values of FileOpener. The default is vscode.
const (
	OpenVSCode         FileOpener = "vscode"
	OpenVSCodeInsiders FileOpener = "vscode-insiders"
	OpenWindsurf       FileOpener = "windsurf"
	OpenCursor         FileOpener = "cursor"
	OpenNone           FileOpener = "none"
)

// Values returns the values of the enum as they stand in the file.
func (FileOpener) Values() []string {
	return []string{"vscode", "vscode-insiders", "windsurf", "cursor", "none"}
}

// Notifications says which events a front end with a screen announces: all,
// none, or those of the listed kinds.
type Notifications struct {
	All   bool
	Kinds []string
}

// Otel is how "codex exec" and front ends export telemetry.
type Otel struct {
	LogUserPrompt bool
	Environment   string
	Exporter      OtelExporter // nil for none
}

// OtelExporter is a destination of telemetry: [*OtelHTTP] or [*OtelGRPC].
type OtelExporter interface{ isOtelExporter() }

// OtelHTTP exports over HTTP.
type OtelHTTP struct {
	Endpoint string
	Headers  map[string]string
	Protocol OtelProtocol
}

// OtelGRPC exports over gRPC.
type OtelGRPC struct {
	Endpoint string
	Headers  map[string]string
}

func (*OtelHTTP) isOtelExporter() {}
func (*OtelGRPC) isOtelExporter() {}

// OtelProtocol is the encoding of [OtelHTTP].
type OtelProtocol string

// Values of OtelProtocol.
const (
	OtelBinary OtelProtocol = "binary"
	OtelJSON   OtelProtocol = "json"
)

// Values returns the values of the enum as they stand in the file.
func (OtelProtocol) Values() []string { return []string{"binary", "json"} }

// McpServer is one table of mcp_servers. (spec: mcp, client configuration)
type McpServer struct {
	Transport McpTransport
	// StartupTimeout and ToolTimeout are nil when the file does not set them;
	// see [McpServer.StartupLimit] and [McpServer.ToolLimit].
	StartupTimeout *time.Duration
	ToolTimeout    *time.Duration
}

// McpTransport says how a server is reached: [*McpStdio] or [*McpHTTP].
type McpTransport interface{ isMcpTransport() }

// McpStdio is a server that is started as a child process.
type McpStdio struct {
	Command string
	Args    []string
	// Env is added to the few variables that every server gets.
	Env map[string]string
}

// McpHTTP is a server behind streamable HTTP.
type McpHTTP struct {
	URL string
	// BearerToken is the token alone, without a scheme; nil for none. It is a
	// secret.
	BearerToken *string
}

func (*McpStdio) isMcpTransport() {}
func (*McpHTTP) isMcpTransport()  {}

// Format leaves out the values of the environment, which often are secrets, for
// every verb of package fmt.
func (s McpStdio) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = fmt.Fprintf(f, "stdio %q %q env %q", s.Command, s.Args, slices.Sorted(maps.Keys(s.Env)))
}

// Format leaves out the token, for every verb of package fmt.
func (s McpHTTP) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = fmt.Fprintf(f, "http %q bearer token %t", s.URL, s.BearerToken != nil)
}

const (
	defaultMcpStartup = 10 * time.Second
	defaultMcpTool    = 60 * time.Second
)

// StartupLimit is how long the server may take to start, 10 seconds by default.
func (s McpServer) StartupLimit() time.Duration {
	return orDefault(s.StartupTimeout, defaultMcpStartup)
}

// ToolLimit is how long a call may take, 60 seconds by default.
func (s McpServer) ToolLimit() time.Duration { return orDefault(s.ToolTimeout, defaultMcpTool) }

func orDefault[T any](value *T, fallback T) T {
	if value == nil {
		return fallback
	}
	return *value
}

// McpServerNames returns the names of the MCP servers in byte order.
func (c *Config) McpServerNames() []string { return slices.Sorted(maps.Keys(c.McpServers)) }

// String sums the configuration up in one line without secrets.
func (c *Config) String() string {
	var mode protocol.SandboxMode
	if c.SandboxPolicy != nil {
		mode = c.SandboxPolicy.Mode()
	}
	return fmt.Sprintf("config{model: %q, provider: %q, profile: %q, approval: %s, sandbox: %s, cwd: %q, home: %q}",
		c.Model, c.ProviderID, c.ActiveProfile, c.ApprovalPolicy, mode, c.Cwd, c.Home)
}

// Format is [Config.String] for every verb of package fmt.
func (c Config) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = io.WriteString(f, c.String())
}
