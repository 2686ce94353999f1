package exec

import (
	"bytes"
	"context"
	osexec "os/exec"
	"runtime"
	"testing"

	"github.com/codex-go/codex/protocol"
)

// TestMemory runs a command that writes far more than is kept and checks what
// the run has allocated, whatever the collector has freed since. The output
// that others keep from the result comes on top. It is not parallel: it counts
// what the whole program allocates.
func TestMemory(t *testing.T) {
	const written = 512 << 20
	r := newRunner(t, nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res := mustRun(t, r, sh("head -c 536870912 /dev/zero"), nil)
	runtime.ReadMemStats(&after)
	if res.Stdout.Len() != written || res.Aggregated.Len() != written {
		t.Errorf("captured %d and %d bytes", res.Stdout.Len(), res.Aggregated.Len())
	}
	kept := len(res.Stdout.Head) + len(res.Stdout.Tail)
	if kept != DefaultCaptureLimit {
		t.Errorf("kept %d bytes", kept)
	}
	// Two captures of 4 MiB, as much again for growing them, and what the
	// runtime makes beside them.
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("allocated %d MiB", used>>20)
	}
}

func BenchmarkSpawn(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		r := newBareRunner(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.Run(b.Context(), Command{Argv: []string{"true"}}, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("kept", func(b *testing.B) {
		r := newRunner(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.Run(b.Context(), Command{Argv: []string{"true"}}, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("os exec", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var stdout, stderr bytes.Buffer
			cmd := osexec.Command("true")
			cmd.Env = []string{}
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkOutput(b *testing.B) {
	const size = 100 << 20
	cmd := Command{Argv: []string{"head", "-c", "104857600", "/dev/zero"}, Timeout: NoTimeout}
	run := func(b *testing.B, opts *Options) {
		r := newRunner(b, nil)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			res, err := r.Run(b.Context(), cmd, opts)
			if err != nil || res.Stdout.Len() != size {
				b.Fatal(err)
			}
		}
	}
	b.Run("captured", func(b *testing.B) { run(b, nil) })
	b.Run("handed on", func(b *testing.B) {
		run(b, &Options{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {}})
	})
	b.Run("os exec", func(b *testing.B) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			var stdout bytes.Buffer
			plain := osexec.Command("head", "-c", "104857600", "/dev/zero")
			plain.Stdout = &stdout
			if err := plain.Run(); err != nil || stdout.Len() != size {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCancel(b *testing.B) {
	r := newRunner(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		_, err := r.Run(ctx, Command{Argv: []string{"sh", "-c", "echo a; sleep 60; true"}}, &Options{
			OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) { cancel() },
		})
		if err == nil {
			b.Fatal("not cancelled")
		}
	}
}
