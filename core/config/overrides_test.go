package config

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestOverridesFrom(t *testing.T) {
	t.Parallel()
	if diff := gocmp.Diff(Overrides{}, OverridesFrom(nil)); diff != "" {
		t.Error(diff)
	}
	params := &protocol.NewConversationParams{
		Model: ptr("m"), Profile: ptr("p"), Cwd: "c", ApprovalPolicy: protocol.AskNever, Sandbox: protocol.SandboxReadOnly,
		Config: raw(map[string]string{"a": "1"}), BaseInstructions: ptr("b"), IncludePlanTool: ptr(true), IncludeApplyPatchTool: ptr(false),
	}
	want := Overrides{
		Model: ptr("m"), Profile: ptr("p"), Cwd: "c", ApprovalPolicy: protocol.AskNever, SandboxMode: protocol.SandboxReadOnly,
		Config: raw(map[string]string{"a": "1"}), BaseInstructions: ptr("b"), IncludePlanTool: ptr(true), IncludeApplyPatchTool: ptr(false),
	}
	if diff := gocmp.Diff(want, OverridesFrom(params)); diff != "" {
		t.Error(diff)
	}
}

func Example() {
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(home) //nolint:errcheck // a temporary folder
	if err := os.WriteFile(filepath.Join(home, FileName), []byte("model = \"o3\"\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	flags, err := ParseOverrides([]string{"approval_policy=never"})
	if err != nil {
		fmt.Println(err)
		return
	}
	loader := &Loader{Home: home, Cwd: "/work", CLI: flags}
	c, err := loader.Load(context.Background(), Overrides{Cwd: "project"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Model, c.ApprovalPolicy, c.Cwd, c.Origins.Of("approval_policy"))
	// Output: o3 never /work/project -c flag
}

func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString("model = 'x'\n[profiles.p]\nmodel = 'y'\n")
	for i := range 20 {
		fmt.Fprintf(&text, "[mcp_servers.s%d]\ncommand = 'c'\nargs = ['a']\n[projects.'/p%d']\ntrust_level = 'trusted'\n", i, i)
	}
	for _, bench := range []struct {
		name      string
		kept      bool
		overrides Overrides
	}{
		{"parsed", false, Overrides{}},
		{"kept", true, Overrides{}},
		{"overrides", true, Overrides{Profile: ptr("p"), Config: raw(map[string]string{"tools.web_search": "true"})}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			l, _ := newLoader(b, text.String())
			long := time.Now().Add(-time.Hour)
			if err := os.Chtimes(filepath.Join(l.Home, FileName), long, long); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if !bench.kept {
					l.cache.last = nil
				}
				if _, err := l.Load(b.Context(), bench.overrides); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
