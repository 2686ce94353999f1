package config

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/tomledit"
)

// SetDefaultModel stores the model and the reasoning effort of new
// conversations; nil and "" remove the stored one. They go to the table of the
// named profile, else to that of the profile that the file selects, else to the
// top level. Configurations that were loaded before do not change. An error
// leaves the file as it was. (spec: config-and-auth, setDefaultModel)
func (l *Loader) SetDefaultModel(ctx context.Context, profile string, model *string, effort protocol.ReasoningEffort) error {
	return l.edit(ctx, func(doc *tomledit.Document) error {
		name, selected := profile, true
		if name == "" {
			name, selected = doc.String("profile") // an empty name is one too
		}
		var table []string
		if selected {
			table = []string{"profiles", name}
		}
		settings := []setting{
			{"model", optional(model, tomledit.String)},
			{"model_reasoning_effort", optional(Given(string(effort)), tomledit.String)},
		}
		if model == nil {
			slices.Reverse(settings) // what comes takes its place beside what goes
		}
		existed := doc.Has(table...)
		for _, s := range settings {
			if err := setOrRemove(doc, table, s.key, s.value); err != nil {
				return err
			}
		}
		if existed && !doc.Has(table...) {
			// It was made of dotted keys, and may be the selected one.
			return doc.Set(table, tomledit.EmptyTable())
		}
		return nil
	})
}

// ValidMcpServerName reports whether a server of this name may be added:
// letters, digits, "_" and "-". Files may hold others.
func ValidMcpServerName(name string) bool { return isBareKey(name) }

// SetMcpServer stores a server under a name, in place of what the file says
// about a server of that name. Comments and keys that this program does not
// know stay, and so do other servers, even those that are not valid.
// orphan is the address that the server had before, if no server of the file has
// it now: what is stored for that address serves nobody any more.
// (spec: config-and-auth, do better)
func (l *Loader) SetMcpServer(ctx context.Context, name string, server McpServer) (orphan string, err error) {
	var command, url, token *string
	var args []string
	var environment map[string]string
	switch transport := server.Transport.(type) {
	case *McpStdio:
		command, args, environment = &transport.Command, transport.Args, transport.Env
	case *McpHTTP:
		url, token = &transport.URL, transport.BearerToken
	default:
		return "", fmt.Errorf("store MCP server %q: no transport", name)
	}
	var argList *[]string
	if len(args) > 0 {
		argList = &args
	}
	table := []string{"mcp_servers", name}
	settings := []setting{
		{"command", optional(command, tomledit.String)},
		{"args", optional(argList, tomledit.Strings)},
		{"url", optional(url, tomledit.String)},
		{"bearer_token", optional(token, tomledit.String)},
		{"startup_timeout_ms", nil}, // the old form of startup_timeout_sec
	}
	return l.editMcpServer(ctx, name, func(doc *tomledit.Document) error {
		for _, setting := range settings {
			if err := setOrRemove(doc, table, setting.key, setting.value); err != nil {
				return err
			}
		}
		if err := setSeconds(doc, append(slices.Clone(table), "startup_timeout_sec"), server.StartupTimeout); err != nil {
			return err
		}
		if err := setSeconds(doc, append(slices.Clone(table), "tool_timeout_sec"), server.ToolTimeout); err != nil {
			return err
		}
		inTable := append(slices.Clone(table), "env")
		if len(environment) == 0 {
			_, err := doc.Remove(inTable...)
			return err
		}
		for _, variable := range doc.Keys(inTable...) {
			if _, keep := environment[variable]; !keep {
				if _, err := doc.Remove(append(inTable, variable)...); err != nil {
					return err
				}
			}
		}
		for _, variable := range slices.Sorted(maps.Keys(environment)) {
			if err := doc.Set(append(inTable, variable), tomledit.String(environment[variable])); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveMcpServer takes a server away, valid or not, and tells whether the file
// had one of that name. orphan is as for [Loader.SetMcpServer].
func (l *Loader) RemoveMcpServer(ctx context.Context, name string) (removed bool, orphan string, err error) {
	orphan, err = l.editMcpServer(ctx, name, func(doc *tomledit.Document) error {
		var err error
		removed, err = doc.Remove("mcp_servers", name)
		return err
	})
	return removed && err == nil, orphan, err
}

// editMcpServer changes what the file says about a server, and returns the
// address that this leaves without a server.
func (l *Loader) editMcpServer(ctx context.Context, name string, change func(*tomledit.Document) error) (orphan string, err error) {
	const table, url = "mcp_servers", "url"
	err = l.edit(ctx, func(doc *tomledit.Document) error {
		address, _ := doc.String(table, name, url)
		if err := change(doc); err != nil {
			return err
		}
		for _, server := range doc.Keys(table) {
			if used, _ := doc.String(table, server, url); used == address {
				return nil
			}
		}
		orphan = address
		return nil
	})
	if err != nil {
		return "", err
	}
	return orphan, nil
}

func (l *Loader) edit(ctx context.Context, change func(*tomledit.Document) error) error {
	return tomledit.Edit(ctx, filepath.Join(l.Home, FileName), change)
}

// setting is a key of a table with its new value; nil for none.
type setting struct {
	key   string
	value *tomledit.Value
}

// setOrRemove stores a value, or removes the key when there is none.
func setOrRemove(doc *tomledit.Document, table []string, key string, value *tomledit.Value) error {
	path := append(slices.Clone(table), key)
	if value == nil {
		_, err := doc.Remove(path...)
		return err
	}
	return doc.Set(path, *value)
}

// optional makes a value of what is there.
func optional[T any](value *T, make func(T) tomledit.Value) *tomledit.Value {
	if value == nil {
		return nil
	}
	made := make(*value)
	return &made
}

// setSeconds stores a time limit as a number of seconds, or removes it when
// there is none. The same number in another notation stays.
func setSeconds(doc *tomledit.Document, path []string, limit *time.Duration) error {
	if limit == nil {
		_, err := doc.Remove(path...)
		return err
	}
	if number, ok := doc.Number(path...); ok && number == limit.Seconds() {
		return nil
	}
	return doc.Set(path, tomledit.Float(limit.Seconds()))
}
