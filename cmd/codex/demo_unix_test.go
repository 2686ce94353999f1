//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// demoProcess is "codex demo" in a process of its own, which makes its scratch
// folder in tmp.
func demoProcess(t *testing.T, tmp string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	// The demonstration starts its own file again, which must have the name of the
	// program: testscript has put such a copy of this test first on the path.
	program, err := exec.LookPath("codex")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, program, "demo")
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + tmp} // no HOME
	stderr := new(bytes.Buffer)
	cmd.Stderr = stderr
	return cmd, stderr
}

// checkExit checks how a demonstration ended, and that it left nothing in tmp.
func checkExit(t *testing.T, err error, code int, tmp string) {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != code {
		t.Errorf("exit: %v, want code %d", err, code)
	}
	left, err := os.ReadDir(tmp)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("%s is left behind", left[0].Name())
	}
}

// TestDemoInterrupted breaks a demonstration off while the model speaks.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	tmp := t.TempDir()
	cmd, stderr := demoProcess(t, tmp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text []byte
	for chunk := make([]byte, 1024); !bytes.Contains(text, []byte("agent Hello!")); {
		n, err := out.Read(chunk)
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, text, stderr)
		}
		text = append(text, chunk[:n]...)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	checkExit(t, cmd.Wait(), interrupted, tmp)
	if !bytes.Contains(rest, []byte("shutdown_complete")) {
		t.Errorf("the server did not end in order:\n%s", rest)
	}
	if stderr.Len() > 0 {
		t.Errorf("standard error: %s", stderr)
	}
}

// TestDemoWithoutOutput runs demonstrations that nobody can see.
func TestDemoWithoutOutput(t *testing.T) {
	t.Parallel()
	broken := func(t *testing.T) *os.File {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		return w
	}
	full := func(t *testing.T) *os.File {
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		return f
	}
	brokenAfterALine := func(t *testing.T) *os.File {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		read := make(chan struct{})
		t.Cleanup(func() { <-read })
		go func() { // as "head -1" does
			defer close(read)
			defer r.Close()
			_, _ = bufio.NewReaderSize(r, 16).ReadString('\n')
		}()
		return w
	}
	tests := []struct {
		name string
		out  func(t *testing.T) *os.File
		want string // on standard error
	}{
		{"full disk", full, "Error: write the output: write /dev/stdout: no space left on device\n"},
		{"broken pipe", broken, ""}, // who went away wants to hear nothing
		{"broken pipe in the middle", brokenAfterALine, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tmp := t.TempDir()
			cmd, stderr := demoProcess(t, tmp)
			out := tt.out(t)
			defer out.Close()
			cmd.Stdout = out
			checkExit(t, cmd.Run(), 1, tmp)
			if got := stderr.String(); got != tt.want {
				t.Errorf("standard error: %q, want %q", got, tt.want)
			}
		})
	}
}
