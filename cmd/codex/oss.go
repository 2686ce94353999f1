package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/config"
	"github.com/codex-go/codex/core/modelclient/ollama"
)

// prepareLocal gets the local model server ready: it is there, and has the
// model or pulls it. (spec: config-and-auth, OSS mode)
func prepareLocal(ctx context.Context, cfg *config.Config, stderr *os.File) error {
	p := pullPrinter{out: stderr, inPlace: term.IsTerminal(stderr)}
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
	status  string // the last step
	shown   bool   // the line of the terminal is not empty
}

func (p *pullPrinter) progress(g ollama.Progress) {
	const gigabyte = 1 << 30
	text := term.Clean(g.Status)
	if !p.inPlace {
		if text != p.status {
			fmt.Fprintln(p.out, text)
		}
		p.status = text
		return
	}
	if g.Total > 0 {
		done := min(g.Completed, g.Total)
		text += fmt.Sprintf(": %.2f of %.2f GB (%d%%)", float64(done)/gigabyte, float64(g.Total)/gigabyte,
			int(100*float64(done)/float64(g.Total)))
	}
	fmt.Fprint(p.out, "\r\x1b[K", text)
	p.shown = true
}

// end leaves the line of the terminal.
func (p *pullPrinter) end() {
	if p.shown {
		fmt.Fprintln(p.out)
	}
}
