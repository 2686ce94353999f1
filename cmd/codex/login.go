package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/core/auth/login"
	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/shellenv"
	"github.com/codex-go/codex/protocol"
)

// loginFlags are the flags of "codex login".
type loginFlags struct {
	*globalFlags
	apiKey   string
	device   bool
	issuer   string
	clientID string

	port int // where the browser comes back to; 0 for the one that issuers know
	open func(ctx context.Context, url string)
}

func newLogin(flags *globalFlags) *cobra.Command {
	f := &loginFlags{globalFlags: flags, open: openBrowser}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in with a ChatGPT account or an API key",
		Long: "Signs in with a ChatGPT account in the browser. With --api-key it stores an API key instead;\n" +
			"\"-\" reads the key from standard input, so that it stands in no list of processes.",
		Example: "  codex login\n  codex login --api-key - < key.txt\n  codex login status",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := exclusive(cmd, "api-key", "experimental_use-device-code"); err != nil {
				return err
			}
			return f.login(cmd.Context(), cmd.Flags().Changed("api-key"), os.Stdin, os.Stdout, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&f.apiKey, "api-key", "", "store this API `KEY`; - reads it from standard input")
	cmd.Flags().BoolVar(&f.device, "experimental_use-device-code", false, "sign in with a code on another device")
	cmd.Flags().StringVar(&f.issuer, "experimental_issuer", "", "authorization server to sign in with")
	cmd.Flags().StringVar(&f.clientID, "experimental_client-id", "", "client id at the authorization server")
	for _, name := range []string{"experimental_use-device-code", "experimental_issuer", "experimental_client-id"} {
		if err := cmd.Flags().MarkHidden(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	status := &cobra.Command{
		Use: "status", Short: "Tell who is signed in", Args: noArgs,
		Long:    "Tells how the user is signed in, on standard error, and ends with status 1 when nobody is.",
		Example: "  codex login status",
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.status(cmd.Context(), cmd.ErrOrStderr()) },
	}
	// The status goes before a login: flags of one have no effect on it.
	// (spec: config-and-auth, login)
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		hidden := *flag
		hidden.Hidden = true
		status.Flags().AddFlag(&hidden)
	})
	cmd.AddCommand(status)
	return cmd
}

func newLogout(flags *globalFlags) *cobra.Command {
	return &cobra.Command{
		Use: "logout", Short: "Sign out", Args: noArgs,
		Long:    "Removes the stored credentials, of a ChatGPT account or an API key.",
		Example: "  codex logout",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return flags.withAuth(cmd.Context(), func(ctx context.Context, s session) error {
				removed, err := s.auth.Logout(ctx)
				if err != nil {
					return err
				}
				text := "Not logged in"
				if removed {
					text = "Successfully logged out"
				}
				fmt.Fprintln(cmd.ErrOrStderr(), text)
				return nil
			})
		},
	}
}

// session is what a command needs that deals with the user's credentials.
type session struct {
	auth     *auth.Manager
	identity clientid.Identity
	config   *config.Config
}

// withAuth runs do with the user's credentials, after the configuration was
// found to be usable.
func (f *globalFlags) withAuth(ctx context.Context, do func(context.Context, session) error) error {
	l, err := f.loader()
	if err != nil {
		return err
	}
	cfg, err := l.Load(ctx, config.Overrides{})
	if err != nil {
		return err
	}
	identity := clientid.New(clientid.Options{
		LookupEnv: func(name string) (string, bool) { return shellenv.Lookup(l.Environ, name) },
	})
	m := auth.NewManager(auth.Options{
		Home: l.Home, Identity: identity, Policy: auth.Policy{Method: cfg.ForcedLoginMethod, Workspace: cfg.ForcedWorkspaceID},
	})
	return errors.Join(do(ctx, session{m, identity, cfg}), m.Close(context.WithoutCancel(ctx)))
}

