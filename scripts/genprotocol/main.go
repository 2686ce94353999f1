package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/codex-go/codex/protocol/schema"
)

func main() {
	root := flag.String("root", "..", "`folder` of the repository")
	check := flag.Bool("check", false, "only compare, and exit with status 1 when a file is not current")
	samples := flag.String("samples", "", "write the TypeScript and a check of it with the samples of the protocol to this `folder` instead")
	flag.Parse()
	err := errors.New("no arguments, please; see -help")
	switch {
	case flag.NArg() > 0:
	case *samples != "":
		err = writeSamples(*root, *samples)
	default:
		err = run(*root, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "genprotocol:", err)
		os.Exit(1)
	}
}

// folder is a folder of generated files.
type folder struct {
	dir       string
	files     []schema.File
	generated func(data []byte) bool
}

// run writes all files of the repository, or compares them.
func run(root string, check bool) error {
	folders, err := generate(root)
	if err != nil {
		return err
	}
	var stale []string
	for _, f := range folders {
		if !check {
			if _, err := schema.Write(f.dir, f.files, f.generated); err != nil {
				return err
			}
			continue
		}
		different, err := compare(f)
		if err != nil {
			return err
		}
		stale = append(stale, different...)
	}
	if len(stale) > 0 {
		return fmt.Errorf("these files are not current, run genprotocol:\n  %s", strings.Join(stale, "\n  "))
	}
	return nil
}

// generate returns all files of the repository in root.
func generate(root string) ([]folder, error) {
	texts, err := readTexts(filepath.Join(root, "protocol"), filepath.Join(root, "mcptypes"))
	if err != nil {
		return nil, err
	}
	p, err := schema.Describe(texts)
	if err != nil {
		return nil, err
	}
	code, err := textsFile(p.Texts())
	if err != nil {
		return nil, fmt.Errorf("write the texts: %w", err)
	}
	json, err := p.JSON()
	if err != nil {
		return nil, err
	}
	return []folder{
		{
			dir: filepath.Join(root, "protocol", "schema"), files: []schema.File{{Name: "texts_gen.go", Data: code}},
			generated: func([]byte) bool { return false },
		},
		{dir: filepath.Join(root, "protocol", "schema"), files: json, generated: schema.IsGeneratedJSON},
		{dir: filepath.Join(root, "protocol", "ts"), files: p.TypeScript(), generated: schema.IsGeneratedTypeScript},
	}, nil
}

// compare returns the files that are missing or different, and the generated
// ones that are too much.
func compare(f folder) ([]string, error) {
	var different []string
	current := map[string]bool{}
	for _, file := range f.files {
		path := filepath.Join(f.dir, filepath.FromSlash(file.Name))
		current[path] = true
		old, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("compare: %w", err)
		}
		if err != nil || !bytes.Equal(old, file.Data) {
			different = append(different, path)
		}
	}
	paths, err := filepath.Glob(filepath.Join(f.dir, "*"+filepath.Ext(f.files[0].Name)))
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	for _, path := range paths {
		if current[path] {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		if f.generated(data) {
			different = append(different, path+" (no longer generated)")
		}
	}
	slices.Sort(different)
	return different, nil
}
