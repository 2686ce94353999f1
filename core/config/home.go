package config

import (
	"errors"
	"fmt"
	"os/user"
	"path/filepath"
	"runtime"
)

// HomeVariable is the environment variable that names the home folder.
const HomeVariable = "CODEX_HOME"

// ErrNoHome is the cause when no home folder can be determined.
var ErrNoHome = errors.New("no home folder is known")

// FindHome returns the folder that holds config.toml, auth.json and the
// recorded conversations. A CODEX_HOME that is set must exist and is returned
// absolute and without symbolic links; otherwise the folder is .codex in the
// user's home, which may not exist yet. Nothing is created.
// (spec: config-and-auth, resolution of CODEX_HOME)
func FindHome(getenv func(string) string) (string, error) {
	if home := getenv(HomeVariable); home != "" {
		resolved, err := filepath.EvalSymlinks(home)
		if err == nil {
			resolved, err = filepath.Abs(resolved)
		}
		if err != nil {
			return "", fmt.Errorf("find %s: %w", HomeVariable, err)
		}
		return resolved, nil
	}
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	if home := getenv(variable); home != "" {
		return filepath.Join(home, ".codex"), nil
	}
	account, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("%w: %w; set %s", ErrNoHome, err, HomeVariable)
	}
	if account.HomeDir == "" {
		return "", fmt.Errorf("%w; set %s", ErrNoHome, HomeVariable)
	}
	return filepath.Join(account.HomeDir, ".codex"), nil
}
