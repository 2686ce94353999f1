package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// endless is how much a command writes, as head counts it; CODEX_LONG asks for
// far more.
func endless() string {
	if os.Getenv("CODEX_LONG") != "" {
		return "20G"
	}
	if raceDetector { // no memory is counted then
		return "4M"
	}
	return "256M"
}

// memoryLimit is what a server may need at most while a command writes without
// end, in bytes: several times what it keeps of the output.
const memoryLimit = 192 << 20

// TestOutputWithoutEnd runs commands that write far more than fits into memory.
func TestOutputWithoutEnd(t *testing.T) {
	t.Parallel()
	const timeout = 280_000 // milliseconds
	script := "yes | head -c " + endless()
	oneOff := func(policy string) func(*caller) {
		return func(c *caller) {
			r := c.request("execOneOffCommand", fmt.Sprintf(`{"command":["sh","-c",%q],"timeoutMs":%d,"sandboxPolicy":{"mode":%q}}`, script, timeout, policy))
			if !strings.Contains(string(r.text), `"exitCode":0`) {
				c.t.Errorf("result %.200s", r.text)
			}
		}
	}
	for _, tt := range []struct {
		name string
		run  func(*caller)
	}{
		{"one-off", oneOff("danger-full-access")},
		{"one-off in the sandbox", oneOff("workspace-write")},
		{"shell", func(c *caller) {
			id := c.request("newConversation", "{}").field("conversationId")
			c.request("addConversationListener", fmt.Sprintf(`{"conversationId":%q}`, id))
			c.request("sendUserMessage", fmt.Sprintf(`{"conversationId":%q,"items":[{"type":"text","data":{"text":"go"}}]}`, id))
			c.await("codex/event/task_complete")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			home := mockHome(t,
				modeltest.Reply(modeltest.Call("shell", "c", fmt.Sprintf(`{"command":["sh","-c",%q],"timeout_ms":%d}`, script, timeout))),
				modeltest.Reply(modeltest.Text("Done.")))
			c := startCaller(t, home, "app-server")
			tt.run(c)
			if peak := peakMemory(t, c.process.cmd.Process.Pid); peak > memoryLimit && !raceDetector {
				t.Errorf("the server has needed %d MiB", peak>>20)
			}
			c.end()
		})
	}
}

var peakLine = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// peakMemory returns how much memory a process has had at most, in bytes.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	found := peakLine.FindSubmatch(status)
	if found == nil {
		t.Fatalf("no peak in %s", status)
	}
	kib, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("at most %d MiB", kib>>10)
	return kib << 10
}

// TestNoCommandIsLeft ends commands that have left an orphan in a session of its
// own, deaf to what it can be deaf to: with the command, with the client's input,
// and with a server that is killed. Nobody is left, under every policy.
func TestNoCommandIsLeft(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"danger-full-access", "workspace-write"} {
		for _, how := range []string{"command", "input", "kill"} {
			t.Run(policy+"/"+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				fifo := dir + "/held"
				if err := syscall.Mkfifo(fifo, 0o600); err != nil {
					t.Fatal(err)
				}
				held, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer held.Close()
				first, err := os.OpenFile(fifo, os.O_WRONLY, 0) // or it would be at its end
				if err != nil {
					t.Fatal(err)
				}
				script := `(setsid sh -c 'trap "" HUP INT TERM; echo started; : >ready; exec sleep 1000' >held 2>&1 &)
					until [ -e ready ]; do sleep 0.01; done`
				if how != "command" {
					script += "\nexec sleep 1000"
				}
				l := &leak{caller: startCaller(t, t.TempDir(), "app-server"), held: held}
				l.send("execOneOffCommand", fmt.Sprintf(`{"command":["sh","-c",%q],"cwd":%q,"timeoutMs":280000,"sandboxPolicy":{"mode":%q}}`, script, dir, policy))
				_ = held.SetReadDeadline(time.Now().Add(time.Minute))
				if line, err := bufio.NewReader(held).ReadString('\n'); line != "started\n" {
					t.Errorf("line %q, %v", line, err)
				}
				_ = first.Close()
				switch how {
				case "command":
					l.result()
					l.gone()
					l.end()
				case "input":
					l.end()
					l.gone()
				case "kill":
					if err := l.process.cmd.Process.Kill(); err != nil {
						t.Error(err)
					}
					l.wait(false)
					l.gone()
				}
			})
		}
	}
}
