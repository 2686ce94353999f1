package turndiff_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/core/turndiff"
	"github.com/codex-go/codex/protocol"
)

// ExampleTracker follows one file through two patches, the second of which
// takes the first one back.
func ExampleTracker() {
	dir, err := os.MkdirTemp("", "turn")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		fmt.Println(err)
		return
	}
	file := filepath.Join(dir, "a.txt")
	ctx := context.Background()
	tracker := turndiff.New()

	for _, content := range []string{"a\n", "b\n", "b\n", ""} {
		changes := protocol.FileChanges{file: &protocol.AddFileChange{Content: content}}
		if err := tracker.Begin(ctx, changes); err != nil {
			fmt.Println(err)
		}
		// The patch would be applied here.
		if content == "" {
			err = os.Remove(file)
		} else {
			err = os.WriteFile(file, []byte(content), 0o644)
		}
		if err != nil {
			fmt.Println(err)
		}
		text, changed, err := tracker.Diff(ctx)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Println("changed:", changed, "empty:", text == "")
		if content == "a\n" {
			fmt.Print(text)
		}
	}
	// Output:
	// changed: true empty: false
	// diff --git a/a.txt b/a.txt
	// new file mode 100644
	// index 0000000000000000000000000000000000000000..78981922613b2afb6025042ff6bd878ac1994e85
	// --- /dev/null
	// +++ b/a.txt
	// @@ -0,0 +1 @@
	// +a
	// changed: true empty: false
	// changed: false empty: false
	// changed: true empty: true
}
