package shellenv

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
)

// Kind tells which family of shells a shell belongs to.
type Kind uint8

// The kinds of shells that commands can be rewritten for.
const (
	Unknown Kind = iota
	Zsh
	Bash
	PowerShell
)

// Shell is the user's shell. The zero value is an unknown one: it has no name
// and commands are not rewritten for it.
type Shell struct {
	Kind Kind
	// Path is the program: the login shell on Unix, a bare file name on
	// Windows.
	Path string
	// RCFile is the file that an interactive shell reads at its start: .zshrc
	// or .bashrc in the home folder that the user database names. It need not
	// exist. Empty on Windows.
	RCFile string
	// BashFallback is the bash that a Windows machine has beside PowerShell,
	// or empty.
	BashFallback string
}

// Name returns the name of the shell for the environment context, such as
// "zsh" or "pwsh.exe", or "" when the shell is unknown.
//
// spec: exec-and-tools, user shell and profile translation
func (s Shell) Name() string {
	if s.Kind == Unknown {
		return ""
	}
	return filepath.Base(s.Path)
}

// Account is what the user database says of a user.
type Account struct {
	Home  string // home folder
	Shell string // login shell; may be empty
}

// ErrNoAccount is the error of a lookup of an account that does not exist.
var ErrNoAccount = errors.New("no such account")

// System is how [Detect] looks at the machine. Each nil field stands for the
// real thing.
type System struct {
	// GOOS is the operating system; empty is the one that the program was
	// built for.
	GOOS string
	// Account returns the account of the real user id. It is asked on
	// everything but Windows.
	Account func(context.Context) (Account, error)
	// Succeeds runs a program, discards what it prints and reports whether it
	// ended with exit code 0. It is asked on Windows.
	Succeeds func(ctx context.Context, name string, args ...string) bool
	// LookPath finds a program on the PATH. It is asked on Windows.
	LookPath func(name string) (string, error)
}

// Detect finds the user's shell; a nil sys is the real system. An account that
// cannot be read gives the unknown shell. On Windows it runs up to two programs,
// so that callers do it once per session. Cancelling ctx ends these runs.
//
// spec: exec-and-tools, user shell and profile translation
func Detect(ctx context.Context, sys *System) Shell {
	var real System
	if sys != nil {
		real = *sys
	}
	if real.GOOS == "" {
		real.GOOS = runtime.GOOS
	}
	if real.Account == nil {
		real.Account = currentAccount
	}
	if real.Succeeds == nil {
		real.Succeeds = succeeds
	}
	if real.LookPath == nil {
		real.LookPath = lookPath
	}
	if real.GOOS == "windows" {
		return real.detectWindows(ctx)
	}
	return real.detectUnix(ctx)
}

func (s *System) detectUnix(ctx context.Context) Shell {
	account, err := s.Account(ctx)
	switch {
	case err != nil:
		return Shell{}
	case strings.HasSuffix(account.Shell, "/zsh"):
		return Shell{Kind: Zsh, Path: account.Shell, RCFile: filepath.Join(account.Home, ".zshrc")}
	case strings.HasSuffix(account.Shell, "/bash"):
		return Shell{Kind: Bash, Path: account.Shell, RCFile: filepath.Join(account.Home, ".bashrc")}
	}
	return Shell{}
}

func (s *System) detectWindows(ctx context.Context) Shell {
	shell := Shell{Kind: PowerShell, Path: "powershell.exe"}
	if s.Succeeds(ctx, "pwsh", "-NoLogo", "-NoProfile", "-Command", "$PSVersionTable.PSVersion.Major") {
		shell.Path = "pwsh.exe"
	}
	if s.Succeeds(ctx, "bash.exe", "--version") {
		if path, err := s.LookPath("bash.exe"); err == nil {
			shell.BashFallback = path
		}
	}
	return shell
}
