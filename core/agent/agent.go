package agent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/conversation"
	"github.com/codex-go/codex/core/exec"
	"github.com/codex-go/codex/core/history"
	"github.com/codex-go/codex/core/mcpclient/oauth"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/rollout"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/core/tools"
	"github.com/codex-go/codex/protocol"
)

// Options say what an [Agent] works with. The zero value is the user's own
// agent.
type Options struct {
	// Home is CODEX_HOME. Empty: what Environ says, or .codex in the user's
	// home folder.
	Home string
	// Environ is the environment that settings and commands see, as
	// "NAME=value". Nil: that of the process.
	Environ []string
	// Cwd is the directory that relative paths start from. Empty: that of the
	// process.
	Cwd string
	// Overrides are settings above those of the configuration file, in order.
	Overrides []config.Override
	// StrictConfig refuses settings that nobody knows.
	StrictConfig bool
	// Startup are typed settings of the start-up configuration.
	Startup config.Overrides
	// Executable is a program that applies patches and confines commands when
	// it is started for that. Empty: nothing is run in a sandbox.
	Executable string
	// Sandbox confines commands. Nil: none is available.
	Sandbox tools.Sandbox
	// Keeper starts commands and ends what they leave, and Guard ends what
	// others have left when the process dies; see [exec.RunnerOptions]. Nil:
	// nothing does.
	Keeper, Guard *exec.Command
	// LinkDir returns a folder with links to Executable that the PATH of
	// commands begins with, or "". Nil: none.
	LinkDir func() string
	// HTTPClient talks to model endpoints and the authorization server. Nil: a
	// good one that honours the proxy variables.
	HTTPClient *http.Client
	// Endpoint starts the endpoint of a provider that has none until it is
	// used, such as the scripted one. Nil: there is no such provider.
	Endpoint func(ctx context.Context, providerID string) (baseURL string, err error)
	// Source is the door that rollouts name. Empty: vscode, which listings
	// show.
	Source protocol.SessionSource
	// Originator is who requests say they come from, whatever the environment
	// says. Empty: what the environment or the default says.
	Originator string
	// APIKey is used instead of what the user signed in with. Empty: not.
	APIKey string
	// Log is where everything logs. Nil: nowhere.
	Log *zerolog.Logger
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// Agent is everything that the ways into it share.
type Agent struct {
	Home          string
	Identity      clientid.Identity
	Config        *config.Loader
	Startup       *config.Config // as the process started
	Auth          *auth.Manager
	Store         rollout.Store
	History       *history.Log
	Runner        *exec.Runner
	Sandbox       tools.Sandbox // nil where there is none
	Conversations *conversation.Manager
	Log           zerolog.Logger
}

// New puts an agent together. It fails when the configuration cannot be used.
func New(ctx context.Context, o *Options) (*Agent, error) {
	var opts Options
	if o != nil {
		opts = *o
	}
	if err := opts.defaults(); err != nil {
		return nil, err
	}
	a := &Agent{Home: opts.Home, Sandbox: opts.Sandbox, Log: zerolog.Nop()}
	if opts.Log != nil {
		a.Log = *opts.Log
	}
	a.Identity = clientid.New(clientid.Options{
		LookupEnv:  func(name string) (string, bool) { return shellenv.Lookup(opts.Environ, name) },
		Originator: opts.Originator,
		Warn:       func(message string) { a.Log.Error().Msg(message) },
	})
	a.Config = &config.Loader{
		Home:          opts.Home,
		Environ:       opts.Environ,
		Cwd:           opts.Cwd,
		CLI:           opts.Overrides,
		SandboxHelper: opts.Executable,
		Strict:        opts.StrictConfig,
		Warn:          func(message string) { a.Log.Warn().Msg(message) },
	}
	var err error
	if a.Startup, err = a.Config.Load(ctx, opts.Startup); err != nil {
		return nil, fmt.Errorf("load configuration: %w", err)
	}
	a.Auth = auth.NewManager(auth.Options{
		Home:           opts.Home,
		Identity:       a.Identity,
		HTTPClient:     opts.HTTPClient,
		APIKeyOverride: opts.APIKey,
		Policy:         auth.Policy{Method: a.Startup.ForcedLoginMethod, Workspace: a.Startup.ForcedWorkspaceID},
		Now:            opts.Now,
	})
	a.Store = rollout.NewFileStore(opts.Home, nil)
	a.History = history.New(opts.Home, historyOptions(a.Startup))
	a.Runner = exec.NewRunner(&exec.RunnerOptions{Keeper: opts.Keeper, Guard: opts.Guard})
	a.Conversations = conversation.NewManager(conversation.Options{
		Store:       a.Store,
		History:     a.History,
		Credentials: &credentials{Manager: a.Auth, log: a.Log},
		Runner:      a.Runner,
		Sandbox:     opts.Sandbox,
		Identity:    a.Identity,
		Source:      opts.Source,
		LinkDir:     opts.LinkDir,
		HTTPClient:  opts.HTTPClient,
		McpToken:    oauth.NewStore(filepath.Join(opts.Home, oauth.FileName), opts.HTTPClient).Token,
		Endpoint:    opts.Endpoint,
		Log:         opts.Log,
		Now:         opts.Now,
	})
	return a, nil
}

// defaults fills in what the options leave open.
func (o *Options) defaults() error {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.Home == "" {
		home, err := config.FindHome(func(name string) string {
			value, _ := shellenv.Lookup(o.Environ, name)
			return value
		})
		if err != nil {
			return err
		}
		o.Home = home
	}
	if o.Cwd == "" {
		cwd, err := os.Getwd()
		if err != nil {
			return fmt.Errorf("find the working directory: %w", err)
		}
		o.Cwd = cwd
	}
	if o.Source == "" {
		o.Source = protocol.SourceVSCode
	}
	return nil
}

// Close ends all conversations and their processes and waits, or until ctx
// ends. It may be called more than once.
func (a *Agent) Close(ctx context.Context) error {
	return errors.Join(a.Conversations.Close(ctx), a.Runner.Close(), a.Auth.Close(ctx))
}

// credentials hands the model client what the user signed in with.
type credentials struct {
	*auth.Manager
	log  zerolog.Logger
	warn sync.Once
}

// Token returns the current credential. When the file with it cannot be used
// the log says so once, because the request then goes out without.
func (c *credentials) Token(ctx context.Context) (modelclient.Credential, bool, error) {
	credential, ok, err := c.Manager.Token(ctx)
	if err == nil && !ok {
		if cause := c.LoadError(); cause != nil {
			c.warn.Do(func() { c.log.Warn().Err(cause).Msg("nobody is signed in") })
		}
	}
	return modelclient.Credential(credential), ok, err
}

// historyOptions are the settings of the message history.
func historyOptions(c *config.Config) *history.Options {
	o := &history.Options{Off: c.HistoryPersistence == config.HistoryNone}
	if c.HistoryMaxBytes != nil {
		o.MaxBytes = int64(min(*c.HistoryMaxBytes, math.MaxInt64))
	}
	return o
}
