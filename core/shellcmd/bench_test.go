package shellcmd

import (
	"testing"
)

// BenchmarkJudge parses and judges 10,000 commands of the kinds that models
// send.
func BenchmarkJudge(b *testing.B) {
	commands := [][]string{
		{"ls", "-la"},
		{"git", "diff", "--stat", "HEAD~1"},
		{"bash", "-lc", "ls -la && git status --short"},
		{"bash", "-lc", "rg -n 'func main' --glob '!vendor' cmd | head -n 20"},
		{"bash", "-lc", "sed -n '1,200p' core/session/loop.go"},
		{"bash", "-lc", "go test ./... 2>&1 | tail -n 50"},
		{"bash", "-lc", "for f in *.go; do gofmt -l \"$f\"; done"},
		{"bash", "-lc", "cat > main.go <<'EOF'\npackage main\n\nfunc main() {}\nEOF\ngo run ."},
		{"bash", "-lc", "cd web && apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: old.css\n*** End Patch\nEOF\n"},
		{"sudo", "-n", "rm", "-rf", "build"},
	}
	const rounds = 10_000
	b.ReportAllocs()
	for b.Loop() {
		for i := range rounds {
			argv := commands[i%len(commands)]
			_, _ = PatchCall(argv, nil)
			_, _ = Dangerous(argv)
			_ = Trusted(argv)
			_ = Parse(argv)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/rounds, "µs/command")
}
