package config

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func BenchmarkLoad(b *testing.B) {
	home := b.TempDir()
	if err := os.WriteFile(filepath.Join(home, FileName), []byte("model='x'\n[profiles.p]\nmodel='y'\n[mcp_servers.a]\ncommand='q'\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	l := &Loader{Home: home, Cwd: "/w", Warn: func(m string) { b.Log(m) }}
	for b.Loop() {
		c, err := l.Load(context.Background(), Overrides{})
		if err != nil {
			b.Fatal(err)
		}
		_ = c
	}
}