// login signs in, in the way that the flags ask for.
func (f *loginFlags) login(ctx context.Context, byKey bool, stdin io.Reader, prompts *os.File, out io.Writer) error {
	return f.withAuth(ctx, func(ctx context.Context, s session) error {
		method := protocol.AuthChatGPT
		if byKey {
			method = protocol.AuthAPIKey
		}
		if err := s.auth.MayLogIn(method); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
		if !byKey && !f.device {
			return f.loginBrowser(ctx, s, out)
		}
		var err error
		if byKey {
			err = f.loginAPIKey(ctx, s.auth, stdin)
		} else {
			err = f.loginDevice(ctx, s.auth, prompts)
		}
		if err == nil {
			fmt.Fprintln(out, "Successfully logged in")
		}
		return err
	})
}

func (f *loginFlags) loginAPIKey(ctx context.Context, m *auth.Manager, stdin io.Reader) error {
	key := f.apiKey
	if key == "-" {
		const maxKey = 64 << 10
		text, err := untilInterrupted(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(stdin, maxKey)) })
		if err != nil {
			return fmt.Errorf("read the API key: %w", err)
		}
		key = string(text)
	}
	return m.LoginAPIKey(ctx, strings.TrimSpace(key))
}

// loginDevice signs in with a code. What the user has to read goes to prompts.
func (f *loginFlags) loginDevice(ctx context.Context, m *auth.Manager, prompts *os.File) error {
	paint := term.Wanted(prompts, os.Getenv("NO_COLOR"))
	return login.Device(ctx, login.DeviceOptions{
		Store: m, Issuer: f.issuer, ClientID: f.clientID,
		Prompt: func(address, code string) {
			fmt.Fprintf(prompts, "%s\n\nOpen %s in a browser and enter the code %s\n",
				paint.Paint(term.Yellow, "Whoever enters this code signs this machine in to their account: "+
					"never enter a code that somebody else gave you, and give this one to nobody."),
				term.Clean(address), term.Clean(code))
		},
	})
}

func (f *loginFlags) loginBrowser(ctx context.Context, s session, out io.Writer) error {
	server, err := login.Start(ctx, login.Options{
		Store: s.auth, Originator: s.identity.Originator, Issuer: f.issuer, ClientID: f.clientID, Port: f.port, Timeout: loginTime,
	})
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Fprintf(out, "The login server listens on http://localhost:%d.\n"+
		"If your browser did not open, go to this address to sign in:\n\n%s\n\n", server.Port(), server.AuthURL())
	f.open(ctx, server.AuthURL())
	if err := server.Wait(ctx); err != nil {
		return err
	}
	fmt.Fprintln(out, "Successfully logged in")
	select {
	case <-server.Stopped(): // the browser has its last page
	case <-ctx.Done():
	}
	return nil
}

// loginTime is how long a login in the browser may take.
const loginTime = 10 * time.Minute

// status tells who is signed in; it fails when nobody is.
func (f *loginFlags) status(ctx context.Context, out io.Writer) error {
	return f.withAuth(ctx, func(ctx context.Context, s session) error {
		who, ok := s.auth.Snapshot()
		switch {
		case !ok && s.auth.LoadError() != nil:
			return fmt.Errorf("check the login: %w", s.auth.LoadError())
		case !ok:
			fmt.Fprintln(out, "Not logged in")
			return &exitError{code: 1}
		case who.Mode == protocol.AuthChatGPT:
			fmt.Fprintln(out, "Logged in using ChatGPT")
			return nil
		}
		credential, _, err := s.auth.Token(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "Logged in using an API key -", maskedKey(credential.Bearer))
		return nil
	})
}

// maskedKey shows enough of a key to tell it from others.
func maskedKey(key string) string {
	chars := []rune(key)
	if len(chars) <= 13 {
		return "***"
	}
	return string(chars[:8]) + "***" + string(chars[len(chars)-5:])
}

// openBrowser asks the system to show a page. Failure does not matter: the
// address is printed too.
func openBrowser(ctx context.Context, url string) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	cmd := exec.CommandContext(ctx, name, args...)
	if err := cmd.Start(); err != nil {
		return
	}
	go func() { _ = cmd.Wait() }() // only so that it is reaped
}
