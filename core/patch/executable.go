package patch

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"
)

// RunFlag, as the first argument of the program, makes it apply the patch that
// is the second one. The program calls itself this way to apply a patch in a
// sandbox.
const RunFlag = "--codex-run-as-apply-patch"

// FromStdin, in place of the patch behind [RunFlag], makes the program read the
// patch from standard input: a system may not let an argument be that long.
const FromStdin = "-"

// maxPatchBytes bounds a patch that is read from standard input.
const maxPatchBytes = 64 << 20

const usage = "usage: apply_patch PATCH\n       apply_patch < FILE\n"

// Invoked reports whether a process that was started with these arguments, its
// own name among them, has to behave as [Main] does: it was called by the name
// apply_patch or applypatch, or its first argument is [RunFlag].
//
// spec: exec-and-tools, executable forms
func Invoked(argv []string) bool {
	return calledByName(argv) || calledByFlag(argv)
}

func calledByName(argv []string) bool {
	if len(argv) == 0 {
		return false
	}
	switch strings.TrimSuffix(filepath.Base(argv[0]), ".exe") {
	case "apply_patch", "applypatch":
		return true
	}
	return false
}

func calledByFlag(argv []string) bool { return len(argv) > 1 && argv[1] == RunFlag }

// Main is the whole program when [Invoked] says so. argv is that of the
// process, its name included. The patch is the only argument, or comes from
// stdin if there is none, or if [FromStdin] stands for it; paths are relative to the working folder of the
// process. It prints the summary to stdout or one message to stderr, and
// returns the exit code: 0 when the patch was applied, 1 when it was not, 2
// when the arguments make no sense.
//
// An interrupt or a request to terminate leaves all files as they were.
//
// spec: exec-and-tools, executable forms
func Main(argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var text string
	var err error
	switch {
	case calledByName(argv) && len(argv) == 2:
		text = argv[1]
	case calledByName(argv) && len(argv) == 1:
		if text, err = readPatch(stdin); err == nil && text == "" {
			return misused(stderr)
		}
	case !calledByName(argv) && calledByFlag(argv):
		if len(argv) < 3 {
			return fail(stderr, fmt.Errorf("%s needs a patch as its argument", RunFlag))
		}
		if text = argv[2]; text == FromStdin {
			text, err = readPatch(stdin)
		}
	default:
		fmt.Fprintf(stderr, "apply_patch takes one patch, got %d arguments\n", len(argv)-1)
		return misused(stderr)
	}
	if err != nil {
		return fail(stderr, err)
	}
	if !utf8.ValidString(text) {
		return fail(stderr, fmt.Errorf("the patch is %w", errNotText))
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.Getwd()
	if err != nil {
		return fail(stderr, fmt.Errorf("find the working folder: %w", err))
	}
	return run(ctx, dir, text, stdout, stderr)
}

// readPatch reads a patch to its end.
func readPatch(stdin io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(stdin, maxPatchBytes+1))
	if err != nil {
		return "", fmt.Errorf("read patch from standard input: %w", err)
	}
	if len(data) > maxPatchBytes {
		return "", fmt.Errorf("the patch is longer than %d bytes", maxPatchBytes)
	}
	return string(data), nil
}

// run applies a patch in a folder and reports like the program does.
func run(ctx context.Context, dir, text string, stdout, stderr io.Writer) int {
	p, err := Parse(text)
	if err != nil {
		return fail(stderr, err)
	}
	plan, err := Apply(ctx, OS(), dir, p)
	if err != nil {
		return fail(stderr, err)
	}
	if _, err := io.WriteString(stdout, plan.Summary()); err != nil {
		// The files are written; that nobody listens changes nothing.
		return fail(stderr, fmt.Errorf("the patch was applied, but the summary could not be printed: %w", err))
	}
	return 0
}

func fail(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, err)
	return 1
}

func misused(stderr io.Writer) int {
	fmt.Fprint(stderr, usage)
	return 2
}
