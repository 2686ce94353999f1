//go:build unix

package exec

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol"
	"github.com/google/go-cmp/cmp"
)

// newRunner returns a runner with keepers where the system has any, as programs
// have.
func newRunner(t testing.TB, opts *RunnerOptions) *Runner {
	t.Helper()
	var o RunnerOptions
	if opts != nil {
		o = *opts
	}
	var err error
	if o.Keeper, err = testKeeper(); err != nil {
		t.Fatal(err)
	}
	return newBareRunner(t, &o)
}

// newBareRunner returns a runner without keepers, which is closed at the end of the
// test.
func newBareRunner(t testing.TB, opts *RunnerOptions) *Runner {
	t.Helper()
	r := NewRunner(opts)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close runner: %v", err)
		}
	})
	return r
}

// sh is a command that runs a script.
func sh(script string) Command {
	return Command{Argv: []string{"sh", "-c", script}, Timeout: time.Minute}
}

// mustRun runs a command that starts and comes to its end.
func mustRun(t testing.TB, r *Runner, cmd Command, opts *Options) *Result {
	t.Helper()
	res, err := r.Run(t.Context(), cmd, opts)
	if err != nil {
		t.Fatalf("run %q: %v", cmd.Argv, err)
	}
	return res
}

func TestRun(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// outcome is what the table compares.
	type outcome struct {
		ExitCode       int
		Signal         syscall.Signal
		Stdout, Stderr string
	}
	tests := []struct {
		name string
		cmd  Command
		want outcome
	}{
		{"success", sh("echo a"), outcome{Stdout: "a\n"}},
		{"exit code", sh("echo o; echo e >&2; exit 3"), outcome{ExitCode: 3, Stdout: "o\n", Stderr: "e\n"}},
		{"exit code 127 of its own", sh("exit 127"), outcome{ExitCode: 127}},
		{"signal keeps output", sh("echo o; kill -9 $$"), outcome{ExitCode: 137, Signal: syscall.SIGKILL, Stdout: "o\n"}},
		{"signal 15", sh("kill -15 $$"), outcome{ExitCode: 143, Signal: syscall.SIGTERM}},
		{"not UTF-8", sh(`printf 'a\377b'`), outcome{Stdout: "a�b"}},
		{"no output", Command{Argv: []string{"true"}}, outcome{}},
		{"no shell", Command{Argv: []string{"echo", "$HOME", "*", ""}}, outcome{Stdout: "$HOME * \n"}},
		{"arg0", Command{Argv: []string{"sh", "-c", `echo "$0"`}, Arg0: "other"}, outcome{Stdout: "other\n"}},
		{"arg0 and path", Command{Argv: []string{"name", "-c", `echo "$0"`}, Arg0: "other", Path: "/bin/sh"}, outcome{Stdout: "other\n"}},
		{"path alone", Command{Argv: []string{"name", "-c", `echo "$0"`}, Path: "/bin/sh"}, outcome{Stdout: "name\n"}},
		{"no environment", Command{Argv: []string{"env"}}, outcome{}},
		{"environment", Command{Argv: []string{"env"}, Env: []string{"B=1", "A=\xff"}}, outcome{Stdout: "B=1\nA=�\n"}},
		{"directory", Command{Argv: []string{"pwd", "-P"}, Dir: dir}, outcome{Stdout: dir + "\n"}},
		{"null device is empty", Command{Argv: []string{"cat"}}, outcome{}},
		{"standard input", Command{Argv: []string{"cat"}, Stdin: []byte("in")}, outcome{Stdout: "in"}},
		{"empty standard input", Command{Argv: []string{"cat"}, Stdin: []byte{}}, outcome{}},
		{"standard input that nobody reads", Command{Argv: []string{"true"}, Stdin: make([]byte, 1<<20)}, outcome{}},
		{"no time-out", Command{Argv: []string{"echo", "a"}, Timeout: NoTimeout}, outcome{Stdout: "a\n"}},
	}
	r := newRunner(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res := mustRun(t, r, tt.cmd, nil)
			got := outcome{res.ExitCode, res.Signal, res.Stdout.String(), res.Stderr.String()}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if res.TimedOut || res.StillRunning || res.Duration <= 0 {
				t.Errorf("timed out %v, still running %v, duration %v", res.TimedOut, res.StillRunning, res.Duration)
			}
		})
	}
}

