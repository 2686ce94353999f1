package sandbox

import (
	"os/exec"
	"testing"

	"github.com/codex-go/codex/protocol"
)

// BenchmarkSpawn runs a command that does nothing, with and without a sandbox.
func BenchmarkSpawn(b *testing.B) {
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			if err := exec.CommandContext(b.Context(), "true").Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	m := machine{namespaces: true, pid: true}
	for name, options := range map[string]Options{"namespaces": {}, "no namespaces": {NoNamespaces: true}} {
		b.Run(name, func(b *testing.B) {
			m := m
			m.options = options
			r := Request{Argv: []string{"true"}, Policy: &protocol.WorkspaceWritePolicy{}, Cwd: m.dir(b)}
			for b.Loop() {
				if err := m.command(b, r, []string{"PATH=/usr/bin:/bin"}, nil).Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
