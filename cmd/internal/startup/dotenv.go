package startup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// maxDotenv bounds the .env file, in bytes.
const maxDotenv = 1 << 20

// protected are the variables that a .env file may not set: they decide which
// programs are loaded and where requests go.
var protected = []string{"PATH", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// Dotenv is what LoadDotenv did.
type Dotenv struct {
	Loaded  []string // names that were set
	Skipped []string // names that the file may not set, or that were set already
}

// LoadDotenv sets the variables of the file .env in home that are not set yet.
// Names that begin with CODEX_ and those that decide which programs run are
// passed over, as is a line that cannot be read. A missing file is no error.
// (spec: config-and-auth, process start-up)
func LoadDotenv(home string) (Dotenv, error) {
	var done Dotenv
	path := filepath.Join(home, ".env")
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return done, nil // a home that is no folder is found out about elsewhere
	case err != nil:
		return done, fmt.Errorf("read .env: %w", err)
	case !info.Mode().IsRegular() || info.Size() > maxDotenv:
		return done, fmt.Errorf("read .env: %s is not a small regular file", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return done, fmt.Errorf("read .env: %w", err)
	}
	vars := parseDotenv(string(text), os.LookupEnv)
	for _, name := range sortedNames(vars) {
		if _, set := os.LookupEnv(name); set || !settable(name) {
			done.Skipped = append(done.Skipped, name)
			continue
		}
		if err := os.Setenv(name, vars[name]); err != nil {
			done.Skipped = append(done.Skipped, name)
			continue
		}
		done.Loaded = append(done.Loaded, name)
	}
	return done, nil
}

func settable(name string) bool {
	upper := strings.ToUpper(name)
	return !strings.HasPrefix(upper, "CODEX_") && !strings.HasPrefix(upper, "LD_") &&
		!strings.HasPrefix(upper, "DYLD_") && !slices.Contains(protected, upper)
}

func sortedNames(vars map[string]string) []string {
	names := make([]string, 0, len(vars))
	for name := range vars {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