// writeFile writes a file with a mode and returns its path.
func writeFile(t testing.TB, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStartErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "plain"), "#!/bin/sh\n", 0o644)
	writeFile(t, filepath.Join(dir, "binary"), "\x7fELF\x00\x01", 0o755)
	writeFile(t, filepath.Join(dir, "orphan"), "#!/nonexistent/interpreter\n", 0o755)
	tests := []struct {
		name string
		cmd  Command
		code int
		want error
	}{
		{"empty", Command{}, ExitNone, ErrEmptyCommand},
		{"empty program", Command{Argv: []string{""}}, ExitNotFound, ErrNotFound},
		{"missing program", Command{Argv: []string{"nonexistent-program"}}, ExitNotFound, ErrNotFound},
		{"missing file", Command{Argv: []string{"./missing"}, Dir: dir}, ExitNotFound, ErrNotFound},
		{"missing resolved file", Command{Argv: []string{"a"}, Path: filepath.Join(dir, "missing")}, ExitNotFound, ErrNotFound},
		{"below a file", Command{Argv: []string{"./plain/x"}, Dir: dir}, ExitNotFound, ErrNotFound},
		{"folder", Command{Argv: []string{dir}}, ExitNotExecutable, ErrNotExecutable},
		{"not executable", Command{Argv: []string{"./plain"}, Dir: dir}, ExitNotExecutable, ErrNotExecutable},
		{"not executable in PATH", Command{Argv: []string{"plain"}, Env: []string{"PATH=" + dir}}, ExitNotExecutable, ErrNotExecutable},
		{"resolved file not executable", Command{Argv: []string{"a"}, Path: filepath.Join(dir, "plain")}, ExitNotExecutable, ErrNotExecutable},
		{"not a program", Command{Argv: []string{"./binary"}, Dir: dir}, ExitNotExecutable, ErrNotExecutable},
		{"missing interpreter", Command{Argv: []string{"./orphan"}, Dir: dir}, ExitNotExecutable, ErrNotExecutable},
		{"NUL in argument", Command{Argv: []string{"echo", "a\x00b"}}, ExitNotExecutable, ErrNUL},
		{"NUL in environment", Command{Argv: []string{"echo"}, Env: []string{"A=\x00"}}, ExitNotExecutable, ErrNUL},
		{"missing directory", Command{Argv: []string{"true"}, Dir: filepath.Join(dir, "missing")}, ExitNotExecutable, ErrBadDir},
		{"directory is a file", Command{Argv: []string{"true"}, Dir: filepath.Join(dir, "plain")}, ExitNotExecutable, ErrBadDir},
		{"argument too long", Command{Argv: []string{"true", strings.Repeat("x", 16<<20)}}, ExitNotExecutable, syscall.E2BIG},
	}
	r := newRunner(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res, err := r.Run(t.Context(), tt.cmd, nil)
			var start *StartError
			switch {
			case res != nil:
				t.Errorf("there is a result: %+v", res)
			case !errors.As(err, &start):
				t.Errorf("not a StartError: %v", err)
			case start.ExitCode != tt.code || !errors.Is(err, tt.want):
				t.Errorf("want code %d of %v, got %d of %v", tt.code, tt.want, start.ExitCode, err)
			case !strings.HasPrefix(err.Error(), "start ") || !strings.HasSuffix(err.Error(), start.Err.Error()):
				t.Errorf("message %q", err)
			}
		})
	}
}

