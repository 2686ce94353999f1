package config

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/codex-go/codex/core/modelprovider"
	"github.com/codex-go/codex/protocol"
)

// Setting is one setting, for people.
type Setting struct {
	// Key is the dotted key as it stands in the file.
	Key string
	// Value is the value in the notation of the file, or [Hidden].
	Value  string
	Origin Origin
}

// Hidden stands for a value that may be secret.
const Hidden = "(hidden)"

// Settings returns all settings that do not have their default, in the order of
// their keys.
func (o Origins) Settings() []Setting {
	var settings []Setting
	for _, path := range o.Keys() {
		value, ok := any(nil), false
		if made, decided := o.resolved[strings.Join(path, ".")]; decided {
			value, ok = made.value, true
		} else {
			value, ok = o.layers.lookup(path)
		}
		if ok {
			settings = append(settings, Setting{Key: quoteKey(path), Value: display(path, value), Origin: o.Of(path...)})
		}
	}
	return settings
}

// AllSettings returns [Origins.Settings] and the settings that have their
// default, as far as there is one, in the order of their keys.
func (c *Config) AllSettings() []Setting {
	settings := c.Origins.Settings()
	for _, d := range c.defaults() {
		if path := strings.Split(d.key, "."); c.Origins.Of(path...) == (Origin{}) {
			settings = append(settings, Setting{Key: d.key, Value: display(path, d.value)})
		}
	}
	slices.SortFunc(settings, func(a, b Setting) int { return cmp.Compare(a.Key, b.Key) })
	return settings
}

// namedValue is a setting with a value as in the file.
type namedValue struct {
	key   string
	value any
}

// defaults returns the settings that have a default, with the values that c has.
// (spec: config-and-auth, config.toml reference)
func (c *Config) defaults() []namedValue {
	values := []namedValue{
		{"approval_policy", c.ApprovalPolicy},
		{"chatgpt_base_url", c.ChatGPTBaseURL},
		{"disable_paste_burst", c.DisablePasteBurst},
		{"experimental_use_exec_command_tool", c.UseExecCommandTool},
		{"experimental_use_rmcp_client", c.UseRmcpClient},
		{"experimental_use_unified_exec_tool", c.UseUnifiedExecTool},
		{"file_opener", c.FileOpener},
		{"hide_agent_reasoning", c.HideReasoning},
		{"history.persistence", c.HistoryPersistence},
		{"model", c.Model},
		{"model_provider", c.ProviderID},
		{"model_providers.oss.base_url", c.Providers[modelprovider.OSS].BaseURL},
		{"model_reasoning_summary", c.ReasoningSummary},
		{"model_supports_reasoning_summaries", c.ModelFamily.Reasoning},
		{"otel.environment", c.Otel.Environment},
		{"otel.log_user_prompt", c.Otel.LogUserPrompt},
		{"project_doc_max_bytes", c.ProjectDocMaxBytes},
		{"review_model", c.ReviewModel},
		{"shell_environment_policy.experimental_use_profile", c.ShellEnvironment.UseProfile},
		{"shell_environment_policy.ignore_default_excludes", c.ShellEnvironment.IgnoreDefaultExcludes},
		{"shell_environment_policy.inherit", c.ShellEnvironment.Inherit.String()},
		{"show_raw_agent_reasoning", c.ShowRawReasoning},
		{"tools.view_image", c.ViewImage},
		{"tui.notifications", c.Notifications.All},
	}
	// The search may be set under other names, and an exporter is a table.
	if c.Origins.Of("web_search") == (Origin{}) && c.Origins.Of("tools", "web_search_request") == (Origin{}) {
		values = append(values, namedValue{"tools.web_search", c.WebSearch})
	}
	if c.Otel.Exporter == nil {
		values = append(values, namedValue{"otel.exporter", "none"})
	}
	if c.SandboxPolicy != nil {
		values = append(values, namedValue{"sandbox_mode", c.SandboxPolicy.Mode()})
	}
	if policy, ok := c.SandboxPolicy.(*protocol.WorkspaceWritePolicy); ok {
		values = append(values,
			namedValue{"sandbox_workspace_write.exclude_slash_tmp", policy.ExcludeSlashTmp},
			namedValue{"sandbox_workspace_write.exclude_tmpdir_env_var", policy.ExcludeTmpdirEnvVar},
			namedValue{"sandbox_workspace_write.network_access", policy.NetworkAccess})
	}
	if c.ModelContextWindow != nil {
		values = append(values, namedValue{"model_context_window", *c.ModelContextWindow})
	}
	if c.ModelMaxOutputTokens != nil {
		values = append(values, namedValue{"model_max_output_tokens", *c.ModelMaxOutputTokens})
	}
	if c.AutoCompactTokenLimit != nil {
		values = append(values, namedValue{"model_auto_compact_token_limit", *c.AutoCompactTokenLimit})
	}
	return values
}

// secretTables are tables whose values often are secrets.
var secretTables = []string{"env", "set", "http_headers", "headers", "query_params"}

// secretWords make a key, or a word of a command line, suspicious.
var secretWords = []string{"token", "secret", "password", "authorization", "bearer", "api_key", "apikey"}

// display writes a value as it would stand in the file, on one line where that
// is possible.
func display(path []string, value any) string {
	last := len(path) - 1
	if slices.ContainsFunc(path[:last], func(segment string) bool { return slices.Contains(secretTables, segment) }) ||
		isSecretKey(path[last]) || mayHoldSecret(value) {
		return Hidden
	}
	// What the layers hold came from TOML or JSON and can be written again.
	text, err := toml.Marshal(map[string]any{"v": value})
	if err != nil {
		return Hidden
	}
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(string(text)), "v = "))
}

// isSecretKey reports whether a key suggests a secret. Limits that are counted
// in tokens are none.
func isSecretKey(key string) bool {
	return hasSecretWord(key) && !strings.HasSuffix(key, "_tokens") && !strings.HasSuffix(key, "_token_limit")
}

func hasSecretWord(text string) bool {
	text = strings.ReplaceAll(strings.ToLower(text), "-", "_")
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(text, word) })
}

// mayHoldSecret reports whether a value looks as if a secret were part of it: an
// address with a password or parameters, a command line with such an address or
// with an option for a secret, or tables of which nobody knows what they hold.
func mayHoldSecret(value any) bool {
	switch value := value.(type) {
	case string:
		if !strings.Contains(value, "://") {
			return false
		}
		address, err := url.Parse(value)
		return err != nil || address.User != nil || address.RawQuery != "" || address.Fragment != ""
	case []any:
		return slices.ContainsFunc(value, func(element any) bool {
			text, ok := element.(string)
			return ok && hasSecretWord(text) || mayHoldSecret(element)
		})
	case map[string]any:
		return true
	}
	return false
}
