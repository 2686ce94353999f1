package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a generated file. Name is relative to the folder of the files and has
// slashes.
type File struct {
	Name string
	Data []byte
}

// WriteJSON writes the JSON Schema files of this program's protocol to dir,
// which is made when it is missing, and removes generated files there that are
// no longer part of it. It returns the paths of the files, sorted.
func WriteJSON(dir string) ([]string, error) {
	p, err := Current()
	if err != nil {
		return nil, err
	}
	files, err := p.JSON()
	if err != nil {
		return nil, err
	}
	return Write(dir, files, IsGeneratedJSON)
}

// WriteTypeScript writes the TypeScript files in the same way.
func WriteTypeScript(dir string) ([]string, error) {
	p, err := Current()
	if err != nil {
		return nil, err
	}
	return Write(dir, p.TypeScript(), IsGeneratedTypeScript)
}

// Write writes files to dir and returns their paths, in the order of files.
// Files that are current are not touched. What lies in dir itself, is no file
// of these and is generated is removed: generated decides by name and content,
// and is not asked about other files than those with the ending of the first.
func Write(dir string, files []File, generated func(data []byte) bool) ([]string, error) {
	paths := make([]string, 0, len(files))
	current := map[string]bool{}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		current[path] = true
		paths = append(paths, path)
		if err := writeFile(path, f.Data); err != nil {
			return nil, err
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for old files: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !e.Type().IsRegular() || current[path] || filepath.Ext(path) != filepath.Ext(files[0].Name) {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("look for old files: %w", err)
		}
		if !generated(data) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("remove an old file: %w", err)
		}
	}
	return paths, nil
}

// writeFile writes a file unless it is there already.
func writeFile(path string, data []byte) error {
	old, err := os.ReadFile(path)
	if err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write a generated file: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder of a generated file: %w", err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write a generated file: %w", err)
	}
	return nil
}

// IsGeneratedJSON reports whether data is a JSON Schema that this package wrote.
func IsGeneratedJSON(data []byte) bool {
	var s struct {
		Comment string `json:"$comment"`
	}
	return json.Unmarshal(data, &s) == nil && s.Comment == generatedComment
}

// IsGeneratedTypeScript reports whether data begins with the header of
// generated TypeScript.
func IsGeneratedTypeScript(data []byte) bool {
	return strings.HasPrefix(string(data), tsHeaderLine+"\n") || strings.HasPrefix(string(data), tsHeaderLine+"\r\n")
}
