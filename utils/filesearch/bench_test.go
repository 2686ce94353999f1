package filesearch

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkSearch searches 20,000 files in 200 folders, with and without ignore
// rules.
func BenchmarkSearch(b *testing.B) {
	dir := b.TempDir()
	for i := range 200 {
		folder := filepath.Join(dir, fmt.Sprintf("module%d/package%d", i/20, i))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range 100 {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("source_%d.go", i*100+j)), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	rules := []byte("*.o\n*.tmp\nnode_modules/\n/build\ntarget\n*.class\n.DS_Store\n**/cache/**\n!keep.o\n[Tt]humbs.db\n")
	for _, bench := range []struct {
		name, query string
		excludes    []byte
	}{
		{"everything matches", "src", nil},
		{"some match", "mod7pack", nil},
		{"nothing matches", "xyzzy", nil},
		{"a long query", "package12/source", nil},
		{"two atoms", "source go", nil},
		{"with rules", "src", rules},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Search(b.Context(), bench.query, []string{dir}, &Options{Excludes: bench.excludes}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkScore(b *testing.B) {
	for _, bench := range []struct{ name, query, path string }{
		{"run", "main", "src/lib/main_test.rs"},
		{"gaps", "slmtr", "src/lib/main_test.rs"},
		{"none", "xyz", "src/lib/main_test.rs"},
		{"not in ASCII", "日語", "docs/日本語.md"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			p := compile(bench.query)
			var c candidate
			c.enter("")
			path := []byte(bench.path)
			for b.Loop() {
				c.name(path)
				c.score(&p, nil)
			}
		})
	}
}

func BenchmarkRules(b *testing.B) {
	rules := compileRules([]byte("*.o\n*.tmp\nnode_modules/\n/build\ntarget\n*.class\n.DS_Store\n**/cache/**\n!keep.o\n[Tt]humbs.db\n"))
	path := []byte("module1/package12/source_1234.go")
	b.ReportAllocs()
	for b.Loop() {
		rules.match(path, path[18:], false)
	}
}
