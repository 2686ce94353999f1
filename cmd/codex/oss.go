package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/modelclient/ollama"
)

// prepareLocal gets the local model server ready: it is there, and has the
// model or pulls it. (spec: config-and-auth, OSS mode)
func prepareLocal(ctx context.Context, cfg *config.Config, stderr *os.File) error {
	p := pullPrinter{out: stderr, inPlace: term.IsTerminal(stderr), now: time.Now}
	defer p.end()
	return ollama.New(cfg.Provider.BaseURL, nil).Ensure(ctx, cfg.Model, ollama.Observer{
		Progress: p.progress,
		Warn:     func(err error) { fmt.Fprintln(stderr, "Warning:", err) },
	})
}

// pullPrinter shows how a pull goes: in one line of a terminal, or else in a
// line for each step.
type pullPrinter struct {
	out     io.Writer
	inPlace bool
	now     func() time.Time
	began   time.Time // when the first bytes were counted
	at      uint64    // how many there were then
	status  string    // the last step
	shown   bool      // the line of the terminal is not empty
}

func (p *pullPrinter) progress(g ollama.Progress) {
	if g.Status == "pulling manifest" {
		return // over at once
	}
	text := term.Clean(g.Status)
	if !p.inPlace {
		if text != p.status {
			fmt.Fprintln(p.out, text)
		}
		p.status = text
		return
	}
	if g.Total > 0 {
		text += ": " + p.download(g)
	}
	fmt.Fprint(p.out, "\r\x1b[K", text)
	p.shown = true
}

// download returns how much of a model is there and how fast it comes.
func (p *pullPrinter) download(g ollama.Progress) string {
	const gigabyte = 1 << 30
	now := p.now()
	if p.began.IsZero() {
		p.began, p.at = now, g.Completed
	}
	speed := 0.0
	if elapsed := now.Sub(p.began).Seconds(); elapsed > 0 {
		speed = float64(g.Completed-p.at) / 1e6 / elapsed
	}
	done := min(g.Completed, g.Total)
	return fmt.Sprintf("%.2f of %.2f GB (%d%%), %.1f MB/s", float64(done)/gigabyte, float64(g.Total)/gigabyte,
		int(100*float64(done)/float64(g.Total)), speed)
}

// end leaves the line of the terminal.
func (p *pullPrinter) end() {
	if p.shown {
		fmt.Fprintln(p.out)
	}
}
