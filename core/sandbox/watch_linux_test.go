package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// watched returns a process that runs a program under a watcher on the machine,
// with a report at descriptor 3. What holds the writing end of held lives.
func (m machine) watched(tb testing.TB, program string, report *os.File, argv ...string) *exec.Cmd {
	tb.Helper()
	options := m.options
	options.Executable = mustProgram(tb)
	box, err := New(&options)
	if err != nil {
		tb.Fatal(err)
	}
	inv, ok := box.Watch(Watched{Path: program, Argv: argv, ReportFD: 3})
	if !ok {
		tb.Fatal("there are no watchers")
	}
	cmd := exec.CommandContext(tb.Context(), inv.Path)
	cmd.Args = append([]string{inv.Arg0}, inv.Args...)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	if m.missing != "" {
		cmd.Args = append([]string{"launch", m.missing, strconv.Itoa(int(m.errno)), inv.Path}, cmd.Args...)
		cmd.Env = []string{roleVariable + "=launch", nextPrefix + "PATH=/usr/bin:/bin"}
	}
	cmd.ExtraFiles = []*os.File{report}
	cmd.SysProcAttr = m.attr()
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	cmd.Dir = "/"
	return cmd
}

// leftovers is a script that leaves processes behind: a child, one in a session
// of its own, and orphans that ignore what can be ignored. They say so on
// standard error, which they hold open.
const leftovers = `
(echo started >&2; exec sleep 1000) &
setsid sh -c 'echo started >&2; exec sleep 1000' &
setsid sh -c '(trap "" HUP INT TERM USR1 USR2; echo started >&2; sleep 1000; sleep 1000) & exit 0'
`

// TestWatch ends watched programs in every way. They end as they would without a
// watcher, and nothing that they have started is left.
func TestWatch(t *testing.T) {
	t.Parallel()
	end := func(sig unix.Signal) func(*testing.T, *exec.Cmd) {
		return func(t *testing.T, cmd *exec.Cmd) {
			if err := cmd.Process.Signal(sig); err != nil {
				t.Error(err)
			}
		}
	}
	tests := []struct {
		name   string
		script string
		end    func(*testing.T, *exec.Cmd) // nil: it ends by itself
		status string
	}{
		{"exit", leftovers + "read -r line; exit 5", nil, "exit status 5"},
		{"signal", leftovers + "read -r line; kill -HUP $$", nil, "signal: hangup"},
		{"asked to end", "trap 'exit 4' TERM\n" + leftovers + "echo ready; while :; do sleep 1000 & wait $!; done", end(unix.SIGTERM), "exit status 4"},
		{"stopped and asked to end", leftovers + "echo ready; kill -STOP $$; wait", func(t *testing.T, cmd *exec.Cmd) {
			end(unix.SIGTERM)(t, cmd)
			end(unix.SIGCONT)(t, cmd)
		}, "signal: terminated"},
		{"deaf", "trap '' HUP INT TERM\n" + leftovers + "echo ready; while :; do wait; done", end(unix.SIGUSR1), "signal: killed"},
	}
	eachMachine(t, func(t *testing.T, m machine) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				reports, report := pipe(t)
				cmd := m.watched(t, "/bin/sh", report, "sh", "-c", tt.script)
				held, writer := pipe(t)
				cmd.Stderr = writer
				stdin, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				stdout, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				writer.Close()
				report.Close()
				readLines(t, held, 3)
				if tt.end == nil {
					fmt.Fprintln(stdin, "go on")
				} else {
					readLines(t, stdout.(*os.File), 1)
					tt.end(t, cmd)
				}
				_, _ = io.Copy(io.Discard, stdout)
				_ = cmd.Wait() // the status says it
				if got := cmd.ProcessState.String(); strings.TrimSuffix(got, " (core dumped)") != tt.status {
					t.Errorf("status %q, want %q", got, tt.status)
				}
				gone(t, held)
				if text, err := io.ReadAll(reports); len(text) > 0 || err != nil {
					t.Errorf("report %q, %v", text, err)
				}
			})
		}
	})
}

// TestWatcherOutlivesNobody kills the parent of a watcher.
func TestWatcherOutlivesNobody(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		_, report := pipe(t)
		watcher := m.watched(t, "/bin/sh", report, "sh", "-c", leftovers+"wait")
		held, writer := pipe(t)
		cmd := exec.CommandContext(t.Context(), mustProgram(t), append([]string{watcher.Path}, watcher.Args...)...)
		cmd.Env = []string{roleVariable + "=parent"}
		for _, v := range watcher.Env {
			cmd.Env = append(cmd.Env, nextPrefix+v)
		}
		cmd.Stderr, cmd.ExtraFiles, cmd.Dir = writer, watcher.ExtraFiles, watcher.Dir
		cmd.SysProcAttr = m.attr()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		writer.Close()
		readLines(t, held, 3)
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // killed
		gone(t, held)
	})
}

// TestWatchReports starts programs that cannot be started.
func TestWatchReports(t *testing.T) {
	t.Parallel()
	eachMachine(t, func(t *testing.T, m machine) {
		dir := m.dir(t)
		script := dir + "/script"
		if err := os.WriteFile(script, []byte("#!/no/such/interpreter\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		for program, code := range map[string]int{"/no/such/program": 127, "/etc/passwd": 126, script: 126} {
			reports, report := pipe(t)
			cmd := m.watched(t, program, report, "program", "argument")
			var exit *exec.ExitError
			if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != code {
				t.Errorf("%s: %v", program, err)
			}
			report.Close()
			text, err := io.ReadAll(reports)
			if err != nil {
				t.Fatal(err)
			}
			var failure *Failure
			if err := ParseReport(text); !errors.As(err, &failure) || failure.Setup || failure.ExitCode != code {
				t.Errorf("%s: report %q: %v", program, text, err)
			}
		}
	})
}

// parent is the role that starts a process, which ends with it, and waits. Its
// arguments are a file and an argv.
func parent(args []string) int {
	report := os.NewFile(3, "report")
	cmd := &exec.Cmd{Path: args[0], Args: args[1:], Stderr: os.Stderr, ExtraFiles: []*os.File{report}}
	cmd.Env = []string{}
	for _, v := range os.Environ() {
		if next, ok := strings.CutPrefix(v, nextPrefix); ok {
			cmd.Env = append(cmd.Env, next)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return fail(err)
	}
	return fail(cmd.Wait())
}

// pipe returns a pipe that is closed at the end of the test.
func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.Close()
		_ = w.Close()
	})
	return r, w
}

// readLines reads that many lines, and no more.
func readLines(t *testing.T, f *os.File, lines int) {
	t.Helper()
	_ = f.SetReadDeadline(time.Now().Add(time.Minute))
	var read bytes.Buffer
	for one := make([]byte, 1); bytes.Count(read.Bytes(), []byte("\n")) < lines; {
		if _, err := f.Read(one); err != nil {
			t.Fatalf("after %q: %v", read.Bytes(), err)
		}
		read.Write(one)
	}
}

// gone waits until nobody holds the other end of a pipe.
func gone(t *testing.T, held *os.File) {
	t.Helper()
	_ = held.SetReadDeadline(time.Now().Add(time.Minute))
	if rest, err := io.ReadAll(held); err != nil {
		t.Errorf("processes are left: %v, %q", err, rest)
	}
}
