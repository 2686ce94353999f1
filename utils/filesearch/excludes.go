package filesearch

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// UserExcludes returns the text of the ignore file that the user keeps for all
// repositories, nil if there is none: the one that core.excludesFile in the
// user's configuration of git names, else the default one. lookup reads the
// environment.
func UserExcludes(lookup func(name string) (value string, ok bool)) ([]byte, error) {
	get := func(name string) string {
		if value, ok := lookup(name); ok {
			return value
		}
		return ""
	}
	home := get("HOME")
	if home == "" {
		home = get("USERPROFILE")
	}
	config := get("XDG_CONFIG_HOME")
	if config == "" && home != "" {
		config = filepath.Join(home, ".config")
	}
	var files []string
	if single, ok := lookup("GIT_CONFIG_GLOBAL"); ok {
		files = append(files, single)
	} else {
		if config != "" {
			files = append(files, filepath.Join(config, "git", "config"))
		}
		if home != "" {
			files = append(files, filepath.Join(home, ".gitconfig"))
		}
	}
	path := ""
	if config != "" {
		path = filepath.Join(config, "git", "ignore")
	}
	for _, file := range files { // the last one wins
		text, err := readIfThere(file)
		if err != nil {
			return nil, err
		}
		if value, ok := excludesSetting(text); ok {
			path = value
		}
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		path = filepath.Join(home, rest)
	}
	return readIfThere(path)
}

// readIfThere reads a regular file, and nothing where there is none.
func readIfThere(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() > maxRuleFile:
		return nil, nil
	}
	return os.ReadFile(path)
}

// excludesSetting returns the value of core.excludesFile in the text of a
// configuration file of git. Files that it includes are not read.
func excludesSetting(text []byte) (value string, ok bool) {
	core := false
	for line := range bytes.Lines(text) {
		line := strings.TrimSpace(string(line))
		if header, isHeader := strings.CutPrefix(line, "["); isHeader {
			name, rest, closed := strings.Cut(header, "]")
			core = closed && strings.EqualFold(strings.TrimSpace(name), "core")
			line = strings.TrimSpace(rest)
		}
		key, rest, assigned := strings.Cut(line, "=")
		if core && assigned && strings.EqualFold(strings.TrimSpace(key), "excludesfile") {
			value, ok = configValue(rest), true
		}
	}
	return value, ok
}

// configValue reads a value of git's configuration: quotes are taken off,
// backslashes escape, and a comment ends it.
func configValue(text string) string {
	var value strings.Builder
	quoted := false
	end := 0 // of the value without blanks behind it
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '"':
			quoted = !quoted
			continue
		case c == '\\' && i+1 < len(text):
			i++
			switch c = text[i]; c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			}
			value.WriteByte(c)
			end = value.Len()
			continue
		case !quoted && (c == '#' || c == ';'):
			return value.String()[:end]
		case !quoted && (c == ' ' || c == '\t'):
			if value.Len() > 0 {
				value.WriteByte(c)
			}
			continue
		}
		value.WriteByte(c)
		end = value.Len()
	}
	return value.String()[:end]
}
