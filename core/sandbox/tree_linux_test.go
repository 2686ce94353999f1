package sandbox

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/codex-go/codex/protocol"
)

// servedPrefix begins the variables of what the role server starts.
const servedPrefix = "SERVED_"

// server is the role of a program that starts the helper, which args are, and is
// killed. What holds descriptor 3 shows who lives on.
func server(args []string) int {
	runtime.LockOSThread() // or the parent of the helper may die before its time
	cmd := exec.Command(args[0])
	cmd.Args = args[1:]
	cmd.Env = []string{}
	for _, v := range os.Environ() {
		if served, ok := strings.CutPrefix(v, servedPrefix); ok {
			cmd.Env = append(cmd.Env, served)
		}
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{os.NewFile(3, "held")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
	return fail(cmd.Run())
}

// Commands whose children try to live on. Each writes a line when they run.
const (
	stubborn = `trap "" TERM HUP INT; `
	children = stubborn + `
		sleep 600 &
		nohup sleep 600 >/dev/null 2>&1 &
		setsid sh -c 'trap "" TERM HUP; sleep 600; true' &
		(setsid sh -c 'sleep 600 & (sleep 600 &) ; exit 0' &)
		echo started
		`
)

var treePolicies = map[string]protocol.SandboxPolicy{
	"workspace-write": &protocol.WorkspaceWritePolicy{},
	"network":         &protocol.WorkspaceWritePolicy{NetworkAccess: true},
	"read-only":       &protocol.ReadOnlyPolicy{},
}

// TestNothingLivesOn ends a command by itself, and kills the server of one that
// runs. All that they have started ends too in a PID namespace; elsewhere the
// command does.
func TestNothingLivesOn(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("setsid is missing")
	}
	eachMachine(t, func(t *testing.T, m machine) {
		for name, policy := range treePolicies {
			if m.pid {
				t.Run(name+"/the command ends", func(t *testing.T) {
					testLivesOn(t, m, policy, children, false)
				})
				t.Run(name+"/the server is killed", func(t *testing.T) {
					testLivesOn(t, m, policy, children+"wait; sleep 600", true)
				})
				continue
			}
			t.Run(name+"/the server is killed", func(t *testing.T) {
				testLivesOn(t, m, policy, stubborn+"echo started; exec sleep 600", true)
			})
		}
	})
}

func testLivesOn(t *testing.T, m machine, policy protocol.SandboxPolicy, script string, kill bool) {
	held, holder, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cmd := m.command(t, Request{Argv: []string{"sh", "-c", script}, Policy: policy, Cwd: m.dir(t)}, []string{"PATH=/usr/bin:/bin"}, nil)
	cmd.ExtraFiles = []*os.File{holder}
	if kill {
		cmd.Args = append([]string{"server", cmd.Path}, cmd.Args...)
		cmd.Path = mustProgram(t)
		env := hasty([]string{roleVariable + "=server"})
		for _, v := range cmd.Env {
			env = append(env, servedPrefix+v)
		}
		cmd.Env = env
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	holder.Close()
	if _, err := io.ReadFull(stdout, make([]byte, len("started\n"))); err != nil {
		t.Error(err)
	}
	if kill {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
	}
	if err := held.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(held); err != nil {
		t.Errorf("somebody lives on: %v", err)
	}
	_ = cmd.Wait() // killed
}
