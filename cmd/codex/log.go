package main

import (
	"io"
	"os"
	"strings"

	"github.com/rs/zerolog"

	"github.com/codex-go/codex/cmd/internal/term"
)

// newLogger returns the program's log. The level is that of RUST_LOG: one of
// the usual names, or a list of name=level in which the entry without a name
// counts. Warnings and errors are logged by default. A terminal gets colours,
// everything else JSON lines. (spec: app-server, streams)
func newLogger(rustLog string, w *os.File) zerolog.Logger {
	var out io.Writer = w
	if term.IsTerminal(w) {
		out = zerolog.ConsoleWriter{Out: w}
	}
	return zerolog.New(out).Level(logLevel(rustLog)).With().Timestamp().Logger()
}

func logLevel(rustLog string) zerolog.Level {
	level := zerolog.WarnLevel
	for entry := range strings.SplitSeq(rustLog, ",") {
		name, value, named := strings.Cut(strings.TrimSpace(entry), "=")
		if !named {
			value = name
		} else if name != "codex" && !strings.HasPrefix(name, "codex_") {
			continue
		}
		switch strings.ToLower(value) {
		case "trace":
			level = zerolog.TraceLevel
		case "debug":
			level = zerolog.DebugLevel
		case "info":
			level = zerolog.InfoLevel
		case "warn":
			level = zerolog.WarnLevel
		case "error":
			level = zerolog.ErrorLevel
		case "off":
			level = zerolog.Disabled
		}
	}
	return level
}
