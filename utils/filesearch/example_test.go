package filesearch_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/utils/filesearch"
)

func ExampleSearch() {
	dir, err := os.MkdirTemp("", "filesearch")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"main.go", "domain.go", "notes.txt", "main.o", ".gitignore"} {
		content := ""
		if name == ".gitignore" {
			content = "*.o\n"
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			log.Fatal(err)
		}
	}

	matches, err := filesearch.Search(context.Background(), "mn go", []string{dir}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range matches {
		fmt.Println(m.Score, m.Path, m.Indices)
	}
	// Output:
	// 104 main.go [0 3 5 6]
	// 84 domain.go [2 5 7 8]
}
