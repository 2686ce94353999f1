//go:build unix

package conversation_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/core/modelclient/modeltest"
)

// The notify program is told what the user said and what the agent answered.
// (spec: agent-loop, notify hook)
func TestNotifyProgram(t *testing.T) {
	t.Parallel()
	told := filepath.Join(t.TempDir(), "told")
	h := newHouse(t, nil, `notify = ["/bin/sh", "-c", "echo to stdout; printf %s \"$1\" > `+told+`", "sh"]`)
	c := h.start(t)
	h.model.Add(modeltest.Reply(modeltest.Text("<fine> & \"good\"")))
	say(t, c, "How are you?")
	if err := h.Close(context.WithoutCancel(t.Context())); err != nil { // waits for the program
		t.Fatal(err)
	}
	data, err := os.ReadFile(told)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	want := map[string]json.RawMessage{
		"type": json.RawMessage(`"agent-turn-complete"`), "turn-id": json.RawMessage(`"0"`),
		"input-messages": json.RawMessage(`["How are you?"]`), "last-assistant-message": json.RawMessage(`"<fine> & \"good\""`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("argument (-want +got):\n%s", diff)
	}
}

// A program that does not exist costs nothing but the notice.
func TestNotifyProgramIsMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil, `notify = ["/nonexistent/program"]`)
	c := h.start(t)
	h.model.Add(modeltest.Reply(modeltest.Text("Fine.")))
	if got := last(say(t, c, "How are you?")); got != "Fine." {
		t.Errorf("answer %q", got)
	}
}

// A real command, run by a real runner, and interrupted: it is gone when the
// interrupt is answered. (spec: agent-loop, do better)
func TestInterruptWaitsForProcesses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	c := h.start(t)
	pidFile := filepath.Join(h.cwd, "pid")
	h.model.Add(modeltest.Reply(modeltest.Call("shell", "c1", `{"command":["sh","-c","echo $$ > pid.tmp; mv pid.tmp pid; echo ready; sleep 60"],"timeout_ms":60000}`)))
	sub := c.Subscribe()
	defer sub.Close()
	if _, err := c.Submit(t.Context(), userInput("Sleep")); err != nil {
		t.Fatal(err)
	}
	for {
		e, err := sub.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Msg != nil && e.Msg.EventType() == "exec_command_output_delta" {
			break
		}
	}
	done, err := c.Interrupt(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if end := <-done; !end.Aborted {
		t.Errorf("interrupted: %+v", end)
	}
	pid, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	if alive(t, string(pid)) {
		t.Error("the command is still there")
	}
	want := []string{"exec_command_end", "turn_aborted"}
	var got []string
	for {
		e, ok := sub.TryNext()
		if !ok {
			break
		}
		if e.Msg != nil {
			got = append(got, e.Msg.EventType())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// alive reports whether a process exists.
func alive(t *testing.T, pid string) bool {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		t.Fatal(err)
	}
	return syscall.Kill(n, 0) == nil
}
