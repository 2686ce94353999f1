package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/codex-go/codex/cmd/internal/hardening"
	"github.com/codex-go/codex/cmd/internal/term"
	"github.com/codex-go/codex/core/modelclient"
	"github.com/codex-go/codex/core/patch"
	"github.com/codex-go/codex/core/sandbox"
	_ "github.com/codex-go/codex/core/sandbox/early" // the helper starts faster
)

func main() {
	sandbox.Init() // never returns in the helper, which must not be hardened yet
	if patch.Invoked(os.Args) {
		os.Exit(patch.Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
	}
	if err := hardening.Apply(); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(hardening.ExitCode(err))
	}
	os.Exit(run())
}

// exitError ends the program with a code of its own.
type exitError struct {
	code int
	err  error // nil when everything was said already
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

// useProxy lets all that has no HTTP client of its own, such as logins and MCP
// servers, find its proxy as the model client does.
func useProxy() {
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t.Proxy = modelclient.Proxy(os.Getenv)
	}
}

// run runs the command line and returns the exit code.
func run() int {
	// A client that closes its end is an error to handle, not a death. The
	// signal is caught rather than ignored, because commands would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	loadDotenv()
	useProxy()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // the first signal ends in order, the second at once
	root := newRoot()
	root.SetArgs(manyImages(root, os.Args[1:]))
	err := root.ExecuteContext(ctx)
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		if exit.err != nil {
			complain(exit.err)
		}
		return exit.code
	}
	if !readerGone(err) {
		complain(err)
	}
	return 1
}

// complain says why the command line failed. Errors name files and quote what
// they say, which must not control the terminal.
func complain(err error) { fmt.Fprintln(os.Stderr, "Error:", term.Clean(err.Error())) }

// readerGone tells whether err comes from an output that nobody reads any more,
// as in "codex mcp list | head -1". That is no reason to complain.
func readerGone(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && path.Path == os.Stdout.Name() && errors.Is(path, syscall.EPIPE)
}
