package shellenv

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDetectUnix(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		account Account
		err     error
		want    Shell
		label   string
	}{
		{"zsh", Account{"/home/u", "/usr/bin/zsh"}, nil, Shell{Kind: Zsh, Path: "/usr/bin/zsh", RCFile: "/home/u/.zshrc"}, "zsh"},
		{"bash", Account{"/root", "/bin/bash"}, nil, Shell{Kind: Bash, Path: "/bin/bash", RCFile: "/root/.bashrc"}, "bash"},
		{"other", Account{"/root", "/usr/bin/fish"}, nil, Shell{}, ""},
		{"name alone is no path", Account{"/root", "bash"}, nil, Shell{}, ""},
		{"ending is not enough", Account{"/root", "/bin/rbash"}, nil, Shell{}, ""},
		{"none", Account{"/root", ""}, nil, Shell{}, ""},
		{"no account", Account{}, ErrNoAccount, Shell{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Detect(t.Context(), &System{GOOS: "linux", Account: func(context.Context) (Account, error) { return tt.account, tt.err }})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Detect (-want +got):\n%s", diff)
			}
			if got.Name() != tt.label {
				t.Errorf("name %q", got.Name())
			}
		})
	}
}

func TestDetectWindows(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		works map[string]bool
		path  string // of bash.exe
		want  Shell
		label string
	}{
		{"nothing but PowerShell", nil, "", Shell{Kind: PowerShell, Path: "powershell.exe"}, "powershell.exe"},
		{"new PowerShell", map[string]bool{"pwsh": true}, "", Shell{Kind: PowerShell, Path: "pwsh.exe"}, "pwsh.exe"},
		{"bash beside", map[string]bool{"bash.exe": true}, `C:\bash.exe`, Shell{Kind: PowerShell, Path: "powershell.exe", BashFallback: `C:\bash.exe`}, "powershell.exe"},
		{"bash that does not run", nil, `C:\bash.exe`, Shell{Kind: PowerShell, Path: "powershell.exe"}, "powershell.exe"},
		{"bash outside PATH", map[string]bool{"bash.exe": true}, "", Shell{Kind: PowerShell, Path: "powershell.exe"}, "powershell.exe"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Detect(t.Context(), &System{
				GOOS:     "windows",
				Succeeds: func(_ context.Context, name string, _ ...string) bool { return tt.works[name] },
				LookPath: func(string) (string, error) {
					if tt.path == "" {
						return "", errors.New("not found")
					}
					return tt.path, nil
				},
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Detect (-want +got):\n%s", diff)
			}
			if got.Name() != tt.label {
				t.Errorf("name %q", got.Name())
			}
		})
	}
}