func TestLookPath(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, d := range []string{"first", "second", "work/bin", "second/folder"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{
		"first/both": 0o755, "second/both": 0o755,
		"first/half": 0o644, "second/half": 0o755,
		"first/none": 0o644,
		"work/here":  0o755, "work/bin/there": 0o755,
	} {
		writeFile(t, filepath.Join(root, name), "#!/bin/sh\n", mode)
	}
	work := filepath.Join(root, "work")
	path := func(elements ...string) []string { return []string{"PATH=" + strings.Join(elements, ":")} }
	first, second := filepath.Join(root, "first"), filepath.Join(root, "second")
	tests := []struct {
		name    string
		program string
		env     []string
		want    string // below root
		err     error
	}{
		{"first of two", "both", path(first, second), "first/both", nil},
		{"order counts", "both", path(second, first), "second/both", nil},
		{"last PATH counts", "both", append(path(first), path(second)...), "second/both", nil},
		{"passes over what cannot be executed", "half", path(first, second), "second/half", nil},
		{"only what cannot be executed", "none", path(first, second), "", ErrNotExecutable},
		{"passes over folders", "folder", path(second), "", ErrNotExecutable},
		{"missing elements", "both", path("/nonexistent", second), "second/both", nil},
		{"slash at the end", "both", path(second + "/"), "second/both", nil},
		{"nowhere", "nothing", path(first, second), "", ErrNotFound},
		{"not in the working folder", "here", path(first), "", ErrNotFound},
		{"empty element is the working folder", "here", path(first, ""), "work/here", nil},
		{"empty PATH is the working folder", "here", path(""), "work/here", nil},
		{"relative element", "there", path("bin"), "work/bin/there", nil},
		{"with slash", "./here", nil, "work/./here", nil},
		{"with slash in a folder", "bin/there", path(first), "work/bin/there", nil},
		{"with slash upwards", "../first/both", nil, "work/../first/both", nil},
		{"absolute", filepath.Join(first, "both"), nil, "first/both", nil},
		{"with slash missing", "./both", path(first), "", ErrNotFound},
		{"with slash not executable", "../first/none", nil, "", ErrNotExecutable},
		{"no PATH", "nonexistent-program", nil, "", ErrNotFound},
		{"empty", "", path(first), "", ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := lookPath(tt.program, work, tt.env)
			want := tt.want
			if want != "" {
				want = root + "/" + want
			}
			if got != want || !errors.Is(err, tt.err) {
				t.Errorf("want %q and %v, got %q and %v", want, tt.err, got, err)
			}
		})
	}
	t.Run("default path", func(t *testing.T) {
		t.Parallel()
		got, err := lookPath("sh", work, []string{"HOME=/"})
		if err != nil || !strings.HasSuffix(got, "/sh") {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// TestScriptWithoutInterpreter runs what the kernel refuses and execvp gives
// to the shell.
func TestScriptWithoutInterpreter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := writeFile(t, filepath.Join(dir, "script"), "echo \"$0 $1\"\n", 0o755)
	r := newRunner(t, nil)
	res := mustRun(t, r, Command{Argv: []string{"./script", "arg"}, Dir: dir}, nil)
	if diff := cmp.Diff(dir+"/./script arg\n", res.Stdout.String()); diff != "" {
		t.Errorf("output of %s (-want +got):\n%s", path, diff)
	}
}

func TestOnOutput(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	var stdout, stderr, both bytes.Buffer
	res := mustRun(t, r, sh("head -c 100000 /dev/zero; head -c 50000 /dev/zero | tr '\\0' e >&2"), &Options{
		OnOutput: func(_ context.Context, stream protocol.ExecOutputStream, chunk []byte) {
			if len(chunk) == 0 || len(chunk) > MaxChunk {
				t.Errorf("chunk of %d bytes", len(chunk))
			}
			both.Write(chunk)
			if stream == protocol.StreamStdout {
				stdout.Write(chunk)
			} else {
				stderr.Write(chunk)
			}
		},
	})
	if !bytes.Equal(stdout.Bytes(), res.Stdout.Head) || stdout.Len() != 100000 {
		t.Errorf("stdout: %d bytes in chunks, %d in the result", stdout.Len(), res.Stdout.Len())
	}
	if !bytes.Equal(stderr.Bytes(), res.Stderr.Head) || stderr.Len() != 50000 {
		t.Errorf("stderr: %d bytes in chunks, %d in the result", stderr.Len(), res.Stderr.Len())
	}
	if !bytes.Equal(both.Bytes(), res.Aggregated.Head) {
		t.Error("the aggregate is not in the order of the chunks")
	}
}

// TestArrivalOrder makes the command wait after each piece until it was read.
func TestArrivalOrder(t *testing.T) {
	t.Parallel()
	fifo := newFifo(t)
	r := newRunner(t, nil)
	cmd := sh("exec <" + fifo + "; echo O1; read x; echo E1 >&2; read x; echo O2")
	turn, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer turn.Close()
	var got []string
	res := mustRun(t, r, cmd, &Options{OnOutput: func(_ context.Context, stream protocol.ExecOutputStream, chunk []byte) {
		got = append(got, string(stream)+" "+string(chunk))
		if _, err := turn.WriteString("\n"); err != nil {
			t.Error(err)
		}
	}})
	if diff := cmp.Diff([]string{"stdout O1\n", "stderr E1\n", "stdout O2\n"}, got); diff != "" {
		t.Errorf("chunks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("O1\nE1\nO2\n", res.Aggregated.String()); diff != "" {
		t.Errorf("aggregate (-want +got):\n%s", diff)
	}
}

// newFifo makes a named pipe.
func newFifo(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMaxChunks(t *testing.T) {
	t.Parallel()
	const size = 12_000 * MaxChunk
	r := newRunner(t, nil)
	var stdout, stderr int
	cmd := Command{Argv: []string{"sh", "-c", "head -c 98304000 /dev/zero; echo e >&2"}, Timeout: time.Minute}
	res := mustRun(t, r, cmd, &Options{OnOutput: func(_ context.Context, stream protocol.ExecOutputStream, _ []byte) {
		if stream == protocol.StreamStdout {
			stdout++
		} else {
			stderr++
		}
	}})
	if stdout != MaxChunks || stderr != 1 {
		t.Errorf("%d chunks of stdout and %d of stderr", stdout, stderr)
	}
	if res.Stdout.Len() != size || res.Aggregated.Len() != size+2 || res.Stderr.String() != "e\n" {
		t.Errorf("captured %d, %d and %q", res.Stdout.Len(), res.Aggregated.Len(), res.Stderr)
	}
}

func TestCaptureLimit(t *testing.T) {
	t.Parallel()
	r := newRunner(t, nil)
	res := mustRun(t, r, sh("yes | head -c 10000000"), &Options{CaptureLimit: 1000})
	want := Output{
		Head: bytes.Repeat([]byte("y\n"), 250), Tail: bytes.Repeat([]byte("y\n"), 250),
		Dropped: 9_999_000, DroppedLines: 4_999_500,
	}
	if diff := cmp.Diff(want, res.Stdout); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, res.Aggregated); diff != "" {
		t.Errorf("aggregate (-want +got):\n%s", diff)
	}
	head := strings.TrimSuffix(strings.Repeat("y\n", 128), "\n")
	if diff := cmp.Diff(head+"\n[... omitted 4999744 of 5000000 lines ...]\n\n"+head, res.ModelText()); diff != "" {
		t.Errorf("model text (-want +got):\n%s", diff)
	}
}

// TestBackPressure checks that a command waits for a reader: with the first
// chunk in hand, what follows does not fit into the pipe.
func TestBackPressure(t *testing.T) {
	t.Parallel()
	marker := filepath.Join(t.TempDir(), "marker")
	r := newRunner(t, nil)
	first := true
	mustRun(t, r, sh("head -c 4000000 /dev/zero; : >"+marker), &Options{OnOutput: func(context.Context, protocol.ExecOutputStream, []byte) {
		if !first {
			return
		}
		first = false
		if _, err := os.Stat(marker); err == nil {
			t.Error("the command has come to its end")
		}
	}})
	if _, err := os.Stat(marker); err != nil {
		t.Errorf("the command has not come to its end: %v", err)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	setup := errors.New("setup failed")
	tests := []struct {
		name     string
		script   string
		report   func([]byte) error
		wantCode int // of a StartError
		wantErr  error
		want     string // standard output without an error
	}{
		{"silent", "exec 3>&-; echo a; exit 1", nil, 0, nil, "a\n"},
		{"helper failed", "echo setup >&3; exit 101", func([]byte) error { return setup }, ExitNotExecutable, setup, ""},
		{
			"command not found", "echo setup >&3; exit 101",
			func([]byte) error { return &StartError{Program: "p", ExitCode: ExitNotFound, Err: ErrNotFound} }, ExitNotFound, ErrNotFound, "",
		},
		{"descriptor leaked to a background process", "sleep 5 >/dev/null 2>&1 & echo a", nil, 0, nil, "a\n"},
		{"long report", "head -c 1000000 /dev/zero >&3; echo a", nil, 0, nil, "a\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(t, nil)
			cmd := sh(tt.script)
			var written []byte
			cmd.Report = func(b []byte) error {
				written = b
				if tt.report != nil {
					return tt.report(b)
				}
				return nil
			}
			res, err := r.Run(t.Context(), cmd, nil)
			if tt.wantErr == nil {
				if err != nil || res.Stdout.String() != tt.want {
					t.Errorf("result %+v, error %v", res, err)
				}
				if len(written) > ReportLimit {
					t.Errorf("report of %d bytes", len(written))
				}
				return
			}
			var start *StartError
			if !errors.As(err, &start) || !errors.Is(err, tt.wantErr) || start.ExitCode != tt.wantCode || res != nil {
				t.Errorf("result %+v, error %v", res, err)
			}
			if diff := cmp.Diff("setup\n", string(written)); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStdio(t *testing.T) {
	t.Parallel()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	r := newRunner(t, nil)
	cmd := Command{Argv: []string{"sh", "-c", "cat; echo o; echo e >&2; exit 4"}, Timeout: NoTimeout, Stdio: &Stdio{Stdout: out, Stderr: out}}
	res := mustRun(t, r, cmd, nil)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	if res.ExitCode != 4 || res.Aggregated.Len() != 0 || string(text) != "o\ne\n" {
		t.Errorf("exit code %d, captured %q, written %q", res.ExitCode, res.Aggregated, text)
	}
}

// TestTextBusy executes a file while somebody holds it open for writing for a
// moment.
func TestTextBusy(t *testing.T) {
	t.Parallel()
	path := writeFile(t, filepath.Join(t.TempDir(), "script"), "#!/bin/sh\necho a\n", 0o755)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	img, err := prepare(&Command{Argv: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := startProcess(img, []*os.File{nil, nil, nil}); err != nil && !isTextBusy(err) {
		t.Errorf("unexpected error %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	res := mustRun(t, newRunner(t, nil), Command{Argv: []string{path}}, nil)
	if res.Stdout.String() != "a\n" {
		t.Errorf("result %+v", res)
	}
}
