package patch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/core/patch"
)

// Example checks a patch, shows what it would overwrite, and applies it.
func Example() {
	dir, err := os.MkdirTemp("", "patch")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "greeting.txt"), []byte("hello\nworld\n"), 0o644); err != nil {
		fmt.Println(err)
		return
	}

	p, err := patch.Parse(`*** Begin Patch
*** Update File: greeting.txt
@@
 hello
-world
+everybody
*** Add File: notes/new.txt
+a new file
*** End Patch`)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	plan, err := patch.NewPlan(ctx, patch.OS(), dir, p)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("files:", len(plan.Files()), "overwritten:", len(plan.Overwrites()))
	if err := plan.Apply(ctx, patch.OS()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan.Summary())
	// Output:
	// files: 2 overwritten: 0
	// Success. Updated the following files:
	// A notes/new.txt
	// M greeting.txt
}
